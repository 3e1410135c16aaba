/* sched_fair.c - weighted fair queueing by virtual run time; the idea is in kernel/sched_fair.h. */
#include <kernel/sched_fair.h>
#include <lib/ratio.h>

/*
 * Virtual time begins far from 0, so that a little before `least` is never below it. It counts counter ticks
 * of a process of nice 0: of 64 bits those are some hundred years.
 */
#define FIRST ((uint64_t)1 << 48)

static struct {
    uint64_t sleeper_bonus; /* how far behind `least` a sleeper comes back, at most */
    uint64_t granularity;   /* by how much less a newcomer must have had to go before current */
    struct ratio per_tick[NICE_MAX - NICE_MIN + 1]; /* virtual time per tick, of each nice value */
} fair;

/* 1024 * 1.25^-nice, rounded: ten percent of the CPU more or less per step, between two equals. */
static const unsigned weights[NICE_MAX - NICE_MIN + 1] = {
    88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921, /* -20 to -11 */
    9537,  7629,  6104,  4883,  3906,  3125,  2500,  2000,  1600,  1280,  /* -10 to -1 */
    1024,  819,   655,   524,   419,   336,   268,   215,   172,   137,   /* 0 to 9 */
    110,   88,    70,    56,    45,    36,    29,    23,    18,    15,    /* 10 to 19 */
};

unsigned sched_fair_weight(int nice)
{
    return weights[nice - NICE_MIN];
}

void sched_fair_init(uint64_t quantum)
{
    fair.sleeper_bonus = quantum / 2;
    fair.granularity = quantum / 4;
    for (unsigned i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
        fair.per_tick[i] = ratio_make(weights[i], NICE_0_WEIGHT);
}

void sched_fair_init_queue(struct fair_queue *fq)
{
    fq->waiting = (struct rb_tree){ .root = NULL };
    fq->least = FIRST;
    atomic_store_explicit(&fq->weight, 0, memory_order_relaxed);
}

static struct proc *proc_of(struct rb_node *n)
{
    return container_of(n, struct proc, place);
}

/* `least` goes after the first of those that want to run. */
static void follow(struct fair_queue *fq, uint64_t of_current)
{
    const struct rb_node *first = rb_first(&fq->waiting);
    uint64_t least = first != NULL && first->key < of_current ? first->key : of_current;
    if (least > fq->least)
        fq->least = least;
}

static void add_weight(struct fair_queue *fq, unsigned more)
{
    unsigned weight = atomic_load_explicit(&fq->weight, memory_order_relaxed);
    atomic_store_explicit(&fq->weight, weight + more, memory_order_relaxed);
}

void sched_fair_add(struct runq *rq, struct proc *p)
{
    struct fair_queue *fq = &rq->fair;
    uint64_t earliest = fq->least - fair.sleeper_bonus;
    if (p->vruntime < earliest)
        p->vruntime = earliest;
    add_weight(fq, sched_fair_weight(p->nice));
    rb_insert(&fq->waiting, &p->place, p->vruntime);
}

void sched_fair_take(struct runq *rq, struct proc *p)
{
    rb_remove(&rq->fair.waiting, &p->place);
    sched_fair_end(rq, p);
}

void sched_fair_end(struct runq *rq, struct proc *p)
{
    add_weight(&rq->fair, 0 - sched_fair_weight(p->nice));
}

/* Equals come out first come, first served: so those that yield take turns. */
void sched_fair_put(struct runq *rq, struct proc *p, bool yields)
{
    const struct rb_node *first = rb_first(&rq->fair.waiting);
    if (yields && first != NULL && p->vruntime < first->key)
        p->vruntime = first->key;
    rb_insert(&rq->fair.waiting, &p->place, p->vruntime);
}

struct proc *sched_fair_pick(struct runq *rq)
{
    struct rb_node *first = rb_first(&rq->fair.waiting);
    if (first == NULL)
        return rq->idle;
    rb_remove_first(&rq->fair.waiting, first);
    return proc_of(first);
}

/* A turn shorter than a tick counts as one: else nobody who only yields would ever fall behind. */
void sched_fair_charge(struct runq *rq, struct proc *p, uint64_t ticks)
{
    if (ticks == 0)
        ticks = 1;
    p->vruntime += p->nice == 0 ? ticks : ratio_apply(fair.per_tick[p->nice - NICE_MIN], ticks);
    follow(&rq->fair, p->vruntime);
}

bool sched_fair_preempts(const struct runq *rq, const struct proc *p)
{
    return p->vruntime + fair.granularity < rq->current->vruntime;
}

void sched_fair_move(const struct runq *from, const struct runq *to, struct proc *p)
{
    p->vruntime += to->fair.least - from->fair.least;
}

struct proc *sched_fair_movable(struct runq *rq, unsigned cpu)
{
    struct proc *oldest = NULL;
    unsigned seen = 0;
    for (struct rb_node *n = rb_first(&rq->fair.waiting); n != NULL && seen < SCHED_SEARCH_MOST;
         n = rb_next(n)) {
        struct proc *p = proc_of(n);
        seen++;
        if ((p->affinity >> cpu & 1) != 0 && (oldest == NULL || p->came < oldest->came))
            oldest = p;
    }
    return oldest;
}

void sched_fair_reweigh(struct runq *rq, struct proc *p, int nice)
{
    if (p->state & (PROC_READY | PROC_RUNNING))
        add_weight(&rq->fair, sched_fair_weight(nice) - sched_fair_weight(p->nice));
    p->nice = nice;
}
