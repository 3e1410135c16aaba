/* kernel/page_debug.h - for kernel/page.c: poison in free pages, and the end of who frees what he may not. */
#pragma once
#include <kernel/page.h>

/* DEBUG builds. A block is filled when it is freed, and looked at when it is handed out again. */
void page_poison(struct page *p, unsigned order);
void page_check_poison(struct page *p, unsigned order);

/* Panics with both stories: what is being done, and what was done before. */
void page_bad_free(const void *block, unsigned order, uintptr_t caller) __attribute__((cold, noreturn));
