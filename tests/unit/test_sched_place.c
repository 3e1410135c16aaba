/* test_sched_place.c - kernel/sched_place.c under the whole scheduler, on a machine in virtual time.
 *
 * Planted and caught: pushes in step; a guest that may not go before who stays; current charged behind a
 * newcomer; a push only for a difference of two; the receiver always the first; an affinity not looked at;
 * who left still counted; two run queues locked in the wrong order; the newest moved, and not the oldest.
 * Not caught, since an alarm puts it right: a sleeper not sent to an idle CPU.
 */
#include "host.h"
#include "machine.h"
#include "unit.h"

#include <kernel/sched_place.h>
#include <kernel/sched_policy.h>

enum { QUANTUM_MS = 10, QUANTUM = QUANTUM_MS * MACHINE_TICKS_PER_MS };

/* The worst of n, in hundredths of a percent off the even share. */
static unsigned worst_share(unsigned n, const uint64_t *had, uint64_t even)
{
    uint64_t worst = 0;
    for (unsigned i = 0; i < n; i++) {
        uint64_t off = had[i] > even ? had[i] - even : even - had[i];
        if (off > worst)
            worst = off;
    }
    return (unsigned)(worst * 10000 / even);
}

static unsigned shares(const char *policy, unsigned n, unsigned c, unsigned late_most, uint64_t seed)
{
    enum { WARM_UP = 100, ROUNDS = 48000 };
    uint64_t before[MACHINE_PROCS], had[MACHINE_PROCS];

    machine_start(c, policy, QUANTUM_MS);
    machine.seed = seed;
    machine.late_most = late_most;
    for (unsigned i = 0; i < n; i++)
        machine_spawn(0, PRIO_NORMAL, 0, UINT32_MAX);
    machine_run(WARM_UP * QUANTUM);
    for (unsigned i = 0; i < n; i++)
        before[i] = machine_had(machine.proc[i]);
    machine_run((uint64_t)ROUNDS * QUANTUM);
    machine_check();
    for (unsigned i = 0; n >= c && i < c; i++)
        host_check(cpus[i].rq.nrunning == n / c || cpus[i].rq.nrunning == (n + c - 1) / c);
    for (unsigned i = 0; i < n; i++)
        had[i] = machine_had(machine.proc[i]) - before[i];
    return worst_share(n, had, (uint64_t)ROUNDS * QUANTUM * (n < c ? n : c) / n);
}

static void check_shares(const char *policy, unsigned late_most, unsigned limit)
{
    uint64_t seed = unit_seed();
    unsigned too_far = 0;

    for (unsigned c = 1; c <= MAX_CPUS; c++) {
        for (unsigned n = 2; n <= 13; n++) {
            unsigned off = shares(policy, n, c, late_most, seed);
            if (off > limit)
                printf("# %s: %u on %u CPUs: %u.%02u %% off\n", policy, n, c, off / 100, off % 100);
            too_far += off > limit;
        }
    }
    assert_int_equal(too_far, 0);
}

static void test_rr_shares(void **state)
{
    (void)state;
    check_shares("rr", 0, 200);
}

static void test_rr_shares_late(void **state)
{
    (void)state;
    check_shares("rr", 200, 200);
}

static void test_fair_shares(void **state)
{
    (void)state;
    check_shares("fair", 200, 200);
}

enum { SHARED = 2000 };

static void had_least(const char *policy, struct proc *p, uint64_t before, unsigned percent)
{
    uint64_t had = machine_had(p) - before;

    if (had < (uint64_t)percent * SHARED * QUANTUM / 100)
        fail_msg("%s: %s had %llu of %d", policy, p->name, (unsigned long long)had, SHARED * QUANTUM);
}

/* However long one had a CPU for itself: with the second one it shares, and does not make good for it. */
static void newcomer(const char *policy, unsigned from)
{
    machine_start(2, policy, QUANTUM_MS);
    struct proc *old = machine_spawn(1, PRIO_NORMAL, 0, 2);
    machine_run(5000 * QUANTUM);
    assert_int_equal(machine.alarms, 0);
    struct proc *second = machine_spawn(from, PRIO_NORMAL, 0, 2);
    uint64_t before = machine_had(old);
    machine_run(SHARED * QUANTUM);
    machine_check();
    had_least(policy, old, before, 48);
    had_least(policy, second, 0, 48);
}

/* Two that may not move, and one that may: it is now here, now there, though it came last to each. */
static void guest(const char *policy)
{
    machine_start(2, policy, QUANTUM_MS);
    struct proc *here = machine_spawn(0, PRIO_NORMAL, 0, 1), *there = machine_spawn(1, PRIO_NORMAL, 0, 2);
    machine_run(5000 * QUANTUM);
    struct proc *between = machine_spawn(0, PRIO_NORMAL, 0, 3);
    uint64_t before = machine_had(here);
    machine_run(SHARED * QUANTUM);
    machine_check();
    had_least(policy, here, before, 60);
    had_least(policy, there, before, 60);
    had_least(policy, between, 0, 40);
}

static void test_newcomer(void **state)
{
    (void)state;
    for (unsigned from = 0; from < 2; from++) {
        newcomer("rr", from);
        newcomer("fair", from);
    }
}

static void test_guest(void **state)
{
    (void)state;
    guest("rr");
    guest("fair");
}

static void to_cpu_0(void *p)
{
    sched_set_affinity(p, 1);
}

static void to_cpu_1(void *p)
{
    sched_set_affinity(p, 2);
}

/* Makes one move that waits on that CPU. From now on it has what is its due among n. */
static void move_one(unsigned from, unsigned n)
{
    enum { TURNS = 100 };
    struct proc *p = NULL;
    for (unsigned i = 0; i < machine.nprocs; i++) {
        if (machine.proc[i]->cpu == &cpus[from] && machine.proc[i]->state == PROC_READY)
            p = machine.proc[i];
    }
    assert_non_null(p);
    machine_on(0, from == 0 ? to_cpu_1 : to_cpu_0, p);
    assert_ptr_equal(p->cpu, &cpus[!from]);
    uint64_t before = machine_had(p);
    machine_run((uint64_t)TURNS * n * QUANTUM);
    machine_check();
    assert_in_range(machine_had(p) - before, (TURNS - 1) * QUANTUM, (TURNS + 1) * QUANTUM);
}

/* Where two share, virtual time runs twice as fast as where four do: who moves is neither late nor early. */
static void test_virtual_time(void **state)
{
    (void)state;
    machine_start(2, "fair", QUANTUM_MS);
    for (unsigned i = 0; i < 6; i++)
        machine_spawn(0, PRIO_NORMAL, 0, i < 4 ? 1 : 2);
    machine_run(4000 * QUANTUM);
    move_one(1, 5);
    move_one(0, 2);
    move_one(0, 3);
}

static void wake(void *p)
{
    sched_wake(p);
}

static void sleep_now(void *arg)
{
    (void)arg;
    sched_prepare();
    sched_sleep();
}

/* A sleeper wakes where it slept if that is idle, on another idle CPU, or where there is least to do. */
static void test_wake(void **state)
{
    (void)state;
    machine_start(4, "rr", QUANTUM_MS);
    struct proc *sleeper = machine_spawn(1, PRIO_NORMAL, 0, 0x2);
    machine_on(1, sleep_now, NULL);
    assert_int_equal(sleeper->state, PROC_SLEEPING);
    sleeper->affinity = 0xe;
    machine_on(0, wake, sleeper);
    assert_ptr_equal(sleeper->cpu, &cpus[1]);
    machine_on(1, sleep_now, NULL);
    machine_spawn(1, PRIO_NORMAL, 0, 0x2);
    machine_on(1, wake, sleeper);
    assert_ptr_equal(sleeper->cpu, &cpus[2]); /* and not 0, which is idle, but forbidden */
    machine_on(2, sleep_now, NULL);
    machine_spawn(2, PRIO_NORMAL, 0, 0x4);
    machine_spawn(2, PRIO_NORMAL, 0, 0x4);
    machine_spawn(3, PRIO_NORMAL, 0, 0x8);
    machine_on(0, wake, sleeper);
    assert_int_equal(sleeper->state, PROC_READY);
    assert_ptr_equal(sleeper->cpu, &cpus[2]); /* none is idle: where it slept */
    machine_on(0, wake, sleeper);
    assert_true(sleeper->woken);
    machine_check();
}

/* As soon as a CPU has nothing to do it takes what another one has too much of, and only what may come. */
static void test_pull(void **state)
{
    (void)state;
    struct proc *p[4];
    machine_start(2, "rr", QUANTUM_MS);
    for (unsigned i = 0; i < 3; i++)
        p[i] = machine_spawn(0, PRIO_NORMAL, 0, i == 1 ? 0x1 : 0x3);
    p[3] = machine_spawn(1, PRIO_NORMAL, 0, 0x2);
    assert_int_equal(cpus[0].rq.nrunning + cpus[1].rq.nrunning, 4);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(cpus[1].rq.current != cpus[1].rq.idle);
        cpus[1].rq.current->affinity = 0x2;
        machine_on(1, sleep_now, NULL);
        machine_check();
    }
    machine_run(20 * QUANTUM); /* who may come perhaps just ran */
    machine_check();
    assert_true(p[1]->state == PROC_RUNNING && p[1]->cpu == &cpus[0]);
    assert_true(cpus[1].rq.current != cpus[1].rq.idle);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rr_shares),   cmocka_unit_test(test_rr_shares_late),
        cmocka_unit_test(test_fair_shares), cmocka_unit_test(test_newcomer),
        cmocka_unit_test(test_guest),       cmocka_unit_test(test_wake),
        cmocka_unit_test(test_pull),        cmocka_unit_test(test_virtual_time),
    };

    return UNIT_RUN("sched_place", tests);
}
