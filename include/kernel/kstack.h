/* kernel/kstack.h - kernel stacks in the kmap window, each above an unmapped guard page. */
#pragma once
#include <stdint.h>

/*
 * Any context, locks below RANK_KSTACK held. Returns the base of a slot, all mapped but its lowest page; or 0.
 */
uintptr_t kstack_alloc(void);
/* The same context. Nobody stands on it. A few free stacks stay mapped for the next comers. */
void kstack_free(uintptr_t slot);
/* The same context. Unmaps those too: then all pages that nobody uses are free, and can be counted. */
void kstack_trim(void);

/*
 * Any context, DEBUG builds, where a fresh stack is filled: bytes at the deep end that were never used.
 * Elsewhere the number means nothing.
 */
unsigned kstack_unused(uintptr_t slot);
