/*
 * kernel/failalloc.h - allocations that fail because the command line says so.
 *
 * failalloc=N: the N-th allocation of this boot fails, no other. failalloc=1/N[,SEED]: from PID 1 on one in N
 * fails, chosen by the seed. An allocation is a call of page_alloc(), cache_alloc() or kmalloc(), and the
 * page_alloc() by which one of these gets a slab. Per-CPU lists and magazines are switched off, so that each
 * call comes by here. Numbers begin with 1.
 */
#pragma once
#include <stdbool.h>

void failalloc_init(const char *cmdline); /* irqs off, boot CPU, once, before page_init(). */
bool failalloc_wanted(void);              /* Any context. Constant after failalloc_init(). */
void failalloc_begin(void);               /* Thread, once: PID 1 runs. */
bool failalloc_now(void);                 /* Any context. Counts an allocation; is it one that has to fail? */
/* Thread. One line, if any was wanted: how many failed, of how many. */
void failalloc_report(void);
