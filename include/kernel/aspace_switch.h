/* kernel/aspace_switch.h - which address space a CPU has loaded. Inline: much of what a switch costs. */
#pragma once
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/aspace.h>
#include <kernel/sched.h>

/*
 * irqs off, no lock held. as, which it has not loaded, is the user half of `cpu`, this one, from here on. The
 * caller is a user of as. It stays loaded when the program no longer runs, until another one is loaded, or it
 * ends: aspace_answer().
 *
 * This CPU's bit in cpus comes before the look at stale, and the other way round in kernel/vm_flush.c: one of
 * the two sees the other. asid_load() may wait for a lock, and answer meanwhile: so what was loaded is looked
 * at after it.
 */
static inline void aspace_switch(struct cpu *cpu, struct aspace *as)
{
    uint32_t bit = cpu->bit;
    bool has_asids = hal_info.asids > 0, flush = false;
    unsigned asid = has_asids ? asid_load(&as->asid, &cpu->asids, &flush) : 0;
    struct aspace *old = cpu->as;
    atomic_fetch_or_explicit(&as->tree.cpus, bit, memory_order_seq_cst);
    if (has_asids && (atomic_load_explicit(&as->tree.stale, memory_order_seq_cst) & bit) != 0) {
        atomic_fetch_and_explicit(&as->tree.stale, ~bit, memory_order_relaxed);
        flush = true;
    }
    hal_pt_switch(hal_v2p(as->tree.root), asid);
    cpu->as = as;
    if (__builtin_expect(flush, 0))
        hal_tlb_flush_all();
    if (old != NULL)
        atomic_fetch_and_explicit(&old->tree.cpus, ~bit, memory_order_release);
}
