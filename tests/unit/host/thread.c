/* thread.c - threads of the host, away from the kernel's headers: there is a sched_yield() in both. */
#include "thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct host_thread {
    pthread_t id;
    void    (*fn)(void *arg);
    void     *arg;
};

static void *start(void *arg)
{
    struct host_thread *t = arg;

    t->fn(t->arg);
    return NULL;
}

struct host_thread *host_thread_start(void (*fn)(void *arg), void *arg)
{
    struct host_thread *t = malloc(sizeof(*t));

    *t = (struct host_thread){ .fn = fn, .arg = arg };
    if (pthread_create(&t->id, NULL, start, t) != 0)
        abort();
    return t;
}

void host_thread_join(struct host_thread *t)
{
    pthread_join(t->id, NULL);
    free(t);
}

void host_thread_yield(void)
{
    sched_yield();
}
