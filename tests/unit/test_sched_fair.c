/* test_sched_fair.c - kernel/sched_fair.c, against a sorted array and exact arithmetic.
 *
 * Two run queues, driven as by sched.c: who runs is in no tree, and moves only when he waits.
 * Planted and caught: `least` going back, and after who runs only; a sleeper as far behind as he slept; a
 * distance lost in a move; turns of no tick; no yield; a newcomer who goes first by nothing; a weight kept.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <kernel/sched_fair.h>

enum { OPERATIONS = 1000000, PROCS = 24, QUANTUM = 10000, QUEUES = 2 };

static struct proc procs[PROCS], idle[QUEUES];
static struct runq rq[QUEUES];

static struct proc *waiting[QUEUES][PROCS]; /* the model: by virtual run time, equals as they came */
static unsigned nwaiting[QUEUES];
static uint64_t least_was[QUEUES];

static void put_in(unsigned q, struct proc *p)
{
    unsigned at = nwaiting[q];

    while (at > 0 && waiting[q][at - 1]->vruntime > p->vruntime)
        at--;
    memmove(&waiting[q][at + 1], &waiting[q][at], (nwaiting[q]++ - at) * sizeof(p));
    waiting[q][at] = p;
    p->state = PROC_READY;
}

static void take_out(unsigned q, unsigned at)
{
    memmove(&waiting[q][at], &waiting[q][at + 1], (--nwaiting[q] - at) * sizeof(waiting[q][0]));
}

static void check(unsigned q)
{
    unsigned weight = rq[q].current == &idle[q] ? 0 : sched_fair_weight(rq[q].current->nice), i = 0;

    for (struct rb_node *n = rb_first(&rq[q].fair.waiting); n != NULL; n = rb_next(n), i++) {
        assert_true(i < nwaiting[q] && n == &waiting[q][i]->place && n->key == waiting[q][i]->vruntime);
        weight += sched_fair_weight(waiting[q][i]->nice);
    }
    assert_int_equal(i, nwaiting[q]);
    assert_int_equal(rq[q].fair.weight, weight);
    assert_true(rq[q].fair.least >= least_was[q]); /* never back */
    least_was[q] = rq[q].fair.least;
}

static void pick(unsigned q)
{
    struct proc *p = sched_fair_pick(&rq[q]);

    if (nwaiting[q] == 0) {
        assert_ptr_equal(p, &idle[q]);
    } else {
        assert_ptr_equal(p, waiting[q][0]);
        take_out(q, 0);
        p->state = PROC_RUNNING;
    }
    rq[q].current = p;
}

static void wake(unsigned q, struct proc *p)
{
    uint64_t before = p->vruntime, earliest = rq[q].fair.least - QUANTUM / 2;

    sched_fair_add(&rq[q], p);
    assert_true(p->vruntime == (before > earliest ? before : earliest));
    put_in(q, p);
    if (rq[q].current != &idle[q])
        assert_int_equal(sched_fair_preempts(&rq[q], p), p->vruntime + QUANTUM / 4 < rq[q].current->vruntime);
    else
        pick(q);
}

/* Exact: ticks * 1024 / weight, and no more than a tick away from it per charge. */
static void charge(unsigned q, uint64_t ticks)
{
    struct proc *p = rq[q].current;
    uint64_t before = p->vruntime,
             exact = (ticks == 0 ? 1 : ticks) * NICE_0_WEIGHT / sched_fair_weight(p->nice);

    sched_fair_charge(&rq[q], p, ticks);
    assert_in_range(p->vruntime - before, exact > 0 ? exact - 1 : 0, exact + 1);
    uint64_t first =
        nwaiting[q] > 0 && waiting[q][0]->vruntime < p->vruntime ? waiting[q][0]->vruntime : p->vruntime;
    assert_true(rq[q].fair.least == (first > least_was[q] ? first : least_was[q]));
}

static void move(unsigned from, unsigned at)
{
    unsigned to = !from;
    struct proc *p = waiting[from][at];

    sched_fair_take(&rq[from], p);
    take_out(from, at);
    int64_t distance = (int64_t)(p->vruntime - rq[from].fair.least);
    sched_fair_move(&rq[from], &rq[to], p);
    assert_true((int64_t)(p->vruntime - rq[to].fair.least) == distance);
    wake(to, p);
}

static void put_back(unsigned q, bool yields)
{
    struct proc *p = rq[q].current;

    if (yields && nwaiting[q] > 0 && waiting[q][0]->vruntime > p->vruntime) {
        uint64_t first = waiting[q][0]->vruntime;
        sched_fair_put(&rq[q], p, true);
        assert_true(p->vruntime == first);
    } else {
        uint64_t same = p->vruntime;
        sched_fair_put(&rq[q], p, yields);
        assert_true(p->vruntime == same);
    }
    put_in(q, p);
    pick(q);
    if (yields && nwaiting[q] > 0)
        assert_ptr_not_equal(rq[q].current, p);
}

static void set_up(void)
{
    sched_fair_init(QUANTUM);
    memset(procs, 0, sizeof(procs));
    memset(nwaiting, 0, sizeof(nwaiting));
    for (unsigned q = 0; q < QUEUES; q++) {
        rq[q] = (struct runq){ .idle = &idle[q], .current = &idle[q] };
        sched_fair_init_queue(&rq[q].fair);
        least_was[q] = rq[q].fair.least;
    }
    for (unsigned i = 0; i < PROCS; i++)
        procs[i].state = PROC_SLEEPING;
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned done[6] = { 0 };

    set_up();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned q = unit_random(&seed) % QUEUES, op = unit_random(&seed) % 6;
        struct proc *p = &procs[unit_random(&seed) % PROCS], *runs = rq[q].current;
        int nice = NICE_MIN + (int)(unit_random(&seed) % (NICE_MAX - NICE_MIN + 1));

        if (runs != &idle[q])
            charge(q, unit_random(&seed) % 3 == 0 ? 0 : unit_random(&seed) % (2 * QUANTUM));
        done[op]++;
        if (op == 0 && p->state == PROC_SLEEPING) {
            wake(q, p);
        } else if (op == 1 && runs != &idle[q]) {
            runs->state = PROC_SLEEPING;
            sched_fair_end(&rq[q], runs);
            pick(q);
        } else if (op == 2 && nwaiting[q] > 0) {
            move(q, (unsigned)(unit_random(&seed) % nwaiting[q]));
        } else if (op == 3 && runs != &idle[q]) {
            sched_fair_reweigh(&rq[q], runs, nice);
            assert_int_equal(runs->nice, nice);
        } else if (op >= 4 && runs != &idle[q]) {
            put_back(q, op == 4);
        } else {
            done[op]--;
        }
        check(0);
        check(1);
    }
    for (unsigned op = 0; op < ARRAY_SIZE(done); op++)
        assert_true(done[op] > OPERATIONS / 100);
}

/* Spinners of any nice values: each has its weight's share, within 1 %. */
static void test_shares(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (unsigned n = 2; n <= 12; n++) {
        uint64_t had[PROCS] = { 0 }, all = 0;
        unsigned weights = 0;

        set_up();
        for (unsigned i = 0; i < n; i++) {
            procs[i].nice = i == 0 ? 0 : -10 + (int)(unit_random(&seed) % 20);
            weights += sched_fair_weight(procs[i].nice);
            wake(0, &procs[i]);
        }
        for (unsigned turn = 0; turn < 400000; turn++) {
            uint64_t ticks = QUANTUM + unit_random(&seed) % 100;
            had[rq[0].current - procs] += ticks;
            all += ticks;
            charge(0, ticks);
            least_was[0] = rq[0].fair.least;
            put_back(0, false);
        }
        for (unsigned i = 0; i < n; i++) {
            double share = (double)had[i] / (double)all,
                   due = (double)sched_fair_weight(procs[i].nice) / weights;
            if (share < due * 0.99 || share > due * 1.01)
                fail_msg("%u: nice %d has %f, and not %f", n, procs[i].nice, share, due);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_shares),
    };

    return UNIT_RUN("sched_fair", tests);
}
