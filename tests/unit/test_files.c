/* test_files.c - the RAM file system and paths against a model: random calls, and allocations that fail.
 *
 * Each call is made with its first allocation failing, then its second, until none is left to fail. It has to
 * say so, and to have changed nothing; then it has to do, and to say, what the model does and says.
 * Planted and caught: a page that stays in use after a read; old bytes behind a cut; a page lost when there
 * is no room for the table, an entry when there is none for the inode; a directory moved into itself; links
 * of a parent.
 */
#include "files_host.h"
#include "files_model.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <kernel/file.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

enum { STEPS = 6000, OPEN = 2 };

static struct {
    struct file *f; /* NULL: none */
    int node;
} open_file[OPEN];
static void check_contents(struct file *f, int i)
{
    static unsigned char got[SIZE_MOST + 100];
    host_check(file_size(f) == nodes[i].size);
    host_check(file_read_at(f, got, sizeof(got), 0) == (long)nodes[i].size);
    host_check(memcmp(got, nodes[i].data, nodes[i].size) == 0);
    unsigned from = any(SIZE_MOST), n = any(5000);
    long there = from >= nodes[i].size ? 0 : (long)min_size(n, nodes[i].size - from);
    host_check(file_read_at(f, got, n, from) == there &&
               memcmp(got, nodes[i].data + from, (size_t)there) == 0);
    struct area_source *s = file_source(f);
    there = from >= nodes[i].size ? 0 : (long)min_size(4096, nodes[i].size - from);
    host_check(s->ops->read(s, from, got, 4096) == there);
    host_check(memcmp(got, nodes[i].data + from, (size_t)there) == 0);
}

static void check_path(const struct at *a)
{
    struct inode *i;
    int error;
    int result = path_lookup(NULL, a->path, true, &i);
    host_check(result == (a->error != 0 ? a->error : a->node < 0 ? -ENOENT : 0));
    if (result != 0)
        return;
    host_check(inode_is_dir(i) == nodes[a->node].dir);
    unsigned links = nodes[a->node].links;
    for (unsigned n = 0; nodes[a->node].dir && n < NAMES; n++)
        links += nodes[a->node].child[n] >= 0 && nodes[nodes[a->node].child[n]].dir;
    host_check(i->links == links + nodes[a->node].dir);
    inode_put(i);
    if (nodes[a->node].dir)
        return;
    struct file *f = file_open(a->path, O_RDONLY, 0, &error);
    host_check(error == 0 || error == -ENOMEM);
    if (f != NULL)
        check_contents(f, a->node);
    file_put(f);
}

static long do_link(const struct call *c)
{
    struct inode *i;
    int error = path_lookup(NULL, c->a.path, false, &i);
    if (error != 0)
        return error;
    error = path_link(i, NULL, c->b.path);
    inode_put(i);
    return error;
}

static long do_write(const struct call *c, bool cut)
{
    int error;
    struct file *f = file_open(c->a.path, O_WRONLY | (cut ? 0 : O_CREAT), 0644, &error);
    if (f == NULL)
        return error;
    long n = cut ? file_truncate(f, c->from) : file_write_at(f, c->data, c->size, c->from);
    file_put(f);
    return n;
}

static long kernel_does(const struct call *c)
{
    switch (c->what) {
    case MKDIR:
        return path_mkdir(NULL, c->a.path, 0755);
    case UNLINK:
        return path_unlink(NULL, c->a.path);
    case RMDIR:
        return path_rmdir(NULL, c->a.path);
    case RENAME:
        return path_rename(NULL, c->a.path, NULL, c->b.path, 0);
    case LINK:
        return do_link(c);
    default:
        return do_write(c, c->what == TRUNCATE);
    }
}

/* With each allocation failing in turn, until it has no more of them. */
static void step(struct call *c)
{
    for (unsigned long n = 1;; n++) {
        unsigned long before = atomic_load(&host_memory.failed);
        host_memory.fails_at = atomic_load(&host_memory.asked) + n;
        long result = kernel_does(c);
        host_memory.fails_at = 0;
        bool failed = atomic_load(&host_memory.failed) != before;
        if (!failed) {
            host_check(result == model_does(c, c->size));
            return;
        }
        if (c->what == WRITE && (result > 0 || result == -ENOSPC)) {
            /* a part of it, or nothing; the file is there, and empty if it is new */
            host_check(result < (long)c->size);
            host_check(model_does(c, result > 0 ? (size_t)result : 0) >= 0);
            c->a.node = nodes[c->a.parent].child[c->a.name];
            check_path(&c->a);
            continue;
        }
        host_check(result == -ENOMEM);
        check_path(&c->a);
    }
}

/* Files stay open while their names go. */
static void open_or_close(const struct at *a)
{
    unsigned i = any(OPEN);
    int error;
    if (open_file[i].f != NULL) {
        check_contents(open_file[i].f, open_file[i].node);
        file_put(open_file[i].f);
        nodes[open_file[i].node].opened--;
        let_go(open_file[i].node);
        open_file[i].f = NULL;
    } else if (a->error == 0 && a->node >= 0 && !nodes[a->node].dir) {
        open_file[i].f = file_open(a->path, O_RDONLY, 0, &error);
        open_file[i].node = a->node;
        host_check(error == 0);
        nodes[a->node].opened++;
    }
}

static void remove_all(int dir, const char *path)
{
    char below[2 * NODES + 8];
    for (unsigned n = 0; n < NAMES; n++) {
        int i = nodes[dir].child[n];
        if (i < 0)
            continue;
        sprintf(below, "%s/%c", path, 'a' + (int)n);
        if (nodes[i].dir)
            remove_all(i, below);
        host_check((nodes[i].dir ? path_rmdir : path_unlink)(NULL, below) == 0);
        nodes[i].links--;
        nodes[dir].child[n] = -1;
    }
}

static void run(void *arg)
{
    static struct call c;
    (void)arg;
    files_host_start();
    files_model_start();
    for (unsigned i = 0; i < STEPS; i++) {
        c.what = any(CALLS + 1);
        c.a = choose();
        c.b = choose();
        c.from = any(SIZE_MOST);
        c.size = any(2) == 0 ? any(100) : any(SIZE_MOST);
        c.size = min_size(c.size, SIZE_MOST - c.from);
        for (size_t n = 0; n < c.size; n++)
            c.data[n] = (unsigned char)unit_random(&files_seed);
        if (nodes_left() < 2)
            c.what = RMDIR;
        if (c.what == CALLS)
            open_or_close(&c.a);
        else if ((c.what != LINK && c.what != WRITE && c.what != TRUNCATE && c.what != UNLINK) ||
                 (c.a.path[strlen(c.a.path) - 1] != '/' && c.b.path[strlen(c.b.path) - 1] != '/'))
            step(&c);
        c.a = choose();
        check_path(&c.a);
    }
    remove_all(0, "");
    for (unsigned i = 0; i < OPEN; i++)
        file_put(open_file[i].f);
    files_host_clean();
}

static void test_model(void **state)
{
    (void)state;
    files_seed = unit_seed();
    host_in_child(run, NULL, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
    return UNIT_RUN("files", tests);
}
