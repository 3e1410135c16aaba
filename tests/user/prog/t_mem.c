/* t_mem.c - memory: brk, mmap, munmap, mprotect, mremap, copies on write, a stack that grows. */
#include "check.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, MANY = 64 };

static void *map(size_t size, int prot)
{
    return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Does this access kill a child by SIGSEGV? */
static bool faults(volatile char *p, bool write)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        if (write)
            *p = 1;
        else
            (void)*p;
        _exit(0);
    }
    return reap(pid) == 1000 + SIGSEGV;
}

static bool is_zero(const char *p, size_t n)
{
    while (n > 0 && *p == 0)
        p++, n--;
    return n == 0;
}

static void check_brk(void)
{
    char *start = sbrk(0);
    char *page = sbrk(3 * PAGE);

    CHECK("brk grows, with zeros", page == start && is_zero(page, 3 * PAGE) && sbrk(0) == start + 3 * PAGE);
    memset(page, 7, 3 * PAGE);
    CHECK("and shrinks", sbrk(-2 * PAGE) != (void *)-1 && sbrk(0) == start + PAGE);
    char *behind = (char *)(((uintptr_t)start + PAGE + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
    CHECK("what it gave back is gone", faults(behind, false) && page[0] == 7);
    sbrk(2 * PAGE);
    CHECK("what comes again is zero", is_zero(behind, PAGE));
    CHECK("more than there can be", FAILS_WITH(ENOMEM, brk((void *)(UINTPTR_MAX - PAGE))));
}

static void check_map(void)
{
    char *p = map(MANY * PAGE, PROT_READ | PROT_WRITE);

    CHECK("mmap gives zeros", p != MAP_FAILED && ((uintptr_t)p & (PAGE - 1)) == 0 && is_zero(p, MANY * PAGE));
    for (int i = 0; i < MANY; i++)
        p[i * PAGE] = (char)(i + 1);
    CHECK("munmap of one page in the middle", munmap(p + 9 * PAGE, PAGE) == 0 && faults(p + 9 * PAGE, false));
    bool good = true;
    for (int i = 0; i < MANY; i++)
        good &= i == 9 || p[i * PAGE] == i + 1;
    CHECK("the others are as they were", good);
    CHECK("a page exactly there again",
          mmap(p + 9 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
                  p + 9 * PAGE &&
              is_zero(p + 9 * PAGE, PAGE));
    CHECK("MAP_FIXED over what is there makes it new",
          mmap(p, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p &&
              is_zero(p, PAGE) && p[PAGE] == 2);
    CHECK("munmap of all, and once more", munmap(p, MANY * PAGE) == 0 && munmap(p, MANY * PAGE) == 0 &&
                                              faults(p, false) && faults(p + (MANY - 1) * PAGE, false));
    CHECK("a length of 0", FAILS_WITH(EINVAL, mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    CHECK("munmap between pages", FAILS_WITH(EINVAL, munmap(p + 1, PAGE)));
    CHECK("more than the address space", FAILS_WITH(ENOMEM, map(SIZE_MAX - 4 * PAGE, PROT_READ)));
    CHECK("neither shared nor private",
          FAILS_WITH(EINVAL, mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0)));
}

static void check_protect(void)
{
    char *p = map(3 * PAGE, PROT_READ | PROT_WRITE);

    p[PAGE] = 5;
    CHECK("mprotect: read only", mprotect(p + PAGE, PAGE, PROT_READ) == 0 && p[PAGE] == 5 &&
                                     faults(p + PAGE, true) && !faults(p, true) &&
                                     !faults(p + 2 * PAGE, true));
    CHECK("mprotect: nothing at all", mprotect(p + PAGE, PAGE, PROT_NONE) == 0 && faults(p + PAGE, false));
    CHECK("mprotect: all again, with its content",
          mprotect(p, 3 * PAGE, PROT_READ | PROT_WRITE) == 0 && p[PAGE] == 5 && !faults(p + PAGE, true));
    munmap(p + PAGE, PAGE);
    CHECK("mprotect over a hole", FAILS_WITH(ENOMEM, mprotect(p, 3 * PAGE, PROT_READ)));
    CHECK("mprotect between pages", FAILS_WITH(EINVAL, mprotect(p + 1, PAGE, PROT_READ)));
    munmap(p, 3 * PAGE);
    CHECK("code and constants cannot be written",
          faults((char *)(uintptr_t)check_protect, true) && faults((char *)(uintptr_t) "text", true));
}

static void check_copy_on_write(void)
{
    char *p = map(MANY * PAGE, PROT_READ | PROT_WRITE);

    memset(p, 3, MANY * PAGE);
    pid_t pid = patient_fork();
    if (pid == 0) {
        bool good = true;
        for (int i = 0; i < MANY; i++)
            good &= p[i * PAGE] == 3;
        memset(p, 4, MANY * PAGE);
        _exit(good ? 11 : 1);
    }
    bool good = reap(pid) == 11;
    for (int i = 0; i < MANY; i++)
        good &= p[i * PAGE] == 3;
    CHECK("the child writes, the parent keeps its own", good);
    int gate[2];
    char c = 0;
    if (pipe(gate) < 0)
        exit(2);
    pid = patient_fork();
    if (pid == 0) {
        close(gate[1]);
        good = read(gate[0], &c, 1) == 1;
        for (int i = 0; i < MANY; i++)
            good &= p[i * PAGE] == 3;
        _exit(good ? 12 : 1);
    }
    memset(p, 5, MANY * PAGE);
    good = write(gate[1], &c, 1) == 1;
    CHECK("the parent writes, the child keeps its own", reap(pid) == 12 && good);
    good = write(gate[1], "k", 1) == 1;
    pid = patient_fork();
    if (pid == 0)
        _exit(read(gate[0], p, 1) == 1 && *p == 'k' ? 13 : 1);
    CHECK("the kernel writes for one of them: only that one sees it", reap(pid) == 13 && good && *p == 5);
    munmap(p, MANY * PAGE);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid = patient_fork();
    if (pid == 0) {
        *shared = 6;
        _exit(0);
    }
    CHECK("MAP_SHARED: both see it", reap(pid) == 0 && *shared == 6);
    munmap(shared, PAGE);
}

/* A frame of a page, so many of them. */
static int descend(int depth)
{
    volatile char frame[PAGE];

    frame[0] = (char)depth;
    return depth == 0 ? 0 : descend(depth - 1) + (frame[0] == (char)depth);
}

static int forever(volatile int *depth)
{
    volatile char frame[PAGE];

    frame[0] = 1;
    ++*depth;
    return *depth > 0 ? forever(depth) + frame[0] : 0;
}

static void check_stack(void)
{
    CHECK("a megabyte of stack", descend(256) == 256);
    pid_t pid = patient_fork();
    if (pid == 0) {
        volatile int depth = 0;
        _exit(forever(&depth) & 1);
    }
    CHECK("but not without end", reap(pid) == 1000 + SIGSEGV);
}

static void check_remap(void)
{
    char *p = map(4 * PAGE, PROT_READ | PROT_WRITE);

    p[0] = 8;
    p[PAGE] = 9;
    CHECK("mremap shrinks",
          mremap(p, 4 * PAGE, 2 * PAGE, 0) == p && faults(p + 2 * PAGE, false) && p[PAGE] == 9);
    char *q = mremap(p, 2 * PAGE, MANY * PAGE, MREMAP_MAYMOVE);
    CHECK("mremap grows, with its content",
          q != MAP_FAILED && q[0] == 8 && q[PAGE] == 9 && is_zero(q + 2 * PAGE, (MANY - 2) * PAGE));
    munmap(q, MANY * PAGE);
    CHECK("mremap of nothing", FAILS_WITH(EFAULT, mremap(q, PAGE, 2 * PAGE, MREMAP_MAYMOVE)));
}

static void check_malloc(void)
{
    enum { BLOCKS = 200 };
    unsigned char *block[BLOCKS];
    size_t size[BLOCKS];
    bool good = true;

    memset(block, 0, sizeof(block));
    srand(11);
    for (int round = 0; round < 4000; round++) {
        int i = rand() % BLOCKS;
        for (size_t k = 0; block[i] != NULL && k < size[i]; k += 97)
            good &= block[i][k] == (unsigned char)i;
        free(block[i]);
        size[i] = (size_t)(rand() % (round % 50 == 0 ? 300000 : 2000));
        block[i] = malloc(size[i]);
        good &= block[i] != NULL && ((uintptr_t)block[i] & 15) == 0;
        memset(block[i], i, size[i]);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(block[i]);
    CHECK("malloc: no block is in another", good);
    CHECK("malloc of too much", malloc(SIZE_MAX - 8) == NULL && errno == ENOMEM);
}

/* Blocks that stay between others that go, as a shell's history between its commands. */
static void check_gaps(void)
{
    enum { STAY = 24, GO = 2000, TIMES = 100 };
    uintptr_t lowest = UINTPTR_MAX, highest = 0;
    char *stay[TIMES];

    for (int i = 0; i < TIMES; i++) {
        char *go = malloc(GO);
        stay[i] = malloc(STAY);
        free(go);
        lowest = (uintptr_t)stay[i] < lowest ? (uintptr_t)stay[i] : lowest;
        highest = (uintptr_t)stay[i] > highest ? (uintptr_t)stay[i] : highest;
    }
    CHECK("malloc: gaps are filled", highest - lowest <= TIMES * 2 * STAY + GO);
    for (int i = 0; i < TIMES; i++)
        free(stay[i]);
}

int main(void)
{
    check_brk();
    check_map();
    check_protect();
    check_copy_on_write();
    check_stack();
    check_remap();
    check_gaps();
    check_malloc();
    return verdict("t_mem");
}
