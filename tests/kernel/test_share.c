/*
 * test_share.c - who gets how much CPU time: on all CPUs together, among equals, by weight, and after sleep.
 *
 * Times are in quanta, so quantum=1 makes the tests ten times as short.
 */
#include "team.h"

#include <kernel/clock.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>

enum { MOST = MAX_CPUS + 3, PERCENT = 100 };

static uint64_t begin, end, part[MOST];
static atomic_uint stop;

static bool is_fair(void)
{
    return strcmp(sched_policy_name(), "fair") == 0;
}

/* Children come within the warm-up; what they get from `begin` to `end` counts: part[]. */
static void set_times(unsigned warm_up, unsigned quanta)
{
    begin = team_quanta(warm_up);
    end = begin + quanta * sched_quantum;
}

static void measure(void *arg)
{
    team_spin(begin);
    uint64_t before = team_used();
    team_spin(end);
    part[(uintptr_t)arg] = team_used() - before;
    team_spin(end + sched_quantum / 4); /* until all have looked */
}

/* part[i] is `wanted`, but for so many percent of it. */
static void check_part(unsigned i, uint64_t wanted, unsigned percent)
{
    uint64_t least = div_u64(wanted * (PERCENT - percent), PERCENT, NULL);
    uint64_t most = div_u64(wanted * (PERCENT + percent), PERCENT, NULL);
    if (part[i] < least || part[i] > most)
        ktest_fail("thread %u had %llu ticks, not %llu within %u%%", i, (unsigned long long)part[i],
                   (unsigned long long)wanted, percent);
}

/* Every tick of every CPU is somebody's: of those that spin, of the runner, or of the idle processes. */
static void add_ticks(struct proc *p, void *sum)
{
    *(uint64_t *)sum += proc_run_ticks(p);
}

static uint64_t all_ticks(void)
{
    uint64_t sum = 0;
    proc_for_each(add_ticks, &sum);
    return sum;
}

static void spin_to_the_end(void *arg)
{
    (void)arg;
    team_spin(end);
}

static void test_accounting(void)
{
    for (unsigned n = 1; n <= smp_count() + 2; n += 2) {
        end = hal_timer_now() + clock_ticks_from_ms(12);
        for (unsigned i = 0; i < n; i++)
            team_spawn(UINT32_MAX, PRIO_NORMAL, spin_to_the_end, i);
        sleep_ms(1);
        /* To add them up takes time, in which the other CPUs go on. */
        uint64_t start = hal_timer_now(), before = all_ticks(), started = hal_timer_now();
        sleep_ms(9);
        uint64_t end_began = hal_timer_now(), ticks = all_ticks() - before, ended = hal_timer_now();
        uint64_t least = (end_began - started) * smp_count(), most = (ended - start) * smp_count();
        if (ticks < div_u64(least * 99, PERCENT, NULL) || ticks > div_u64(most * 101, PERCENT, NULL))
            ktest_fail("%u threads: %llu to %llu ticks of %u CPUs, %llu are accounted for", n,
                       (unsigned long long)least, (unsigned long long)most, smp_count(),
                       (unsigned long long)ticks);
        KCHECK(team_wait() == n);
    }
}
KTEST_SMP("share-accounting", test_accounting);

/* More equals than CPUs: those that have to share do so in turn, so in the end all have the same. */
static void share_equally(unsigned n, unsigned quanta, unsigned percent)
{
    set_times(1, quanta);
    for (unsigned i = 0; i < n; i++)
        team_spawn(UINT32_MAX, PRIO_NORMAL, measure, i);
    KCHECK(team_wait() == n);
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += part[i];
    for (unsigned i = 0; i < n; i++)
        check_part(i, div_u64(sum, n, NULL), percent);
    check_part(0, div_u64((end - begin) * smp_count(), n, NULL), percent);
}

static void test_equals(void)
{
    share_equally(smp_count() + 1, 60, 30);
}
KTEST_SMP("share-equals", test_equals);

static void stress_equals(void)
{
    for (unsigned more = 1; more <= 3; more++)
        share_equally(smp_count() + more, team_times(1000), 2);
}
KTEST_STRESS("share-equals-long", stress_equals);

/* sched=fair: by their weights, on a CPU that they may not leave. nice -5 is worth 3121, 5 is worth 335. */
static int nice[MOST];

static void be_nice_and_measure(void *arg)
{
    KCHECK(proc_set_nice(current()->pid, nice[(uintptr_t)arg]) == 0);
    measure(arg);
}

static void test_weights(void)
{
    static const struct {
        int nice;
        unsigned weight;
    } of[] = { { 0, 1024 }, { 5, 335 }, { -5, 3121 } };
    if (!is_fair())
        return;
    set_times(4, 500);
    for (unsigned i = 0; i < ARRAY_SIZE(of); i++) {
        nice[i] = of[i].nice;
        team_spawn(team_mask(smp_count() - 1), PRIO_NORMAL, be_nice_and_measure, i);
    }
    KCHECK(team_wait() == ARRAY_SIZE(of));
    for (unsigned i = 0; i < ARRAY_SIZE(of); i++)
        check_part(i, div_u64((end - begin) * of[i].weight, 1024 + 335 + 3121, NULL), 3);
}
KTEST_SMP("share-weights", test_weights);

/* A pair of nice 0 and 5 on each CPU. */
static void test_pairs(void)
{
    if (!is_fair())
        return;
    unsigned n = (unsigned)min_size(smp_count(), MOST / 2);
    set_times(4, 200);
    for (unsigned i = 0; i < 2 * n; i++) {
        nice[i] = i % 2 == 0 ? 0 : 5;
        team_spawn(team_mask(i / 2), PRIO_NORMAL, be_nice_and_measure, i);
    }
    KCHECK(team_wait() == 2 * n);
    for (unsigned i = 0; i < 2 * n; i++)
        check_part(i, div_u64((end - begin) * (i % 2 == 0 ? 1024 : 335), 1024 + 335, NULL), 3);
}
KTEST_SMP("share-pairs", test_pairs);

/* A sleeper among those who compute gets a CPU soon: a quantum late at worst, and mostly not at all. */
enum { NAPS = 40 };
static uint64_t worst, total;

static void nap(void *arg)
{
    (void)arg;
    worst = total = 0;
    for (unsigned i = 0; i < NAPS; i++) {
        uint64_t due = team_quanta(1);
        sleep_until(due);
        uint64_t by = hal_timer_now() - due;
        worst = max_u64(worst, by);
        total += by;
    }
    atomic_store(&stop, 1);
}

static void spin_until_told(void *arg)
{
    (void)arg;
    while (atomic_load(&stop) == 0)
        hal_cpu_relax();
}

static void test_latency(void)
{
    if (!is_fair())
        return;
    atomic_store(&stop, 0);
    for (unsigned i = 0; i < 3; i++)
        team_spawn(team_mask(0), PRIO_NORMAL, spin_until_told, i);
    team_spawn(team_mask(0), PRIO_NORMAL, nap, 0);
    KCHECK(team_wait() == 4);
    if (worst > sched_quantum || total > NAPS * sched_quantum / 8)
        ktest_fail("woken %llu ticks late at worst, %llu on average; a quantum is %llu",
                   (unsigned long long)worst, (unsigned long long)div_u64(total, NAPS, NULL),
                   (unsigned long long)sched_quantum);
}
KTEST_SMP("share-latency", test_latency);

/* Who has slept for long has no claim to the time that it did not use. */
static void sleep_then_measure(void *arg)
{
    sleep_until(begin);
    measure(arg);
}

static void test_long_sleeper(void)
{
    if (!is_fair())
        return;
    set_times(40, 20);
    team_spawn(team_mask(0), PRIO_NORMAL, measure, 0);
    team_spawn(team_mask(0), PRIO_NORMAL, sleep_then_measure, 1);
    KCHECK(team_wait() == 2);
    check_part(0, (end - begin) / 2, 12);
    check_part(1, (end - begin) / 2, 12);
}
KTEST_SMP("share-long-sleeper", test_long_sleeper);

/* Who lets children compute, one after the other, gets no more than who does so himself. */
static void spin_a_while(void *arg)
{
    uint64_t want = div_u64(sched_quantum, (uint32_t)(uintptr_t)arg, NULL);
    while (team_used() < want)
        hal_cpu_relax();
}

static void beget(void *arg)
{
    while (hal_timer_now() < end) {
        int pid = team_spawn(team_mask(0), PRIO_NORMAL, spin_a_while, (uintptr_t)arg);
        KCHECK(proc_wait(pid, NULL) == pid);
    }
}

static void test_forker(void)
{
    if (!is_fair())
        return;
    for (uintptr_t pieces = 1; pieces <= 4; pieces *= 2) {
        set_times(1, 30);
        team_spawn(team_mask(0), PRIO_NORMAL, measure, 0);
        team_spawn(team_mask(0), PRIO_NORMAL, beget, pieces);
        KCHECK(team_wait() == 2);
        if (part[0] < div_u64((end - begin) * 35, PERCENT, NULL))
            ktest_fail("children of 1/%lu quantum left %llu of %llu ticks to the other",
                       (unsigned long)pieces, (unsigned long long)part[0], (unsigned long long)(end - begin));
    }
}
KTEST_SMP("share-forker", test_forker);
