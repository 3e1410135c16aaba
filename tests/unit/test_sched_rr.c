/* test_sched_rr.c - kernel/sched_rr.c, against one plain queue per priority.
 *
 * The model keeps who runs apart, and in each queue those who wait, longest first. The rings are driven as
 * by sched.c.
 * Planted and caught: a newcomer who is next instead of last; the turn of the ring that runs taken for
 * fresh; a bit of `occupied` not set, and not cleared; the first of a ring without the turn; the turn given
 * to the last, at a removal and at a yield; a removed one left in the ring; turns never over, and always;
 * idle given a turn; one that was removed and comes back alone still linked to the others; the wrong highest
 * bit, in either nibble.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <kernel/sched_rr.h>

enum { OPERATIONS = 1500000, PROCS = 20 };

static struct proc procs[PROCS], idle;
static struct runq rq;
static uint64_t now;

static struct proc *waiting[PRIO_COUNT][PROCS]; /* the model */
static unsigned nwaiting[PRIO_COUNT];
static struct proc *running;

static unsigned any_prio(uint64_t *seed)
{
    return PRIO_LOW + (unsigned)(unit_random(seed) % (PRIO_COUNT - PRIO_LOW));
}

static void push_last(struct proc *p)
{
    waiting[p->prio][nwaiting[p->prio]++] = p;
}

static void push_first(struct proc *p)
{
    struct proc **queue = waiting[p->prio];

    memmove(&queue[1], &queue[0], nwaiting[p->prio]++ * sizeof(queue[0]));
    queue[0] = p;
}

static struct proc *pop_first(unsigned prio)
{
    struct proc **queue = waiting[prio], *first = queue[0];

    memmove(&queue[0], &queue[1], --nwaiting[prio] * sizeof(queue[0]));
    return first;
}

static struct proc *pop_highest(void)
{
    for (unsigned prio = PRIO_COUNT; prio-- > 0;) {
        if (nwaiting[prio] > 0)
            return pop_first(prio);
    }
    return &idle;
}

static unsigned equals_waiting(void)
{
    return running == &idle ? 0 : nwaiting[running->prio];
}

/* From `first` on and round, the ring holds these processes, seen in both directions. */
static void check_ring(const struct list *first, struct proc *const *expected, unsigned n)
{
    const struct list *at = first;

    for (unsigned i = 0; i < n; i++, at = at->next) {
        assert_ptr_equal(at, &expected[i]->turn);
        assert_ptr_equal(at->next->prev, at);
    }
    assert_ptr_equal(at, first);
}

static void check(void)
{
    struct proc *ring[PROCS];
    uint32_t occupied = 0;

    assert_ptr_equal(rq.current, running);
    assert_true(list_empty(&idle.turn));
    assert_int_equal(sched_rr_contended(running), equals_waiting() > 0);
    assert_ptr_equal(sched_rr_next(running), equals_waiting() > 0 ? waiting[running->prio][0] : running);
    for (unsigned prio = 0; prio < PRIO_COUNT; prio++) {
        unsigned n = 0;

        if (running != &idle && running->prio == prio)
            ring[n++] = running;
        for (unsigned i = 0; i < nwaiting[prio]; i++)
            ring[n++] = waiting[prio][i];
        if (n == 0)
            continue;
        occupied |= 1u << prio;
        check_ring(ring[0] == running ? &running->turn : rq.rr.ring[prio], ring, n);
    }
    assert_int_equal(rq.rr.occupied, occupied);
}

static void run(struct proc *next)
{
    if (running->state == PROC_RUNNING)
        running->state = PROC_READY;
    next->state = PROC_RUNNING;
    rq.current = running = next;
}

/* Somebody is woken, of any priority. False: nobody sleeps. */
static bool op_add(uint64_t *seed, bool higher)
{
    struct proc *sleeper = NULL;
    unsigned from = (unsigned)(unit_random(seed) % PROCS);

    for (unsigned i = 0; i < PROCS && sleeper == NULL; i++) {
        struct proc *p = &procs[(from + i) % PROCS];

        if (p->state == PROC_SLEEPING && (!higher || p->prio > running->prio || running == &idle))
            sleeper = p;
    }
    if (sleeper == NULL)
        return false;
    sleeper->state = PROC_READY;
    sleeper->came = now + unit_random(seed) % 50;
    sleeper->affinity = (uint32_t)(1 + unit_random(seed) % 3);
    sched_rr_add(&rq, sleeper);
    push_last(sleeper);
    check();
    return true;
}

/* Who runs goes to sleep, or ends. */
static bool op_remove(uint64_t *seed)
{
    struct proc *p = running;

    if (p == &idle)
        return false;
    p->state = PROC_SLEEPING;
    sched_rr_remove(&rq, p);
    run(pop_highest());
    assert_ptr_equal(sched_rr_pick(&rq), running);
    if (unit_random(seed) % 2)
        p->prio = any_prio(seed); /* it ended, and its slot is used anew */
    return true;
}

/* Whoever waits longest among equals. */
static bool op_yield(void)
{
    struct proc *next = sched_rr_next(running);

    if (equals_waiting() > 0) {
        push_last(running);
        run(pop_first(running->prio));
    }
    assert_ptr_equal(next, running);
    return true;
}

/* The highest, which may be the one that runs; it goes first or last among its equals. */
static bool op_preempt(bool turn_over)
{
    sched_rr_leave(&rq, running, turn_over);
    if (running != &idle) {
        if (turn_over)
            push_last(running);
        else
            push_first(running);
    }
    run(pop_highest());
    assert_ptr_equal(sched_rr_pick(&rq), running);
    return true;
}

/* Who should go to CPU `cpu`: in the highest priority where anybody may, the oldest; NULL: nobody. */
static struct proc *model_movable(unsigned cpu)
{
    struct proc *oldest = NULL;

    for (unsigned prio = PRIO_COUNT; prio-- > 0 && oldest == NULL;) {
        for (unsigned i = 0; i < nwaiting[prio]; i++) {
            struct proc *p = waiting[prio][i];

            if ((p->affinity & 1u << cpu) != 0 && (oldest == NULL || p->came < oldest->came))
                oldest = p;
        }
    }
    return oldest;
}

/* One that waits goes to another CPU, and anybody else's place stays. Or any one, as by a new affinity. */
static bool op_move(uint64_t *seed)
{
    unsigned cpu = (unsigned)(unit_random(seed) % 2), i = 0;
    struct proc *p = sched_rr_movable(&rq, cpu);

    assert_ptr_equal(p, model_movable(cpu));
    if (p == NULL)
        return false;
    if (unit_random(seed) % 2)
        p = waiting[p->prio][unit_random(seed) % nwaiting[p->prio]];
    while (waiting[p->prio][i] != p)
        i++;
    memmove(&waiting[p->prio][i], &waiting[p->prio][i + 1], (--nwaiting[p->prio] - i) * sizeof(p));
    p->state = PROC_SLEEPING;
    sched_rr_remove(&rq, p);
    return true;
}

static void set_up(uint64_t *seed)
{
    idle = (struct proc){ .name = "idle", .state = PROC_RUNNING };
    list_init(&idle.turn);
    rq = (struct runq){ .idle = &idle, .current = &idle };
    running = &idle;
    memset(nwaiting, 0, sizeof(nwaiting));
    for (unsigned i = 0; i < PROCS; i++) {
        procs[i] = (struct proc){ .state = PROC_SLEEPING, .prio = any_prio(seed) };
        list_init(&procs[i].turn);
    }
}

/* In stretches with many awake, and with few. */
static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned done[7] = { 0 };

    set_up(&seed);
    check();
    for (unsigned i = 0; i < OPERATIONS;) {
        unsigned wake = i / 10000 % 2 ? 25 : 45, dice = (unsigned)(unit_random(&seed) % 100);
        unsigned op = dice < wake ? 0
                      : dice < 65 ? 1
                      : dice < 75 ? 2
                      : dice < 85 ? 3
                      : dice < 90 ? 4
                      : dice < 95 ? 5
                                  : 6;
        bool did = false;

        switch (op) {
        case 0:
            did = op_add(&seed, false);
            break;
        case 1:
            did = op_remove(&seed);
            break;
        case 2:
            did = op_yield();
            break;
        case 3:
            did = op_preempt(true);
            break;
        case 4:
            did = op_preempt(false);
            break;
        case 5:
            did = op_add(&seed, true) && op_preempt(false);
            break;
        case 6:
            did = op_move(&seed);
            break;
        }
        check();
        now += unit_random(&seed) % 10;
        done[op] += did;
        i += did;
    }
    printf("# %u added, %u removed, %u yields, %u turns over, %u preempted, %u by a higher one, %u moved\n",
           done[0], done[1], done[2], done[3], done[4], done[5], done[6]);
    for (unsigned op = 0; op < ARRAY_SIZE(done); op++)
        assert_true(done[op] > OPERATIONS / 100);
}

/* However many wait, so few are looked at: the first of them by turn. */
static void test_movable_many(void **state)
{
    (void)state;
    enum { MANY = 100, LOOKED_AT = 32 };
    static struct proc many[MANY];
    uint64_t seed = unit_seed();

    set_up(&seed);
    for (unsigned i = 0; i < MANY; i++) {
        many[i] = (struct proc){ .state = PROC_READY, .prio = PRIO_NORMAL, .came = MANY - i, .affinity = 3 };
        list_init(&many[i].turn);
        sched_rr_add(&rq, &many[i]);
    }
    assert_ptr_equal(sched_rr_movable(&rq, 1), &many[LOOKED_AT - 1]);
    for (unsigned i = 0; i < LOOKED_AT; i++)
        many[i].affinity = 1;
    assert_null(sched_rr_movable(&rq, 1));
    assert_ptr_equal(sched_rr_movable(&rq, 0), &many[LOOKED_AT - 1]);
}

/* Each priority alone, and above each other one. */
static void test_pick(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (unsigned low = 0; low < PRIO_COUNT; low++) {
        for (unsigned high = low; high < PRIO_COUNT; high++) {
            set_up(&seed);
            procs[0].prio = low;
            procs[1].prio = high;
            assert_ptr_equal(sched_rr_pick(&rq), &idle);
            sched_rr_add(&rq, &procs[0]);
            assert_ptr_equal(sched_rr_pick(&rq), &procs[0]);
            sched_rr_add(&rq, &procs[1]);
            assert_ptr_equal(sched_rr_pick(&rq), high > low ? &procs[1] : &procs[0]);
            assert_int_equal(rq.rr.occupied, 1u << low | 1u << high);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_movable_many),
    };

    return UNIT_RUN("sched_rr", tests);
}
