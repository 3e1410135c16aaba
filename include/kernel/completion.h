/*
 * kernel/completion.h - "it is done": one thread waits for what another, or an interrupt, finishes.
 *
 * It may lie on the stack of the one that waits: when the wait is over, complete() is done with it.
 */
#pragma once
#include <kernel/waitq.h>

struct completion {
    struct waitq waiters;
    unsigned done; /* waits that will not sleep; COMPLETION_ALL: all. The queue's lock */
};

void completion_init(struct completion *c, const char *name);
/* Any context, locks below RANK_WAITQ held. Nobody waits. As after completion_init(). */
void completion_reinit(struct completion *c);

/* Any context, locks below RANK_WAITQ held. Ends one wait, now or in future. */
void complete(struct completion *c);
/* The same. Ends all waits, now and in future, until completion_reinit(). */
void complete_all(struct completion *c);

/* Thread, no lock held; sleeps until complete(). */
void completion_wait(struct completion *c);
/* The same, or -EINTR if the caller is asked to end. */
int completion_wait_killable(struct completion *c);
/* The same, or -ETIMEDOUT at counter value `when`. Then complete() may be yet to come. */
int completion_wait_timeout(struct completion *c, uint64_t when);
bool completion_done(struct completion *c); /* Any context. Would a wait return at once? */
