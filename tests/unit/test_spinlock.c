/* test_spinlock.c - kernel/spinlock.c: what DEBUG builds refuse, and the lock itself between threads.
 *
 * Planted and caught: an equal rank taken; two run queues in any order; one lock too many; interrupts on.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <string.h>

#include <hal/timer.h>
#include <kernel/sched.h>
#include <kernel/spinlock.h>

static struct spinlock low = SPINLOCK_INIT("low", RANK_PAGE), high = SPINLOCK_INIT("high", RANK_WAITQ);

static void begin(void)
{
    host_become_cpu(1);
    host_become_cpu(0);
    host_cpu.irqs_on = false;
    spin_init(&low, "low", RANK_PAGE);
    spin_init(&high, "high", RANK_WAITQ);
    spin_init(&cpus[0].rq.lock, "run queue", RANK_RUNQ);
    spin_init(&cpus[1].rq.lock, "run queue", RANK_RUNQ);
}

static bool is_free(const struct spinlock *l)
{
    return l->serving == l->next;
}

static void test_order(void **state)
{
    (void)state;
    struct spinlock same = SPINLOCK_INIT("same", RANK_PAGE);

    begin();
    spin_lock_raw(&low);
    expect_panic(spin_lock_raw(&same), "lock order: same (rank 8) taken while holding low (rank 8)");
    expect_panic(spin_lock_raw(&low), "lock order: low (rank 8) taken while holding low (rank 8)");
    spin_lock_raw(&high);
    expect_panic(spin_lock_raw(&same), "lock order: same (rank 8) taken while holding high (rank 15)");
    spin_unlock_raw(&low); /* in any order */
    expect_panic(spin_lock_raw(&same), "lock order: same (rank 8) taken while holding high (rank 15)");
    spin_unlock_raw(&high);
    spin_lock_raw(&same);
    spin_unlock_raw(&same);
    assert_true(is_free(&low) && is_free(&high) && is_free(&same) && cpus[0].nheld == 0);
}

/* Two run queues are taken in the order of their CPUs. */
static void test_pair(void **state)
{
    (void)state;
    begin();
    spin_lock_raw(&cpus[0].rq.lock);
    spin_lock_raw(&cpus[1].rq.lock);
    spin_unlock_raw(&cpus[0].rq.lock);
    expect_panic(spin_lock_raw(&cpus[0].rq.lock), "lock order: run queue");
    spin_unlock_raw(&cpus[1].rq.lock);
    assert_int_equal(cpus[0].nheld, 0);
}

static void test_misuse(void **state)
{
    (void)state;
    struct spinlock many[CPU_MAX_HELD + 1];

    begin();
    host_cpu.irqs_on = true;
    expect_panic(spin_lock_raw(&low), "lock low taken with interrupts on");
    unsigned long s = spin_lock(&low);
    assert_false(host_cpu.irqs_on);
    spin_unlock(&low, s);
    assert_true(host_cpu.irqs_on);

    host_cpu.irqs_on = false;
    expect_panic(spin_unlock_raw(&low), "lock low let go by CPU 0, which does not hold it");
    for (unsigned i = 0; i <= CPU_MAX_HELD; i++)
        spin_init(&many[i], "many", (enum lock_rank)(i + 1));
    for (unsigned i = 0; i < CPU_MAX_HELD; i++)
        spin_lock_raw(&many[i]);
    expect_panic(spin_lock_raw(&many[CPU_MAX_HELD]), "lock many is one too many for CPU 0");
    expect_panic(spin_debug_none_held("nap()"), "nap() may sleep, but many is held");
    for (unsigned i = 0; i < CPU_MAX_HELD; i++)
        spin_unlock_raw(&many[i]);
    spin_debug_none_held("nap()");

    spin_lock_raw(&low);
    host_become_cpu(1);
    expect_panic(spin_unlock_raw(&low), "lock low let go by CPU 1, which does not hold it");
}

/* Looks to ms of the clock: a look costs what it costs in a virtual machine, or the clock jumps. */
static unsigned looked;

static void looks_for_long(void)
{
    looked++;
    host_now += 20ull * HOST_TICKS_PER_MS / 1000;
}

static void looks_after_a_jump(void)
{
    if (looked++ == 1)
        host_now += 3600ull * 1000 * HOST_TICKS_PER_MS;
    if (looked == 20000)
        atomic_store(&low.serving, low.next - 1); /* the holder, and those that panicked, are done */
}

static void looks_while_it_goes_on(void)
{
    looked++;
    host_now += 20ull * HOST_TICKS_PER_MS / 1000;
    if (looked % 500000 == 0)
        atomic_fetch_add(&low.serving, 1);
}

static void test_patience(void **state)
{
    (void)state;
    void (*relax)(void) = host_relax;

    begin();
    host_become_cpu(1);
    spin_lock_raw(&low);
    host_become_cpu(0);
    host_relax = looks_for_long;
    expect_panic(spin_lock_raw(&low), "lock low (0x");
    expect_panic(spin_lock_raw(&low), "served 0, next 3; CPU 1 holds it, and took it at 0x");
    cpus[1].nheld = 0;
    expect_panic(spin_lock_raw(&low), "served 0, next 4; nobody holds it");

    /* The clock jumps by an hour: nothing was waited for that long. */
    looked = 0;
    host_relax = looks_after_a_jump;
    spin_lock_raw(&low);
    assert_int_equal(looked, 20000);
    spin_unlock_raw(&low);

    /* Half a minute, and more: but it goes on. */
    begin();
    low.next = 4;
    looked = 0;
    host_relax = looks_while_it_goes_on;
    spin_lock_raw(&low);
    assert_int_equal(looked, 4 * 500000);
    spin_unlock_raw(&low);
    host_relax = relax;
}

enum { THREADS = 4, ROUNDS = 20000 };

static struct spinlock shared = SPINLOCK_INIT("shared", RANK_DEVICE);
static unsigned long plain; /* not atomic: the lock is what keeps it right */
static unsigned drawn[THREADS * ROUNDS];
static atomic_uint ready;

static void adds(void *arg)
{
    struct cpu *cpu = host_become_cpu((unsigned)(uintptr_t)arg);

    host_cpu.irqs_on = false;
    for (atomic_fetch_add(&ready, 1); atomic_load(&ready) < THREADS;)
        host_thread_yield();
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned ticket;

        if (!spin_draw(&shared, &ticket)) {
            assert_int_equal(cpu->nheld, 0); /* only who has its turn holds it */
            spin_wait(&shared, ticket);
        }
        assert_true(cpu->nheld == 1 && cpu->held[0].lock == &shared);
        unsigned long n = plain;
        drawn[n] = ticket;
        if (i % 64 == 0)
            host_thread_yield();
        plain = n + 1;
        spin_unlock_raw(&shared);
    }
}

static void test_threads(void **state)
{
    (void)state;
    void (*relax)(void) = host_relax;
    struct host_thread *thread[THREADS];

    host_relax = host_thread_yield;
    for (unsigned i = 0; i < THREADS; i++)
        thread[i] = host_thread_start(adds, (void *)(uintptr_t)i);
    for (unsigned i = 0; i < THREADS; i++)
        host_thread_join(thread[i]);
    host_relax = relax;
    assert_int_equal(plain, THREADS * ROUNDS);
    for (unsigned i = 0; i < THREADS * ROUNDS; i++)
        assert_int_equal(drawn[i], i); /* first come, first served */
    assert_true(is_free(&shared));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),    cmocka_unit_test(test_pair),    cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_patience), cmocka_unit_test(test_threads),
    };

    return UNIT_RUN("spinlock", tests);
}
