/*
 * demo_parity_scene.c - a scenario that has to go the same way on every machine.
 *
 * What happens next is decided by priorities, by the order of coming, or by whole milliseconds; never by how
 * fast a machine is. So there is a pause, short against a millisecond and long against an interrupt, around
 * each step: by then an alarm that a step has asked for "at once" has rung on every machine.
 */
#include <kernel/clock.h>
#include <kernel/completion.h>
#include <kernel/demo_parity.h>
#include <kernel/mutex.h>
#include <kernel/proc.h>
#include <kernel/sem.h>
#include <kernel/workq.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { PART_MS = 80, WORKS = 6, WORK_SLEEPS = 1, WORK_REPEATS = 5 };

static struct {
    uint64_t start, part; /* of all, and of this part, in counter ticks */
    struct mutex mutex;
    struct semaphore sem;
    struct completion done;
    struct waitq queue;
    bool open;
    struct workqueue *wq;
    struct work work[WORKS];
    unsigned repeats;
    bool failed;
} scene;

static void pause(void)
{
    uint64_t end = hal_timer_now() + clock_ticks_from_ms(1) / 8;
    while (hal_timer_now() < end) {
    }
}

static void mark(enum parity_mark what, int value)
{
    pause();
    parity_mark(what, value);
    pause();
}

static uint64_t point(unsigned ms)
{
    return scene.part + clock_ticks_from_ms(ms);
}

/* Until so many milliseconds of this part are over. */
static void at(unsigned ms)
{
    pause();
    sleep_until(point(ms));
    pause();
}

/* Keeps the CPU until then. Returns how often it was taken away meanwhile. */
static unsigned compute_until(unsigned ms)
{
    unsigned interruptions = 0;
    uint64_t last = hal_timer_now(), now, much = clock_ticks_from_ms(1) / 4;
    for (; (now = hal_timer_now()) < point(ms); last = now)
        interruptions += now - last > much;
    return interruptions;
}

static int start(const char *name, unsigned prio, void (*fn)(void *), unsigned value)
{
    pause();
    int pid = proc_spawn(name, prio, fn, (void *)(uintptr_t)value);
    if (pid < 0)
        scene.failed = true;
    pause();
    return pid;
}

static unsigned value_of(void *arg)
{
    return (unsigned)(uintptr_t)arg;
}

static void kill_at(unsigned ms, int pid)
{
    at(ms);
    mark(PARITY_KILLS, proc_kill(pid));
}

static void bury_all(void)
{
    int code;
    while (proc_wait(-1, &code) > 0)
        mark(PARITY_BURIES, code);
}

/* 1: a mutex. Who comes first has it first, whatever his priority. */
static void mutex_user(void *arg)
{
    unsigned comes = value_of(arg);
    at(comes);
    mark(PARITY_WANTS, 0);
    mutex_lock(&scene.mutex);
    mark(PARITY_GETS, 0);
    if (comes == 5)
        compute_until(20);
    mutex_unlock(&scene.mutex);
    mark(PARITY_GIVES, 1);
    proc_exit((int)comes);
}

static void mutex_late(void *arg)
{
    (void)arg;
    at(14);
    mark(PARITY_GETS, mutex_lock_timeout(&scene.mutex, point(18)));
    mark(PARITY_TRIES, mutex_trylock(&scene.mutex));
    proc_exit(-14);
}

static void mutex_killed(void *arg)
{
    (void)arg;
    at(15);
    mark(PARITY_GETS, mutex_lock_killable(&scene.mutex));
    proc_exit(-15);
}

static void part_mutex(void)
{
    start("m-low", PRIO_LOW, mutex_user, 5);
    start("m-mid", PRIO_NORMAL, mutex_user, 10);
    start("m-high", PRIO_HIGH, mutex_user, 12);
    start("m-late", PRIO_NORMAL, mutex_late, 0);
    kill_at(16, start("m-killed", PRIO_NORMAL, mutex_killed, 0));
}

/* 2: a semaphore. First come, first served, twice if need be. */
static void sem_user(void *arg)
{
    at(5);
    for (unsigned i = 0; i < value_of(arg); i++) {
        mark(PARITY_WANTS, 0);
        sem_down(&scene.sem);
        mark(PARITY_GETS, 0);
    }
}

static void sem_late(void *arg)
{
    (void)arg;
    at(10);
    mark(PARITY_GETS, sem_down_timeout(&scene.sem, point(14)));
}

static void sem_killed(void *arg)
{
    (void)arg;
    at(12);
    mark(PARITY_GETS, sem_down_killable(&scene.sem));
}

static void sem_giver(void *arg)
{
    for (unsigned i = 1; i <= value_of(arg); i++) {
        at(15 + 5 * i);
        sem_up(&scene.sem);
        mark(PARITY_GIVES, (int)i);
    }
}

static void part_sem(void)
{
    start("s-one", PRIO_NORMAL, sem_user, 2);
    start("s-two", PRIO_NORMAL, sem_user, 1);
    start("s-late", PRIO_LOW, sem_late, 0);
    start("s-giver", PRIO_LOW, sem_giver, 3);
    kill_at(16, start("s-killed", PRIO_HIGH, sem_killed, 0));
}

/* 3: families. Exit codes, orphans, and a wait that a kill ends. */
static void child(void *arg)
{
    at(value_of(arg));
    proc_exit((int)value_of(arg));
}

static void parent(void *arg)
{
    (void)arg;
    int code = 0, pid = start("f-child", PRIO_HIGH, child, 10);
    mark(PARITY_TRIES, proc_try_wait(pid, &code));
    if (proc_wait(pid, &code) == pid)
        mark(PARITY_BURIES, code);
    mark(PARITY_TRIES, proc_wait(pid, &code));
    start("f-orphan", PRIO_LOW, child, 20);
    start("f-orphan", PRIO_HIGH, child, 25);
    proc_exit(-3);
}

static void waiter(void *arg)
{
    (void)arg;
    start("f-slow", PRIO_LOW, child, 40);
    mark(PARITY_GETS, proc_wait(-1, NULL));
    proc_exit(-4);
}

static void part_families(void)
{
    start("f-parent", PRIO_NORMAL, parent, 0);
    kill_at(30, start("f-waiter", PRIO_NORMAL, waiter, 0));
    at(45);
}

/* 4: works. The one that sleeps has the keeper make a second worker. */
static void run_work(void *arg)
{
    unsigned number = value_of(arg);
    mark(PARITY_RUNS, (int)number);
    if (number == WORK_SLEEPS)
        sleep_until(point(12));
    if (number == WORK_REPEATS && ++scene.repeats < 3)
        work_queue(scene.wq, &scene.work[WORK_REPEATS]);
    mark(PARITY_COUNTS, (int)scene.repeats);
}

static void part_works(void)
{
    for (unsigned i = 0; i < WORKS; i++)
        work_init(&scene.work[i], run_work, (void *)(uintptr_t)i);
    at(5);
    for (unsigned i = 0; i < 3; i++)
        mark(PARITY_GIVES, work_queue(scene.wq, &scene.work[i]));
    mark(PARITY_GIVES, work_queue(scene.wq, &scene.work[0])); /* which waits already */
    work_queue_in_ms(scene.wq, &scene.work[3], 20);
    work_queue_in_ms(scene.wq, &scene.work[4], 20);
    mark(PARITY_CANCELS, work_cancel(&scene.work[4]));
    mark(PARITY_CANCELS, work_cancel(&scene.work[4]));
    at(10);
    mark(PARITY_CANCELS, work_cancel_wait(&scene.work[WORK_SLEEPS]));
    at(15);
    work_queue(scene.wq, &scene.work[WORK_REPEATS]);
    work_flush(&scene.work[WORK_REPEATS]);
    mark(PARITY_COUNTS, (int)scene.repeats);
    workq_drain(scene.wq);
    mark(PARITY_COUNTS, (int)scene.repeats);
}

/* 5: threads that take turns by themselves, and then wait for the same things. */
static void follower(void *arg)
{
    unsigned number = value_of(arg);
    at(5);
    for (int i = 1; i <= 3; i++) {
        mark(PARITY_COUNTS, i);
        sched_yield();
    }
    completion_wait(&scene.done);
    mark(PARITY_GETS, 0);
    int got = wait_event_timeout(&scene.queue, scene.open, number == 2 ? point(28) : WAIT_FOR_EVER);
    mark(PARITY_GETS, got);
}

static void part_queues(void)
{
    start("q-one", PRIO_NORMAL, follower, 1);
    start("q-two", PRIO_NORMAL, follower, 2);
    start("q-three", PRIO_NORMAL, follower, 3);
    at(20);
    complete(&scene.done);
    at(22);
    complete_all(&scene.done);
    at(30);
    scene.open = true;
    waitq_wake_all(&scene.queue);
}

/* 6: threads that never give way; the end of a turn comes by itself. */
static void spinner(void *arg)
{
    (void)arg;
    at(5);
    mark(PARITY_COUNTS, (int)compute_until(60));
}

static void visitor(void *arg)
{
    (void)arg;
    for (unsigned ms = 8; ms < 60; ms += 15) {
        at(ms);
        mark(PARITY_COUNTS, (int)ms);
    }
}

static void part_turns(void)
{
    start("t-low", PRIO_LOW, spinner, 0);
    start("t-one", PRIO_NORMAL, spinner, 0);
    start("t-two", PRIO_NORMAL, spinner, 0);
    start("t-visitor", PRIO_HIGH, visitor, 0);
}

bool parity_scene_make(void)
{
    memset(&scene, 0, sizeof(scene));
    mutex_init(&scene.mutex, "parity");
    sem_init(&scene.sem, "parity", 0);
    completion_init(&scene.done, "parity");
    waitq_init(&scene.queue, "parity");
    scene.wq = workq_create("w-worker", PRIO_LOW);
    return scene.wq != NULL;
}

bool parity_scene_play(void)
{
    static void (*const parts[])(void) = { part_mutex, part_sem,    part_families,
                                           part_works, part_queues, part_turns };
    scene.start = hal_timer_now();
    for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
        scene.part = scene.start + clock_ticks_from_ms(i * PART_MS);
        if (i > 0)
            at(0);
        parity_mark(PARITY_BEGINS, (int)i + 1);
        parts[i]();
        bury_all();
    }
    mark(PARITY_ENDS, 0);
    return !scene.failed;
}

void parity_scene_end(void)
{
    workq_destroy(scene.wq);
}
