/*
 * kernel/pid.h - process numbers: from a PID to its process in one step, and PIDs that rise and wrap.
 *
 * The processes stand in pages of pointers, one for so many PIDs in a row. A page is there while one of its
 * PIDs is in use, so the table is as large as what is in it. Nothing here locks or allocates: the owner does.
 */
#pragma once
#include <kernel/config.h>
#include <lib/bitmap.h>
#include <stdatomic.h>

enum {
    PID_MOST_DEFAULT = 32767,
    PID_MOST_LEAST = 100,
    PID_MOST_MOST = 1 << 22,
    PIDS_PER_PAGE = PAGE_SIZE / sizeof(void *),
};

struct proc;

struct pid_page {
    struct proc **proc; /* NULL: none of these PIDs is in use */
    unsigned used;
};

struct pids {
    struct pid_page *page;
    struct bitmap free;    /* PIDs up to highest that were given back */
    int most;              /* fixed: PIDs are 1 to most */
    int highest, last;     /* that were given so far; the rest of them are free as well */
    _Atomic(void *) spare; /* an empty page. Not guarded by the owner's lock */
};

size_t pids_bytes(int most); /* What a table for PIDs 1 to most needs. */
/* The empty table. zeroed_memory: pids_bytes(most) bytes, aligned to a pointer. */
void pids_init(struct pids *t, int most, void *zeroed_memory);

/*
 * Gives p the next free PID after the last one, so that one is not used again at once, and returns it. *page:
 * a cleared page, or NULL; it becomes NULL if it was needed. -EAGAIN: no PID is free. -ENOMEM: a page is
 * needed; nothing has changed.
 */
int pid_give(struct pids *t, struct proc *p, void **page);
/* PID pid, which is in use, is free. Returns a page that is not needed any more, or NULL. */
void *pid_take_back(struct pids *t, int pid);

static inline struct pid_page *pid_page(const struct pids *t, int pid)
{
    return &t->page[(unsigned)pid / PIDS_PER_PAGE];
}

/* Whose PID that is; any number. NULL: nobody's. */
static inline struct proc *pid_find(const struct pids *t, int pid)
{
    if (pid < 1 || pid > t->most)
        return NULL;
    const struct pid_page *in = pid_page(t, pid);
    return in->proc == NULL ? NULL : in->proc[(unsigned)pid % PIDS_PER_PAGE];
}

/* The process with the lowest PID from `from`, which is at least 1, on; or NULL. */
struct proc *pid_next(const struct pids *t, int from);

/* Any context; the owner's lock need not be held. Takes the empty page out that is kept, if there is one. */
void *pids_trim(struct pids *t);
