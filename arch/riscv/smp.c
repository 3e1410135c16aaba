/*
 * smp.c - the other CPUs: the firmware starts them, and calls them (SBI 2.0, chapters 9 and 7).
 *
 * Number 0 is the hart that came first; the others follow in the order of the device tree. Hart ids may have
 * gaps.
 */
#include <arch/riscv.h>
#include <arch/sbi.h>
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <hal/smp.h>
#include <hal/timer.h>
#include <kernel/config.h>
#include <kernel/entry.h>
#include <kernel/printk.h>
#include <stdatomic.h>
#include <uapi/errno.h>

enum { HSM_HART_START = 0, IPI_SEND = 0 };

static unsigned long harts[MAX_CPUS];
static struct riscv_start starts[MAX_CPUS];
static atomic_uint came[MAX_CPUS];
static uint32_t patience; /* counter ticks in a second */

unsigned riscv_smp_probe(const struct dt *dt, unsigned long hart, uint32_t timer_hz)
{
    uint64_t id;
    unsigned n = 0;
    patience = timer_hz;
    harts[n++] = hart;
    for (unsigned i = 0; n < MAX_CPUS && dt_cpu(dt, i, &id) == 0; i++) {
        if (id != hart)
            harts[n++] = id;
    }
    return n;
}

/* boot.S comes here, on the stack of this CPU. */
void riscv_secondary_main(const struct riscv_start *start)
{
    riscv_trap_init(start->cpu);
    atomic_store_explicit(&came[start->cpu], 1, memory_order_release);
    kernel_secondary_main(start->cpu);
}

int hal_cpu_start(unsigned cpu, uintptr_t stack_top)
{
    /* 1 what it needs, and 2 where it sees it */
    struct riscv_start *start = &starts[cpu];
    *start = (struct riscv_start){ stack_top, riscv_kernel_satp(), cpu };
    __asm__ volatile("fence" : : : "memory");

    /* 3 kick it */
    long error =
        sbi_call(SBI_EXT_HSM, HSM_HART_START, harts[cpu], hal_v2p(riscv_secondary_boot), hal_v2p(start));
    if (error != 0) {
        printk(KERN_ERR "the firmware does not start hart %lu (SBI error %ld)\n", harts[cpu], error);
        return -EIO;
    }

    /* 4 wait for its sign of life; 5 or give up */
    uint64_t end = hal_timer_now() + patience;
    while (atomic_load_explicit(&came[cpu], memory_order_acquire) == 0) {
        if (hal_timer_now() >= end)
            return -EIO;
        hal_cpu_relax();
    }
    return 0;
}

/* A mask of harts from the first on that it is about. */
void hal_ipi_send(unsigned cpu)
{
    __asm__ volatile("fence" : : : "memory");
    sbi_call(SBI_EXT_IPI, IPI_SEND, 1, harts[cpu], 0);
}
