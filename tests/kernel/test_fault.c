/*
 * test_fault.c - what must end in a panic, with the right words (tests/boot/test_faults.py knows them). One
 * boot each.
 */
#include <hal/mmu.h>
#include <hal/regs.h>
#include <hal/timer.h>
#include <kernel/clock.h>
#include <kernel/image.h>
#include <kernel/kassert.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <stdatomic.h>

#define NOINLINE __attribute__((noinline))

static volatile uintptr_t null_address; /* the compiler must not know */

static NOINLINE void fault_null_read(void)
{
    (void)*(volatile int *)(null_address + 8);
}
KTEST_FATAL("fault-null-read", fault_null_read);

static NOINLINE void fault_null_write(void)
{
    *(volatile int *)(null_address + 8) = 1;
}
KTEST_FATAL("fault-null-write", fault_null_write);

static NOINLINE void fault_null_call(void)
{
    ((void (*)(void))null_address)();
    KASSERT(!"came back from address 0");
}
KTEST_FATAL("fault-null-call", fault_null_call);

static NOINLINE void fault_text_write(void)
{
    *(volatile char *)__text_start = 0;
}
KTEST_FATAL("fault-text-write", fault_text_write);

static NOINLINE void fault_rodata_write(void)
{
    *(volatile char *)__text_end = 0;
}
KTEST_FATAL("fault-rodata-write", fault_rodata_write);

/* A function that does nothing, copied to where data lies. */
static NOINLINE void nothing(void)
{
    __asm__ volatile("");
}

static unsigned char code[64] __attribute__((aligned(16)));

static NOINLINE void run_copy(unsigned char *to)
{
    for (unsigned i = 0; i < sizeof(code); i++)
        to[i] = ((const volatile unsigned char *)(uintptr_t)nothing)[i];
    ((void (*)(void))(uintptr_t)to)();
    KASSERT(!"data was executed");
}

static NOINLINE void fault_data_execute(void)
{
    run_copy(code);
}
KTEST_FATAL("fault-data-execute", fault_data_execute);

static NOINLINE void fault_stack_execute(void)
{
    unsigned char on_stack[sizeof(code)] __attribute__((aligned(16)));
    run_copy(on_stack);
}
KTEST_FATAL("fault-stack-execute", fault_stack_execute);

static NOINLINE void fault_page_execute(void)
{
    run_copy(page_alloc(0, PAGE_OTHER));
}
KTEST_FATAL("fault-page-execute", fault_page_execute);

static struct timeout soon;

static void ring_again(void *arg)
{
    (void)arg;
    timeout_add(&soon, hal_timer_now() + clock_ticks_from_ms(1));
}

/* Deeper and deeper, in a thread of its own; and on the stack that the kernel booted on. */
static NOINLINE unsigned deeper(volatile unsigned *above)
{
    volatile unsigned here[16];
    here[0] = *above + 1;
    if (here[0] == 0)
        return 0; /* never: the stack ends long before */
    return deeper(here) + here[0];
}

static void overflow(void *arg)
{
    volatile unsigned start = 0;
    (void)arg;
    deeper(&start);
}

static void fault_stack_overflow(void)
{
    proc_spawn("deep-thread", PRIO_NORMAL, overflow, NULL);
    proc_wait(-1, NULL);
}
KTEST_FATAL("fault-stack-overflow", fault_stack_overflow);

/* To where a thread can still work, but no trap frame fits: then wait for an interrupt. */
static NOINLINE void down_to_the_end(void)
{
    volatile unsigned char here[64];
    here[0] = 0;
    if ((uintptr_t)here % KSTACK_SLOT > PAGE_SIZE + 128)
        down_to_the_end();
    while (here[0] == 0) {
    }
}

static void crowd(void *arg)
{
    (void)arg;
    timeout_init(&soon, ring_again, NULL);
    ring_again(NULL);
    down_to_the_end();
}

static void fault_no_room_for_interrupt(void)
{
    proc_spawn("deep-thread", PRIO_NORMAL, crowd, NULL);
    proc_wait(-1, NULL);
}
KTEST_FATAL("fault-no-room-for-interrupt", fault_no_room_for_interrupt);

static void overflow_in_interrupt(void *arg)
{
    overflow(arg);
}

static void fault_irq_stack_overflow(void)
{
    static struct timeout t;
    timeout_init(&t, overflow_in_interrupt, NULL);
    timeout_add(&t, hal_timer_now() + 1000000);
    for (;;)
        sched_sleep(); /* so that the interrupt finds idle on the boot stack */
}
KTEST_FATAL("fault-boot-stack-overflow", fault_irq_stack_overflow);

static void fault_illegal(void)
{
    hal_regs_illegal();
}
KTEST_FATAL("fault-illegal", fault_illegal);

/* x86 faults; the others define the result. */
static NOINLINE void fault_divide(void)
{
    volatile int zero = 0;
    volatile int hundred = 100; /* of 1 / x gcc makes a comparison */
    panic("a division by zero gave %d", hundred / zero);
}
KTEST_FATAL("fault-divide", fault_divide);

/* x86 allows it; the others demand alignment of atomics. */
static NOINLINE void fault_unaligned_atomic(void)
{
    static atomic_uint words[2];
    atomic_uint *between = (atomic_uint *)((uintptr_t)words + 1 + null_address);
    atomic_fetch_add(between, 1);
    panic("an unaligned atomic gave %u", words[0]);
}
KTEST_FATAL("fault-unaligned-atomic", fault_unaligned_atomic);

static void fault_assert(void)
{
    int lives = 8;
    KASSERT(lives == 9);
}
KTEST_FATAL("fault-assert", fault_assert);

static void fault_state(void)
{
    hal_irq_save();
    proc_set_state(current(), PROC_DEAD);
}
KTEST_FATAL("fault-state", fault_state);

static struct spinlock low = SPINLOCK_INIT("low", RANK_PAGE);
static struct spinlock high = SPINLOCK_INIT("high", RANK_WAITQ);

static void fault_lock_order(void)
{
    unsigned long s = spin_lock(&high);
    spin_lock_raw(&low);
    spin_unlock_raw(&low);
    spin_unlock(&high, s);
    panic("nobody minded the lock order");
}
KTEST_FATAL("debug-lock-order", fault_lock_order);

static void fault_sleep_with_lock(void)
{
    sched_prepare();
    sched_wake(current()); /* so that the sleep ends at once */
    unsigned long s = spin_lock(&low);
    sched_sleep();
    spin_unlock(&low, s);
    panic("nobody minded the sleep");
}
KTEST_FATAL("debug-sleep-with-lock", fault_sleep_with_lock);

static NOINLINE void fault_undefined_behaviour(void)
{
    volatile int big = 0x7fffffff;
    volatile int bigger = big + 1;
    panic("nobody minded the overflow to %d", bigger);
}
KTEST_FATAL("debug-undefined-behaviour", fault_undefined_behaviour);
