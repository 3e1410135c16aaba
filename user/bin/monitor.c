/* monitor.c - the kernel's own monitor, until somebody types `exit` there. */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    char byte;
    int fd = open("/dev/monitor", O_RDONLY);

    if (fd < 0 || read(fd, &byte, sizeof(byte)) < 0)
        err(1, "/dev/monitor");
    return 0;
}
