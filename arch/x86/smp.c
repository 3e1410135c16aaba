/*
 * smp.c - the other CPUs: INIT and two start-up interrupts wake one (Intel SDM vol. 3A 9.4.4.1, "Typical BSP
 * Initialization Sequence").
 *
 * It begins in real mode on a page below 1 MiB, which holds nothing but x86_trampoline. Whoever comes there
 * finds by the id of its local APIC which CPU it is, and its own stack: one that comes late disturbs nobody.
 */
#include <arch/lapic.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <arch/tables.h>
#include <arch/x86.h>
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <hal/smp.h>
#include <hal/timer.h>
#include <kernel/entry.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>
#include <uapi/errno.h>

enum { VIDEO_START = 0xa0000, NOBODY = 0x100 };
enum { INIT_US = 10000, AGAIN_US = 200, PATIENCE_US = 1000000 };
enum { CLOCK_LOOKS = 1000, CLOCK_LAG_US = 5 };

struct x86_secondary x86_secondary;

static uintptr_t trampoline_pa; /* constant after x86_smp_probe() */
static uint32_t ticks_per_us;   /* the same */
static atomic_uint came[MAX_CPUS];
static atomic_uint latest;     /* hal_timer_now(), lower half, of whoever looked last */
static uint32_t lag[MAX_CPUS]; /* written before came[] */

/* A page that the firmware lists as RAM and does not use: the highest below the video memory. */
static uintptr_t find_page(const struct boot_ranges *ram)
{
    uintptr_t best = 0;
    for (unsigned i = 0; i < ram->n; i++) {
        uintptr_t base = ram->range[i].base;
        uintptr_t end = min_size(base + ram->range[i].size, VIDEO_START);
        if (base < end && end - base >= 2 * PAGE_SIZE) /* not the one with the BIOS's data */
            best = max_size(best, end - PAGE_SIZE);
    }
    return best;
}

unsigned x86_smp_probe(const struct boot_ranges *ram, uint32_t timer_hz)
{
    ticks_per_us = timer_hz / 1000000 + 1;
    trampoline_pa = find_page(ram);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        x86_secondary.apic_id[i] = i < x86_tables.ncpus ? x86_tables.apic_id[i] : NOBODY;
    if (x86_tables.ncpus > 1 && !x86_tables.boot_listed)
        printk(KERN_WARN "firmware: its table of CPUs lacks the one that runs: using that one only\n");
    else if (trampoline_pa == 0)
        printk(KERN_WARN "firmware: no memory below 1 MiB, where other CPUs begin: using one CPU only\n");
    else
        return x86_tables.ncpus;
    return 1;
}

void x86_ipi(uint8_t apic_id, uint32_t command)
{
    atomic_thread_fence(memory_order_release); /* the CPU itself keeps its stores in order (vol. 3A 9.2.2) */
    while (lapic_read(LAPIC_ICR) & ICR_PENDING)
        hal_cpu_relax();
    lapic_write(LAPIC_ICR_HIGH, (uint32_t)apic_id << LAPIC_ID_SHIFT);
    lapic_write(LAPIC_ICR, command);
}

/*
 * Two CPUs call this in turn. A counter that shows less than the other CPU has read before is behind it, by
 * at least the difference, which is returned.
 */
static uint32_t clock_lag(void)
{
    uint32_t seen = atomic_load_explicit(&latest, memory_order_seq_cst), now = (uint32_t)hal_timer_now();
    if ((int32_t)(now - seen) < 0)
        return seen - now;
    atomic_store_explicit(&latest, now, memory_order_seq_cst);
    return 0;
}

/* Until `cpu` is there or the time is over. Returns how far our clock is behind that one's. */
static uint32_t wait_for(unsigned cpu, uint32_t us)
{
    uint64_t end = hal_timer_now() + (uint64_t)us * ticks_per_us;
    uint32_t most = 0;
    while (atomic_load_explicit(&came[cpu], memory_order_acquire) == 0 && hal_timer_now() < end) {
        most = (uint32_t)max_size(most, clock_lag());
        hal_cpu_relax();
    }
    return most;
}

int hal_cpu_start(unsigned cpu, uintptr_t stack_top)
{
    uint8_t id = x86_tables.apic_id[cpu];

    /* 1 what it needs */
    x86_secondary.nx = hal_info.nx;
    x86_secondary.cr4 = cr_read(cr4);
    x86_secondary.stack_top[cpu] = stack_top;
    memcpy(hal_p2v(trampoline_pa), x86_trampoline, (size_t)(x86_trampoline_end - x86_trampoline));
    atomic_store_explicit(&latest, (uint32_t)hal_timer_now(), memory_order_seq_cst);

    /* 2 where it sees it: caches are coherent, and x86_ipi() comes after all stores */

    /* 3 kick it */
    uint32_t start_up = ICR_START_UP | (uint32_t)(trampoline_pa / PAGE_SIZE);
    x86_ipi(id, ICR_INIT);
    wait_for(cpu, INIT_US);
    x86_ipi(id, start_up);
    uint32_t ours = wait_for(cpu, AGAIN_US);
    if (atomic_load_explicit(&came[cpu], memory_order_acquire) == 0)
        x86_ipi(id, start_up);

    /* 4 wait for its sign of life */
    ours = (uint32_t)max_size(ours, wait_for(cpu, PATIENCE_US));

    /* 5 or give up */
    if (atomic_load_explicit(&came[cpu], memory_order_acquire) == 0)
        return -EIO;
    uint32_t us = (uint32_t)max_size(ours, lag[cpu]) / ticks_per_us;
    if (us > CLOCK_LAG_US)
        printk(KERN_WARN "CPU %u: its clock is %u us %s\n", cpu, us, ours > lag[cpu] ? "ahead" : "behind");
    return 0;
}

/* boot.asm calls this, on the new CPU's own stack. */
void x86_secondary_main(unsigned cpu)
{
    x86_segments_init(cpu, x86_secondary.stack_top[cpu]);
    for (int i = 0; i < CLOCK_LOOKS; i++) {
        lag[cpu] = (uint32_t)max_size(lag[cpu], clock_lag());
        hal_cpu_relax();
    }
    atomic_store_explicit(&came[cpu], 1, memory_order_release);
    kernel_secondary_main(cpu);
}

void hal_ipi_send(unsigned cpu)
{
    x86_ipi(x86_tables.apic_id[cpu], ICR_ASSERT | (X86_VECTOR_LINES + X86_IRQ_IPI));
}
