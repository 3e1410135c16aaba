/* memory.c - pages that come when they are touched, and processes that have many of them. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sysbench.h"

enum { PAGE = 4096, MIB = 1 << 20 };

static char *area, *next;
static size_t area_size;
static int child;

static void map(size_t size)
{
    area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(area != MAP_FAILED, "mmap");
    area_size = size;
    next = area;
}

static void touch_next(void)
{
    *(volatile char *)next = 1;
    next += PAGE;
}

static void touch_all(void)
{
    while (next < area + area_size)
        touch_next();
    next = area;
}

static void unmap(void)
{
    munmap(area, area_size);
}

static void map_touch_unmap(void)
{
    map(PAGE);
    touch_next();
    unmap();
}

static int map_pages(long n)
{
    map((size_t)n * PAGE);
    return 0;
}

static void wait_for_end(void)
{
    for (;;)
        pause();
}

/* All of it belongs to two. */
static int share_pages(long n)
{
    map_pages(n);
    touch_all();
    child = start_child(wait_for_end);
    return 0;
}

static void end_sharing(void)
{
    end_child(child);
    unmap();
}

static void end_at_once(void)
{
}

static void fork_exit_wait(void)
{
    int pid = start_child(end_at_once);

    must(waitpid(pid, NULL, 0) == pid, "waitpid");
}

/* A machine with too little memory would show what a shortage costs. */
static int fill(size_t size)
{
    struct sysinfo s;

    must(sysinfo(&s) == 0, "sysinfo");
    unsigned long kib = (unsigned long)((unsigned long long)s.freeram * s.mem_unit >> 10);
    if (kib / 5 * 4 < size / 1024)
        return -1;
    map(size);
    touch_all();
    return 0;
}

static int fill_1(long n)
{
    (void)n;
    return fill(MIB);
}

static int fill_16(long n)
{
    (void)n;
    return fill((size_t)16 * MIB);
}

static int fill_256(long n)
{
    (void)n;
    return fill((size_t)256 * MIB);
}

const struct bench memory_benches[] = {
    { "map-touch-unmap", map_touch_unmap, NULL, NULL, 10, 1 },
    { "fault-zero", touch_next, map_pages, unmap, 10, 1 },
    { "fault-cow", touch_next, share_pages, end_sharing, 10, 1 },
    { "fork-exit-wait", fork_exit_wait, NULL, NULL, 100, 1 },
    { "fork-1M", fork_exit_wait, fill_1, unmap, 200, 1 },
    { "fork-16M", fork_exit_wait, fill_16, unmap, 1000, 1 },
    { "fork-256M", fork_exit_wait, fill_256, unmap, 2500, 1 },
    { 0 },
};
