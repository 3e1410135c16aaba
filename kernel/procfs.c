/*
 * procfs.c - /proc: the tree.
 *
 * An inode is made when its name is looked up, and is gone with its last user. A text is made anew whenever
 * it is read from the beginning, and the rest of it comes from what was made then.
 */
#include <kernel/file.h>
#include <kernel/kmalloc.h>
#include <kernel/page.h>
#include <kernel/procfs.h>
#include <kernel/procfs_text.h>
#include <kernel/ramfs.h>
#include <lib/fmt.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>

/* Numbers of inodes: no other file system's, and room for the files of each process. */
enum { PROC_DEVICE = 3, NUMBER_BASE = 0x40000000, NUMBERS_PER_PID = 16, PIDS_FROM = 64, PID_DIGITS = 12 };

struct proc_node {
    const char *name;
    int (*text)(struct proc_text *t, int pid);
};

static const struct proc_node machine_nodes[] = {
    { "meminfo", proc_text_meminfo },   { "uptime", proc_text_uptime },   { "loadavg", proc_text_loadavg },
    { "stat", proc_text_machine_stat }, { "version", proc_text_version }, { "slabinfo", proc_text_slabinfo },
};

static const struct proc_node process_nodes[] = {
    { "stat", proc_text_stat },
    { "status", proc_text_status },
    { "cmdline", proc_text_cmdline },
};

struct proc_inode {
    struct inode inode;
    int pid;                      /* 0: of the machine */
    const struct proc_node *node; /* of a file */
};

static const struct inode_ops proc_ops;

static struct proc_inode *of(struct inode *i)
{
    return container_of(i, struct proc_inode, inode);
}

static uint64_t number_of(int pid, unsigned which)
{
    return NUMBER_BASE + (uint64_t)(unsigned)pid * NUMBERS_PER_PID + which;
}

static struct proc_inode *make(unsigned mode, int pid, unsigned which)
{
    struct proc_inode *p = kzalloc(sizeof(*p));
    if (p == NULL)
        return NULL;
    inode_init(&p->inode, &proc_ops, mode, number_of(pid, which));
    p->inode.device = PROC_DEVICE;
    p->inode.links = S_ISDIR(mode) ? 2 : 1;
    p->pid = pid;
    return p;
}

/* What a name stands for: files are numbered from 1 on, `self` is behind those of the machine. */
static int make_file(const struct proc_node *nodes, unsigned n, int pid, const char *name, size_t len,
                     struct proc_inode **made)
{
    for (unsigned i = 0; i < n; i++) {
        if (strlen(nodes[i].name) != len || memcmp(nodes[i].name, name, len) != 0)
            continue;
        *made = make(S_IFREG | 0444, pid, i + 1);
        if (*made == NULL)
            return -ENOMEM;
        (*made)->node = &nodes[i];
        return 0;
    }
    return -ENOENT;
}

/* Decimal, without a 0 in front; 0: it is none. */
static int parse_pid(const char *name, size_t len)
{
    int pid = 0;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9' || (i == 0 && name[i] == '0') || pid > INT32_MAX / 10 - 1)
            return 0;
        pid = pid * 10 + (name[i] - '0');
    }
    return pid;
}

static int make_in_root(struct inode *root, const char *name, size_t len, struct proc_inode **made)
{
    int pid = parse_pid(name, len);
    if (pid != 0 && proc_text_is_process(pid)) {
        *made = make(S_IFDIR | 0555, pid, 0);
        if (*made != NULL)
            (*made)->inode.parent = inode_get(root);
        return *made == NULL ? -ENOMEM : 0;
    }
    if (len == 4 && memcmp(name, "self", len) == 0) {
        *made = make(S_IFLNK | 0777, 0, ARRAY_SIZE(machine_nodes) + 1);
        return *made == NULL ? -ENOMEM : 0;
    }
    return make_file(machine_nodes, ARRAY_SIZE(machine_nodes), 0, name, len, made);
}

static int proc_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
    struct proc_inode *made;
    int pid = of(dir)->pid;
    int error = pid == 0 ? make_in_root(dir, name, len, &made)
                         : make_file(process_nodes, ARRAY_SIZE(process_nodes), pid, name, len, &made);
    if (error == 0)
        *found = &made->inode;
    return error;
}

/* Places in a directory: 2 and on are its files, in /proc then `self`, and from PIDS_FROM on processes. */
static bool list_files(const struct proc_node *nodes, unsigned n, int pid, uint64_t *position, dir_emit *emit,
                       void *ctx)
{
    for (; *position < n + 2; ++*position) {
        unsigned i = (unsigned)*position - 2;
        if (!emit(ctx, nodes[i].name, strlen(nodes[i].name), number_of(pid, i + 1), DT_REG, *position + 1))
            return false;
    }
    return true;
}

static void list_processes(uint64_t *position, dir_emit *emit, void *ctx)
{
    char name[PID_DIGITS];
    int pid;
    while ((pid = proc_text_next((int)(*position - PIDS_FROM) + 1)) != 0) {
        int len = fmt_snprintf(name, sizeof(name), "%d", pid);
        uint64_t next = (uint64_t)pid + PIDS_FROM;
        if (!emit(ctx, name, (size_t)len, number_of(pid, 0), DT_DIR, next))
            return;
        *position = next;
    }
}

static int proc_list(struct inode *dir, uint64_t *position, dir_emit *emit, void *ctx)
{
    enum { FILES = ARRAY_SIZE(machine_nodes) };
    int pid = of(dir)->pid;
    if (*position < 2)
        *position = 2;
    if (pid != 0) {
        list_files(process_nodes, ARRAY_SIZE(process_nodes), pid, position, emit, ctx);
        return 0;
    }
    if (!list_files(machine_nodes, FILES, 0, position, emit, ctx))
        return 0;
    if (*position == FILES + 2) {
        if (!emit(ctx, "self", 4, number_of(0, FILES + 1), DT_LNK, PIDS_FROM))
            return 0;
        *position = PIDS_FROM;
    }
    if (*position <= (uint64_t)INT32_MAX)
        list_processes(position, emit, ctx);
    return 0;
}

static long proc_readlink(struct inode *i, char *text, size_t size)
{
    char name[PID_DIGITS];
    (void)i;
    size_t n = min_size((size_t)fmt_snprintf(name, sizeof(name), "%d", proc_text_self()), size);
    memcpy(text, name, n);
    return (long)n;
}

/*
 * f->data: a page with the text, NULL before the first read. The file's position is locked, or it is a
 * pread().
 */
struct made_text {
    struct mutex lock;
    struct proc_text text;
};

static int make_text(struct file *f, struct made_text *m)
{
    m->text.len = 0;
    return of(f->inode)->node->text(&m->text, of(f->inode)->pid);
}

static long proc_read(struct file *f, struct uio *u, uint64_t *position)
{
    struct made_text *m = f->data;
    size_t n = 0;
    mutex_lock(&m->lock);
    int error = *position == 0 ? make_text(f, m) : 0;
    if (error == 0 && *position < m->text.len) {
        n = min_size(u->left, m->text.len - (size_t)*position);
        error = uio_put(u, m->text.to + *position, n);
    }
    mutex_unlock(&m->lock);
    if (error != 0)
        return error;
    *position += n;
    return (long)n;
}

static void proc_release(struct file *f)
{
    struct made_text *m = f->data;
    if (m != NULL)
        page_free(m->text.to, 0);
    kfree(m);
}

static const struct file_ops proc_file_ops = { .read = proc_read, .release = proc_release };

static int proc_open(struct inode *i, struct file *f)
{
    if ((f->kind & FILE_WRITABLE) != 0 || !S_ISREG(i->mode))
        return -EACCES;
    struct made_text *m = kzalloc(sizeof(*m));
    void *page = m == NULL ? NULL : page_alloc(0, PAGE_OTHER);
    if (page == NULL) {
        kfree(m);
        return -ENOMEM;
    }
    mutex_init(&m->lock, "text");
    m->text = (struct proc_text){ .to = page, .size = PAGE_SIZE };
    f->data = m;
    f->ops = &proc_file_ops;
    return 0;
}

static void proc_free(struct inode *i)
{
    kfree(of(i));
}

static const struct inode_ops proc_ops = {
    .lookup = proc_lookup,
    .list = proc_list,
    .readlink = proc_readlink,
    .open = proc_open,
    .free = proc_free,
};

int procfs_init(void)
{
    int error = path_rmdir(NULL, "/proc"); /* an empty one that the initrd brought */
    if (error != 0 && error != -ENOENT)
        return error;
    struct proc_inode *root = make(S_IFDIR | 0555, 0, 0);
    if (root == NULL)
        return -ENOMEM;
    tree_lock();
    error = ramfs_mount(path_root(), "proc", &root->inode);
    tree_unlock();
    inode_put(&root->inode);
    return error;
}
