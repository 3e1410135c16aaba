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

/* Sleeps until child pid has ended, and leaves it to be waited for. */
static void look_whether_ended(struct proc *p, void *ended)
{
    *(bool *)ended = p->ended;
}

static void until_ended(int pid)
{
    for (bool ended = false; !ended;) {
        sleep_ms(1);
        KCHECK(proc_with(pid, look_whether_ended, &ended) == 0);
    }
}

/* A child of which this is the argument may end; when it has, it is nobody's turn. */
static atomic_int turn;

static void end_in_turn(void *arg)
{
    int code = (int)(intptr_t)arg;
    while (atomic_load(&turn) != code)
        sleep_ms(1);
    proc_exit(code);
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
    atomic_store(&turn, 0);
    int pid = ktest_spawn("late", PRIO_NORMAL, end_in_turn, (void *)3);
    KCHECK(proc_try_wait(pid, &code) == 0);
    KCHECK(proc_try_wait(-1, &code) == 0);
    KCHECK(proc_try_wait(current()->pid, &code) == -ECHILD);
    KCHECK(proc_try_wait(1, &code) == -ECHILD);
    KCHECK(proc_try_wait(0, &code) == -ECHILD);
    KCHECK(proc_try_wait(-2, &code) == -ECHILD);
    KCHECK(proc_wait(INT32_MAX, &code) == -ECHILD);
    KCHECK(code == -1);
    atomic_store(&turn, 3);
    until_ended(pid);
    KCHECK(proc_try_wait(pid, &code) == pid && code == 3);
    KCHECK(proc_try_wait(pid, &code) == -ECHILD);
}
KTEST("proc-try-wait", test_try_wait);

/* Zombies are given out in the order of their ends, and those that live are not in the way. */
static void test_order_of_ends(void)
{
    enum { CHILDREN = 4 };
    static const int order[CHILDREN] = { 1, 3, 2, 0 };
    int pid[CHILDREN];
    atomic_store(&turn, 0);
    for (int i = 0; i < CHILDREN; i++)
        pid[i] = ktest_spawn("ends", PRIO_NORMAL, end_in_turn, (void *)(intptr_t)(i + 1));
    for (int i = 0; i < CHILDREN - 1; i++) {
        atomic_store(&turn, order[i] + 1);
        until_ended(pid[order[i]]);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int code = 0;
        if (i == CHILDREN - 1)
            atomic_store(&turn, order[i] + 1);
        KCHECK(proc_wait(-1, &code) == pid[order[i]] && code == order[i] + 1);
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
    until_ended(pid);
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
