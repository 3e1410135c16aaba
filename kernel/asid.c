/*
 * asid.c - numbers for address spaces, in generations: a ticket, not a list, since none is ever given back.
 */
#include <hal/info.h>
#include <kernel/asid.h>
#include <kernel/kassert.h>
#include <kernel/spinlock.h>

struct asids asids;

static struct spinlock lock = SPINLOCK_INIT("ASIDs", RANK_ASID);
static unsigned next; /* number; of those that are left in this generation */

/* A CPU that sees the new generation sees that it is behind. */
static unsigned long new_generation(unsigned long generation)
{
    for (unsigned i = 0; i < MAX_CPUS; i++)
        atomic_store_explicit(&asids.behind[i], true, memory_order_relaxed);
    atomic_store_explicit(&asids.generation, generation + 1, memory_order_release);
    next = 1;
    return generation + 1;
}

unsigned asid_load_slowly(struct asid *a, unsigned cpu, bool *flush)
{
    KASSERT(hal_info.asids > 1 && hal_info.asids <= 1u << ASID_BITS);
    spin_lock_raw(&lock);
    unsigned long generation = atomic_load_explicit(&asids.generation, memory_order_relaxed);
    unsigned long tag = atomic_load_explicit(&a->tag, memory_order_relaxed);
    if (generation == 0 || (tag >> ASID_BITS != generation && next >= hal_info.asids))
        generation = new_generation(generation);
    if (tag >> ASID_BITS != generation) {
        tag = generation << ASID_BITS | next++;
        atomic_store_explicit(&a->tag, tag, memory_order_relaxed);
    }
    *flush = atomic_load_explicit(&asids.behind[cpu], memory_order_relaxed);
    atomic_store_explicit(&asids.behind[cpu], false, memory_order_relaxed);
    spin_unlock_raw(&lock);
    return tag & ((1u << ASID_BITS) - 1);
}
