/*
 * sched_place.c - where a process runs; the idea is in kernel/sched_place.h.
 *
 * Loads of other CPUs are read without their locks: a wrong guess is put right at the next look.
 */
#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <lib/util.h>

enum { BALANCE_LEAST = 2, BALANCE_SPREAD = 5 }; /* quanta */

atomic_uint sched_idle_cpus;

static unsigned running_on(const struct cpu *cpu)
{
    return atomic_load_explicit(&cpu->rq.nrunning, memory_order_relaxed);
}

/* In units of a process of nice 0; rr does not know others. */
static unsigned load_of(const struct cpu *cpu)
{
    return cpu->rq.is_fair ? atomic_load_explicit(&cpu->rq.fair.weight, memory_order_relaxed)
                           : running_on(cpu) * NICE_0_WEIGHT;
}

static unsigned weight_of(const struct proc *p)
{
    return p->cpu->rq.is_fair ? sched_fair_weight(p->nice) : NICE_0_WEIGHT;
}

/* Of the CPUs in set, which is not empty, the one with least to do; `first`, if no other has less. */
static struct cpu *least_loaded(uint32_t set, struct cpu *first)
{
    struct cpu *best = (set & first->bit) != 0 ? first : &cpus[bit_lowest32(set)];
    for (; set != 0; set &= set - 1) {
        struct cpu *cpu = &cpus[bit_lowest32(set)];
        if (load_of(cpu) < load_of(best))
            best = cpu;
    }
    return best;
}

struct cpu *sched_place_elsewhere(const struct proc *p)
{
    struct cpu *here = p->cpu;
    uint32_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed) & p->affinity;
    if ((idle & here->bit) != 0)
        return here;
    if (idle != 0)
        return &cpus[bit_lowest32(idle)];
    return least_loaded(p->affinity & smp_online(), here);
}

/* In their order, which is what keeps two who do this from waiting for each other. */
static void lock_two(struct cpu *a, struct cpu *b)
{
    spin_lock_raw(a <= b ? &a->rq.lock : &b->rq.lock);
    if (a != b)
        spin_lock_raw(a < b ? &b->rq.lock : &a->rq.lock);
}

struct cpu *sched_lock_both(struct proc *p, struct cpu *to)
{
    for (;;) {
        struct cpu *from = p->cpu;
        lock_two(from, to);
        if (p->cpu == from)
            return from;
        sched_unlock_pair(from, to); /* it moved meanwhile */
    }
}

void sched_change_cpu(struct proc *p, struct cpu *to)
{
    struct cpu *from = p->cpu;
    p->came = to->rq.switched;
    trace(TRACE_MIGRATE, p->pid, from->index, to->index);
    policy_move(&from->rq, &to->rq, p);
    proc_set_cpu(p, to);
}

void sched_place_busy(const struct cpu *cpu)
{
    atomic_fetch_and_explicit(&sched_idle_cpus, ~cpu->bit, memory_order_relaxed);
}

/* Both are locked; p is READY. */
static void move(struct proc *p, struct cpu *from, struct cpu *to)
{
    policy_take(&from->rq, p);
    sched_count(&from->rq, -1);
    sched_change_cpu(p, to);
    sched_arrive(to, p);
}

/* Of those in set, the CPU with most to do, if it has more than it can run; or NULL. */
static struct cpu *busiest(uint32_t set)
{
    struct cpu *best = NULL;
    for (; set != 0; set &= set - 1) {
        struct cpu *cpu = &cpus[bit_lowest32(set)];
        if (running_on(cpu) > 1 && (best == NULL || load_of(cpu) > load_of(best)))
            best = cpu;
    }
    return best;
}

/* First it says that it is idle, then it looks: work that comes after the look is offered, sched_offer(). */
void sched_pull(struct cpu *cpu)
{
    uint32_t others = smp_online() & ~cpu->bit;
    atomic_fetch_or_explicit(&sched_idle_cpus, cpu->bit, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    for (struct cpu *from; running_on(cpu) == 0 && (from = busiest(others)) != NULL;) {
        others &= ~from->bit;
        lock_two(from, cpu);
        struct proc *p = NULL;
        if (running_on(cpu) == 0 && running_on(from) > 1)
            p = policy_movable(&from->rq, cpu->index);
        if (p != NULL)
            move(p, from, cpu);
        sched_unlock_pair(from, cpu);
    }
}

/* Who has least to do, and of those the one that has not been given anything for longest. */
static struct cpu *receiver(uint32_t set)
{
    struct cpu *best = NULL;
    for (; set != 0; set &= set - 1) {
        struct cpu *cpu = &cpus[bit_lowest32(set)];
        if (best == NULL || load_of(cpu) < load_of(best) ||
            (load_of(cpu) == load_of(best) && cpu->given_at < best->given_at))
            best = cpu;
    }
    return best;
}

/*
 * By chance, four quanta from now: in step with the turns, or with each other, the CPUs would let the same
 * ones share for ever. The highest bits of a product are as good as random (Knuth 6.4).
 */
static uint64_t next_balance(const struct cpu *cpu, uint64_t now)
{
    uint32_t dice = (uint32_t)(now + cpu->index) * 2654435769u >> 16;
    return now + (BALANCE_LEAST + dice % BALANCE_SPREAD) * sched_quantum;
}

/*
 * Where the difference is one process, it goes round: five on four CPUs get the same time each only if all of
 * them share in their turn. So the one goes that came first, and if that one runs just now, next time.
 */
void sched_push(struct cpu *from, uint64_t now)
{
    uint32_t others = smp_online() & ~from->bit;
    if (others == 0 || now < from->balance_at)
        return;
    for (bool again = true; again;) {
        struct cpu *to = receiver(others);
        lock_two(from, to);
        struct proc *p = policy_movable(&from->rq, to->index);
        unsigned w = p != NULL ? weight_of(p) : 0;
        bool better = p != NULL && load_of(from) >= load_of(to) + w;
        bool turn_about = better && load_of(from) < load_of(to) + 2 * w;
        const struct proc *running = from->rq.current;
        bool later = turn_about && (running->affinity & to->bit) != 0 && p->came > running->came;
        if (better && !later) {
            move(p, from, to);
            to->given_at = now;
        }
        sched_unlock_pair(from, to);
        again = better && !turn_about;
        if (!later)
            from->balance_at = next_balance(from, now);
    }
}

void sched_set_affinity(struct proc *p, uint32_t mask)
{
    unsigned long s = hal_irq_save();
    struct cpu *to = least_loaded(mask & smp_online(), p->cpu);
    struct cpu *from = sched_lock_both(p, to);
    p->affinity = mask;
    if ((mask & from->bit) == 0) {
        if (p->state == PROC_READY) {
            move(p, from, to);
        } else if (p->state == PROC_SLEEPING) {
            sched_change_cpu(p, to);
        } else if (p->state == PROC_RUNNING) {
            /* Nobody can take it off its stack but itself, at the end of this interrupt. */
            atomic_store_explicit(&from->rq.need_resched, true, memory_order_relaxed);
            smp_call(from);
        }
    }
    sched_unlock_pair(from, to);
    hal_irq_restore(s);
}

/* The interrupt that takes us away comes at once, or nearly. */
static void go_to(const struct cpu *cpu)
{
    struct proc *p = current();
    sched_set_affinity(p, cpu->bit);
    while (*(struct cpu *volatile *)&p->cpu != cpu)
        hal_cpu_relax();
}

void sched_on_each_cpu(void (*fn)(void *arg), void *arg)
{
    struct proc *p = current();
    uint32_t home = p->affinity;
    uint32_t others = p->pid == 0 ? 0 : smp_online() & ~p->cpu->bit;
    struct cpu *last = p->cpu;
    for (; others != 0; others &= others - 1) {
        go_to(&cpus[bit_lowest32(others)]);
        fn(arg);
    }
    if (p->cpu != last)
        go_to(last);
    fn(arg);
    if (p->affinity != home)
        sched_set_affinity(p, home);
}
