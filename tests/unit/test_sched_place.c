/* test_sched_place.c - kernel/sched_place.c under the whole scheduler, on a machine in virtual time.
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
    enum { WARM_UP = 100, ROUNDS = 4000 };
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rr_shares),
        cmocka_unit_test(test_rr_shares_late),
        cmocka_unit_test(test_fair_shares),
    };

    return UNIT_RUN("sched_place", tests);
}
