/* test_timeout_cpus.c - kernel/timeout.c between CPUs, which are threads; with DEBUG's lock checks.
 *
 * Planted and caught: the alarm of another CPU set; where it runs forgotten, by timeout_add() and by the
 * canceller; left on the CPU where it was; the CPU changed under the new lock; t->cpu not looked at again
 * under the lock; the old lock kept, and the canceller's; one that runs not marked, and for ever; one that
 * has added itself not waited for; a cancelled one left on the tree. Not caught, since nothing comes of it:
 * the end of a function noted without the lock.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <kernel/clock.h>
#include <kernel/timeout.h>

static struct cpu *become(unsigned index)
{
    struct cpu *cpu = host_become_cpu(index);

    timeouts_init(&cpu->timeouts);
    host_cpu.irqs_on = true;
    return cpu;
}

static void nothing(void *arg)
{
    (void)arg;
}

/* Pending on another CPU, it is stopped from here. */
static void test_cancel_elsewhere(void **state)
{
    (void)state;
    struct cpu *other = become(1);
    struct timeout t;

    timeout_init(&t, nothing, NULL);
    timeout_add(&t, 5000);
    assert_ptr_equal(t.cpu, other);
    become(0);
    assert_true(timeout_cancel(&t));
    assert_false(rb_linked(&t.node));
    assert_false(timeouts_any(&other->timeouts));
    assert_false(timeout_cancel(&t));
}

static atomic_bool entered, may_leave, left;

/* arg: does it add itself again? */
static void slow(void *arg)
{
    struct timeout *t = arg;

    if (t != NULL)
        timeout_add(t, 5000);
    atomic_store(&entered, true);
    while (!atomic_load(&may_leave))
        host_thread_yield();
    atomic_store(&left, true);
}

static void other_cpu(void *arg)
{
    struct cpu *other = become(1);

    timeout_add(arg, 5);
    host_cpu.irqs_on = false;
    timeouts_run(other, 10);
}

/* The canceller waits, so it is time to let the function go on. */
static void let_go(void)
{
    atomic_store(&may_leave, true);
    host_thread_yield();
}

static void cancel_running(struct timeout *t, bool *stopped, bool *had_left)
{
    void (*relax)(void) = host_relax;
    struct host_thread *thread;

    become(0);
    atomic_store(&entered, false);
    atomic_store(&may_leave, false);
    atomic_store(&left, false);
    thread = host_thread_start(other_cpu, t);
    while (!atomic_load(&entered))
        host_thread_yield();
    host_relax = let_go;
    *stopped = timeout_cancel(t);
    *had_left = atomic_load(&left);
    host_relax = relax;
    atomic_store(&may_leave, true);
    host_thread_join(thread);
    assert_true(hal_irq_enabled());
}

static void test_cancel_running(void **state)
{
    (void)state;
    struct timeout t;
    bool stopped, had_left;

    timeout_init(&t, slow, NULL);
    cancel_running(&t, &stopped, &had_left);
    assert_true(had_left && !stopped);
    assert_false(rb_linked(&t.node));

    timeout_init(&t, slow, &t);
    cancel_running(&t, &stopped, &had_left);
    assert_true(had_left && stopped);
    assert_false(rb_linked(&t.node));
    assert_false(timeouts_any(&cpus[1].timeouts));
}

/* What has run on one CPU goes to another. What is running stays, and then runs again there. */
static void test_add_elsewhere(void **state)
{
    (void)state;
    struct timeout t;
    struct host_thread *thread;

    timeout_init(&t, slow, NULL);
    atomic_store(&entered, false);
    atomic_store(&may_leave, false);
    thread = host_thread_start(other_cpu, &t);
    while (!atomic_load(&entered))
        host_thread_yield();
    struct cpu *cpu = become(0);

    host_alarm = 0;
    cpus[1].alarm = UINT64_MAX;
    timeout_add(&t, 20);
    assert_ptr_equal(t.cpu, &cpus[1]);
    assert_int_equal(cpus[1].alarm, UINT64_MAX);
    assert_int_equal(cpu->alarm, UINT64_MAX);
    assert_int_equal(host_alarm, 0);
    assert_false(timeouts_any(&cpu->timeouts));
    atomic_store(&may_leave, true);
    host_thread_join(thread);
    assert_true(timeouts_any(&cpus[1].timeouts));
    assert_true(timeout_cancel(&t));

    timeout_add(&t, 20);
    assert_ptr_equal(t.cpu, cpu);
    assert_int_equal(host_alarm, 20);
    assert_false(timeouts_any(&cpus[1].timeouts));
    assert_true(timeout_cancel(&t));
}

/*
 * It moves to another CPU while the canceller waits for the lock of the one where it was. In that queue come,
 * one after the other: this test, CPU 1 that adds it, this test, CPU 2 that cancels it.
 */
static struct timeout moving;
static atomic_bool moved;
static bool move_stopped;

static void moves(void *arg)
{
    become(1);
    timeout_add(arg, 5000);
    atomic_store(&moved, true);
}

static void cancels(void *arg)
{
    become(2);
    move_stopped = timeout_cancel(arg);
}

static void test_cancel_moving(void **state)
{
    (void)state;
    void (*relax)(void) = host_relax;
    struct spinlock *lock = &become(0)->timeouts.lock;
    struct host_thread *adder, *canceller;

    host_relax = host_thread_yield;
    timeout_init(&moving, nothing, NULL);
    timeout_add(&moving, 5000);
    assert_true(timeout_cancel(&moving));
    unsigned ticket = atomic_fetch_add(&lock->next, 1);

    adder = host_thread_start(moves, &moving);
    while (atomic_load(&lock->next) != ticket + 2)
        host_thread_yield();
    atomic_fetch_add(&lock->next, 1);
    canceller = host_thread_start(cancels, &moving);
    while (atomic_load(&lock->next) != ticket + 4)
        host_thread_yield();
    atomic_store(&lock->serving, ticket + 1);
    while (!atomic_load(&moved))
        host_thread_yield();
    assert_int_equal(atomic_load(&lock->serving), ticket + 2);
    atomic_store(&lock->serving, ticket + 3);
    host_thread_join(adder);
    host_thread_join(canceller);
    host_relax = relax;
    assert_true(move_stopped);
    assert_false(rb_linked(&moving.node) || timeouts_any(&cpus[0].timeouts) ||
                 timeouts_any(&cpus[1].timeouts));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel_elsewhere),
        cmocka_unit_test(test_cancel_running),
        cmocka_unit_test(test_add_elsewhere),
        cmocka_unit_test(test_cancel_moving),
    };

    return UNIT_RUN("timeout_cpus", tests);
}
