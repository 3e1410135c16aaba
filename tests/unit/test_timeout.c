/* test_timeout.c - kernel/timeout.c, against an array that is searched; with the lock checks of DEBUG builds.
 *
 * Planted and caught: the alarm not set; one added twice; a cancelled one still on the tree, and always
 * said to be stopped or not; waiting for itself; interrupts left off; `any` not set, and not cleared, by
 * each that changes the tree; called too late, and too early by one; the next time forgotten; called with
 * the lock held.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <kernel/clock.h>
#include <kernel/timeout.h>

enum { OPERATIONS = 300000, TIMEOUTS = 200 };

struct item {
    struct timeout t;
    bool pending; /* the model: it will be called */
    uint64_t when;
    unsigned turn; /* among those of the same time */
};

static struct item items[TIMEOUTS];
static unsigned in_use; /* of the items */
static struct cpu *cpu;
static uint64_t seed, now; /* now: of the run that is going on */
static unsigned turns, added, cancelled, called;

/* The earliest that is pending, of equals the one that was added first; or NULL. */
static struct item *earliest(void)
{
    struct item *first = NULL;

    for (unsigned i = 0; i < in_use; i++) {
        struct item *item = &items[i];

        if (item->pending && (first == NULL || item->when < first->when ||
                              (item->when == first->when && item->turn < first->turn)))
            first = item;
    }
    return first;
}

static void add(struct item *item, uint64_t when)
{
    uint64_t before = cpu->alarm;

    item->pending = true;
    item->when = when;
    item->turn = turns++;
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

/* It is due, nobody is earlier, no lock is held; sometimes it adds or stops itself or another. */
static void ring(void *arg)
{
    struct item *item = arg, *other = unit_random(&seed) % 4 ? any_item() : item;

    assert_true(item->pending && item->when <= now);
    assert_ptr_equal(item, earliest());
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
    assert_int_equal(timeouts_any(&cpu->timeouts), earliest() != NULL);
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
            assert_int_equal(rb_linked(&it->t.node), it->pending);
    }
    run_until(UINT64_MAX);
    assert_null(earliest());
    assert_false(timeouts_any(&cpu->timeouts));
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
    expect_panic(timeout_add(&items[0].t, 3000), "!rb_linked(&t->node)");
}

static unsigned own_calls;

static void stops_itself(void *arg)
{
    struct timeout *t = arg;

    assert_false(timeout_cancel(t));
    timeout_add(t, 5000);
    assert_true(timeout_cancel(t));
    assert_false(timeout_cancel(t));
    if (++own_calls < 3)
        timeout_add(t, 5);
}

static void test_cancel_itself(void **state)
{
    (void)state;
    struct timeout t;

    set_up(1);
    own_calls = 0;
    timeout_init(&t, stops_itself, &t);
    assert_false(timeout_cancel(&t));
    timeout_add(&t, 5);
    host_cpu.irqs_on = false;
    assert_int_equal(timeouts_run(cpu, 10), UINT64_MAX);
    host_cpu.irqs_on = true;
    assert_int_equal(own_calls, 3);
    assert_false(rb_linked(&t.node));
    assert_false(timeouts_any(&cpu->timeouts));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_add_twice),
        cmocka_unit_test(test_cancel_itself),
    };

    return UNIT_RUN("timeout", tests);
}
