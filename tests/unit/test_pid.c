/* test_pid.c - kernel/pid.c, against an array.
 *
 * Planted and caught: a search that begins at the last PID, or always at 1; a PID that is not free again;
 * no wrap; a page that goes while it is used, or never; an entry that is not cleared; a PID lost when there
 * is no page; a page taken though there is one; a walk that skips the first PID of a page, or the last.
 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kernel/pid.h>

enum { LARGEST = 40000, OPERATIONS = 1000000, LOOK_EVERY = 5003 };

static struct proc *model[LARGEST + 1];
static int model_last, model_used;
static unsigned pages_out; /* pages that the table has */

static struct pids make(int most)
{
    struct pids t;
    void *memory = calloc(1, pids_bytes(most)); /* not a byte more: AddressSanitizer watches */

    memset(&t, 0xa5, sizeof(t));
    pids_init(&t, most, memory);
    memset(model, 0, sizeof(model));
    model_last = model_used = 0;
    pages_out = 0;
    return t;
}

static void drop(void *page)
{
    if (page == NULL)
        return;
    for (unsigned i = 0; i < PIDS_PER_PAGE; i++)
        assert_null(((void **)page)[i]);
    free(page);
    pages_out--;
}

static void unmake(struct pids *t)
{
    drop(pids_trim(t));
    assert_int_equal(pages_out, 0);
    free(t->page);
}

/* A process is a number that is not 0: nobody looks into it. */
static struct proc *process(unsigned n)
{
    return (struct proc *)((uintptr_t)n * 16 + 16);
}

static int model_next(int most)
{
    if (model_used == most)
        return -EAGAIN;
    int pid = model_last;
    do
        pid = pid == most ? 1 : pid + 1;
    while (model[pid] != NULL);
    return pid;
}

/* As proc_spawn() does it: a page only when one is asked for. no_memory: there is none. */
static int give(struct pids *t, struct proc *p, bool no_memory)
{
    void *page = NULL;
    int expected = model_next(t->most);
    int pid = pid_give(t, p, &page);

    assert_null(page);
    if (pid == -ENOMEM) {
        assert_true(expected > 0);
        assert_null(pid_find(t, expected));
        if (no_memory)
            return pid;
        page = calloc(PIDS_PER_PAGE, sizeof(void *));
        pages_out++;
        pid = pid_give(t, p, &page);
        assert_null(page);
    }
    assert_int_equal(pid, expected);
    if (pid > 0) {
        model[pid] = p;
        model_last = pid;
        model_used++;
    }
    return pid;
}

static void take_back(struct pids *t, int pid)
{
    model[pid] = NULL;
    model_used--;
    drop(pid_take_back(t, pid));
}

/* All PIDs, by both ways to find them, and as many pages as they need and one. */
static void compare(struct pids *t)
{
    unsigned needed = 0, in = UINT32_MAX;
    int next = 1;

    for (int pid = 1; pid <= t->most; pid++) {
        assert_ptr_equal(pid_find(t, pid), model[pid]);
        if (model[pid] == NULL)
            continue;
        for (int from = next; from <= pid; from += 1 + (pid - from) / 2)
            assert_ptr_equal(pid_next(t, from), model[pid]);
        next = pid + 1;
        needed += (unsigned)pid / PIDS_PER_PAGE != in;
        in = (unsigned)pid / PIDS_PER_PAGE;
    }
    assert_null(pid_next(t, next));
    assert_in_range(pages_out, needed, needed + 1);
}

static void test_bounds(void **state)
{
    struct pids t = make(100);

    (void)state;
    assert_null(pid_find(&t, 0));
    assert_null(pid_find(&t, -1));
    assert_null(pid_find(&t, INT32_MIN));
    assert_null(pid_find(&t, 100));
    assert_null(pid_find(&t, 101));
    assert_null(pid_find(&t, INT32_MAX));
    assert_null(pid_next(&t, 1));
    assert_null(pids_trim(&t));
    assert_int_equal(give(&t, process(1), false), 1);
    assert_null(pid_find(&t, 0));
    take_back(&t, 1);
    unmake(&t);
}

/* Not again at once, but after all others; and the only free one, again and again. */
static void test_wrap_and_full(void **state)
{
    static const int sizes[] = { 1, 2, 31, 32, 33, 100, 511, 512, 513, 1024, 2000, 32767 };

    (void)state;
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int most = sizes[i];
        struct pids t = make(most);
        for (int n = 0; n < 2 * most + 3; n++) {
            int pid = give(&t, process(7), false);
            assert_int_equal(pid, n % most + 1);
            take_back(&t, pid);
        }
        while (model_used < most)
            assert_true(give(&t, process((unsigned)model_used), false) > 0);
        compare(&t);
        for (int n = 0; n < 3; n++) {
            int free_one = most / 2 + 1;
            assert_int_equal(give(&t, process(1), false), -EAGAIN);
            take_back(&t, free_one);
            assert_int_equal(give(&t, process(2), false), free_one);
        }
        for (int pid = most; pid >= 1; pid--)
            take_back(&t, pid);
        compare(&t);
        unmake(&t);
    }
}

/* A page that is handed in and not needed stays the caller's. */
static void test_spare_page(void **state)
{
    struct pids t = make(4 * PIDS_PER_PAGE);
    void *page = calloc(PIDS_PER_PAGE, sizeof(void *)), *mine;

    (void)state;
    assert_int_equal(give(&t, process(1), false), 1);
    mine = page;
    assert_int_equal(pid_give(&t, process(2), &page), 2);
    assert_ptr_equal(page, mine);
    free(page);
    assert_null(pid_take_back(&t, 2));
    drop(pid_take_back(&t, 1));
    page = pids_trim(&t);
    assert_non_null(page);
    assert_null(pids_trim(&t));
    drop(page);
    unmake(&t);
}

/* A machine that sometimes has no memory, with few and with many processes. */
static void run(uint64_t seed, int most, int typical)
{
    struct pids t = make(most);

    for (unsigned n = 0; n < OPERATIONS; n++) {
        unsigned choice = (unsigned)unit_random(&seed);
        int pid = 1 + (int)((unsigned)unit_random(&seed) % (unsigned)most);
        bool full = model_used >= typical;
        if (choice % 8 == 0)
            drop(pids_trim(&t));
        if (choice / 8 % 16 < (full ? 7u : 9u)) {
            give(&t, process(n), choice / 128 % 4 == 0);
        } else if (model_used > 0) {
            while (model[pid] == NULL)
                pid = pid == most ? 1 : pid + 1;
            take_back(&t, pid);
        }
        if (n % LOOK_EVERY == 0)
            compare(&t);
    }
    compare(&t);
    for (int pid = 1; pid <= most; pid++) {
        if (model[pid] != NULL)
            take_back(&t, pid);
    }
    unmake(&t);
}

static void test_model(void **state)
{
    uint64_t seed = unit_seed();

    (void)state;
    run(seed, 50, 40);
    run(seed + 1, 3000, 2000);
    run(seed + 2, LARGEST, 60);
}

static void test_largest(void **state)
{
    struct pids t = make(PID_MOST_MOST);
    void *page = NULL;

    (void)state;
    t.highest = t.last = PID_MOST_MOST - 1; /* as if so many had been given and were still in use */
    assert_int_equal(pid_give(&t, process(1), &page), -ENOMEM);
    page = calloc(PIDS_PER_PAGE, sizeof(void *));
    pages_out++;
    assert_int_equal(pid_give(&t, process(1), &page), PID_MOST_MOST);
    assert_ptr_equal(pid_find(&t, PID_MOST_MOST), process(1));
    assert_ptr_equal(pid_next(&t, 1), process(1));
    assert_int_equal(pid_give(&t, process(2), &page), -EAGAIN);
    drop(pid_take_back(&t, PID_MOST_MOST));
    unmake(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_wrap_and_full),
        cmocka_unit_test(test_spare_page), cmocka_unit_test(test_model),
        cmocka_unit_test(test_largest),
    };
    return UNIT_RUN("pid", tests);
}
