/* test_failalloc.c - kernel/failalloc.c: what the command line may say, and which allocations fail then.
 *
 * Each command line has a process of its own, since it is read only once.
 *
 * Planted and caught: 0 taken, and letters behind a number; one call late; all from the N-th on; the seed
 * ignored; every N-th, whatever the seed; a rate before PID 1 runs.
 */
#include "host.h"
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include <kernel/console.h>
#include <kernel/failalloc.h>

enum { CALLS = 200000 };

static char text[256];  /* what kprintf() wrote */
static uint8_t *chosen; /* of the calls of the last child: 1: failed */

void kprintf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
}

static void refused(void *line)
{
    host_log[0] = 0;
    failalloc_init(line);
    host_check(strstr(host_log, "is neither N nor 1/N nor 1/N,SEED") != NULL);
    host_check(!failalloc_wanted());
    failalloc_begin();
    for (unsigned i = 0; i < 1000; i++)
        host_check(!failalloc_now());
    failalloc_report();
    host_check(text[0] == 0);
}

static void no_word(void *line)
{
    failalloc_init(line);
    host_check(host_log[0] == 0 && !failalloc_wanted() && !failalloc_now());
}

static void test_bad(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "failalloc=",
        "failalloc=0",
        "failalloc=x",
        "failalloc=-1",
        "failalloc=7x",
        "failalloc=7,",
        "failalloc=7,3",
        "failalloc=1/",
        "failalloc=1/0",
        "failalloc=1/x",
        "failalloc=2/50",
        "failalloc=0/50",
        "failalloc=1/50,",
        "failalloc=1/50,0",
        "failalloc=1/50,x",
        "failalloc=1/5/5",
        "failalloc=1/50,7,",
        "failalloc=4294967296",
        "failalloc=/50",
        "failalloc=1,50",
        "failalloc=+5",
        "failalloc=0x10",
        "failalloc=99999999999999999999",
    };
    static const char *const none[] = { "", "failalloc", "xfailalloc=3", "failallocs=3 quiet" };
    unsigned lines = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        printf("# %s\n", bad[i]);
        host_in_child(refused, (void *)(uintptr_t)bad[i], NULL);
        lines++;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
        host_in_child(no_word, (void *)(uintptr_t)none[i], NULL);
    printf("# %u command lines refused\n", lines);
}

/* That one, from the first call on, and no other. */
static void the_one(void *arg)
{
    unsigned n = *(const unsigned *)arg, failed = 0;
    char line[64];

    snprintf(line, sizeof(line), "quiet failalloc=%u mem=1M", n);
    failalloc_init(line);
    host_check(host_log[0] == 0 && failalloc_wanted());
    for (unsigned i = 1; i <= 3000; i++) {
        bool fails = failalloc_now();

        host_check(fails == (i == n));
        failed += fails;
        if (i == 100)
            failalloc_begin();
    }
    host_check(failed == (n <= 3000));
    failalloc_report();
    snprintf(line, sizeof(line), "failalloc: %u of 3000 allocations were made to fail\n", failed);
    host_check(strcmp(text, line) == 0);
}

static void test_one(void **state)
{
    (void)state;
    static unsigned which[] = { 1, 2, 9, 10, 99, 100, 101, 2999, 3000, 3001, 429496729 };

    for (unsigned i = 0; i < ARRAY_SIZE(which); i++)
        host_in_child(the_one, &which[i], NULL);
}

/* None before PID 1 runs; from then on these. */
static void rate(void *line)
{
    unsigned failed = 0;

    failalloc_init(line);
    host_check(host_log[0] == 0 && failalloc_wanted());
    for (unsigned i = 0; i < 1000; i++)
        host_check(!failalloc_now());
    failalloc_begin();
    for (unsigned i = 0; i < CALLS; i++) {
        chosen[i] = failalloc_now();
        failed += chosen[i];
    }
    failalloc_report();
    char report[100];
    snprintf(report, sizeof(report), "failalloc: %u of %u allocations were made to fail\n", failed, CALLS);
    host_check(strcmp(text, report) == 0);
}

static unsigned count(const uint8_t *of)
{
    unsigned n = 0;

    for (unsigned i = 0; i < CALLS; i++)
        n += of[i];
    return n;
}

/* Calls that were chosen both times. */
static unsigned common(const uint8_t *one, const uint8_t *other)
{
    unsigned n = 0;

    for (unsigned i = 0; i < CALLS; i++)
        n += one[i] && other[i];
    return n;
}

/* As many as was said, within five standard deviations; each seed chooses others, independently. */
static void test_rate(void **state)
{
    (void)state;
    static uint8_t before[8][CALLS];
    char line[64];

    for (unsigned seed = 0; seed < ARRAY_SIZE(before); seed++) {
        snprintf(line, sizeof(line), seed == 0 ? "failalloc=1/50" : "failalloc=1/50,%u", seed);
        host_in_child(rate, line, NULL);
        memcpy(before[seed], chosen, CALLS);
        assert_in_range(count(chosen), CALLS / 50 - 320, CALLS / 50 + 320);
        host_in_child(rate, line, NULL);
        assert_memory_equal(before[seed], chosen, CALLS); /* the same again */
        for (unsigned other = 1; other < seed; other++)
            assert_in_range(common(before[other], chosen), 30, 140); /* of 80 */
    }
    assert_memory_equal(before[0], before[1], CALLS); /* 1 is the seed if none is said */
    host_in_child(rate, "failalloc=1/2,4294967289", NULL);
    assert_in_range(count(chosen), CALLS / 2 - 1200, CALLS / 2 + 1200);
    host_in_child(rate, "failalloc=1/1", NULL);
    assert_int_equal(count(chosen), CALLS);
    host_in_child(rate, "failalloc=1/1000,77", NULL);
    assert_in_range(count(chosen), 125, 275);
}

/* Nor do they come in bunches: of any 1000 in a row some fail, and not too many. */
static void test_spread(void **state)
{
    (void)state;
    host_in_child(rate, "failalloc=1/50,5", NULL);
    for (unsigned i = 0; i < CALLS; i += 1000) {
        unsigned n = 0;

        for (unsigned k = i; k < i + 1000; k++)
            n += chosen[k];
        assert_in_range(n, 1, 50);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_spread),
    };

    chosen = mmap(NULL, CALLS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return UNIT_RUN("failalloc", tests);
}
