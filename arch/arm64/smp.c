/*
 * smp.c - the other CPUs: they wait in boot.S, and are called by the GIC.
 *
 * MPIDR_EL1 says a CPU's place on the board. Numbers are given to those that the device tree lists.
 */
#include <arch/arm64.h>
#include <board/board.h>
#include <hal/cpu.h>
#include <hal/smp.h>
#include <hal/timer.h>
#include <kernel/config.h>
#include <kernel/entry.h>
#include <stdatomic.h>
#include <uapi/errno.h>

/* Not in .bss: they look before that is cleared. */
struct arm64_start arm64_starts[BOARD_CPUS] __attribute__((section(".data")));

static unsigned places[BOARD_CPUS]; /* by number */
static atomic_uint came[BOARD_CPUS];

_Static_assert(BOARD_CPUS <= MAX_CPUS, "numbers of CPUs");

unsigned arm64_smp_probe(const struct dt *dt)
{
    uint64_t place;
    unsigned n = 1; /* the boot CPU has place 0, boot.S sees to that */
    bool listed = dt != NULL && dt_cpu_count(dt) > 0;
    for (unsigned i = 0; n < BOARD_CPUS; i++) {
        if (!listed)
            place = i;
        else if (dt_cpu(dt, i, &place) != 0)
            break;
        if (place != 0 && place < BOARD_CPUS)
            places[n++] = (unsigned)place;
    }
    return n;
}

/* boot.S comes here, on the stack of this CPU. */
void arm64_secondary_main(unsigned cpu)
{
    arm64_trap_init();
    arm64_user_init_cpu();
    arm64_mmu_end_identity();
    atomic_store_explicit(&came[cpu], 1, memory_order_release);
    kernel_secondary_main(cpu);
}

int hal_cpu_start(unsigned cpu, uintptr_t stack_top)
{
    /* 1 what it needs, and 2 where it sees it: in memory, for its caches are off. What it waits for, last. */
    struct arm64_start *start = &arm64_starts[places[cpu]];
    start->root = sysreg_read(ttbr1_el1);
    start->cpu = cpu;
    arm64_dcache_flush(start, sizeof(*start));
    start->stack_top = stack_top;
    arm64_dcache_flush(start, sizeof(*start));

    /* 3 kick it */
    arm64_irqchip_call_waiting();

    /* 4 wait for its sign of life; 5 or give up */
    uint64_t end = hal_timer_now() + sysreg_read(cntfrq_el0);
    while (atomic_load_explicit(&came[cpu], memory_order_acquire) == 0) {
        if (hal_timer_now() >= end)
            return -EIO;
        hal_cpu_relax();
    }
    return 0;
}

void hal_ipi_send(unsigned cpu)
{
    arm64_irqchip_call(places[cpu]);
}
