/* proc_control.c - what others do to a process, and ask of it, by its PID. */
#include <hal/timer.h>
#include <kernel/proc.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <uapi/errno.h>

static void set_affinity(struct proc *p, void *mask)
{
    sched_set_affinity(p, *(const uint32_t *)mask);
}

int proc_set_affinity(int pid, uint32_t mask)
{
    return (mask & smp_online()) == 0 ? -EINVAL : proc_with(pid, set_affinity, &mask);
}

static void set_nice(struct proc *p, void *nice)
{
    sched_set_nice(p, *(const int *)nice);
}

int proc_set_nice(int pid, int nice)
{
    return nice < NICE_MIN || nice > NICE_MAX ? -EINVAL : proc_with(pid, set_nice, &nice);
}

/* The table is locked, so p lives. The flag first: whoever is woken by this sees it. */
static void ask_to_end(struct proc *p, void *arg)
{
    (void)arg;
    atomic_store_explicit(&p->killed, true, memory_order_relaxed);
    sched_wake(p);
}

int proc_kill(int pid)
{
    return pid == 1 ? -EPERM : proc_with(pid, ask_to_end, NULL);
}

uint64_t proc_run_ticks(struct proc *p)
{
    unsigned long s = hal_irq_save();
    struct runq *rq = sched_lock_of(p);
    uint64_t ticks = p->run_ticks;
    if (p->state == PROC_RUNNING)
        ticks += hal_timer_now() - rq->switched;
    spin_unlock(&rq->lock, s);
    return ticks;
}
