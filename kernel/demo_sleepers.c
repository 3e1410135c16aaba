/* demo_sleepers.c - processes that go to sleep in a wait queue, and are woken one by one. */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/sched.h>
#include <kernel/waitq.h>
#include <stdatomic.h>

enum { SLEEPERS = 5, PAUSE_MS = 20 };

static struct waitq queue;
static atomic_uint calls, answers; /* so many may wake up; so many have */

static bool take_call(void)
{
    unsigned taken = atomic_load(&answers);
    return taken != atomic_load(&calls) && atomic_compare_exchange_strong(&answers, &taken, taken + 1);
}

static void sleeper(void *arg)
{
    (void)arg;
    kprintf("PID %d is going to sleep...\n", current()->pid);
    wait_event(&queue, take_call());
    kprintf("PID %d has awakened!\n", current()->pid);
}

void demo_sleepers(void)
{
    unsigned n = 0;
    waitq_init(&queue, "sleepers");
    atomic_store(&calls, 0);
    atomic_store(&answers, 0);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        if (proc_spawn("sleeper", PRIO_NORMAL, sleeper, NULL) > 0)
            n++;
        else
            kprintf("demo sleepers: no memory for one more\n");
        sleep_ms(PAUSE_MS); /* it is asleep before the next comes */
    }
    for (; n > 0; n--) {
        kprintf("Waking one waiter...\n");
        atomic_fetch_add(&calls, 1);
        waitq_wake_one(&queue);
        proc_wait(-1, NULL);
    }
}
