/*
 * test_files.c - pipes between CPUs, and the RAM file system with an account of every page.
 *
 * Planted and caught: a short write that goes in by pieces.
 */
#include "team.h"

#include <kernel/clock.h>
#include <kernel/file.h>
#include <kernel/kmalloc.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/path.h>
#include <kernel/pipe.h>
#include <kernel/sched.h>
#include <lib/fmt.h>
#include <lib/string.h>
#include <stdatomic.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

enum { WRITERS = 4, READERS = 2, RECORD = 96, RECORDS = 400, LONG_BYTES = 200000, FILES = 40, PAGES = 9 };

static struct file *reader, *writer;
static atomic_uint read_bytes, torn, seen[WRITERS];

static long move(struct file *f, void *at, size_t n, bool out)
{
    struct uio_part part;
    struct uio u;
    uio_init(&u, &part, false, (uintptr_t)at, n);
    return out ? file_write(f, &u) : file_read(f, &u);
}

static bool make_pipe(unsigned flags)
{
    bool made = KTEST_CALL(pipe_create(&reader, &writer, flags)) == 0;
    KCHECK(made);
    return made;
}

/* Records of one writer: its number, and nothing else. None of them is torn apart. */
static void write_records(void *arg)
{
    unsigned char record[RECORD];
    memset(record, (int)(uintptr_t)arg, sizeof(record));
    for (unsigned i = 0; i < RECORDS; i++)
        KCHECK(move(writer, record, sizeof(record), true) == RECORD);
    file_put(writer);
}

static void read_records(void *arg)
{
    unsigned char record[RECORD];
    long n;
    (void)arg;
    while ((n = move(reader, record, sizeof(record), false)) > 0) {
        bool whole = n == RECORD && record[0] < WRITERS;
        for (unsigned i = 1; whole && i < RECORD; i++)
            whole = record[i] == record[0];
        if (whole)
            atomic_fetch_add(&seen[record[0]], 1);
        else
            atomic_fetch_add(&torn, 1);
        atomic_fetch_add(&read_bytes, (unsigned)n);
    }
    KCHECK(n == 0); /* the end: all writers are gone */
    file_put(reader);
}

static void test_records(void)
{
    unsigned records = 0;
    if (!make_pipe(0))
        return;
    atomic_store(&read_bytes, 0);
    atomic_store(&torn, 0);
    for (unsigned i = 0; i < WRITERS; i++)
        atomic_store(&seen[i], 0);
    for (unsigned i = 0; i < READERS; i++) {
        file_get(reader);
        if (team_spawn(team_mask(i), PRIO_NORMAL, read_records, i) < 0)
            file_put(reader);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        file_get(writer);
        if (team_spawn(team_mask(i + 1), PRIO_NORMAL, write_records, i) < 0)
            file_put(writer);
    }
    file_put(writer);
    file_put(reader);
    team_wait();
    KCHECK(atomic_load(&torn) == 0 && atomic_load(&read_bytes) == WRITERS * RECORDS * RECORD);
    for (unsigned i = 0; i < WRITERS; i++)
        records += atomic_load(&seen[i]) == RECORDS;
    KCHECK(records == WRITERS);
}
KTEST_SMP("files-pipe-records", test_records);

/*
 * More than there is room for, in one call: it goes on as the reader comes, and nothing is lost or changed.
 */
static void write_long(void *arg)
{
    unsigned char *bytes = KTEST_ALLOC(kmalloc(LONG_BYTES));
    (void)arg;
    for (unsigned i = 0; bytes != NULL && i < LONG_BYTES; i++)
        bytes[i] = (unsigned char)(i % 251);
    if (bytes != NULL)
        KCHECK(move(writer, bytes, LONG_BYTES, true) == LONG_BYTES);
    kfree(bytes);
    file_put(writer);
}

static void test_long(void)
{
    unsigned char piece[300];
    unsigned at = 0, wrong = 0;
    long n;
    if (!make_pipe(0))
        return;
    if (team_spawn(team_mask(1), PRIO_NORMAL, write_long, 0) < 0)
        file_put(writer);
    while ((n = move(reader, piece, sizeof(piece), false)) > 0) {
        for (long i = 0; i < n; i++)
            wrong += piece[i] != at++ % 251;
    }
    KCHECK(n == 0 && at == LONG_BYTES && wrong == 0);
    file_put(reader);
    team_wait();
}
KTEST_SMP("files-pipe-long", test_long);

/* Who would wait is told, or woken by a kill; who writes for nobody is told too. */
static void read_until_killed(void *arg)
{
    char c;
    (void)arg;
    KCHECK(move(reader, &c, 1, false) == -EINTR);
    KCHECK(move(reader, &c, 1, false) == -EINTR); /* at once: nobody wakes it for that again */
}

static void test_ends(void)
{
    static char bytes[PIPE_SIZE];
    if (!make_pipe(O_NONBLOCK))
        return;
    KCHECK(move(reader, bytes, 1, false) == -EAGAIN);
    KCHECK(move(writer, bytes, sizeof(bytes), true) == PIPE_SIZE);
    KCHECK(move(writer, bytes, 1, true) == -EAGAIN);
    KCHECK(move(reader, bytes, PIPE_BUF - 1, false) == PIPE_BUF - 1);
    KCHECK(move(writer, bytes, PIPE_BUF, true) == -EAGAIN); /* in one piece, or not at all */
    KCHECK(move(writer, bytes, PIPE_BUF + 1, true) == PIPE_BUF - 1);
    file_put(reader);
    KCHECK(move(writer, bytes, 1, true) == -EPIPE);
    file_put(writer);
    if (!make_pipe(0))
        return;
    int pid = ktest_spawn("reader", PRIO_NORMAL, read_until_killed, NULL);
    sleep_ms(5);
    KCHECK(proc_kill(pid) == 0 && proc_wait(pid, NULL) == pid);
    file_put(writer);
    file_put(reader);
}
KTEST("files-pipe-ends", test_ends);

static size_t used_pages(void)
{
    size_t count[PAGE_OWNERS];
    page_count(count);
    return count[PAGE_FILE];
}

static struct file *open_some(const char *path, int flags)
{
    int error = -ENOMEM;
    struct file *f = NULL;
    for (unsigned tries = ktest_tries(); tries > 0 && f == NULL && error == -ENOMEM; tries--)
        f = file_open(path, flags, 0644, &error);
    KCHECK(f != NULL);
    return f;
}

/* Pages of files, and all others, come back: a file that is open outlives its name. */
static void test_account(void)
{
    char path[16];
    while (memory_reclaim_everywhere())
        continue;
    size_t before = page_stat().free;
    struct file *kept = NULL;
    KCHECK(KTEST_CALL(path_mkdir(NULL, "/t", 0755)) == 0);
    for (unsigned i = 0; i < FILES; i++) {
        fmt_snprintf(path, sizeof(path), "/t/%u", i);
        struct file *f = open_some(path, O_CREAT | O_RDWR);
        for (unsigned page = 0; f != NULL && page < PAGES; page++) {
            long n = 0;
            for (unsigned tries = ktest_tries(); tries > 0 && n <= 0; tries--)
                n = file_write_at(f, &page, sizeof(page), page * PAGE_SIZE);
            KCHECK(n == sizeof(page));
        }
        if (i == 0)
            kept = f;
        else
            file_put(f);
    }
    KCHECK(used_pages() == FILES * PAGES);
    KCHECK(path_rmdir(NULL, "/t") == -ENOTEMPTY);
    for (unsigned i = 0; i < FILES; i++) {
        fmt_snprintf(path, sizeof(path), "/t/%u", i);
        KCHECK(path_unlink(NULL, path) == 0);
    }
    KCHECK(path_rmdir(NULL, "/t") == 0);
    KCHECK(used_pages() == PAGES);
    unsigned last = 0;
    KCHECK(file_read_at(kept, &last, sizeof(last), (PAGES - 1) * PAGE_SIZE) == sizeof(last));
    KCHECK(last == PAGES - 1 && file_truncate(kept, PAGE_SIZE + 1) == 0 && used_pages() == 2);
    file_put(kept);
    KCHECK(used_pages() == 0);
    while (memory_reclaim_everywhere())
        continue;
    KCHECK(page_stat().free == before);
}
KTEST("files-account", test_account);

/* On all CPUs at once, the same names: nothing of it is left in the end. */
static void make_and_remove(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg, rounds = team_times(200);
    uint32_t seed = team_seed(me);
    char path[16], to[16];
    for (unsigned i = 0; i < rounds; i++) {
        seed = seed * 1664525u + 1013904223u;
        fmt_snprintf(path, sizeof(path), "/s/%u", (unsigned)(seed >> 20) % 5);
        fmt_snprintf(to, sizeof(to), "/s/%u", (unsigned)(seed >> 24) % 5);
        int error;
        struct file *f = file_open(path, O_CREAT | O_RDWR, 0644, &error);
        if (f != NULL && file_write_at(f, path, sizeof(path), seed % 20000) > 0)
            file_truncate(f, seed % 10000);
        path_rename(NULL, path, NULL, to, 0);
        file_put(f);
        path_unlink(NULL, (seed >> 16) % 2 == 0 ? path : to);
    }
}

static void test_churn(void)
{
    char path[16];
    KCHECK(KTEST_CALL(path_mkdir(NULL, "/s", 0755)) == 0);
    for (unsigned i = 0; i < WRITERS; i++)
        team_spawn(team_mask(i), PRIO_NORMAL, make_and_remove, i);
    team_wait();
    for (unsigned i = 0; i < 5; i++) {
        fmt_snprintf(path, sizeof(path), "/s/%u", i);
        path_unlink(NULL, path);
    }
    KCHECK(path_rmdir(NULL, "/s") == 0);
    KCHECK(used_pages() == 0);
}
KTEST_SMP("files-churn", test_churn);
