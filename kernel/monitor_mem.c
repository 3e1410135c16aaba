/* monitor_mem.c - the monitor's commands about memory. */
#include <kernel/console.h>
#include <kernel/initrd.h>
#include <kernel/main.h>
#include <kernel/memmap.h>
#include <kernel/memory.h>
#include <kernel/monitor.h>
#include <kernel/page.h>
#include <kernel/slab.h>

enum { KIB_PER_PAGE = PAGE_SIZE / 1024 };

static void print_pages(size_t pages, const char *what)
{
    kprintf("%9lu %10lu  %s\n", (unsigned long)pages, (unsigned long)pages * KIB_PER_PAGE, what);
}

static void print_range(const char *what, struct mem_range r)
{
    if (r.size > 0)
        kprintf("  %-9s 0x%09lx - 0x%09lx  %8lu KiB\n", what, (unsigned long)r.base,
                (unsigned long)(r.base + r.size - 1), (unsigned long)(r.size / 1024));
}

static void print_ranges(const char *what, const struct boot_ranges *r)
{
    for (unsigned i = 0; i < r->n; i++)
        print_range(what, r->range[i]);
}

void monitor_mem(const char *arg)
{
    (void)arg;
    size_t count[PAGE_OWNERS];
    page_count(count);
    kprintf("    PAGES        KiB  OWNER\n");
    for (unsigned i = 0; i < PAGE_OWNERS; i++) {
        if (count[i] > 0)
            print_pages(count[i], page_owner_name(i));
    }
    print_pages(page_stat().total, "in all");
    memory_check();
    print_ranges("RAM", &boot_info()->ram);
    print_ranges("reserved", &boot_info()->reserved);
    print_ranges("hidden", &boot_info()->hidden);
    if (initrd_is_there())
        print_range("initrd", boot_info()->initrd);
}

void monitor_buddyinfo(const char *arg)
{
    (void)arg;
    struct buddy b = page_buddies();
    kprintf("ORDER  PAGES    BLOCKS   FREE KiB  TOO SMALL FOR IT\n");
    for (unsigned order = 0; order <= PAGE_MAX_ORDER; order++)
        kprintf("%5u  %5u  %8lu  %9lu  %14u %%\n", order, 1u << order, (unsigned long)b.blocks[order],
                (unsigned long)(b.blocks[order] << order) * KIB_PER_PAGE, buddy_fragmentation(&b, order));
    kprintf("%lu pages in blocks, %lu on the lists of CPUs\n", (unsigned long)b.free_pages,
            (unsigned long)(page_stat().free - b.free_pages));
}

void monitor_slabinfo(const char *arg)
{
    struct cache_stat st;
    if (arg[0] != 0) {
        if (CONFIG_DEBUG)
            cache_print_users(arg);
        else
            kprintf("only a DEBUG build knows who took an object: make DEBUG=1 run\n");
        return;
    }
    kprintf("CACHE               SIZE  STRIDE  PER SLAB  PAGES  SLABS   IN USE     KEPT    TOTAL\n");
    for (unsigned i = 0; cache_stat_at(i, &st); i++)
        kprintf("%-16s %7lu %7lu %9lu %6lu %6lu %8lu %8lu %8lu\n", st.name, (unsigned long)st.size,
                (unsigned long)st.stride, (unsigned long)st.per_slab, (unsigned long)st.slab_pages,
                (unsigned long)st.slabs, (unsigned long)st.in_use, (unsigned long)st.kept,
                (unsigned long)st.total);
}
