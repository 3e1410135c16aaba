/* demo_work.c - a work for each CPU, done by the worker there, round after round. */
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/workq.h>
#include <lib/util.h>

enum { ROUNDS = 3 };

static void say_hello(void *arg)
{
    (void)arg;
    unsigned long s = hal_irq_save();
    unsigned cpu = this_cpu()->index;
    hal_irq_restore(s);
    kprintf("CPU %u says hello!\n", cpu);
}

void demo_work(void)
{
    static struct work hello[MAX_CPUS];
    struct workqueue *wq = workq_create("hello", PRIO_NORMAL);
    if (wq == NULL) {
        kprintf("demo work: no memory\n");
        return;
    }
    for (unsigned round = 1; round <= ROUNDS; round++) {
        kprintf("Round %u: one work for each of %u CPU%s.\n", round, smp_count(),
                smp_count() == 1 ? "" : "s");
        for (uint32_t set = smp_online(); set != 0; set &= set - 1) {
            unsigned cpu = bit_lowest32(set);
            work_init(&hello[cpu], say_hello, NULL);
            work_queue_on(cpu, wq, &hello[cpu]);
        }
        workq_flush(wq);
    }
    workq_destroy(wq);
    kprintf("All have said hello %u times.\n", ROUNDS);
}
