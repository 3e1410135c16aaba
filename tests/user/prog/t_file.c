/* t_file.c - files: open, read, write, lseek, dup, stat, directories, names. In the working directory. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>

static char buf[8192];

static void check_open(void)
{
    CHECK("no such file", FAILS_WITH(ENOENT, open("file", O_RDONLY)));
    int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0644);
    CHECK("O_CREAT makes it", fd >= 3);
    CHECK("O_EXCL does not make it twice", FAILS_WITH(EEXIST, open("file", O_RDWR | O_CREAT | O_EXCL, 0644)));
    CHECK("the lowest descriptor is taken", close(fd) == 0 && open("file", O_RDONLY) == fd);
    CHECK("not opened for writing", FAILS_WITH(EBADF, write(fd, "x", 1)));
    close(fd);
    CHECK("a descriptor that is closed", FAILS_WITH(EBADF, close(fd)) && FAILS_WITH(EBADF, read(fd, buf, 1)));
    CHECK("a file is no directory", FAILS_WITH(ENOTDIR, open("file/x", O_RDONLY)) &&
                                        FAILS_WITH(ENOTDIR, open("file", O_RDONLY | O_DIRECTORY)));
    CHECK("a directory is not written", FAILS_WITH(EISDIR, open(".", O_WRONLY)));
    fd = open(".", O_RDONLY);
    CHECK("nor read like a file", FAILS_WITH(EISDIR, read(fd, buf, 1)));
    close(fd);
    memset(buf, 'n', NAME_MAX + 1);
    buf[NAME_MAX + 1] = '\0';
    CHECK("a name that is too long", FAILS_WITH(ENAMETOOLONG, open(buf, O_RDONLY)));
    CHECK("an empty name", FAILS_WITH(ENOENT, open("", O_RDONLY)));
}

static void check_content(void)
{
    int fd = open("file", O_RDWR);

    CHECK("write", write(fd, "0123456789", 10) == 10 && lseek(fd, 0, SEEK_CUR) == 10);
    CHECK("read at the end", read(fd, buf, 10) == 0);
    CHECK("lseek and read",
          lseek(fd, 3, SEEK_SET) == 3 && read(fd, buf, 4) == 4 && memcmp(buf, "3456", 4) == 0);
    CHECK("lseek from here and from the end", lseek(fd, -2, SEEK_CUR) == 5 && lseek(fd, -1, SEEK_END) == 9);
    CHECK("lseek before the beginning", FAILS_WITH(EINVAL, lseek(fd, -1, SEEK_SET)) &&
                                            FAILS_WITH(EINVAL, lseek(fd, 0, 99)) &&
                                            lseek(fd, 0, SEEK_CUR) == 9);
    CHECK("write over and beyond the end", write(fd, "abc", 3) == 3 && lseek(fd, 0, SEEK_END) == 12);
    CHECK("pread leaves the position",
          pread(fd, buf, 3, 8) == 3 && memcmp(buf, "8ab", 3) == 0 && lseek(fd, 0, SEEK_CUR) == 12);
    CHECK("a hole is zeros", lseek(fd, 6000, SEEK_SET) == 6000 && write(fd, "z", 1) == 1 &&
                                 pread(fd, buf, 2, 5999) == 2 && buf[0] == 0 && buf[1] == 'z');
    CHECK("ftruncate cuts",
          ftruncate(fd, 4) == 0 && pread(fd, buf, 100, 0) == 4 && memcmp(buf, "0123", 4) == 0);
    CHECK("ftruncate lengthens, with zeros",
          ftruncate(fd, 8) == 0 && pread(fd, buf, 100, 0) == 8 && memcmp(buf, "0123\0\0\0\0", 8) == 0);
    close(fd);
    fd = open("file", O_WRONLY | O_APPEND);
    CHECK("O_APPEND writes at the end",
          lseek(fd, 0, SEEK_SET) == 0 && write(fd, "E", 1) == 1 && lseek(fd, 0, SEEK_CUR) == 9);
    close(fd);
    fd = open("file", O_RDWR | O_TRUNC);
    CHECK("O_TRUNC empties", lseek(fd, 0, SEEK_END) == 0);
    struct iovec out[] = { { (void *)"ab", 2 }, { NULL, 0 }, { (void *)"cde", 3 } };
    char one[3], two[4];
    struct iovec in[] = { { one, 3 }, { two, 4 } };
    CHECK("writev and readv", writev(fd, out, 3) == 5 && lseek(fd, 0, SEEK_SET) == 0 &&
                                  readv(fd, in, 2) == 5 && memcmp(one, "abc", 3) == 0 &&
                                  memcmp(two, "de", 2) == 0);
    close(fd);
}

static void check_dup(void)
{
    int fd = open("file", O_RDWR | O_TRUNC), copy = dup(fd);

    CHECK("dup shares the position",
          copy == fd + 1 && write(fd, "abc", 3) == 3 && lseek(copy, 0, SEEK_CUR) == 3);
    CHECK("dup2", dup2(fd, 30) == 30 && lseek(30, 1, SEEK_SET) == 1 && lseek(fd, 0, SEEK_CUR) == 1);
    CHECK("dup2 over one that is open", dup2(fd, copy) == copy && dup2(fd, fd) == fd);
    CHECK("F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD", fcntl(fd, F_DUPFD, 40L) == 40 && fcntl(40, F_GETFD) == 0 &&
                                                   fcntl(fd, F_DUPFD_CLOEXEC, 40L) == 41 &&
                                                   fcntl(41, F_GETFD) == FD_CLOEXEC);
    CHECK("F_GETFL and F_SETFL", (fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)) == O_RDWR &&
                                     fcntl(fd, F_SETFL, (long)O_APPEND) == 0 &&
                                     (fcntl(copy, F_GETFL) & O_APPEND) != 0);
    CHECK("a fork shares it, too", lseek(fd, 0, SEEK_SET) == 0);
    pid_t pid = patient_fork();
    if (pid == 0)
        _exit(lseek(fd, 2, SEEK_SET) == 2 ? 0 : 1);
    CHECK("the child moves the position of both", reap(pid) == 0 && lseek(fd, 0, SEEK_CUR) == 2);
    CHECK("no such descriptor",
          FAILS_WITH(EBADF, dup(99)) && FAILS_WITH(EBADF, dup2(99, 5)) && FAILS_WITH(EBADF, dup2(fd, -1)));
    for (int i = fd; i < 42; i++)
        close(i);
}

static void check_stat(void)
{
    struct stat st, other;
    int fd = open("file", O_RDONLY);

    CHECK("fstat of a file", fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 3 &&
                                 st.st_nlink == 1 && (st.st_mode & 0777) == 0644);
    CHECK("stat says the same", stat("file", &other) == 0 && other.st_ino == st.st_ino &&
                                    other.st_dev == st.st_dev && other.st_size == 3);
    CHECK("stat of a directory", stat(".", &st) == 0 && S_ISDIR(st.st_mode));
    CHECK("stat of a device", stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0x103);
    CHECK("stat of nothing", FAILS_WITH(ENOENT, stat("nothing", &st)) && FAILS_WITH(EBADF, fstat(99, &st)));
    CHECK("access", access("file", R_OK | W_OK) == 0 && FAILS_WITH(ENOENT, access("nothing", F_OK)));
    close(fd);
}

static int count_names(const char *path, const char *wanted)
{
    int count = 0;
    DIR *dir = opendir(path);

    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
        count += wanted == NULL || strcmp(e->d_name, wanted) == 0;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static void check_folders(void)
{
    char name[32];
    bool good = mkdir("folder", 0755) == 0;

    CHECK("mkdir",
          good && FAILS_WITH(EEXIST, mkdir("folder", 0755)) && FAILS_WITH(ENOENT, mkdir("no/x", 0755)));
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "folder/a-name-that-is-long-%d", i);
        good &= close(open(name, O_WRONLY | O_CREAT, 0644)) == 0;
    }
    CHECK("getdents64 has all, each once", good && count_names("folder", NULL) == 202 &&
                                               count_names("folder", ".") == 1 &&
                                               count_names("folder", "a-name-that-is-long-77") == 1);
    CHECK("rmdir only if it is empty", FAILS_WITH(ENOTEMPTY, rmdir("folder")));
    CHECK("rename", rename("folder/a-name-that-is-long-0", "moved") == 0 && access("moved", F_OK) == 0 &&
                        FAILS_WITH(ENOENT, access("folder/a-name-that-is-long-0", F_OK)));
    CHECK("rename over another", rename("moved", "file") == 0 && FAILS_WITH(ENOENT, access("moved", F_OK)));
    for (int i = 1; i < 200; i++) {
        snprintf(name, sizeof(name), "folder/a-name-that-is-long-%d", i);
        good &= unlink(name) == 0;
    }
    CHECK("unlink", good && count_names("folder", NULL) == 2 && FAILS_WITH(ENOENT, unlink("nothing")));
    CHECK("unlink is not for directories, rmdir for nothing else",
          FAILS_WITH(EISDIR, unlink("folder")) && FAILS_WITH(ENOTDIR, rmdir("file")));
    char before[PATH_MAX], now[PATH_MAX];
    CHECK("chdir and getcwd", getcwd(before, sizeof(before)) != NULL && chdir("folder") == 0 &&
                                  getcwd(now, sizeof(now)) != NULL &&
                                  strncmp(now, before, strlen(before)) == 0 &&
                                  strcmp(strrchr(now, '/'), "/folder") == 0);
    CHECK("a path from here, and up", access("../file", F_OK) == 0 && chdir("..") == 0 &&
                                          getcwd(now, sizeof(now)) != NULL && strcmp(now, before) == 0);
    errno = 0;
    CHECK("getcwd into too little", getcwd(now, 1) == NULL && errno == ERANGE);
    int dir = open("folder", O_RDONLY | O_DIRECTORY);
    CHECK("openat from a directory", dir >= 0 && close(openat(dir, "x", O_WRONLY | O_CREAT, 0644)) == 0 &&
                                         access("folder/x", F_OK) == 0 && unlink("folder/x") == 0);
    close(dir);
    CHECK("rmdir", rmdir("folder") == 0 && FAILS_WITH(ENOENT, rmdir("folder")));
}

static void check_unlinked(void)
{
    struct stat st;
    int fd = open("file", O_RDWR | O_TRUNC);

    CHECK("a file without a name lives while it is open", unlink("file") == 0 && write(fd, "abc", 3) == 3 &&
                                                              pread(fd, buf, 3, 0) == 3 &&
                                                              fstat(fd, &st) == 0 && st.st_nlink == 0);
    close(fd);
}

int main(void)
{
    umask(022);
    check_open();
    check_content();
    check_dup();
    check_stat();
    check_folders();
    check_unlinked();
    return verdict("t_file");
}
