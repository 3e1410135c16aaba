/* torture_cow.c - pages are written, shared by fork, given back and protected, by threads all at once. */
#include "torture.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { COW_PAGES = 16, COW_THREADS = 3 };

static _Alignas(16) char stacks[COW_THREADS][STACK];

static struct {
    uint32_t *own[COW_THREADS]; /* a page range for each: only he writes there */
    char *common;               /* comes and goes */
    atomic_int running, stop, faults;
} cow;

static void check_pages(const uint32_t *own, uint32_t mark, const char *who)
{
    for (unsigned i = 0; i < COW_PAGES; i++) {
        if (own[i * PAGE / 4] != mark + i) {
            printf("torture: %s: page %u has %#x, not %#x\n", who, i, (unsigned)own[i * PAGE / 4],
                   (unsigned)(mark + i));
            atomic_fetch_add(&cow.faults, 1);
        }
    }
}

static int writer(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg, state = torture_seed + me;
    uint32_t *own = cow.own[me], mark = 0;

    for (unsigned r = 0; !atomic_load(&cow.stop); r++) {
        mark = (me << 24) + r * COW_PAGES;
        for (unsigned i = 0; i < COW_PAGES; i++)
            own[i * PAGE / 4] = mark + i;
        switch (any(&state) % 5) {
        case 0: /* the child sees what there was, the parent what it writes */
            if (must_fork() == 0) {
                check_pages(own, mark, "child");
                own[0] = ~mark;
                _exit(atomic_load(&cow.faults) != 0);
            }
            break;
        case 1:
            if (mprotect(own, COW_PAGES * PAGE, PROT_READ) == 0)
                check_pages(own, mark, "read only");
            while (mprotect(own, COW_PAGES * PAGE, PROT_READ | PROT_WRITE) != 0)
                sched_yield();
            break;
        case 2:
            if (madvise(own, COW_PAGES * PAGE, MADV_DONTNEED) == 0 && (own[0] | own[PAGE / 4]) != 0)
                atomic_fetch_add(&cow.faults, 1);
            continue;
        case 3: /* somebody else's page may go at any time, or not be there */
            mmap(cow.common, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            __syscall(SYS_getrandom, cow.common, 64, 0);
            munmap(cow.common, PAGE);
            break;
        default:
            sched_yield();
        }
        check_pages(own, mark, "thread");
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
    atomic_fetch_sub(&cow.running, 1);
    return 0;
}

static int cow_process(void)
{
    for (unsigned i = 0; i < COW_THREADS; i++) {
        cow.own[i] = mmap(NULL, COW_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (cow.own[i] == MAP_FAILED)
            return 0;
    }
    cow.common = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < COW_THREADS; i++) {
        atomic_fetch_add(&cow.running, 1);
        if (__clone(thread_flags, stacks[i] + STACK, NULL, NULL, NULL, writer, (void *)(uintptr_t)i) < 0)
            atomic_fetch_sub(&cow.running, 1);
    }
    account_sleep((long)torture_rounds * 10);
    atomic_store(&cow.stop, 1);
    while (atomic_load(&cow.running) > 0)
        account_sleep(1);
    return atomic_load(&cow.faults) != 0;
}

int torture_copy_on_write(void)
{
    for (int i = 0; i < 2; i++) {
        if (must_fork() == 0)
            _exit(cow_process());
    }
    return reap_all(1ull << SIGBUS | 1ull << SIGKILL);
}
