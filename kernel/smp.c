/*
 * smp.c - the CPUs as a team.
 *
 * The count of flushes is a ticket: whoever wants one raises flush_asked, and waits until flush_done has
 * reached that number. The other CPU notes what was asked, flushes, and then sets flush_done to its note: so
 * one flush serves all who asked before it, and no lock is needed. docs/smp.md tells the rest.
 */
#include <hal/info.h>
#include <hal/irqchip.h>
#include <hal/mmu.h>
#include <hal/smp.h>
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/entry.h>
#include <kernel/irq.h>
#include <kernel/kstack.h>
#include <kernel/main.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <lib/util.h>

enum { STOP_PATIENCE_MS = 200 };

static atomic_uint online = 1; /* the boot CPU */
static atomic_uint stopper;    /* 1 + the CPU that stops all others; 0: nobody does */

uint32_t smp_online(void)
{
    return atomic_load_explicit(&online, memory_order_acquire);
}

unsigned smp_count(void)
{
    unsigned n = 0;
    for (uint32_t set = smp_online(); set != 0; set &= set - 1)
        n++;
    return n;
}

void smp_call(struct cpu *cpu)
{
    hal_ipi_send(cpu->index);
}

/* This CPU is done, and leaves its place to whoever writes the obituary. */
static _Noreturn void stop(struct cpu *cpu)
{
    cpu->stopped_fp = (uintptr_t)__builtin_frame_address(0);
    atomic_store_explicit(&cpu->stopped, true, memory_order_release);
    hal_halt();
}

void smp_answer(void)
{
    struct cpu *cpu = this_cpu();
    unsigned by = atomic_load_explicit(&stopper, memory_order_relaxed);
    if (__builtin_expect(by != 0 && by != cpu->index + 1, 0))
        stop(cpu);
    unsigned asked = atomic_load_explicit(&cpu->flush_asked, memory_order_acquire);
    if (asked != atomic_load_explicit(&cpu->flush_done, memory_order_relaxed)) {
        aspace_answer(cpu);
        hal_tlb_flush_all();
        atomic_store_explicit(&cpu->flush_done, asked, memory_order_release);
    }
}

/* The interrupt: the rest, a process to turn to, is seen at the end of the trap. */
static void called(void *arg)
{
    (void)arg;
    smp_answer();
    sched_called(this_cpu());
}

void smp_flush(uint32_t cpus_to_ask)
{
    unsigned long s = hal_irq_save();
    uint32_t others = smp_online() & cpus_to_ask & ~this_cpu()->bit;
    unsigned want[MAX_CPUS];
    for (uint32_t set = others; set != 0; set &= set - 1) {
        unsigned i = bit_lowest32(set);
        want[i] = atomic_fetch_add_explicit(&cpus[i].flush_asked, 1, memory_order_seq_cst) + 1;
        smp_call(&cpus[i]);
    }
    for (uint32_t set = others; set != 0; set &= set - 1) {
        unsigned i = bit_lowest32(set);
        while ((int)(atomic_load_explicit(&cpus[i].flush_done, memory_order_acquire) - want[i]) < 0) {
            hal_cpu_relax();
            smp_answer();
        }
    }
    hal_irq_restore(s);
}

bool smp_stop_others(void)
{
    unsigned me = this_cpu()->index, nobody = 0;
    if (!atomic_compare_exchange_strong_explicit(&stopper, &nobody, me + 1, memory_order_seq_cst,
                                                 memory_order_seq_cst))
        return nobody == me + 1;
    uint64_t end = hal_timer_now() + clock_ticks_from_ms(STOP_PATIENCE_MS);
    uint32_t others = smp_online() & ~(1u << me);
    for (uint32_t set = others; set != 0; set &= set - 1)
        smp_call(&cpus[bit_lowest32(set)]);
    for (uint32_t set = others; set != 0; set &= set - 1) {
        while (!atomic_load_explicit(&cpus[bit_lowest32(set)].stopped, memory_order_acquire) &&
               hal_timer_now() < end)
            hal_cpu_relax();
    }
    return true;
}

/* The stack of CPU number index, or 0. All that the new CPU finds there is written before it is released. */
static uintptr_t make_idle(unsigned index)
{
    uintptr_t stack = kstack_alloc();
    if (stack != 0)
        sched_init_cpu(&cpus[index], proc_make_idle(index, stack));
    return stack;
}

void smp_start(unsigned most)
{
    unsigned n = (unsigned)min_size(boot_info()->ncpus, most);
    irq_register(hal_info.ipi_irq, "other CPUs", called, NULL);
    hal_irq_unmask(hal_info.ipi_irq);
    for (unsigned i = 1; i < n; i++) {
        uintptr_t stack = make_idle(i);
        if (stack == 0) {
            printk(KERN_ERR "CPU %u: no memory for its stack\n", i);
            break;
        }
        if (hal_cpu_start(i, stack + KSTACK_SLOT - KSTACK_RESERVED) != 0) {
            printk(KERN_ERR "CPU %u does not start\n", i); /* it keeps its stack, should it wake up yet */
            continue;
        }
        while ((smp_online() & 1u << i) == 0)
            hal_cpu_relax();
    }
    printk("%u of %u CPU%s in use\n", smp_count(), boot_info()->ncpus, boot_info()->ncpus == 1 ? "" : "s");
}

void kernel_secondary_main(unsigned index)
{
    hal_irqchip_init_cpu();
    clock_init_cpu();
    hal_irq_unmask(hal_info.ipi_irq);
    atomic_fetch_or_explicit(&online, 1u << index, memory_order_seq_cst);
    hal_tlb_flush_all(); /* what was flushed before we were seen to be online */
    hal_irq_enable();
    sched_idle();
}
