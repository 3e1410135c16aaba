/* machine.c - several CPUs in virtual time, under the whole scheduler, in one thread.
 *
 * A context switch changes what host_cpu.sp points to, and returns: so the code of the scheduler that was
 * called for one process goes on for the next, as far as it goes on the same CPU. What a CPU does next is
 * always begun from machine_run(), never from within.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hal/context.h>
#include <hal/info.h>
#include <kernel/clock.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <kernel/smp.h>
#include <kernel/user.h>
#include <lib/util.h>

#include "unit.h"

struct machine machine;
atomic_bool trace_active;

static void (*alarm_handler)(void *arg);
static uint64_t alarm_at[MAX_CPUS];
static uint32_t called;

static struct proc procs[MAX_CPUS + MACHINE_PROCS];
static _Alignas(KSTACK_SLOT) char stacks[MAX_CPUS + MACHINE_PROCS][KSTACK_SLOT];

/* --- The ground ---------------------------------------------------------------------------------------- */

static void on_timer_arm(uint64_t when)
{
    unsigned late = machine.late_most != 0 && when != UINT64_MAX
                        ? (unsigned)(unit_random(&machine.seed) % machine.late_most)
                        : 0;
    alarm_at[this_cpu()->index] = when + late;
}

void hal_timer_init_cpu(void)
{
    alarm_at[this_cpu()->index] = UINT64_MAX;
}

void hal_cpu_idle(void)
{
    panic("the idle process waits here, and not in hal_cpu_idle()");
}

void irq_register(int irq, const char *name, void (*fn)(void *arg), void *arg)
{
    (void)name;
    (void)arg;
    host_check(irq == hal_info.timer_irq);
    alarm_handler = fn;
}

void hal_context_switch(uintptr_t *save_sp, uintptr_t load_sp)
{
    *save_sp = host_cpu.sp;
    host_cpu.sp = load_sp;
}

uint32_t smp_online(void)
{
    return (1u << machine.ncpus) - 1;
}

void smp_call(struct cpu *cpu)
{
    called |= 1u << cpu->index;
    machine.calls++;
}

void smp_answer(void)
{
}

void proc_bad_edge(const struct proc *p, enum proc_state to)
{
    panic("%s cannot go from state %d to %d", p->name, p->state, to);
}

void trace_record(uint32_t what, unsigned long a, unsigned long b)
{
    panic("event %u, %lu, %lu, and nothing is recorded", what, a, b);
}

void trace_record_at(uint32_t what, unsigned long a, unsigned long b, uint64_t when)
{
    (void)when;
    trace_record(what, a, b);
}

/* --- CPUs ---------------------------------------------------------------------------------------------- */

static struct cpu *become(unsigned index)
{
    host_cpu.sp = cpus[index].rq.current->stack + KSTACK_SLOT / 2;
    host_cpu.irqs_on = false;
    host_check(this_cpu() == &cpus[index] && current() == cpus[index].rq.current);
    return &cpus[index];
}

/* Behind each trap; and if that leaves idle running, it looks for work, as sched_idle() does. */
static void end_of_trap(struct cpu *cpu)
{
    if (cpu->rq.need_resched)
        sched_preempt();
    if (cpu->rq.current == cpu->rq.idle) {
        sched_pull(cpu);
        if (cpu->rq.need_resched)
            sched_preempt();
    }
}

static void rings(struct cpu *cpu)
{
    machine.alarms++;
    cpu->irq_depth++;
    alarm_handler(NULL);
    cpu->irq_depth--;
    end_of_trap(cpu);
}

static void answers(struct cpu *cpu)
{
    cpu->irq_depth++;
    sched_called(cpu);
    cpu->irq_depth--;
    end_of_trap(cpu);
}

static void answer_all(void)
{
    while (called != 0) {
        unsigned i = bit_lowest32(called);
        called &= called - 1;
        answers(become(i));
    }
}

static unsigned nearest_alarm(void)
{
    unsigned first = 0;
    for (unsigned i = 1; i < machine.ncpus; i++) {
        if (alarm_at[i] < alarm_at[first])
            first = i;
    }
    return first;
}

void machine_run(uint64_t ticks)
{
    uint64_t end = host_now + ticks;
    answer_all();
    for (unsigned i = nearest_alarm(); alarm_at[i] < end; i = nearest_alarm()) {
        if (alarm_at[i] > host_now)
            host_now = alarm_at[i];
        alarm_at[i] = UINT64_MAX;
        rings(become(i));
        answer_all();
    }
    host_now = end;
}

void machine_on(unsigned index, void (*fn)(void *arg), void *arg)
{
    struct cpu *cpu = become(index);
    host_cpu.irqs_on = true;
    fn(arg);
    host_cpu.irqs_on = false;
    end_of_trap(cpu);
    answer_all();
}

/* --- Processes ----------------------------------------------------------------------------------------- */

static struct proc *make_proc(unsigned number, struct cpu *cpu)
{
    struct proc *p = &procs[number];
    *p = (struct proc){ .state = PROC_NEW, .pid = (int)number, .affinity = UINT32_MAX };
    snprintf(p->name, sizeof(p->name), "p%u", number);
    list_init(&p->turn);
    p->stack = (uintptr_t)stacks[number];
    p->sp = p->stack + KSTACK_SLOT / 2;
    proc_set_cpu(p, cpu);
    return p;
}

void machine_start(unsigned ncpus, const char *policy, unsigned quantum_ms)
{
    memset(cpus, 0, sizeof(cpus));
    machine = (struct machine){ .ncpus = ncpus };
    called = 0;
    host_timer_arm = on_timer_arm;
    clock_init(1000 * MACHINE_TICKS_PER_MS, host_now);
    atomic_store(&sched_idle_cpus, 0);
    for (unsigned i = 0; i < ncpus; i++) {
        cpus[i].index = i;
        cpus[i].bit = 1u << i;
        struct proc *idle = make_proc(i, &cpus[i]);
        idle->state = PROC_RUNNING;
        cpus[i].rq.idle = cpus[i].rq.current = idle;
        become(i);
        if (i == 0)
            host_check(sched_init(idle, quantum_ms, policy));
        else
            sched_init_cpu(&cpus[i], idle);
        clock_init_cpu();
    }
    for (unsigned i = 0; i < ncpus; i++)
        end_of_trap(become(i));
}

static void start(void *p)
{
    sched_start(p);
}

struct proc *machine_spawn(unsigned cpu, unsigned prio, int nice, uint32_t affinity)
{
    struct proc *p = make_proc(MAX_CPUS + machine.nprocs, &cpus[cpu]);
    machine.proc[machine.nprocs++] = p;
    p->prio = prio;
    p->nice = nice;
    p->affinity = affinity;
    machine_on(cpu, start, p);
    return p;
}

uint64_t machine_had(const struct proc *p)
{
    const struct runq *rq = &p->cpu->rq;
    return p->run_ticks + (rq->current == p ? host_now - rq->switched : 0);
}

void machine_check(void)
{
    unsigned wanting[MAX_CPUS] = { 0 }, weight[MAX_CPUS] = { 0 };
    for (unsigned i = 0; i < machine.nprocs; i++) {
        const struct proc *p = machine.proc[i];
        bool wants = (p->state & (PROC_READY | PROC_RUNNING)) != 0;
        wanting[p->cpu->index] += wants;
        weight[p->cpu->index] += wants ? sched_fair_weight(p->nice) : 0;
        host_check((p->state == PROC_RUNNING) == (p->cpu->rq.current == p));
        host_check(!wants || (p->affinity & 1u << p->cpu->index) != 0);
    }
    for (unsigned i = 0; i < machine.ncpus; i++) {
        const struct cpu *cpu = &cpus[i];
        bool idles = cpu->rq.current == cpu->rq.idle;
        host_check(cpu->rq.nrunning == wanting[i] && (wanting[i] == 0) == idles);
        host_check(!cpus[0].rq.is_fair || cpu->rq.fair.weight == weight[i]);
        host_check(((atomic_load(&sched_idle_cpus) & 1u << i) != 0) == idles);
        host_check(wanting[i] < 2 || alarm_at[i] != UINT64_MAX);
        host_check(cpu->rq.lock.serving == cpu->rq.lock.next && cpu->nheld == 0);
    }
}
