/* test_proc_wait.c - who waits for whom, who is asked to end, and what is set and inherited. */
#include <kernel/clock.h>
#include <kernel/ktest.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdatomic.h>

static void exit_with(void *arg)
{
    proc_exit((int)(intptr_t)arg);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* proc_wait(pid) waits for that child, whichever ends first. */
static void test_wait_for_one(void)
{
    int first = ktest_spawn("first", PRIO_NORMAL, exit_with, (void *)1);
    int second = ktest_spawn("second", PRIO_NORMAL, exit_with, (void *)2);
    int code = -1;
    KCHECK(proc_wait(second, &code) == second && code == 2);
    KCHECK(proc_wait(-1, &code) == first && code == 1);
}
KTEST("proc-wait-for-one", test_wait_for_one);

/* Without sleeping: 0 while the child lives, then its code, then no such child. Others' are none. */
static void test_try_wait(void)
{
    int code = -1;
    KCHECK(proc_try_wait(-1, &code) == -ECHILD);
    int pid = ktest_spawn("late", PRIO_NORMAL, exit_with, (void *)3);
    KCHECK(proc_try_wait(pid, &code) == 0);
    KCHECK(proc_try_wait(-1, &code) == 0);
    KCHECK(proc_try_wait(current()->pid, &code) == -ECHILD);
    KCHECK(proc_try_wait(1, &code) == -ECHILD);
    KCHECK(proc_try_wait(0, &code) == -ECHILD);
    KCHECK(proc_try_wait(-2, &code) == -ECHILD);
    KCHECK(proc_wait(INT32_MAX, &code) == -ECHILD);
    KCHECK(code == -1);
    sleep_ms(1);
    KCHECK(proc_try_wait(pid, &code) == pid && code == 3);
    KCHECK(proc_try_wait(pid, &code) == -ECHILD);
}
KTEST("proc-try-wait", test_try_wait);

/* Zombies are given out in the order of their ends, and those that live are not in the way. */
static void sleep_and_exit(void *arg)
{
    sleep_ms((unsigned)(uintptr_t)arg);
    proc_exit((int)(uintptr_t)arg);
}

static void test_order_of_ends(void)
{
    static const uintptr_t ms[] = { 40, 10, 30, 20 };
    for (unsigned i = 0; i < ARRAY_SIZE(ms); i++)
        ktest_spawn("sleeper", PRIO_NORMAL, sleep_and_exit, (void *)ms[i]);
    for (int expected = 10; expected <= 40; expected += 10) {
        int code = 0;
        KCHECK(proc_wait(-1, &code) > 0 && code == expected);
    }
}
KTEST("proc-order-of-ends", test_order_of_ends);

/* Who is asked to end does not wait any longer for a child; but one that has ended is still given out. */
static atomic_int wait_result[3];
static atomic_uint child_may_end;

static void end_when_told(void *arg)
{
    (void)arg;
    while (atomic_load(&child_may_end) == 0)
        sleep_ms(1);
}

static void wait_until_killed(void *arg)
{
    (void)arg;
    int pid = ktest_spawn("child", PRIO_NORMAL, end_when_told, NULL);
    KCHECK(!proc_killed());
    atomic_store(&wait_result[0], proc_wait(pid, NULL));
    KCHECK(proc_killed());
    atomic_store(&wait_result[1], proc_wait(-1, NULL));
    atomic_store(&child_may_end, 1);
    sleep_ms(10);
    atomic_store(&wait_result[2], proc_wait(pid, NULL) == pid);
}

static void test_kill_ends_wait(void)
{
    atomic_store(&child_may_end, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(wait_result); i++)
        atomic_store(&wait_result[i], 0);
    int pid = ktest_spawn("waits", PRIO_NORMAL, wait_until_killed, NULL);
    sleep_ms(5);
    KCHECK(atomic_load(&wait_result[0]) == 0);
    KCHECK(proc_kill(pid) == 0);
    KCHECK(proc_kill(pid) == 0);
    KCHECK(proc_wait(pid, NULL) == pid);
    KCHECK(atomic_load(&wait_result[0]) == -EINTR);
    KCHECK(atomic_load(&wait_result[1]) == -EINTR);
    KCHECK(atomic_load(&wait_result[2]) == 1);
    KCHECK(proc_kill(pid) == -ESRCH);
    KCHECK(proc_kill(1) == -EPERM);
    KCHECK(proc_kill(0) == -ESRCH && proc_kill(-1) == -ESRCH);
}
KTEST("proc-kill-ends-wait", test_kill_ends_wait);

/* Asked before it ever ran, and when it is a zombie. */
static atomic_uint was_killed;

static void note_killed(void *arg)
{
    (void)arg;
    atomic_store(&was_killed, proc_killed());
}

static void test_kill_early_and_late(void)
{
    atomic_store(&was_killed, 0);
    int pid = ktest_spawn("early", PRIO_LOW, note_killed, NULL);
    KCHECK(proc_kill(pid) == 0);
    sleep_ms(5);
    KCHECK(atomic_load(&was_killed) == 1);
    KCHECK(proc_kill(pid) == 0);
    KCHECK(proc_wait(pid, NULL) == pid);
    pid = ktest_spawn("next", PRIO_LOW, note_killed, NULL); /* in the same place */
    KCHECK(proc_wait(pid, NULL) == pid && atomic_load(&was_killed) == 0);
}
KTEST("proc-kill-early-and-late", test_kill_early_and_late);

/* What is inherited, and what can be set. */
static void copy_proc(struct proc *p, void *copy)
{
    memcpy(copy, p, sizeof(*p));
}

static void inherit(void *arg)
{
    struct proc copy;
    (void)arg;
    int pid = ktest_spawn("inherits", PRIO_LOW, nothing, NULL);
    KCHECK(proc_with(pid, copy_proc, &copy) == 0);
    KCHECK(copy.affinity == 0x81 && copy.nice == (PRIO_NORMAL - PRIO_LOW) * NICE_PER_PRIO);
    KCHECK(copy.parent == current() && strcmp(copy.name, "inherits") == 0);
    KCHECK(proc_wait(pid, NULL) == pid);
}

static void test_affinity_and_nice(void)
{
    struct proc copy;
    uint32_t none = ~smp_online();
    int pid = KTEST_CALL(proc_spawn_on(0x81, "a name of over fifteen", PRIO_NORMAL, inherit, NULL));
    KCHECK(proc_with(pid, copy_proc, &copy) == 0);
    KCHECK(copy.affinity == 0x81 && strcmp(copy.name, "a name of over ") == 0);
    KCHECK(proc_set_affinity(pid, none) == -EINVAL && proc_set_affinity(pid, 0) == -EINVAL);
    KCHECK(proc_set_nice(pid, NICE_MAX + 1) == -EINVAL && proc_set_nice(pid, NICE_MIN - 1) == -EINVAL);
    KCHECK(proc_set_nice(pid, NICE_MIN) == 0);
    KCHECK(proc_with(pid, copy_proc, &copy) == 0 && copy.affinity == 0x81 && copy.nice == NICE_MIN);
    KCHECK(proc_wait(pid, NULL) == pid);
    KCHECK(proc_set_affinity(pid, 1) == -ESRCH && proc_set_nice(pid, 0) == -ESRCH);
    KCHECK(proc_with(pid, copy_proc, &copy) == -ESRCH);
    KCHECK(proc_spawn_on(none, "nowhere", PRIO_NORMAL, nothing, NULL) == -EINVAL);
}
KTEST("proc-affinity-and-nice", test_affinity_and_nice);
