/* test_timeout_race.c - kernel/timeout.c: three CPUs, which are threads, add and cancel the same timeouts.
 *
 * Planted and caught: where it runs forgotten, by timeout_add() and by the canceller; left on the CPU where
 * it was; the CPU changed under the new lock; what runs not marked; the old lock kept, and the canceller's.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <kernel/timeout.h>

static struct cpu *become(unsigned index)
{
    struct cpu *cpu = host_become_cpu(index);

    timeouts_init(&cpu->timeouts);
    host_cpu.irqs_on = true;
    return cpu;
}

enum { CPUS = 3, SHARED = 6, ROUNDS = 150000, AHEAD = 4 };

/* Two kinds: one that an owner stops and adds; and kicks, which anybody may add or stop. */
struct shared {
    struct timeout t;
    bool kick;
    atomic_bool owned; /* somebody stops it, looks, and adds it again */
    atomic_bool armed; /* a kick: added, and neither called nor stopped */
    atomic_bool running;
    atomic_uint calls, left;
};

static struct shared shared[SHARED];
static uint64_t race_seed;
static atomic_uint still_racing;

struct racer {
    unsigned index;
    unsigned stopped, late, kicks, dropped;
    uint64_t seed, now;
};

static _Thread_local struct racer *me;

/* Never twice at a time. Now and then it adds itself again, and sometimes changes its mind. */
static void race_ring(void *arg)
{
    struct shared *it = arg;
    unsigned dice = (unsigned)(unit_random(&me->seed) % 8);

    host_check(!atomic_exchange(&it->running, true));
    host_check(it->t.cpu == &cpus[me->index] && cpus[me->index].nheld == 0);
    atomic_fetch_add(&it->calls, 1);
    if (it->kick) {
        atomic_store(&it->armed, false); /* from here on another CPU may add it */
    } else if (dice < 3) {
        timeout_add(&it->t, me->now + dice);
        if (dice == 0)
            timeout_cancel(&it->t); /* if the owner was not faster */
    }
    if (dice > 5)
        host_thread_yield();
    host_check(atomic_exchange(&it->running, false));
    atomic_fetch_add(&it->left, 1);
}

/* Nobody else adds it, and its function has ended: after the cancel nothing happens to it. */
static void stop_and_add(struct shared *it)
{
    if (atomic_exchange(&it->owned, true))
        return;
    bool stopped = timeout_cancel(&it->t);
    unsigned calls = atomic_load(&it->calls);

    host_check(!rb_linked(&it->t.node) && !atomic_load(&it->running));
    me->stopped += stopped;
    me->late += !stopped;
    if (unit_random(&me->seed) % 4 == 0)
        host_thread_yield();
    host_check(atomic_load(&it->calls) == calls && atomic_load(&it->left) == calls);
    host_check(!timeout_cancel(&it->t));
    timeout_add(&it->t, me->now + unit_random(&me->seed) % AHEAD);
    atomic_store(&it->owned, false);
}

static void kick(struct shared *it)
{
    if (atomic_exchange(&it->armed, true))
        return;
    me->kicks++;
    timeout_add(&it->t, me->now + unit_random(&me->seed) % AHEAD);
}

/* Another may be adding it just now, and there. */
static void drop(struct shared *it)
{
    if (!timeout_cancel(&it->t))
        return;
    me->dropped++;
    atomic_store(&it->armed, false);
}

static void alarm_of(struct cpu *cpu)
{
    host_cpu.irqs_on = false;
    if (timeouts_any(&cpu->timeouts))
        timeouts_run(cpu, me->now);
    host_cpu.irqs_on = true;
    me->now++;
}

static void race(void *arg)
{
    me = arg;
    struct cpu *cpu = become(me->index);

    atomic_fetch_sub(&still_racing, 1);
    while (atomic_load(&still_racing) > 0) /* all have their timeouts */
        host_thread_yield();
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct shared *it = &shared[unit_random(&me->seed) % SHARED];

        if (it->kick && unit_random(&me->seed) % 2)
            drop(it);
        else if (it->kick)
            kick(it);
        else
            stop_and_add(it);
        alarm_of(cpu);
        host_check(host_cpu.irqs_on && cpu->nheld == 0);
    }
}

static void race_in_child(void *arg)
{
    struct host_thread *threads[CPUS];
    struct racer racers[CPUS];
    unsigned stopped = 0, late = 0, kicks = 0, dropped = 0, calls = 0;

    (void)arg;
    host_relax = host_thread_yield;
    for (unsigned i = 0; i < SHARED; i++) {
        shared[i].kick = i % 2;
        timeout_init(&shared[i].t, race_ring, &shared[i]);
    }
    atomic_store(&still_racing, CPUS);
    for (unsigned i = 0; i < CPUS; i++) {
        racers[i] = (struct racer){ .index = i, .seed = race_seed + i };
        threads[i] = host_thread_start(race, &racers[i]);
    }
    for (unsigned i = 0; i < CPUS; i++)
        host_thread_join(threads[i]);
    become(CPUS);
    for (unsigned i = 0; i < SHARED; i++) {
        timeout_cancel(&shared[i].t);
        host_check(!rb_linked(&shared[i].t.node));
        calls += atomic_load(&shared[i].calls);
    }
    for (unsigned i = 0; i < CPUS; i++) {
        host_check(rb_first(&cpus[i].timeouts.tree) == NULL && !timeouts_any(&cpus[i].timeouts));
        stopped += racers[i].stopped;
        late += racers[i].late;
        kicks += racers[i].kicks;
        dropped += racers[i].dropped;
    }
    printf("# %u calls, %u stopped, %u not pending, %u kicks, %u dropped\n", calls, stopped, late, kicks,
           dropped);
    host_check(stopped > ROUNDS / 20 && late > ROUNDS / 20 && calls > ROUNDS / 20);
    host_check(kicks > ROUNDS / 20 && dropped > ROUNDS / 50);
    fflush(stdout);
}

static void test_race(void **state)
{
    (void)state;
    race_seed = unit_seed();
    host_in_child(race_in_child, NULL, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_race) };

    return UNIT_RUN("timeout_race", tests);
}
