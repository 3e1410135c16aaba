/* dirent.c - reading directories. */
#include <dirent.h>

#include "libc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct dir {
    int fd;
    size_t next, end; /* in buf */
    char buf[2048] __attribute__((aligned(8)));
};

DIR *opendir(const char *path)
{
    DIR *dir = malloc(sizeof(*dir));
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir == NULL || fd < 0) {
        free(dir);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    dir->fd = fd;
    dir->next = dir->end = 0;
    return dir;
}

struct dirent *readdir(DIR *dir)
{
    if (dir->next == dir->end) {
        long n = __result(__syscall(SYS_getdents64, dir->fd, dir->buf, sizeof(dir->buf)));
        if (n <= 0)
            return NULL;
        dir->next = 0;
        dir->end = (size_t)n;
    }
    struct dirent *entry = (struct dirent *)(void *)(dir->buf + dir->next);
    dir->next += entry->d_reclen;
    return entry;
}

int closedir(DIR *dir)
{
    int result = close(dir->fd);

    free(dir);
    return result;
}
