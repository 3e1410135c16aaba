/*
 * asid.c - numbers for address spaces, in generations: a ticket, not a list, since none is ever given back.
 */
#include <hal/info.h>
#include <kernel/asid.h>
#include <kernel/config.h>
#include <kernel/kassert.h>
#include <kernel/spinlock.h>

static struct {
    struct spinlock lock;
    uint64_t generation; /* of numbers that are good. 0: there were none yet */
    unsigned next;
    bool behind[MAX_CPUS]; /* this CPU's TLB knows numbers of former generations */
} asids = { .lock = SPINLOCK_INIT("ASIDs", RANK_ASID) };

static void new_generation(void)
{
    asids.generation++;
    asids.next = 1;
    for (unsigned i = 0; i < MAX_CPUS; i++)
        asids.behind[i] = true;
}

unsigned asid_load(struct asid *a, unsigned cpu, bool *flush)
{
    KASSERT(hal_info.asids > 1);
    spin_lock_raw(&asids.lock);
    if (asids.generation == 0 || (a->generation != asids.generation && asids.next >= hal_info.asids))
        new_generation();
    if (a->generation != asids.generation)
        *a = (struct asid){ asids.generation, asids.next++ };
    unsigned number = a->number;
    *flush = asids.behind[cpu];
    asids.behind[cpu] = false;
    spin_unlock_raw(&asids.lock);
    return number;
}
