/* files.c - descriptors: a table that grows, and who may use which number. */
#include <kernel/file.h>
#include <kernel/files.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/user.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static struct files *make(unsigned room)
{
    struct files *t = kzalloc(sizeof(*t));
    if (t == NULL)
        return NULL;
    t->file = kzalloc(room * sizeof(struct file *));
    if (t->file == NULL) {
        kfree(t);
        return NULL;
    }
    atomic_init(&t->refs, 1);
    mutex_init(&t->lock, "descriptors");
    t->room = room;
    return t;
}

struct files *files_create(void)
{
    return make(FILES_FIRST);
}

struct files *files_get(struct files *t)
{
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return t;
}

void files_put(struct files *t)
{
    if (t == NULL || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (unsigned fd = 0; fd < t->used; fd++)
        file_put(t->file[fd]);
    kfree(t->file);
    kfree(t);
}

struct files *files_copy(struct files *t)
{
    mutex_lock(&t->lock);
    struct files *copy = make(t->room);
    if (copy != NULL) {
        memcpy(copy->close_exec, t->close_exec, sizeof(t->close_exec));
        copy->used = t->used;
        for (unsigned fd = 0; fd < t->used; fd++)
            copy->file[fd] = t->file[fd] == NULL ? NULL : file_get(t->file[fd]);
    }
    mutex_unlock(&t->lock);
    return copy;
}

static bool marked(const struct files *t, unsigned fd)
{
    return (t->close_exec[fd / 32] >> fd % 32 & 1) != 0;
}

static void mark(struct files *t, unsigned fd, bool close_exec)
{
    uint32_t bit = UINT32_C(1) << fd % 32;
    if (close_exec)
        t->close_exec[fd / 32] |= bit;
    else
        t->close_exec[fd / 32] &= ~bit;
}

void files_close_exec(struct files *t)
{
    for (unsigned fd = 0; fd < FILES_MOST; fd++) {
        if (marked(t, fd))
            files_close(t, fd);
    }
}

/* Locked. Makes the table reach to fd, which is below FILES_MOST. */
static int make_room(struct files *t, unsigned fd)
{
    unsigned room = t->room;
    while (room <= fd)
        room *= 2;
    if (room == t->room)
        return 0;
    struct file **file = krealloc(t->file, room * sizeof(*file));
    if (file == NULL)
        return -ENOMEM;
    memset(file + t->room, 0, (room - t->room) * sizeof(*file));
    t->file = file;
    t->room = room;
    return 0;
}

/* The lowest number that is not given. */
static unsigned limit(void)
{
    struct user *u = current_user();
    return u == NULL ? FILES_USUAL : (unsigned)min_u64(group_limit(u->group, RLIMIT_NOFILE), FILES_MOST);
}

static int place_at(struct files *t, struct file *f, unsigned flags, unsigned fd)
{
    int error = make_room(t, fd);
    if (error != 0)
        return error;
    t->file[fd] = f;
    if (fd >= t->used)
        t->used = fd + 1;
    mark(t, fd, (flags & O_CLOEXEC) != 0);
    return (int)fd;
}

int files_install_from(struct files *t, struct file *f, unsigned flags, unsigned from)
{
    mutex_lock(&t->lock);
    unsigned fd = from;
    while (fd < t->room && t->file[fd] != NULL)
        fd++;
    int result = fd >= limit() ? -EMFILE : place_at(t, f, flags, fd);
    mutex_unlock(&t->lock);
    return result;
}

int files_install(struct files *t, struct file *f, unsigned flags)
{
    return files_install_from(t, f, flags, 0);
}

int files_install_at(struct files *t, struct file *f, unsigned flags, unsigned fd)
{
    mutex_lock(&t->lock);
    struct file *old = files_at(t, fd);
    int result = fd >= limit() ? -EBADF : place_at(t, f, flags, fd);
    mutex_unlock(&t->lock);
    if (result >= 0)
        file_put(old);
    return result;
}

struct file *files_lookup(struct files *t, unsigned fd)
{
    bool shared = files_are_shared(t);
    if (shared)
        mutex_lock(&t->lock);
    struct file *f = files_at(t, fd);
    if (f != NULL)
        file_get(f);
    if (shared)
        mutex_unlock(&t->lock);
    return f;
}

int files_close(struct files *t, unsigned fd)
{
    struct file *f = NULL;
    mutex_lock(&t->lock);
    if (fd < t->room && t->file[fd] != NULL) {
        f = t->file[fd];
        t->file[fd] = NULL;
        while (t->used > 0 && t->file[t->used - 1] == NULL)
            t->used--;
        mark(t, fd, false);
    }
    mutex_unlock(&t->lock);
    if (f == NULL)
        return -EBADF;
    file_put(f);
    return 0;
}

int files_get_flags(struct files *t, unsigned fd)
{
    mutex_lock(&t->lock);
    bool there = fd < t->room && t->file[fd] != NULL;
    int result = !there ? -EBADF : marked(t, fd) ? FD_CLOEXEC : 0;
    mutex_unlock(&t->lock);
    return result;
}

int files_set_flags(struct files *t, unsigned fd, unsigned flags)
{
    mutex_lock(&t->lock);
    bool there = fd < t->room && t->file[fd] != NULL;
    if (there)
        mark(t, fd, (flags & FD_CLOEXEC) != 0);
    mutex_unlock(&t->lock);
    return there ? 0 : -EBADF;
}
