/*
 * asid.c - numbers for address spaces, in generations: a ticket, not a list, since none is ever given back.
 */
#include <hal/info.h>
#include <kernel/asid.h>
#include <kernel/kassert.h>
#include <kernel/spinlock.h>

static struct spinlock lock = SPINLOCK_INIT("ASIDs", RANK_ASID);
static unsigned long generation; /* 0: no number was given out yet */
static unsigned next;            /* number; of those that are left in this generation */

unsigned asid_load_slowly(struct asid *a, unsigned long *known, bool *flush)
{
    KASSERT(hal_info.asids > 1 && hal_info.asids <= 1u << ASID_BITS);
    spin_lock_raw(&lock);
    unsigned long tag = atomic_load_explicit(&a->tag, memory_order_relaxed);
    bool has_one = tag != 0 && tag >> ASID_BITS == generation;
    if (!has_one && (generation == 0 || next >= hal_info.asids)) {
        generation++;
        next = 1;
    }
    if (!has_one) {
        tag = generation << ASID_BITS | next++;
        atomic_store_explicit(&a->tag, tag, memory_order_relaxed);
    }
    *flush = *known != generation;
    *known = generation;
    spin_unlock_raw(&lock);
    return tag & ((1u << ASID_BITS) - 1);
}
