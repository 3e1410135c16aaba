/*
 * futex.c - futex(): who waits for which word, in a hash table of wait queues.
 *
 * A word is known by its address space and its address: threads of a process meet there, processes that share
 * memory do not. Value and queue are looked at under the lock of the bucket, which a waker takes too: so the
 * word is read with that mutex held, which may sleep.
 */
#include <kernel/aspace.h>
#include <kernel/clock.h>
#include <kernel/futex.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/sys.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_time.h>
#include <kernel/waitq_hand.h>
#include <lib/list.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

enum { BUCKETS = 64 };

struct sleeper {
    struct list link; /* bucket's lock; in no list when it has been woken */
    struct aspace *as;
    uintptr_t at;
    struct proc *proc;
    atomic_bool woken;
};

static struct bucket {
    struct mutex lock;
    struct list sleepers;
} buckets[BUCKETS];

void futex_init(void)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        mutex_init(&buckets[i].lock, "futex");
        list_init(&buckets[i].sleepers);
    }
}

static struct bucket *bucket_of(const struct aspace *as, uintptr_t at)
{
    return &buckets[((uintptr_t)as / 64 + at / 4) % BUCKETS];
}

/*
 * Bucket locked. The sleeper may be gone when woken is set, so that is last, but for its process, which
 * lives.
 */
static void wake(struct sleeper *sl)
{
    struct proc *p = sl->proc;
    list_del(&sl->link);
    atomic_store_explicit(&sl->woken, true, memory_order_release);
    sched_wake(p);
}

int futex_wake(struct aspace *as, uintptr_t at, unsigned n)
{
    struct bucket *b = bucket_of(as, at);
    struct sleeper *sl, *after;
    unsigned woken = 0;
    mutex_lock(&b->lock);
    list_for_each_entry_safe(sl, after, &b->sleepers, link) {
        if (woken < n && sl->as == as && sl->at == at) {
            wake(sl);
            woken++;
        }
    }
    mutex_unlock(&b->lock);
    return (int)woken;
}

/* 0 when woken; -EINTR, -ETIMEDOUT: it left. */
static int sleep_in(struct bucket *b, struct sleeper *sl, uint64_t when)
{
    struct timeout alarm;
    int result = 0;
    sched_prepare();
    waitq_alarm_start(&alarm, when);
    mutex_unlock(&b->lock); /* whoever wakes us from here on leaves the token */
    for (;;) {
        if (atomic_load_explicit(&sl->woken, memory_order_acquire))
            break;
        if (when != WAIT_FOR_EVER && hal_timer_now() >= when)
            result = -ETIMEDOUT;
        else if (!proc_killed())
            sched_sleep();
        else if (!signal_pass())
            result = -EINTR;
        if (result != 0)
            break;
    }
    waitq_alarm_stop(&alarm, when);
    mutex_lock(&b->lock); /* the waker is done with sl then */
    if (atomic_load_explicit(&sl->woken, memory_order_relaxed))
        result = 0;
    else
        list_del(&sl->link);
    mutex_unlock(&b->lock);
    return result;
}

static int futex_wait(uintptr_t at, uint32_t expected, uint64_t when)
{
    struct sleeper sl = { .as = current_user()->as, .at = at, .proc = current() };
    struct bucket *b = bucket_of(sl.as, at);
    uint32_t value;
    mutex_lock(&b->lock);
    int result = load_user_word(at, &value);
    if (result == 0 && value != expected)
        result = -EAGAIN;
    if (result != 0) {
        mutex_unlock(&b->lock);
        return result;
    }
    list_add_tail(&b->sleepers, &sl.link);
    return sleep_in(b, &sl, when);
}

/* Made again it would wait for all of its time once more: a handler ends such a call, whatever SA_RESTART. */
static long not_again(int result)
{
    if (result != -EINTR)
        return result;
    hal_frame_set_result(current_user()->frame, -EINTR);
    return SYSCALL_NO_RESULT;
}

/*
 * FUTEX_REQUEUE wakes those whom it should make wait for another word: they find that their condition does
 * not hold, as after any wake-up that comes for nothing.
 */
static long futex(const unsigned long a[6], bool wide)
{
    uint64_t when = WAIT_FOR_EVER, ns;
    unsigned op = (unsigned)a[1] & (unsigned)FUTEX_CMD_MASK;
    if (a[0] % sizeof(uint32_t) != 0)
        return -EINVAL;
    switch (op) {
    case FUTEX_WAIT:
        if (a[3] != 0) {
            int result = user_time_get(a[3], wide, &ns);
            if (result != 0)
                return result;
            when = clock_in_ns(ns);
        }
        return when == WAIT_FOR_EVER ? futex_wait(a[0], (uint32_t)a[2], when)
                                     : not_again(futex_wait(a[0], (uint32_t)a[2], when));
    case FUTEX_WAKE:
        return futex_wake(current_user()->as, a[0], (unsigned)a[2]);
    case FUTEX_REQUEUE:
        return futex_wake(current_user()->as, a[0], (unsigned)(a[2] + a[3]));
    default:
        return -ENOSYS;
    }
}

long sys_futex(const unsigned long a[6])
{
    return futex(a, false);
}

long sys_futex_time64(const unsigned long a[6])
{
    return futex(a, true);
}
