/* test_smp.c - kernel/smp.c between threads, each of which is a CPU: the start, flushes crosswise, the stop.
 *
 * An interrupt from CPU to CPU is a flag that its thread looks at. In processes of their own, since CPUs
 * start only once.
 * Planted and caught: counts compared without their wrap; one flush too few waited for; no answer
 * while waiting.
 * Not caught, for it takes an unlucky moment: what was asked noted only behind the flush.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <setjmp.h>

#include <hal/boot.h>
#include <hal/info.h>
#include <hal/irqchip.h>
#include <hal/mmu.h>
#include <hal/smp.h>
#include <hal/timer.h>
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/entry.h>
#include <kernel/irq.h>
#include <kernel/kstack.h>
#include <kernel/main.h>
#include <kernel/smp.h>

enum { CPUS = 4, FLUSHES = 25000, ABSENT = 7 };

struct cpu cpus[MAX_CPUS];

static struct boot_info machine = { .ncpus = CPUS };
static struct host_thread *thread[MAX_CPUS];
static void (*call_handler)(void *arg);
static void (*job)(unsigned cpu); /* what each CPU does once it is idle */
static atomic_bool pending[MAX_CPUS], deaf[MAX_CPUS], go;
static atomic_uint looks[MAX_CPUS], finished, winners;
static _Thread_local jmp_buf end_of_cpu;

/* Entries that a CPU has changed, and what each TLB last saw of that. */
static atomic_uint changed[MAX_CPUS], known[MAX_CPUS][MAX_CPUS];

static void on_tlb_flush_all(void)
{
    unsigned me = this_cpu()->index;

    for (unsigned i = 0; i < MAX_CPUS; i++)
        atomic_store(&known[me][i], atomic_load(&changed[i]));
}

/* No program runs. */
void aspace_answer(struct cpu *cpu)
{
    (void)cpu;
}

void hal_ipi_send(unsigned cpu)
{
    atomic_store(&pending[cpu], true);
}

void hal_halt(void)
{
    longjmp(end_of_cpu, 1);
}

void hal_irqchip_init_cpu(void)
{
}

void hal_irq_unmask(int irq)
{
    host_check(irq == hal_info.ipi_irq);
}

void irq_register(int irq, const char *name, void (*fn)(void *arg), void *arg)
{
    (void)name;
    (void)arg;
    host_check(irq == hal_info.ipi_irq);
    call_handler = fn;
}

const struct boot_info *boot_info(void)
{
    return &machine;
}

uintptr_t kstack_alloc(void)
{
    return 0x10000;
}

struct proc *proc_make_idle(unsigned cpu, uintptr_t stack)
{
    host_check(cpu < CPUS && stack == 0x10000);
    return NULL;
}

void sched_init_cpu(struct cpu *cpu, struct proc *idle)
{
    host_check(cpu > &cpus[0] && idle == NULL);
}

bool sched_started(void)
{
    return true;
}

void sched_watch(bool on)
{
    (void)on;
}

void clock_init_cpu(void)
{
}

uint64_t clock_ticks_from_ms(unsigned ms)
{
    return (uint64_t)ms * HOST_TICKS_PER_MS;
}

void sched_called(struct cpu *cpu)
{
    atomic_fetch_add(&looks[cpu->index], 1);
}

/* --- CPUs ---------------------------------------------------------------------------------------------- */

static void take_interrupt(void)
{
    unsigned me = this_cpu()->index;

    host_cpu.irqs_on = false;
    if (!atomic_load(&deaf[me]) && atomic_exchange(&pending[me], false))
        call_handler(NULL);
    host_cpu.irqs_on = true;
    host_thread_yield();
}

static void idle_until_all(unsigned n)
{
    while (atomic_load(&finished) < n)
        take_interrupt();
}

void sched_idle(void)
{
    while (!atomic_load(&go))
        take_interrupt();
    job(this_cpu()->index);
    longjmp(end_of_cpu, 1);
}

static void other_cpu(void *arg)
{
    host_become_cpu((unsigned)(uintptr_t)arg);
    if (setjmp(end_of_cpu) == 0)
        kernel_secondary_main((unsigned)(uintptr_t)arg);
}

int hal_cpu_start(unsigned cpu, uintptr_t stack_top)
{
    host_check(stack_top == 0x10000 + KSTACK_SLOT - KSTACK_RESERVED);
    if (cpu == ABSENT)
        return -5;
    thread[cpu] = host_thread_start(other_cpu, (void *)(uintptr_t)cpu);
    return 0;
}

static void start(void (*fn)(unsigned cpu))
{
    job = fn;
    host_relax = host_thread_yield;
    host_become_cpu(0);
    host_cpu.irqs_on = false;
    smp_start(MAX_CPUS);
    host_check(smp_online() == (1u << CPUS) - 1 && smp_count() == CPUS);
    host_cpu.irqs_on = true;
    atomic_store(&go, true);
}

static void join(void)
{
    for (unsigned i = 1; i < CPUS; i++)
        host_thread_join(thread[i]);
}

/* --- Tests --------------------------------------------------------------------------------------------- */

/* When smp_flush() returns, nobody knows what was before. */
static void flushes(unsigned me)
{
    for (unsigned i = 0; i < FLUSHES; i++) {
        unsigned now = atomic_fetch_add(&changed[me], 1) + 1;

        smp_flush(SMP_ALL);
        host_check(host_cpu.irqs_on);
        for (unsigned other = 0; other < CPUS; other++)
            host_check(other == me || atomic_load(&known[other][me]) >= now);
        if (i % 8 == 0)
            take_interrupt();
    }
    atomic_fetch_add(&finished, 1);
    idle_until_all(CPUS);
}

static void run_flushes(void *arg)
{
    (void)arg;
    start(flushes);
    flushes(0);
    join();
    for (unsigned i = 0; i < CPUS; i++)
        host_check(atomic_load(&cpus[i].flush_asked) == (CPUS - 1) * FLUSHES &&
                   cpus[i].flush_done == cpus[i].flush_asked && atomic_load(&known[i][i]) <= FLUSHES);
}

static void test_flushes(void **state)
{
    (void)state;
    host_in_child(run_flushes, NULL, NULL);
}

/* The counters wrap. */
static void run_wrap(void *arg)
{
    for (unsigned i = 0; i < CPUS; i++) {
        atomic_store(&cpus[i].flush_asked, UINT32_MAX - 5000);
        atomic_store(&cpus[i].flush_done, UINT32_MAX - 5000);
    }
    (void)arg;
    start(flushes);
    flushes(0);
    join();
}

static void test_wrap(void **state)
{
    (void)state;
    host_in_child(run_wrap, NULL, NULL);
}

/* All panic at once: one is the first, and all others stop. */
static void stops(unsigned me)
{
    (void)me;
    host_cpu.irqs_on = false;
    if (smp_stop_others()) {
        atomic_fetch_add(&winners, 1);
        host_check(smp_stop_others()); /* a panic in the panic */
        return;
    }
    for (;;)
        smp_answer();
}

static void run_stop(void *arg)
{
    (void)arg;
    start(stops);
    if (setjmp(end_of_cpu) == 0)
        stops(0);
    join();
    unsigned stopped = 0;
    for (unsigned i = 0; i < CPUS; i++)
        stopped += cpus[i].stopped && cpus[i].stopped_fp != 0;
    host_check(atomic_load(&winners) == 1 && stopped == CPUS - 1);
}

static void test_stop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        host_in_child(run_stop, NULL, NULL);
}

static void time_passes(void)
{
    host_now += HOST_TICKS_PER_MS;
    host_thread_yield();
}

static void idles(unsigned me)
{
    (void)me;
    for (;;)
        take_interrupt();
}

/* One does not hear: it is not waited for, and not called stopped. */
static void run_deaf(void *arg)
{
    (void)arg;
    start(idles);
    atomic_store(&deaf[2], true);
    uint64_t before = host_now;
    host_relax = time_passes;
    host_cpu.irqs_on = false;
    host_check(smp_stop_others());
    host_check(!cpus[2].stopped && host_now - before >= 200 * HOST_TICKS_PER_MS);
    host_check(host_now - before < 1000 * HOST_TICKS_PER_MS);
}

static void test_deaf(void **state)
{
    (void)state;
    host_in_child(run_deaf, NULL, NULL);
}

/* A call makes the other CPU look at its run queue; one that does not start is left out. */
static void run_call(void *arg)
{
    (void)arg;
    machine.ncpus = 2;
    job = idles;
    host_relax = host_thread_yield;
    host_become_cpu(0);
    smp_start(MAX_CPUS);
    host_check(smp_online() == 3 && smp_count() == 2);
    smp_call(&cpus[1]);
    while (atomic_load(&looks[1]) == 0)
        host_thread_yield();
}

static void test_call(void **state)
{
    (void)state;
    host_in_child(run_call, NULL, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flushes), cmocka_unit_test(test_wrap), cmocka_unit_test(test_stop),
        cmocka_unit_test(test_deaf),    cmocka_unit_test(test_call),
    };

    host_tlb_flush_all = on_tlb_flush_all;
    return UNIT_RUN("smp", tests);
}
