/* memory.c - what a shortage of pages sets free, and the account of every page. */
#include <kernel/console.h>
#include <kernel/failalloc.h>
#include <kernel/kstack.h>
#include <kernel/memmap.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/slab.h>
#include <kernel/vm.h>

bool memory_reclaim(void)
{
    unsigned long s = hal_irq_save();
    struct cpu *cpu = this_cpu();
    bool any = false;
    if (!cpu->reclaiming) { /* what is done here allocates nothing, but who calls may do so under it */
        cpu->reclaiming = true;
        any = proc_trim();
        any |= cache_reclaim();
        any |= page_list_drain();
        cpu->reclaiming = false;
    }
    hal_irq_restore(s);
    return any;
}

static void reclaim_here(void *any)
{
    *(bool *)any |= memory_reclaim();
}

bool memory_reclaim_everywhere(void)
{
    bool any = false;
    sched_on_each_cpu(reclaim_here, &any);
    return any;
}

static bool agrees(const char *what, size_t counted, size_t said)
{
    if (counted != said)
        kprintf("memory: %lu pages of %s by the map, %lu by their owner\n", (unsigned long)counted, what,
                (unsigned long)said);
    return counted == said;
}

bool memory_check(void)
{
    size_t count[PAGE_OWNERS], sum = 0;
    struct page_stat st = page_stat();
    page_count(count);
    for (unsigned i = 0; i < PAGE_OWNERS; i++)
        sum += count[i];
    bool exact = agrees("RAM", sum, st.total);
    exact &= agrees(page_owner_name(PAGE_FREE), count[PAGE_FREE], st.free);
    exact &= agrees(page_owner_name(PAGE_TABLE), count[PAGE_TABLE], vm_table_pages());
    exact &= agrees(page_owner_name(PAGE_STACK), count[PAGE_STACK], kstack_pages());
    exact &= agrees(page_owner_name(PAGE_SLAB), count[PAGE_SLAB], cache_pages());
    return exact;
}

void memory_report(void)
{
    size_t count[PAGE_OWNERS];
    page_count(count);
    kprintf("memory: %lu pages = %lu free", (unsigned long)page_stat().total,
            (unsigned long)count[PAGE_FREE]);
    for (unsigned i = PAGE_FREE + 1; i < PAGE_OWNERS; i++) {
        if (count[i] > 0)
            kprintf(" + %lu %s", (unsigned long)count[i], page_owner_name(i));
    }
    kprintf(": %s\n", memory_check() ? "exact" : "NOT EXACT");
    failalloc_report();
}
