/* memory_host.h - RAM and a map window for the kernel's memory system, in a process of the host.
 *
 * It takes the place of kernel/vm*.c, kstack.c, ksyms.c and failalloc.c below page.c, memmap.c, slab*.c,
 * magazine.c, kmalloc.c and memory.c: writes down what they ask for, and can be told to fail. Checks are
 * host_check(), for a process of host_in_child() or a fuzzer.
 */
#pragma once
#include "host.h"

#include <kernel/page.h>
#include <stdatomic.h>

struct memory_host {
    unsigned long maps, holes;   /* calls of vm_map(), and how many of these for reading only */
    unsigned long map_fails_at;  /* this call fails; 0: none */
    unsigned      tables_most;   /* vm_make_tables() gets so many, then fails; 0: all */
    size_t        tables;        /* pages it has */
    void         *spare_stack;   /* a page that proc_trim() gives back; NULL: none */

    bool          fail_wanted;   /* failalloc_wanted(): no lists, no magazines */
    atomic_ulong  asked;         /* calls of failalloc_now() */
    unsigned long fails_at;      /* this one fails; 0: none */
    unsigned long one_in;        /* and one in so many; 0: none */
    atomic_ulong  failed;

    char          text[8192];    /* what kprintf() wrote */
};
extern struct memory_host host_memory;

/* Physical memory of size bytes, full of what nobody should trust; nothing in the map window. */
void memory_host_ram(size_t size);
/* page_early_init() and page_init() with this memory map. */
void memory_host_boot(const struct boot_info *bi, uint64_t limit);
/* All of it: RAM of that size, the image in it, caches and kmalloc(). CPU 0 runs. */
void memory_host_start(size_t size);

/* How ksyms_name() calls a function. */
void memory_host_name(void (*fn)(void), const char *name);

/* What only keeps memory at hand, on any CPU, is given back. CPU 0 runs then. */
void memory_host_settle(void);
/* The account of every page, by all who keep one. */
void memory_host_exact(void);
