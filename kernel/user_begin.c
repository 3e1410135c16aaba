/*
 * user_begin.c - the first program: PID 1 stops being the kernel's and becomes /bin/init; others of a demo,
 * likewise.
 *
 * It was made with a user, so that its stack has room for a trap frame, but has run in the kernel until now.
 */
#include <kernel/file.h>
#include <kernel/group.h>
#include <kernel/path.h>
#include <kernel/proc_table.h>
#include <kernel/sched.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

enum { STANDARD_FILES = 3 };

int user_create(const char *name, void (*fn)(void *), void *arg, struct user **made)
{
    struct user *u = user_alloc();
    if (u == NULL)
        return -ENOMEM;
    hal_user_init(u->hal);
    u->group = group_create(NULL);
    int pid = u->group != NULL ? proc_create(u, current(), name, fn, arg) : -ENOMEM;
    if (pid < 0) {
        user_free(u);
        return pid;
    }
    atomic_store_explicit(&u->group->pgid, pid, memory_order_relaxed);
    atomic_store_explicit(&u->group->sid, pid, memory_order_relaxed);
    *made = u;
    return pid;
}

int user_spawn_first(const char *name, void (*fn)(void *), void *arg)
{
    struct user *u;
    int pid = user_create(name, fn, arg, &u);
    if (pid > 0)
        sched_start(u->proc);
    return pid;
}

/* What every program expects: a place in the tree, and the terminal as 0, 1 and 2. */
static int give_files(struct user *u)
{
    int error = -ENOMEM;
    if (u->fs == NULL && (u->fs = fs_create()) == NULL)
        return -ENOMEM;
    if (u->files != NULL)
        return 0;
    if ((u->files = files_create()) == NULL)
        return -ENOMEM;
    struct file *console = file_open("/dev/console", O_RDWR, 0, &error);
    for (unsigned i = 0; console != NULL && i < STANDARD_FILES; i++) {
        error = files_install(u->files, file_get(console), 0);
        if (error < 0)
            break;
    }
    if (error < 0) { /* all again, when there is memory */
        if (console != NULL) {
            file_put(console); /* what was not installed */
            file_put(console);
        }
        files_put(u->files);
        u->files = NULL;
        return error;
    }
    file_put(console);
    return 0;
}

int user_begin_with(const char *path, const char *const *words)
{
    struct user *u = current_user();
    const char *environment[] = { "PATH=/bin", "HOME=/", "TERM=vt100", NULL };
    struct exec_strings argv = { .kernel = words }, envp = { .kernel = environment };
    int result = give_files(u);
    if (result == 0)
        result = exec(path, &argv, &envp);
    if (result == 0)
        user_enter();
    return result;
}

int user_begin(const char *path)
{
    const char *words[] = { path, NULL };
    return user_begin_with(path, words);
}
