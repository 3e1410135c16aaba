/*
 * vm_flush.c - the one door to the TLBs, and what waits before it.
 *
 * A tree of a user is flushed on the CPUs that have it loaded. On all others it is noted in `stale`, which
 * is looked at before it is loaded again: nobody is disturbed for a program that runs on one CPU only. Where
 * hardware tells the other CPUs, and for the kernel's tree, none of this is needed.
 */
#include <hal/mmu.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>

static void flush_here(const uintptr_t *va, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        hal_tlb_flush(va[i]);
}

/*
 * The CPUs that have t loaded. Who loads it after that forgets first: either we see its bit in cpus, set
 * before it looks at stale, or it sees ours in stale, set before we look again at cpus. Who unloads it
 * meanwhile stays in the answer, so that its TLB is as new as what `stale` says of it.
 */
static uint32_t who_knows(struct vm_tree *t)
{
    uint32_t loaded = atomic_load_explicit(&t->cpus, memory_order_seq_cst);
    if (hal_info.asids == 0)
        return loaded; /* whoever loads it forgets all that there was */
    atomic_fetch_or_explicit(&t->stale, ~loaded, memory_order_seq_cst);
    return loaded | atomic_load_explicit(&t->cpus, memory_order_seq_cst);
}

/* n addresses; 0: all of them. The interrupts stay off, so that this CPU stays the same. */
static void flush_user(struct vm_tree *t, const uintptr_t *va, unsigned n)
{
    unsigned long s = hal_irq_save();
    uint32_t here = this_cpu()->bit, known = who_knows(t);
    if ((known & here) != 0 && n > 0)
        flush_here(va, n);
    else if ((known & here) != 0)
        hal_tlb_flush_all();
    if ((known & ~here) != 0)
        smp_flush(known);
    hal_irq_restore(s);
}

void vm_flush(struct vm_tree *t, const uintptr_t *va, unsigned n)
{
    if (n == 0)
        return;
    if (!hal_info.tlb_broadcast && t != &vm_kernel) {
        flush_user(t, va, n);
        return;
    }
    flush_here(va, n);
    if (!hal_info.tlb_broadcast)
        smp_flush(SMP_ALL);
}

void vm_forget_all(struct vm_tree *t)
{
    if (hal_info.tlb_broadcast)
        hal_tlb_flush_all();
    else
        flush_user(t, NULL, 0);
}

void vm_forget(uintptr_t va)
{
    hal_tlb_flush(va);
}

void vm_batch_flush(struct vm_batch *b)
{
    vm_flush(b->tree, b->va, b->n);
    for (unsigned i = 0; i < b->n; i++) {
        if (b->page[i] != NULL && b->tree == &vm_kernel)
            page_free(b->page[i], 0);
        else if (b->page[i] != NULL)
            page_user_put(b->page[i]);
    }
    b->n = 0;
}

void vm_batch_add(struct vm_batch *b, uintptr_t va, void *page)
{
    b->va[b->n] = va;
    b->page[b->n++] = page;
    if (b->n == VM_BATCH)
        vm_batch_flush(b);
}
