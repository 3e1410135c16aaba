/*
 * test_sched.c - turns, preemption, priorities, sleep, wake-ups, with what each policy promises. Times are
 * exact: the suite runs in virtual time.
 */
#include <hal/regs.h>
#include <kernel/clock.h>
#include <kernel/ktest.h>
#include <kernel/sched.h>
#include <kernel/sched_fair.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>

static void wait_for_all(void)
{
    while (proc_wait(-1, NULL) > 0) {
    }
}

static void spawn(unsigned prio, void (*fn)(void *), void *arg)
{
    int pid = ktest_spawn("test", prio, fn, arg);
    if (pid < 0)
        ktest_fail("proc_spawn: %d", pid);
}

static uint64_t us_since(uint64_t start)
{
    return div_u64(clock_ns_from_ticks(hal_timer_now() - start), 1000, NULL);
}

static bool is_fair(void)
{
    return strcmp(sched_policy_name(), "fair") == 0;
}

/* Three threads that yield take turns; none says its name before all are there. */
static char order[32];
static unsigned order_len;
static atomic_uint all_there;

static void yielder(void *arg)
{
    while (atomic_load(&all_there) == 0)
        sched_yield();
    for (int i = 0; i < 3; i++) {
        order[order_len++] = *(char *)arg;
        sched_yield();
    }
}

/* With rr in the order in which they were made. With fair nobody twice while another waits. */
static void test_yield_takes_turns(void)
{
    static char names[] = "abc";
    unsigned times['c' + 1] = { 0 };
    order_len = 0;
    atomic_store(&all_there, 0);
    for (unsigned i = 0; i < 3; i++)
        spawn(PRIO_LOW, yielder, &names[i]);
    atomic_store(&all_there, 1);
    wait_for_all();
    KCHECK(order_len == 9);
    for (unsigned i = 0; i < 9; i++) {
        unsigned mine = ++times[(unsigned char)order[i]];
        unsigned waiting = (times['a'] < 3) + (times['b'] < 3) + (times['c'] < 3) - (mine < 3);
        if (is_fair())
            KCHECK(mine <= 3 && (waiting == 0 || order[i + 1] != order[i]));
        else
            KCHECK(order[i] == names[i % 3]);
    }
}
KTEST("sched-yield-takes-turns", test_yield_takes_turns);

/* Threads that never yield share the CPU equally. */
enum { SPINNERS = 3, SPIN_MS = 300 };
static uint64_t spin_end;
static unsigned spun[SPINNERS];

static void spinner(void *arg)
{
    unsigned *count = arg;
    while (hal_timer_now() < spin_end)
        ++*(volatile unsigned *)count;
}

static void test_preemption_is_fair(void)
{
    spin_end = hal_timer_now() + clock_ticks_from_ms(SPIN_MS);
    for (unsigned i = 0; i < SPINNERS; i++) {
        spun[i] = 0;
        spawn(PRIO_NORMAL, spinner, &spun[i]);
    }
    wait_for_all();
    unsigned sum = 0;
    for (unsigned i = 0; i < SPINNERS; i++)
        sum += spun[i];
    for (unsigned i = 0; i < SPINNERS; i++) {
        if (spun[i] < sum / SPINNERS / 100 * 90 || spun[i] > sum / SPINNERS / 100 * 110)
            ktest_fail("spinner %u got %u of %u", i, spun[i], sum);
    }
}
KTEST("sched-preemption-is-fair", test_preemption_is_fair);

/* With rr a thread of a higher priority runs at once; one of a lower, only when nobody else wants to. */
static atomic_uint high_ran, low_ran;

static void set_flag(void *arg)
{
    atomic_store((atomic_uint *)arg, 1);
}

/* With fair the lower one is not left out, and two that never yield share by their weights. */
static void check_shares(void)
{
    unsigned light = sched_fair_weight((PRIO_NORMAL - PRIO_LOW) * NICE_PER_PRIO);
    unsigned heavy = sched_fair_weight(0);
    spun[0] = spun[1] = 0;
    spin_end = hal_timer_now() + clock_ticks_from_ms(2 * SPIN_MS);
    spawn(PRIO_LOW, spinner, &spun[0]);
    spawn(PRIO_NORMAL, spinner, &spun[1]);
    wait_for_all();
    unsigned due = spun[1] / heavy * light;
    if (spun[0] < due / 100 * 80 || spun[0] > due / 100 * 120)
        ktest_fail("weights %u and %u, turns of the spinners %u and %u", light, heavy, spun[0], spun[1]);
}

static void test_priority_is_strict(void)
{
    if (is_fair()) {
        check_shares();
        return;
    }
    atomic_store(&high_ran, 0);
    atomic_store(&low_ran, 0);
    spawn(PRIO_LOW, set_flag, &low_ran);
    uint64_t end = hal_timer_now() + clock_ticks_from_ms(50);
    while (hal_timer_now() < end) {
    }
    KCHECK(atomic_load(&low_ran) == 0);
    spawn(PRIO_HIGH, set_flag, &high_ran);
    KCHECK(atomic_load(&high_ran) == 1);
    wait_for_all();
    KCHECK(atomic_load(&low_ran) == 1);
}
KTEST("sched-priority-is-strict", test_priority_is_strict);

/* A sleeper wakes on time although others spin, and not before. */
static void test_sleep_is_exact(void)
{
    static const unsigned ms[] = { 1, 7, 50 };
    spin_end = hal_timer_now() + clock_ticks_from_ms(100);
    spun[0] = 0;
    spawn(PRIO_LOW, spinner, &spun[0]);
    for (unsigned i = 0; i < ARRAY_SIZE(ms); i++) {
        uint64_t start = hal_timer_now();
        sleep_ms(ms[i]);
        uint64_t us = us_since(start);
        if (us < ms[i] * 1000u || us > ms[i] * 1000u + 100)
            ktest_fail("asked for %u ms, slept %llu us", ms[i], (unsigned long long)us);
    }
    wait_for_all();
}
KTEST("sched-sleep-is-exact", test_sleep_is_exact);

/* Many sleepers at once, each with its own time. */
enum { SLEEPERS = 40 };
static atomic_uint late;

static void sleeper(void *arg)
{
    unsigned ms = (unsigned)(uintptr_t)arg;
    uint64_t start = hal_timer_now();
    sleep_ms(ms);
    uint64_t us = us_since(start);
    if (us < ms * 1000u || us > ms * 1000u + 1000)
        atomic_fetch_add(&late, 1);
}

static void test_many_sleepers(void)
{
    atomic_store(&late, 0);
    for (unsigned i = 0; i < SLEEPERS; i++)
        spawn(PRIO_HIGH, sleeper, (void *)(uintptr_t)(1 + i * 7 % SLEEPERS)); /* above us, who still spawn */
    wait_for_all();
    KCHECK(atomic_load(&late) == 0);
}
KTEST("sched-many-sleepers", test_many_sleepers);

/* A wake-up that comes before the sleep is not lost; an old one does not count. */
static void test_wake_token(void)
{
    struct timeout t;
    sched_wake(current());
    sched_prepare();
    sched_wake(current());
    sched_sleep(); /* returns at once */
    sched_wake(current());
    sched_prepare();
    timeout_init(&t, (void (*)(void *))(void *)sched_wake, current());
    uint64_t start = hal_timer_now();
    timeout_add(&t, start + clock_ticks_from_ms(5));
    sched_sleep(); /* the wake-up before sched_prepare() is forgotten */
    KCHECK(us_since(start) >= 5000);
    KCHECK(!timeout_cancel(&t));
}
KTEST("sched-wake-token", test_wake_token);

/* Every register survives preemption, in threads that hold different values. */
static atomic_uint registers_lost;

static void holder(void *arg)
{
    while (hal_timer_now() < spin_end) {
        if (hal_regs_hold((unsigned long)(uintptr_t)arg * 0x01010101, 5000) != 0)
            atomic_fetch_add(&registers_lost, 1);
    }
}

static void test_registers_survive(void)
{
    atomic_store(&registers_lost, 0);
    spin_end = hal_timer_now() + clock_ticks_from_ms(200);
    unsigned long switches = proc_switches();
    for (uintptr_t i = 1; i <= 4; i++)
        spawn(PRIO_NORMAL, holder, (void *)i);
    wait_for_all();
    KCHECK(atomic_load(&registers_lost) == 0);
    KCHECK(proc_switches() - switches >= 10);
}
KTEST("sched-registers-survive", test_registers_survive);
