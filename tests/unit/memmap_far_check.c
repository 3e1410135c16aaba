/* memmap_far_check.c - kernel/memmap.c: RAM that lies far apart, and a map that cannot be made. */
#include "memory_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include <kernel/memmap.h>
#include <kernel/vm.h>

enum { RAM_SIZE = 0x800000, PAGES = RAM_SIZE / PAGE_SIZE, BLOCK = PAGE_SIZE << PAGE_MAX_ORDER };
enum { PER_PAGE = PAGE_SIZE / sizeof(struct page) };

/* More RAM than the map has room for: the far range costs nothing, the near one is whole. */
static void far_away(void *arg)
{
    static const struct boot_info bi = { .ram = { { { 0, RAM_SIZE }, { 0x140000000, PAGE_SIZE * 16 } }, 2 } };
    static const struct boot_info farther = { .ram = { { { 0, RAM_SIZE }, { 0x500000000, BLOCK } }, 2 } };
    bool mapped = arg == NULL;
    memory_host_ram(RAM_SIZE);
    memory_host_boot(mapped ? &bi : &farther, UINT64_MAX);
    host_check((strstr(host_log, "no room to map") == NULL) == mapped);
    host_check(page_stat().total == PAGES + (mapped ? 16 : 0));
    host_check((host_memory.holes > 10000) == mapped && host_memory.maps - host_memory.holes < 200);
    if (!mapped)
        return;
    host_check(memmap[PAGES + PER_PAGE].owner == PAGE_HOLE);
    host_check(memmap[0x140000000 / PAGE_SIZE + 16].owner == PAGE_HOLE);
}

/* The page that stands for all holes is not to be written to. */
static void write_to_hole(void *arg)
{
    static int fault[2];
    far_away(NULL);
    host_check(pipe(fault) == 0);
    /* The system call refuses what a store would be stopped at. */
    host_check(write(fault[1], "x", 1) == 1);
    host_check(read(fault[0], &memmap[PAGES + PER_PAGE], 1) < 0);
    (void)arg;
}

static void no_tables(void *arg)
{
    (void)arg;
    host_memory.tables_most = 1;
    far_away(NULL);
}

static void no_mapping(void *arg)
{
    host_memory.map_fails_at = *(const unsigned long *)arg;
    far_away(NULL);
}

void memmap_check_failures(void **state)
{
    (void)state;
    static unsigned long at[] = { 1, 2, 100, 5000 };
    static int farther;
    host_in_child(far_away, NULL, NULL);
    host_in_child(far_away, &farther, NULL);
    host_in_child(write_to_hole, NULL, NULL);
    host_in_child(no_tables, NULL, "no memory for the tables of the memory map");
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
        host_in_child(no_mapping, &at[i], "no memory for the tables of the memory map");
}
