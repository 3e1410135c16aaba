/* fuzz_pid.c - any string of births, deaths and shortages against kernel/pid.c and an array.
 *
 * A byte is an operation: 0 to 127 give that many PIDs, 128 to 191 take some back, the rest take the empty
 * page out or let the next page be missing.
 */
#include <errno.h>
#include <kernel/pid.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 3000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct proc *model[MOST + 1];
static int pages;

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void drop(void *page)
{
    if (page == NULL)
        return;
    for (unsigned i = 0; i < PIDS_PER_PAGE; i++)
        check(((void **)page)[i] == NULL, "a page that is given back is empty");
    free(page);
    pages--;
}

static int after(int pid, int most)
{
    return pid == most ? 1 : pid + 1;
}

static void give(struct pids *t, int *last, int *used, bool missing)
{
    struct proc *p = (struct proc *)(uintptr_t)(16 + 16 * *used);
    void *page = NULL;
    int pid = pid_give(t, p, &page);
    if (pid == -ENOMEM && !missing) {
        page = calloc(PIDS_PER_PAGE, sizeof(void *));
        pages++;
        pid = pid_give(t, p, &page);
    }
    check(page == NULL, "a page that was asked for is taken");
    check((pid == -EAGAIN) == (*used == t->most), "it is full when all are used");
    if (pid < 0)
        return;
    int expected = after(*last, t->most);
    while (model[expected] != NULL)
        expected = after(expected, t->most);
    check(pid == expected, "the next free one");
    model[pid] = p;
    *last = pid;
    ++*used;
}

static void take_back(struct pids *t, int from, int *used)
{
    while (model[from] == NULL)
        from = after(from, t->most);
    model[from] = NULL;
    --*used;
    drop(pid_take_back(t, from));
}

static void compare(const struct pids *t)
{
    int next = 1;
    for (int pid = 1; pid <= t->most; pid++) {
        check(pid_find(t, pid) == model[pid], "pid_find()");
        if (model[pid] != NULL) {
            check(pid_next(t, next) == model[pid], "pid_next()");
            next = pid + 1;
        }
    }
    check(pid_next(t, next) == NULL, "the end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    int most = 1 + (data[0] * 256 + data[1]) % MOST, last = 0, used = 0;
    bool missing = false;
    struct pids t;
    pids_init(&t, most, calloc(1, pids_bytes(most)));
    for (size_t i = 2; i < size; i++) {
        if (data[i] < 128) {
            for (int n = 0; n <= data[i]; n++)
                give(&t, &last, &used, missing);
            missing = false;
        } else if (data[i] < 192) {
            for (int n = 0; n < (data[i] - 127) * 2 && used > 0; n++)
                take_back(&t, 1 + (n * 37 + data[i] * 101) % most, &used);
        } else if (data[i] < 224) {
            drop(pids_trim(&t));
        } else {
            missing = true;
        }
    }
    compare(&t);
    while (used > 0)
        take_back(&t, 1, &used);
    drop(pids_trim(&t));
    check(pages == 0, "all pages came back");
    free(t.page);
    return 0;
}
