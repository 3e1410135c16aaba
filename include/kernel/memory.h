/*
 * kernel/memory.h - all memory together: what can be given back, and the account of every page.
 */
#pragma once
#include <stdbool.h>

/*
 * Any context, locks below RANK_CACHES held. Shrinks what only keeps memory at hand: this CPU's page list
 * and magazines, depots, empty slabs, spare stacks. Returns whether any page was given back; false as well
 * if this CPU is at it already.
 */
bool memory_reclaim(void);

/* Thread, irqs on, no lock held. The same on all CPUs, one after the other, by going there. */
bool memory_reclaim_everywhere(void);

/*
 * Thread. The account, for moments at which nobody allocates: pages in all = free + by owner, and what
 * each owner says himself. Prints what does not agree; returns whether all does.
 */
bool memory_check(void);
/* Thread. One line: the account, and whether it is exact. */
void memory_report(void);
