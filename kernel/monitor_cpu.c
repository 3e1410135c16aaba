/*
 * monitor_cpu.c - the monitor's command about CPUs.
 *
 * What is shown of a CPU is copied with its run queue locked, and printed after that. So two lines are of two
 * moments, and a process may move from one to the other meanwhile.
 */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/main.h>
#include <kernel/monitor.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <lib/util.h>

enum { NS_PER_MS = 1000000 };

struct row {
    int pid;
    unsigned want; /* processes that run or would like to */
    uint64_t busy; /* counter ticks since it started, less those of its idle process */
    char name[PROC_NAME_SIZE];
};

static void copy_row(struct cpu *cpu, struct row *r)
{
    struct runq *rq = &cpu->rq;
    unsigned long s = spin_lock(&rq->lock);
    const struct proc *p = rq->current;
    uint64_t now = hal_timer_now();
    r->pid = p->pid;
    r->want = atomic_load_explicit(&rq->nrunning, memory_order_relaxed);
    r->busy = now - rq->began - rq->idle->run_ticks;
    if (p == rq->idle)
        r->busy -= now - rq->switched;
    memcpy(r->name, p->name, sizeof(r->name));
    spin_unlock(&rq->lock, s);
}

static void print_row(unsigned i)
{
    struct row r;
    copy_row(&cpus[i], &r);
    kprintf("%3u  online     %4u  %10lu  ", i, r.want, irq_count_of(i));
    monitor_print_seconds(clock_ns_from_ticks(r.busy), 4);
    kprintf("  %5d  %s\n", r.pid, r.name);
}

void monitor_cpus(const char *arg)
{
    if (arg[0] != 0) {
        kprintf("usage: cpus\n");
        return;
    }
    kprintf("CPU  STATE      WANT  INTERRUPTS    BUSY s    PID  RUNS\n");
    for (unsigned i = 0; i < min_size(boot_info()->ncpus, MAX_CPUS); i++) {
        if ((smp_online() >> i & 1) != 0)
            print_row(i);
        else
            kprintf("%3u  not in use\n", i);
    }
    uint64_t ns = clock_ns_from_ticks(sched_quantum) + NS_PER_MS / 2;
    kprintf("sched=%s quantum=%u\n", sched_policy_name(), (unsigned)div_u64(ns, NS_PER_MS, NULL));
}
