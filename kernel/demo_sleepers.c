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
    unsigned taken = atomic_load_explicit(&answers, memory_order_seq_cst);
    return taken != atomic_load_explicit(&calls, memory_order_seq_cst) &&
           atomic_compare_exchange_strong_explicit(&answers, &taken, taken + 1, memory_order_seq_cst,
                                                   memory_order_seq_cst);
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
    atomic_store_explicit(&calls, 0, memory_order_seq_cst);
    atomic_store_explicit(&answers, 0, memory_order_seq_cst);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        if (proc_spawn("sleeper", PRIO_NORMAL, sleeper, NULL) > 0)
            n++;
        else
            kprintf("demo sleepers: no memory for one more\n");
        sleep_ms(PAUSE_MS); /* it is asleep before the next comes */
    }
    for (; n > 0; n--) {
        kprintf("Waking one waiter...\n");
        atomic_fetch_add_explicit(&calls, 1, memory_order_seq_cst);
        waitq_wake_one(&queue);
        proc_wait(-1, NULL);
    }
}
