/*
 * kernel/vm.h - the kernel's page tables.
 *
 * One tree, built here for every port: RAM in the direct map, the image W^X, device windows, the boot stack's
 * guard page left out, and the kmap window, which is mapped page by page. Nothing in the user half.
 */
#pragma once
#include <hal/boot.h>
#include <hal/pte.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * irqs off, boot CPU, once, after page_init(). Builds the tree and switches to it: the boot identity map is
 * gone.
 */
void vm_init(const struct boot_info *bi);

/* RANK_KSTACK held. Maps one page in the kmap window. -ENOMEM when there is no page for a table. */
int vm_kmap(uintptr_t va, uintptr_t pa, unsigned prot);
/* RANK_KSTACK held. Unmaps it; returns its physical address. */
uintptr_t vm_kunmap(uintptr_t va);

/* Any context. Pages that page tables occupy; kmap never gives one back. */
size_t vm_table_pages(void);
bool vm_is_mapped(uintptr_t va);                  /* Any context. In the kernel's tree. */
/* Any context. printk() the walk to va, and why it refuses prot. */
void vm_explain(uintptr_t va, unsigned prot);
