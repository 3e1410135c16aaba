/* vm_pages.h - the allocator below kernel/vm*.c: it fails when told to, counts by owner, and reports. */
#pragma once
#include <kernel/page.h>
#include <stdint.h>

/* Bytes of physical memory that exist; of the rest only addresses are needed. */
enum { VM_BACKED = 0x4000000, VM_PAGES_PA = 0x1000000, VM_FRAMES = (VM_BACKED - VM_PAGES_PA) / 4096 };

extern unsigned vm_owned[PAGE_OWNERS];       /* pages that the kernel has, by owner */
extern long     vm_until_failure;            /* allocations that go well; -1: all */
extern unsigned vm_failures;                 /* allocations that did not */
extern void   (*vm_on_alloc)(void);          /* unless NULL: called before each of them, which may do more */
extern void   (*vm_on_free)(uintptr_t pa);   /* and before a page is free */

void vm_pages_reset(void);                   /* Everything is free. */
enum page_owner vm_owner(uintptr_t pa);      /* PAGE_FREE also for what is not the allocator's. */
