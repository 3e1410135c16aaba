/* procfs_memory.c - the texts in /proc about memory: whose the pages are, and the objects of the caches. */
#include <kernel/page.h>
#include <kernel/procfs_text.h>
#include <kernel/slab.h>
#include <kernel/vm.h>
#include <lib/util.h>

static size_t kib(size_t pages)
{
    return pages * (PAGE_SIZE / 1024);
}

int proc_text_meminfo(struct proc_text *t, int pid)
{
    size_t count[PAGE_OWNERS];
    struct page_stat st = page_stat();
    size_t kernel_tables = vm_kernel_table_pages(); /* before all are counted: they do not get fewer */
    (void)pid;
    page_count(count);
    proc_text_put(t, "MemTotal:       %8zu kB\n", kib(st.total));
    proc_text_put(t, "MemFree:        %8zu kB\n", kib(count[PAGE_FREE]));
    proc_text_put(t, "MemAvailable:   %8zu kB\n", kib(count[PAGE_FREE]));
    proc_text_put(t, "Buffers:        %8u kB\n", 0u);
    proc_text_put(t, "Cached:         %8zu kB\n", kib(count[PAGE_FILE]));
    proc_text_put(t, "SwapTotal:      %8u kB\nSwapFree:       %8u kB\n", 0u,
                  0u); /* nothing is ever swapped */
    proc_text_put(t, "AnonPages:      %8zu kB\n", kib(count[PAGE_USER]));
    proc_text_put(t, "Shmem:          %8zu kB\n", kib(count[PAGE_FILE]));
    proc_text_put(t, "Slab:           %8zu kB\n", kib(count[PAGE_SLAB] + count[PAGE_KMALLOC]));
    proc_text_put(t, "KernelStack:    %8zu kB\n", kib(count[PAGE_STACK]));
    proc_text_put(t, "PageTables:     %8zu kB\n", kib(count[PAGE_TABLE] - kernel_tables));
    proc_text_put(t, "KernelTables:   %8zu kB\n", kib(kernel_tables));
    return 0;
}

/*
 * Names are words in this file. In use are those that somebody has, without the ones that wait in magazines.
 */
int proc_text_slabinfo(struct proc_text *t, int pid)
{
    struct cache_stat st;
    (void)pid;
    proc_text_put(t, "slabinfo - version: 2.1\n"
                     "# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n");
    for (unsigned which = 0; cache_stat_at(which, &st); which++) {
        for (char *c = st.name; *c != 0; c++)
            *c = *c == ' ' ? '_' : *c;
        proc_text_put(t, "%s %zu %zu %zu %zu %zu\n", st.name, st.in_use, st.total, st.size, st.per_slab,
                      st.slab_pages);
    }
    return 0;
}
