/* touch.c - makes empty files; those that are there get the present time. */
#include <err.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        errx(2, "usage: touch FILE...");
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_WRONLY | O_CREAT, 0666);
        if (fd < 0 || close(fd) < 0 || utimensat(AT_FDCWD, argv[i], NULL, 0) < 0) {
            warn("%s", argv[i]);
            status = 1;
        }
    }
    return status;
}
