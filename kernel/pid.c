/*
 * pid.c - process numbers.
 *
 * An empty page holds only NULL, so it can become any other page of the table as it is. One is kept: a single
 * process that comes and goes, whose PIDs have a page to themselves, costs no page each time.
 */
#include <kernel/pid.h>
#include <uapi/errno.h>

static size_t pages_of(int most)
{
    return (size_t)most / PIDS_PER_PAGE + 1;
}

size_t pids_bytes(int most)
{
    return pages_of(most) * sizeof(struct pid_page) + bitmap_bytes((size_t)most + 1);
}

void pids_init(struct pids *t, int most, void *zeroed_memory)
{
    t->page = zeroed_memory;
    t->most = most;
    t->highest = t->last = 0;
    atomic_init(&t->spare, NULL);
    bitmap_init(&t->free, (size_t)most + 1, t->page + pages_of(most));
}

/* 0: none is free. */
static int next_free(const struct pids *t)
{
    if (t->highest < t->most)
        return t->highest + 1; /* the first time round */
    size_t pid = bitmap_next(&t->free, (size_t)t->last + 1);
    if (pid == BITMAP_NONE)
        pid = bitmap_first(&t->free);
    return pid == BITMAP_NONE ? 0 : (int)pid;
}

void *pids_trim(struct pids *t)
{
    return atomic_exchange_explicit(&t->spare, NULL, memory_order_acq_rel);
}

int pid_give(struct pids *t, struct proc *p, void **page)
{
    int pid = next_free(t);
    if (pid == 0)
        return -EAGAIN;
    struct pid_page *in = pid_page(t, pid);
    if (in->proc == NULL) {
        in->proc = pids_trim(t);
        if (in->proc == NULL) {
            in->proc = *page;
            *page = NULL;
        }
        if (in->proc == NULL)
            return -ENOMEM;
    }
    if (pid > t->highest)
        t->highest = pid;
    else
        bitmap_clear(&t->free, (size_t)pid);
    in->proc[(unsigned)pid % PIDS_PER_PAGE] = p;
    in->used++;
    t->last = pid;
    return pid;
}

void *pid_take_back(struct pids *t, int pid)
{
    struct pid_page *in = pid_page(t, pid);
    bitmap_set(&t->free, (size_t)pid);
    in->proc[(unsigned)pid % PIDS_PER_PAGE] = NULL;
    if (--in->used > 0)
        return NULL;
    void *empty = in->proc;
    in->proc = NULL;
    return atomic_exchange_explicit(&t->spare, empty, memory_order_acq_rel);
}

struct proc *pid_next(const struct pids *t, int from)
{
    for (int pid = from; pid <= t->highest;) {
        const struct pid_page *in = pid_page(t, pid);
        if (in->proc == NULL) {
            pid += PIDS_PER_PAGE - pid % PIDS_PER_PAGE;
            continue;
        }
        struct proc *p = in->proc[(unsigned)pid % PIDS_PER_PAGE];
        if (p != NULL)
            return p;
        pid++;
    }
    return NULL;
}
