/*
 * kernel/sched_short.h - the short ways of sleep and wake, and of both in one: one CPU, equals, round robin,
 * the event log off.
 *
 * Each looks whether all is as usual, and if so does the little that is left then. Else nothing has happened,
 * but for the ticket of the run queue, and the long way in sched.c begins at its beginning. Inline, since the
 * calls and the saved registers would cost as much again.
 */
#pragma once
#include <hal/context.h>
#include <hal/timer.h>
#include <kernel/kassert.h>
#include <kernel/sched.h>
#include <kernel/sched_place.h>
#include <kernel/sched_rr.h>
#include <kernel/user_load.h>

/* sched.c. irqs off. served: the ticket of this CPU's run queue has had its turn in spin_draw(). */
void sched_sleep_the_long_way(struct runq *rq, struct proc *p, unsigned ticket, bool served);
void sched_wake_the_long_way(struct proc *p, unsigned ticket, bool served);

/*
 * Run-queue lock held; prev is no longer RUNNING, and what it ran until now is accounted. Returns when
 * somebody has switched back to prev, on a CPU whose run-queue lock is then held.
 */
static inline void sched_switch_to(struct runq *rq, struct proc *prev, struct proc *next)
{
    rq->current = next;
    uintptr_t sp = next->sp;
    next->switches++;
    proc_set_state_from(next, PROC_READY, PROC_RUNNING);
    hal_context_switch(&prev->sp, sp);
}

/*
 * This CPU. Not this_cpu(): what that works with stands before the switch, and would be kept over it in a
 * register that costs as much to save.
 */
static inline struct cpu *sched_cpu_after_switch(void)
{
    return kstack_top(hal_sp())->cpu;
}

/* The compiler would rather keep one copy for all, and pay with registers that are saved for nothing. */
#define SCHED_INLINE static inline __attribute__((always_inline))

/* Run-queue lock held. p, which sleeps from now on, gives its CPU to next. The lock is let go, on any CPU. */
SCHED_INLINE void sched_leave_short(struct runq *rq, struct proc *p, struct proc *next)
{
    if (rq->loaded != NULL)
        user_save(rq);
    uint64_t now = hal_timer_now();
    p->run_ticks += now - rq->switched;
    rq->switched = now;
    sched_switch_to(rq, p, next);
    spin_unlock_raw(&sched_cpu_after_switch()->rq.lock);
}

/*
 * irqs off, no lock held. sched_sleep() of p, which runs on the CPU of rq. The turn goes to the next in the
 * ring, as in sched_yield(): no alarm is needed that is not set, and a higher priority has its interrupt
 * pending.
 */
SCHED_INLINE void sched_sleep_short(struct runq *rq, struct proc *p)
{
    if (CONFIG_DEBUG) {
        KASSERT(p != rq->idle && p->cpu->irq_depth == 0);
        spin_debug_none_held("sched_sleep()");
    }
    unsigned ticket;
    bool served = spin_draw(&rq->lock, &ticket);
    struct proc *next = sched_rr_next(p);
    if (__builtin_expect(!served || rq->long_way || p->woken || next == p, 0)) {
        sched_sleep_the_long_way(rq, p, ticket, served);
        return;
    }
    proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
    list_unlink(&p->turn); /* ring[] says nothing about the priority of who runs */
    sched_count(rq, -1);
    sched_leave_short(rq, p, next);
}

/*
 * irqs off. sched_wake() of p that sleeps on this CPU, may stay, and is equal to who runs here, behind whom
 * it waits from now on. Only who waits is found by a CPU that becomes idle: so p is counted, and then we look
 * whether one is idle, as in sched_offer(). False: sched_wake_the_long_way() has to follow, with the ticket.
 */
SCHED_INLINE bool sched_wake_short(struct proc *p, unsigned *ticket, bool *served)
{
    const struct kstack_top *top = kstack_top(stack_here());
    struct proc *me = top->proc;
    struct cpu *cpu = top->cpu;
    struct runq *rq = &cpu->rq;
    *served = spin_draw(&rq->lock, ticket);
    if (__builtin_expect(!*served || rq->long_wake || p->cpu != cpu || p->prio != me->prio, 0))
        return false;
    sched_count(rq, +1);
    atomic_thread_fence(memory_order_seq_cst); /* it is seen to wait, or we see who is idle */
    uint32_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed);
    if (__builtin_expect(p->state != PROC_SLEEPING || (p->affinity & (idle | cpu->bit)) != cpu->bit, 0)) {
        sched_count(rq, -1);
        return false;
    }
    proc_set_state_from(p, PROC_SLEEPING, PROC_READY);
    list_insert(me->turn.prev, &p->turn, &me->turn);
    spin_unlock_raw(&rq->lock);
    return true;
}

/* sched_hand.c. As the two below, where it takes more. */
bool sched_may_take_over(struct cpu *cpu, struct proc *p, struct proc *to);
void sched_hand_over_the_long_way(struct runq *rq, struct proc *p, struct proc *to);

/*
 * Waking and sleeping in one, without a look at who else could run. p, the caller, is a thread, irqs off;
 * locks up to RANK_WAITQ may be held in the first, none but the run queue's in the second. Does `to` sleep,
 * and wants nobody but p this CPU? Then to is this CPU's, and its run queue stays locked until the second,
 * which must follow: it is as sched_wake(to) and sched_sleep(). Without sched_prepare(): an old wake-up makes
 * the answer no.
 */
SCHED_INLINE bool sched_may_hand_over(struct cpu *cpu, struct proc *p, struct proc *to)
{
    struct runq *rq = &cpu->rq;
    if (atomic_load_explicit(&rq->nrunning, memory_order_relaxed) != 1)
        return false; /* else two who talk would keep the CPU for themselves */
    if (__builtin_expect(to->cpu != cpu, 0))
        return sched_may_take_over(cpu, p, to);
    spin_lock_raw(&rq->lock);
    if (__builtin_expect(atomic_load_explicit(&rq->nrunning, memory_order_relaxed) == 1 && !p->woken &&
                             to->cpu == cpu && to->state == PROC_SLEEPING && (to->affinity & cpu->bit) != 0,
                         1))
        return true;
    spin_unlock_raw(&rq->lock);
    return false;
}

SCHED_INLINE void sched_hand_over(struct runq *rq, struct proc *p, struct proc *to)
{
    if (__builtin_expect(rq->long_way || to->prio != p->prio, 0)) {
        sched_hand_over_the_long_way(rq, p, to);
        return;
    }
    proc_set_state_from(p, PROC_RUNNING, PROC_SLEEPING);
    proc_set_state_from(to, PROC_SLEEPING, PROC_READY);
    list_init(&to->turn); /* p was alone in its ring, and so is to */
    sched_leave_short(rq, p, to);
}
