/*
 * monitor_dev.c - /dev/monitor: the kernel monitor for who sits at the shell.
 *
 * The monitor runs in a thread of the kernel, as it does without programs: its demos make children and wait
 * for them, which are none of the reader's. The thread stays for the next time.
 */
#include <kernel/file.h>
#include <kernel/monitor.h>
#include <kernel/mutex.h>
#include <kernel/proc.h>
#include <kernel/waitq.h>
#include <stdatomic.h>

static struct {
    struct mutex lock;
    bool thread;          /* it is there; lock */
    atomic_bool running;  /* or wanted */
    struct waitq changed; /* running */
} monitor = {
    .lock = MUTEX_INIT(monitor.lock, "monitor"),
    .changed = WAITQ_INIT(monitor.changed, "monitor"),
};

static bool running(void)
{
    return atomic_load_explicit(&monitor.running, memory_order_acquire);
}

static void set_running(bool is)
{
    atomic_store_explicit(&monitor.running, is, memory_order_release);
    waitq_wake_all(&monitor.changed);
}

static void monitor_thread(void *arg)
{
    (void)arg;
    for (;;) {
        wait_event(&monitor.changed, running());
        monitor_run(true);
        set_running(false);
    }
}

/* 0, -EINTR, or an error of proc_spawn(). */
static int start(void)
{
    int error = mutex_lock_killable(&monitor.lock);
    if (error != 0)
        return error;
    if (!monitor.thread) {
        int pid = proc_spawn("monitor", PRIO_NORMAL, monitor_thread, NULL);
        error = pid < 0 ? pid : 0;
        monitor.thread = pid > 0;
    }
    mutex_unlock(&monitor.lock);
    if (error == 0)
        set_running(true);
    return error;
}

/* Nothing is ever read: the end of the file comes when somebody has typed `exit`. */
static long monitor_read(struct file *f, struct uio *u, uint64_t *position)
{
    (void)f;
    (void)position;
    if (u->left == 0)
        return 0;
    int error = start();
    return error != 0 ? error : wait_event_killable(&monitor.changed, !running());
}

const struct file_ops monitor_file_ops = { .read = monitor_read };
