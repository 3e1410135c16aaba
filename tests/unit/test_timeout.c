/* test_timeout.c - kernel/timeout.c, against an array that is searched; with the lock checks of DEBUG builds.
 *
 * Planted and caught: the alarm not set; its CPU not noted; not marked as pending; a cancelled one still
 * on the heap, and still pending; one that runs not waited for, and always said to be stopped in time;
 * called too late, and too early by one; pending while it runs; running for ever, and not marked as
 * running; called with the lock held; the lock kept; the next time forgotten, and one that has been;
 * others lost at a call; one added twice.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <string.h>

#include <kernel/clock.h>
#include <kernel/timeout.h>

enum { OPERATIONS = 300000, TIMEOUTS = 200 };

struct item {
    struct timeout t;
    bool pending;      /* the model: it will be called */
    uint64_t when;
};

static struct item items[TIMEOUTS];
static unsigned in_use;            /* of the items */
static struct cpu *cpu;
static uint64_t seed, now;         /* now: of the run that is going on */
static unsigned added, cancelled, called;

/* The earliest that is pending, or NULL. */
static struct item *earliest(void)
{
    struct item *first = NULL;

    for (unsigned i = 0; i < in_use; i++) {
        if (items[i].pending && (first == NULL || items[i].when < first->when))
            first = &items[i];
    }
    return first;
}

static void add(struct item *item, uint64_t when)
{
    uint64_t before = cpu->alarm;

    item->pending = true;
    item->when = when;
    timeout_add(&item->t, when);
    assert_int_equal(cpu->alarm, when < before ? when : before);
    if (when < before)
        assert_int_equal(host_alarm, when);
    added++;
}

static void cancel(struct item *item)
{
    assert_int_equal(timeout_cancel(&item->t), item->pending);
    item->pending = false;
    cancelled++;
}

static struct item *any_item(void)
{
    return &items[unit_random(&seed) % in_use];
}

/* Past, now, soon, late and never; often the same time as another. */
static uint64_t any_time(void)
{
    switch (unit_random(&seed) % 8) {
    case 0:
        return now;
    case 1:
        return unit_random(&seed) % (now + 1);
    case 2:
        return unit_random(&seed) % 4 ? now + (unit_random(&seed) >> 32) : UINT64_MAX;
    default:
        return now + unit_random(&seed) % 64;
    }
}

/* It is due, nobody is earlier, no lock is held; sometimes it adds itself or another, or stops another. */
static void ring(void *arg)
{
    struct item *item = arg, *other = unit_random(&seed) % 4 ? any_item() : item;

    assert_true(item->pending && item->when <= now);
    assert_int_equal(item->when, earliest()->when);
    assert_false(hal_irq_enabled());
    assert_int_equal(cpu->nheld, 0);
    item->pending = false;
    called++;
    switch (unit_random(&seed) % 6) {
    case 1:
        if (!other->pending && now < UINT64_MAX)
            add(other, any_time());
        break;
    case 2:
        if (other != item)
            cancel(other);
        break;
    }
}

static void set_up(unsigned number)
{
    in_use = number;
    cpu = host_become_cpu(0);
    timeouts_init(&cpu->timeouts);
    host_cpu.irqs_on = true;
    now = 1000;
    for (unsigned i = 0; i < in_use; i++) {
        items[i].pending = false;
        timeout_init(&items[i].t, ring, &items[i]);
    }
}

/* What the alarm does; then nothing that is due is left, and the next time is known. */
static void run_until(uint64_t time)
{
    uint64_t next;

    now = time;
    host_cpu.irqs_on = false;
    cpu->alarm = 0; /* as clock.c has it meanwhile */
    next = timeouts_run(cpu, now);
    assert_int_equal(cpu->nheld, 0);
    host_cpu.irqs_on = true;
    assert_int_equal(next, earliest() != NULL ? earliest()->when : UINT64_MAX);
    assert_true(next > now || next == UINT64_MAX);
    cpu->alarm = next;
}

static void operate(unsigned number)
{
    set_up(number);
    for (unsigned i = 0; i < OPERATIONS; i++) {
        struct item *item = any_item();
        unsigned dice = (unsigned)(unit_random(&seed) % 20);

        if (dice == 0)
            run_until(now + unit_random(&seed) % 64);
        else if (dice < 5)
            cancel(item);
        else if (!item->pending)
            add(item, any_time());
        assert_true(hal_irq_enabled());
        for (struct item *it = items; i % 64 == 0 && it < &items[in_use]; it++)
            assert_int_equal(it->t.pending, it->pending);
    }
    run_until(UINT64_MAX);
    assert_null(earliest());
    assert_null(cpu->timeouts.heap.root);
    printf("# %u timeouts: %u added, %u cancelled, %u called\n", number, added, cancelled, called);
    assert_true(called > OPERATIONS / 20 && cancelled > OPERATIONS / 20);
    added = cancelled = called = 0;
}

/* Many, and so few that often none is left. */
static void test_random(void **state)
{
    (void)state;
    seed = unit_seed();
    operate(TIMEOUTS);
    operate(3);
}

static void test_add_twice(void **state)
{
    (void)state;
    set_up(1);
    add(&items[0], 2000);
    expect_panic(timeout_add(&items[0].t, 3000), "!t->pending");
}

/* Pending on another CPU, it is stopped from here. */
static void test_cancel_elsewhere(void **state)
{
    (void)state;
    struct cpu *other = host_become_cpu(1);
    struct timeout t;

    timeouts_init(&other->timeouts);
    timeout_init(&t, ring, NULL);
    timeout_add(&t, 5000);
    assert_ptr_equal(t.cpu, other);
    set_up(1);
    assert_true(timeout_cancel(&t));
    assert_false(t.pending);
    assert_null(other->timeouts.heap.root);
    assert_false(timeout_cancel(&t));
}

/* --- The function runs on another CPU: it has ended when timeout_cancel() returns ----------------------- */

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
    struct cpu *other = host_become_cpu(1);

    timeouts_init(&other->timeouts);
    timeout_add(arg, 5);
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

    set_up(1);
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
    assert_false(t.pending);

    timeout_init(&t, slow, &t);
    cancel_running(&t, &stopped, &had_left);
    assert_true(had_left);
    assert_false(t.pending);
    assert_null(cpus[1].timeouts.heap.root);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_add_twice),
        cmocka_unit_test(test_cancel_elsewhere),
        cmocka_unit_test(test_cancel_running),
    };

    return UNIT_RUN("timeout", tests);
}
