/* test_asid.c - numbers of address spaces: no TLB ever takes one program's pages for another's.
 *
 * Each TLB remembers, of every number, whose it was when it was loaded; a flush forgets. Few numbers, so
 * that a generation is short. Planted and caught: no flush at a roll-over; a flush on one CPU only; numbers
 * that are loaded taken along without a flush; number 0 given.
 */
#include "host.h"
#include "unit.h"

#include <string.h>

#include <hal/info.h>
#include <kernel/asid.h>
#include <kernel/config.h>

enum { SPACES = 40, OPERATIONS = 2000000, NUMBERS = 6 };

static struct asid asid[SPACES];
static int known[MAX_CPUS]
                [NUMBERS]; /* whose pages: 1 + the space, each time it is made anew another; 0: nobody's */
static int identity[SPACES], loaded[MAX_CPUS];
static unsigned loaded_number[MAX_CPUS];
static unsigned long generation[MAX_CPUS];

static void test_numbers(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned flushes = 0, next = 0;

    hal_info.asids = NUMBERS;
    for (unsigned i = 0; i < SPACES; i++)
        identity[i] = (int)++next;
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned cpu = (unsigned)(unit_random(&seed) % MAX_CPUS), s = (unsigned)(unit_random(&seed) % SPACES);
        bool flush = false;

        if (unit_random(&seed) % 8 == 0) { /* it ends, and another one has its memory */
            bool used = false;

            for (unsigned c = 0; c < MAX_CPUS; c++)
                used |= loaded[c] == identity[s];
            if (!used) {
                atomic_store(&asid[s].tag, 0);
                identity[s] = (int)++next;
            }
        }
        known[cpu][loaded_number[cpu]] = loaded[cpu]; /* it went on to look up its pages until now */
        unsigned number = asid_load(&asid[s], &generation[cpu], &flush);
        assert_true(number > 0 && number < NUMBERS);
        if (flush)
            memset(known[cpu], 0, sizeof(known[cpu]));
        flushes += flush;
        if (known[cpu][number] != 0)
            assert_int_equal(known[cpu][number], identity[s]);
        known[cpu][number] = identity[s];
        loaded[cpu] = identity[s];
        loaded_number[cpu] = number;
    }
    assert_true(flushes > 0 && flushes < OPERATIONS);
    printf("# %u loads of %u numbers, %u flushes\n", OPERATIONS, NUMBERS, flushes);
}

/* With room for all nobody is flushed twice. */
static void test_room(void **state)
{
    (void)state;
    static struct asid many[1000];
    unsigned flushes = 0;

    hal_info.asids = 65536;
    for (unsigned i = 0; i < 1000 * MAX_CPUS; i++) {
        bool flush = false;
        unsigned number = asid_load(&many[i % 1000], &generation[i % MAX_CPUS], &flush);

        for (unsigned k = 0; i == 999 && k < 999; k++)
            assert_int_not_equal(many[k].tag & 0xffff, number);
        flushes += flush;
    }
    assert_true(flushes <= MAX_CPUS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_numbers), cmocka_unit_test(test_room) };

    return UNIT_RUN("asid", tests);
}
