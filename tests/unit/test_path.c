/* test_path.c - paths: links, slashes, dots, limits, and the way back from a directory to its name.
 *
 * Planted and caught: the last name of a path with a slash that is no directory; a text of a link that is not
 * followed by the rest; a limit that is one too high, of names, paths, and links.
 */
#include "files_host.h"
#include "memory_host.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <kernel/file.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

static int look(const char *path, bool follow)
{
    struct inode *i;
    int error = path_lookup(NULL, path, follow, &i);
    int mode = error == 0 ? (int)(i->mode & S_IFMT) : error;
    if (error == 0)
        inode_put(i);
    return mode;
}

static int make(const char *path)
{
    int error;
    struct file *f = file_open(path, O_CREAT | O_EXCL | O_WRONLY, 0644, &error);
    file_put(f);
    return error;
}

static void slashes(void *arg)
{
    (void)arg;
    files_host_start();
    host_check(path_mkdir(NULL, "/d/", 0755) == 0 && make("/d/f") == 0);
    host_check(look("/", true) == S_IFDIR && look("//", true) == S_IFDIR && look("", true) == -ENOENT);
    host_check(look("d//f", true) == S_IFREG && look("/d/f/", true) == -ENOTDIR);
    host_check(look("/d/../d/./f", true) == S_IFREG && look("/../..", true) == S_IFDIR);
    host_check(look("/d/f/.", true) == -ENOTDIR && look("/d/f/..", true) == -ENOTDIR);
    host_check(make("/d/g/") == -EISDIR && make("/d/f") == -EEXIST && make("/d") == -EEXIST);
    host_check(path_unlink(NULL, "/d/f/") == -ENOTDIR && path_unlink(NULL, "/d/.") == -EISDIR);
    host_check(path_rmdir(NULL, "/") == -EBUSY && path_rmdir(NULL, "/d/.") == -EINVAL);
    host_check(path_rmdir(NULL, "/d/..") == -ENOTEMPTY && path_mkdir(NULL, "/d/.", 0755) == -EEXIST);
    host_check(path_rename(NULL, "/d/f", NULL, "/d/x/", 0) == -ENOTDIR);
    host_check(path_rename(NULL, "/d/f", NULL, "/d", RENAME_NOREPLACE) == -EEXIST);
    host_check(path_unlink(NULL, "/d/f") == 0 && path_rmdir(NULL, "/d/") == 0);
    files_host_clean();
}

static void links(void *arg)
{
    int error;
    (void)arg;
    files_host_start();
    host_check(path_mkdir(NULL, "/d", 0755) == 0 && make("/d/f") == 0);
    host_check(path_symlink("d", NULL, "/to") == 0 && path_symlink("/d/f", NULL, "/d/up") == 0);
    host_check(path_symlink("a", NULL, "/b") == 0 && path_symlink("b", NULL, "/a") == 0);
    host_check(look("/to", false) == S_IFLNK && look("/to", true) == S_IFDIR);
    host_check(look("/to/", false) == S_IFDIR && look("/to/up", true) == S_IFREG);
    host_check(look("/to/up/", true) == -ENOTDIR && look("/a", true) == -ELOOP);
    host_check(look("/a", false) == S_IFLNK && path_symlink("", NULL, "/e") == -ENOENT);
    /* what a link names is made, but not where nothing may be there */
    host_check(path_symlink("d/new", NULL, "/made") == 0 && make("/made") == -EEXIST);
    struct file *f = file_open("/made", O_CREAT | O_WRONLY, 0600, &error);
    host_check(f != NULL && look("/d/new", false) == S_IFREG);
    file_put(f);
    f = file_open("/made", O_RDONLY | O_NOFOLLOW, 0, &error);
    host_check(f == NULL && error == -ELOOP);
    host_check(path_unlink(NULL, "/made") == 0 && path_unlink(NULL, "/d/new") == 0);
    host_check(path_unlink(NULL, "/a") == 0 && path_unlink(NULL, "/b") == 0 && path_unlink(NULL, "/to") == 0);
    host_check(path_unlink(NULL, "/d/up") == 0 && path_unlink(NULL, "/d/f") == 0 &&
               path_rmdir(NULL, "/d") == 0);
    files_host_clean();
}

static void limits(void *arg)
{
    static char path[PATH_MAX + 10];
    (void)arg;
    files_host_start();
    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[NAME_MAX + 1] = 0;
    host_check(make(path) == 0 && path_unlink(NULL, path) == 0);
    path[NAME_MAX + 1] = 'x';
    path[NAME_MAX + 2] = 0;
    host_check(make(path) == -ENAMETOOLONG && look(path, true) == -ENAMETOOLONG);
    memset(path, '/', sizeof(path) - 1);
    path[PATH_MAX - 1] = 0;
    host_check(look(path, true) == S_IFDIR);
    path[PATH_MAX - 1] = '/';
    path[PATH_MAX] = 0;
    host_check(look(path, true) == -ENAMETOOLONG);
    files_host_clean();
}

/* Links to links: as many as may be, and one more. */
static void chain(void *arg)
{
    char name[16], to[16] = "f";
    (void)arg;
    files_host_start();
    host_check(make("/f") == 0);
    for (unsigned i = 0; i <= PATH_LINKS_MOST; i++) {
        snprintf(name, sizeof(name), "/%u", i);
        host_check(path_symlink(to, NULL, name) == 0);
        host_check(look(name, true) == (i < PATH_LINKS_MOST ? S_IFREG : -ELOOP));
        strcpy(to, name);
    }
    for (unsigned i = 0; i <= PATH_LINKS_MOST; i++) {
        snprintf(name, sizeof(name), "/%u", i);
        host_check(path_unlink(NULL, name) == 0);
    }
    host_check(path_unlink(NULL, "/f") == 0);
    files_host_clean();
}

/* A directory that is removed keeps its parent, and nothing is made in it. */
static void back(void *arg)
{
    char text[16];
    struct inode *b, *up;
    int error;
    (void)arg;
    files_host_start();
    host_check(path_mkdir(NULL, "/aa", 0755) == 0 && path_mkdir(NULL, "/aa/b", 0755) == 0);
    host_check(path_lookup(NULL, "/aa/b", true, &b) == 0);
    host_check(path_of(b, text, sizeof(text)) == 6 && strcmp(text, "/aa/b") == 0);
    host_check(path_of(b, text, 6) == 6 && path_of(b, text, 5) == -ERANGE);
    host_check(path_of(path_root(), text, 2) == 2 && strcmp(text, "/") == 0);
    host_check(path_rename(NULL, "/aa/b", NULL, "/c", 0) == 0);
    host_check(path_of(b, text, sizeof(text)) == 3 && strcmp(text, "/c") == 0);
    host_check(path_rename(NULL, "/c", NULL, "/aa/b", 0) == 0);
    host_check(path_rmdir(NULL, "/aa/b") == 0 && path_rmdir(NULL, "/aa") == 0);
    host_check(path_of(b, text, sizeof(text)) == -ENOENT);
    host_check(file_open_at(b, "x", O_CREAT | O_WRONLY, 0644, &error) == NULL && error == -ENOENT);
    host_check(path_lookup(b, "..", true, &up) == 0 && up != path_root() && up->links == 0);
    inode_put(up);
    inode_put(b);
    files_host_clean();
}

#define TEST(name)                        \
    static void test_##name(void **state) \
    {                                     \
        (void)state;                      \
        host_in_child(name, NULL, NULL);  \
    }
TEST(slashes)
TEST(links)
TEST(limits)
TEST(chain)
TEST(back)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slashes), cmocka_unit_test(test_links), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_chain),   cmocka_unit_test(test_back),
    };
    return UNIT_RUN("path", tests);
}
