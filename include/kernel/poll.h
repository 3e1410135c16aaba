/*
 * kernel/poll.h - waiting for any of several files.
 *
 * One queue for all: whoever becomes ready says so there, and who waits looks again.
 */
#pragma once
#include <kernel/waitq.h>

extern struct waitq poll_waiters;

/* Any context, locks below RANK_WAITQ held. Some file may have become readable or writable. */
static inline void poll_wake(void)
{
    waitq_wake_all(&poll_waiters);
}
