/* kernel/kstack.h - kernel stacks in the kmap window, each above an unmapped guard page. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any context, locks below RANK_CACHES held. The base of a slot, all mapped but its lowest page; or 0. */
uintptr_t kstack_alloc(void);
/* Any context, locks below RANK_KSTACK held: from within page_alloc() too. Nobody stands on it. */
void kstack_free(uintptr_t slot);
/* Any context, any lock held. Nobody stands on it yet: DEBUG builds fill it. For one that is used again. */
void kstack_refresh(uintptr_t slot);
/* Any context, locks below RANK_KSTACK held. Pages that are mapped for stacks. */
size_t kstack_pages(void);

/*
 * Any context, DEBUG builds, where a fresh stack is filled: bytes at the deep end that were never used.
 * Elsewhere the number means nothing.
 */
unsigned kstack_unused(uintptr_t slot);
