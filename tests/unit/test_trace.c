/* test_trace.c - kernel/trace.c, against plain arrays of all that was ever recorded; with threads as CPUs.
 *
 * Planted and caught: a lap not counted; a ring one record short, and one too long; the newest read as the
 * oldest; CPUs not merged by time, and the later one first; a PID cut to 8 bits; rings not given back, and
 * kept when one is missing; the others not called before recording begins; a table of names full of nobody,
 * or of those that the rings do not tell of.
 */
#include "host.h"
#include "thread.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <hal/timer.h>
#include <kernel/main.h>
#include <kernel/page.h>
#include <kernel/smp.h>
#include <kernel/trace.h>
#include <uapi/errno.h>

enum { OPERATIONS = 200000, MOST = 4096, CPUS = 4 };

/* The model: all events of a CPU since the rings were made or emptied. */
static struct trace_entry model[CPUS][OPERATIONS];
static unsigned recorded[CPUS];

static struct boot_info info = { .ncpus = CPUS, .timer_hz = 1000 };
static unsigned pages_out, allocations, fails_at, flushes;
static bool on_at_flush;

const struct boot_info *boot_info(void)
{
    return &info;
}

void *page_alloc(unsigned order, enum page_owner owner)
{
    assert_int_equal(owner, PAGE_OTHER);
    if (++allocations == fails_at)
        return NULL;
    pages_out += 1u << order;
    unsigned *block = aligned_alloc(PAGE_SIZE, (size_t)PAGE_SIZE << order);
    return memset(block, 0xa5, (size_t)PAGE_SIZE << order);
}

void page_free(void *block, unsigned order)
{
    pages_out -= 1u << order;
    free(block);
}

static void on_smp_flush(void)
{
    flushes++;
    on_at_flush = trace_is_on();
}

static struct proc some[] = { { .pid = 0, .name = "idle" },
                              { .pid = 1, .name = "init" },
                              { .pid = 7, .name = "seven" } };

void proc_for_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    for (unsigned i = 0; i < ARRAY_SIZE(some); i++)
        fn(&some[i], arg);
}

static void record(unsigned cpu, uint64_t *seed)
{
    struct trace_entry *e = &model[cpu][recorded[cpu]++];

    host_become_cpu(cpu);
    host_now += unit_random(seed) % 3;
    *e = (struct trace_entry){ host_now,
                               cpu,
                               unit_random(seed) % TRACE_EVENTS,
                               (int)(unit_random(seed) % 32768),
                               (unsigned long)unit_random(seed),
                               (unsigned long)unit_random(seed) };
    switch (unit_random(seed) % 3) {
    case 0:
        trace(e->event, e->pid, e->a, e->b);
        break;
    case 1:
        trace_at(host_now, e->event, e->pid, e->a, e->b);
        break;
    default:
        hal_irq_enable();
        trace_any(e->event, e->pid, e->a, e->b);
        assert_true(hal_irq_enabled());
        hal_irq_disable();
    }
}

/* All that the rings still hold comes back: in the order of time, of equal times the lower CPU first. */
static void compare(unsigned records)
{
    struct trace_reader r;
    struct trace_entry e;
    unsigned next[CPUS], held = 0, lost = 0;

    for (unsigned i = 0; i < CPUS; i++) {
        next[i] = recorded[i] > records ? recorded[i] - records : 0;
        lost += next[i];
        held += recorded[i] - next[i];
    }
    assert_int_equal(trace_stat().lost, lost);
    assert_int_equal(trace_stat().held, held);
    trace_read_begin(&r);
    while (trace_read(&r, &e)) {
        unsigned first = CPUS;

        for (unsigned i = 0; i < CPUS; i++) {
            if (next[i] < recorded[i] &&
                (first == CPUS || model[i][next[i]].when < model[first][next[first]].when))
                first = i;
        }
        assert_in_range(first, 0, CPUS - 1);
        struct trace_entry *m = &model[first][next[first]++];
        assert_true(e.when == m->when && e.cpu == first && e.event == m->event && e.pid == m->pid &&
                    e.a == m->a && e.b == m->b);
        held--;
    }
    assert_int_equal(held, 0);
}

static void forget(void)
{
    memset(recorded, 0, sizeof(recorded));
}

static void test_model(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned records = 0, compared = 0;

    host_become_cpu(0);
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned what = unit_random(&seed) % 1000;

        if (records == 0 || what == 0) {
            unsigned wanted = TRACE_RECORDS_LEAST << unit_random(&seed) % 6;

            assert_int_equal(trace_start(wanted), 0);
            if (wanted != records)
                forget();
            records = wanted;
        } else if (what == 1) {
            trace_clear();
            forget();
        } else if (what < 4) {
            trace_stop();
            assert_false(trace_stat().on);
            trace(TRACE_MARK, 1, 2, 3);
            trace_any(TRACE_MARK, 1, 2, 3);
            compare(records);
            compared++;
            assert_int_equal(trace_start(0), 0);
        } else {
            record((unsigned)(unit_random(&seed) % CPUS), &seed);
        }
        assert_int_equal(pages_out, CPUS * records * 32 / PAGE_SIZE);
    }
    trace_stop();
    compare(records);
    trace_clear();
    assert_int_equal(pages_out, 0);
    forget();
    assert_true(compared > 100);
}

static void test_failures(void **state)
{
    (void)state;
    static const unsigned bad[] = { 1,  3, 64, 127, 129, 200, TRACE_RECORDS_MOST + 1, 2 * TRACE_RECORDS_MOST,
                                    ~0u };

    host_become_cpu(0);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(trace_start(bad[i]), -EINVAL);
    for (unsigned fail = 1; fail <= CPUS; fail++) {
        fails_at = allocations + fail;
        assert_int_equal(trace_start(256), -ENOMEM);
        assert_int_equal(pages_out, 0);
        assert_false(trace_stat().on);
        assert_int_equal(trace_stat().cpus, 0);
    }
    assert_int_equal(trace_start(256), 0);
    trace(TRACE_MARK, 1, 2, 3);
    for (unsigned fail = 1; fail <= CPUS; fail++) {
        fails_at = allocations + fail;
        assert_int_equal(trace_start(512), -ENOMEM);
        assert_int_equal(pages_out, CPUS * 256 * 32 / PAGE_SIZE);
        assert_true(trace_stat().on && trace_stat().held == 1);
    }
    trace_stop();
    trace_clear();
    assert_int_equal(pages_out, 0);
}

/* The others are called when the rings are there and recording is not on yet; and when it is off again. */
static void test_calls(void **state)
{
    (void)state;
    host_become_cpu(0);
    unsigned before = flushes;
    assert_int_equal(trace_start(128), 0);
    assert_true(flushes > before && !on_at_flush && trace_is_on());
    before = flushes;
    trace_stop();
    assert_true(flushes > before && !on_at_flush);
    before = flushes;
    assert_int_equal(trace_start(0), 0);
    assert_true(flushes > before && !on_at_flush);
    trace_stop();
    trace_clear();
}

static void cpu_thread(void *arg)
{
    unsigned cpu = (unsigned)(uintptr_t)arg;
    host_become_cpu(cpu);
    for (unsigned i = 0; i < OPERATIONS; i++)
        trace(TRACE_MARK, (int)cpu + 1, i, cpu);
}

/* All at once: each finds in its ring what it recorded last, and nothing of the others. */
static void test_threads(void **state)
{
    (void)state;
    struct host_thread *thread[CPUS];
    unsigned long last[CPUS] = { 0 };
    struct trace_reader r;
    struct trace_entry e;

    host_become_cpu(0);
    assert_int_equal(trace_start(MOST), 0);
    for (uintptr_t i = 1; i < CPUS; i++)
        thread[i] = host_thread_start(cpu_thread, (void *)i);
    cpu_thread(NULL);
    for (unsigned i = 1; i < CPUS; i++)
        host_thread_join(thread[i]);
    trace_stop();
    assert_int_equal(trace_stat().held, CPUS * MOST);
    assert_int_equal(trace_stat().lost, CPUS * (OPERATIONS - MOST));
    trace_read_begin(&r);
    while (trace_read(&r, &e)) {
        assert_true(e.event == TRACE_MARK && e.pid == (int)e.cpu + 1 && e.b == e.cpu);
        assert_int_equal(e.a, last[e.cpu] == 0 ? OPERATIONS - MOST : last[e.cpu] + 1);
        last[e.cpu] = e.a;
    }
    for (unsigned i = 0; i < CPUS; i++)
        assert_int_equal(last[i], OPERATIONS - 1);
    trace_clear();
}

static char names[512];

static void add_name(int pid, const char *name)
{
    size_t length = strlen(names);

    snprintf(names + length, sizeof(names) - length, "%d %s,", pid, name);
}

static void list_names(void)
{
    names[0] = 0;
    trace_for_each_name(add_name);
}

static void test_names(void **state)
{
    (void)state;
    host_become_cpu(0);
    trace_spawn(3, 1, "nobody looks");
    list_names();
    assert_string_equal(names, "");
    assert_int_equal(trace_start(128), 0);
    trace_spawn(3, 1, "three, of a name that is too long");
    trace_spawn(257, 1, "takes 1's place");
    trace_stop();
    assert_int_equal(trace_stat().held, 2);
    list_names();
    assert_string_equal(names, "0 idle,257 takes 1's place,3 three, of a nam,7 seven,");
    assert_int_equal(trace_start(0), 0); /* the same rings go on, with whom they tell of */
    trace_stop();
    list_names();
    assert_string_equal(names, "0 idle,1 init,3 three, of a nam,7 seven,");
    trace_clear(); /* now they tell of nobody who is gone */
    list_names();
    assert_string_equal(names, "0 idle,1 init,7 seven,");
}

/* The first steps come before there is a ring, and are read back with their times. */
static void boot(void *cmdline)
{
    struct trace_reader r;
    struct trace_entry e;
    bool on = strstr(cmdline, "trace=on") != NULL || strcmp(cmdline, "trace=256") == 0;

    host_become_cpu(0);
    host_now = 100;
    trace_boot(TRACE_STEP_ENTRY);
    host_now = 107;
    trace_boot(TRACE_STEP_CLOCK);
    host_now = 200;
    trace_init(cmdline);
    trace_boot(TRACE_STEP_SCHEDULER);
    host_check(trace_is_on() == on);
    trace_stop();
    host_check(trace_stat().records == (!on                              ? 0
                                        : strstr(cmdline, "256") != NULL ? 256
                                                                         : TRACE_RECORDS_USUAL));
    trace_read_begin(&r);
    host_check(!on ||
               (trace_read(&r, &e) && e.when == 100 && e.event == TRACE_BOOT && e.a == TRACE_STEP_ENTRY));
    host_check(!on || (trace_read(&r, &e) && e.when == 107 && e.a == TRACE_STEP_CLOCK));
    host_check(!on || (trace_read(&r, &e) && e.when == 200 && e.a == TRACE_STEP_SCHEDULER));
    host_check(!trace_read(&r, &e));
    bool bad = !on && strstr(cmdline, "trace=") != NULL && strstr(cmdline, "trace=off") == NULL;
    host_check((strstr(host_log, "not tracing") != NULL) == bad);
}

static void test_boot(void **state)
{
    (void)state;
    static const char *const lines[] = { "trace=on",  "trace=256", "quiet trace=on x", "trace=off",
                                         "",          "trace",     "trace=",           "trace=0",
                                         "trace=yes", "trace=100", "trace=256x",       "trace=4294967552" };

    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++)
        host_in_child(boot, (void *)(uintptr_t)lines[i], NULL);
    fails_at = allocations + 2;
    host_in_child(boot, (void *)(uintptr_t) "trace=4096 no memory", NULL);
    fails_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_model),   cmocka_unit_test(test_failures),
        cmocka_unit_test(test_calls), cmocka_unit_test(test_threads), cmocka_unit_test(test_boot),
    };
    host_smp_flush = on_smp_flush;
    return UNIT_RUN("trace", tests);
}
