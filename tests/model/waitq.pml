/*
 * waitq.pml - sleep, wake, kill and timeout as in docs/states.md: prepare, look, sleep, finish.
 *
 * A producer brings one item and wakes one. Sleepers wait for items: 0 may be killed meanwhile, 1 has a
 * timeout, which may be far away. There are fewer items than sleepers, so that each wake-up counts. The other
 * run has a producer and a sleeper more, and no timeout. What happens under a run-queue lock is one step here
 * (switch.pml looks into it); the lock of the queue, under which sched_wake() is called, is modelled. `alive`
 * says whose struct waiter lies on a stack, `gone` who has left and may be freed.
 *
 * check: safety
 * check: safety -DTHIRD
 * broken LOOK_BEFORE_JOIN: assertion items==0 - the condition is looked at, then the queue joined
 * broken TOKEN_AFTER_JOIN -DTHIRD: assertion items==0 - the old token is taken away after joining
 * broken KILLED_FIRST: assertion items==0 - killed is looked at before the condition
 * broken FINISH_WITHOUT_LOCK: assertion !(gone[w]) - whoever leaves does not wait for its waker
 * broken NOT_PASSED_ON -DTHIRD: assertion items==0 - done without having slept, the wake-up is kept
 * broken GIVE_UP_KEEPS_IT: assertion items==0 - passed on by whoever is done, not by whoever gives up
 * broken WAKE_FIRST: assertion items==0 - the producer wakes, then brings the item
 * broken CANCEL_DOES_NOT_WAIT: assertion !(gone[1]) - the timeout's function may still run
 */
#ifdef THIRD
#define SLEEPERS 3
#else
#define SLEEPERS 2
#endif

mtype = { RUNNING, SLEEPING };           /* READY is RUNNING here: every thread has a CPU to itself */
mtype = { IDLE, PENDING, CALLED };       /* the timeout of sleeper 1 */

byte  items;
bool  wq;                                /* the queue's lock */
chan  queue = [SLEEPERS] of { byte };
bool  table;                             /* the process table's lock: the killer finds nobody who is gone */
mtype state[SLEEPERS] = RUNNING;
bool  token[SLEEPERS];                   /* p->woken */
bool  woken[SLEEPERS];                   /* waiter.woken */
bool  alive[SLEEPERS];
bool  gone[SLEEPERS];
bool  killed[SLEEPERS];                  /* or its time is over */
mtype timer = PENDING;

#define LOCK(l) atomic { !l -> l = true }
#define UNLOCK(l) atomic { assert(l); l = false }

inline sched_wake(t)
{
    atomic {
        assert(!gone[t]);
        if
        :: state[t] == SLEEPING -> state[t] = RUNNING
        :: else -> token[t] = true
        fi
    }
}

/* The queue's lock is held. w is a variable of the caller's. */
inline wake_first()
{
    if
    :: atomic { nempty(queue) -> queue?w };
       atomic { assert(alive[w]); woken[w] = true };
       atomic { assert(alive[w]) };      /* w->proc is read once more */
       sched_wake(w);
       w = 0
    :: empty(queue)
    fi
}

inline look()
{
    atomic {
        if
        :: items > 0 -> items--; done = true
        :: else
        fi
    }
}

proctype sleeper(byte me)
{
    bool done, gives_up;
    byte w;
    do
    ::
#ifdef BROKEN_LOOK_BEFORE_JOIN
        look();
#endif
#ifndef BROKEN_TOKEN_AFTER_JOIN
        token[me] = false;
#endif
        LOCK(wq);
        atomic { woken[me] = false; alive[me] = true; queue!me };
        UNLOCK(wq);
#ifdef BROKEN_TOKEN_AFTER_JOIN
        token[me] = false;
#endif
#ifdef BROKEN_KILLED_FIRST
        gives_up = killed[me];
        if
        :: !gives_up -> look()
        :: else
        fi;
#else
#ifndef BROKEN_LOOK_BEFORE_JOIN
        look();
#endif
        gives_up = killed[me] && !done;
#endif
        if
        :: !done && !gives_up ->
            atomic {                     /* sched_sleep() */
                if
                :: token[me] -> token[me] = false
                :: else -> state[me] = SLEEPING
                fi
            };
end_asleep: state[me] == RUNNING
        :: else
        fi;
#ifdef BROKEN_FINISH_WITHOUT_LOCK
        atomic {
            if
            :: queue??[eval(me)] -> queue??eval(me)
            :: else
            fi
        };
#else
        LOCK(wq);
        atomic {
            if
            :: queue??[eval(me)] -> queue??eval(me)
            :: else
            fi
        };
        if
#if defined(BROKEN_GIVE_UP_KEEPS_IT)
        :: done && woken[me] -> wake_first()
#elif defined(BROKEN_NOT_PASSED_ON)
        :: false
#else
        :: (done || gives_up) && woken[me] -> wake_first()
#endif
        :: else
        fi;
        UNLOCK(wq);
#endif
        alive[me] = false;
        if
        :: done || gives_up -> break
        :: else
        fi
    od;
    if
    :: me == 1 ->                        /* timeout_cancel() */
        atomic {
            if
            :: timer == PENDING -> timer = IDLE
            :: else
            fi
        };
#ifndef BROKEN_CANCEL_DOES_NOT_WAIT
        timer != CALLED
#endif
    :: else
    fi;
    LOCK(table);
    atomic { gone[me] = true; token[me] = false; woken[me] = false };
    UNLOCK(table)
}

proctype producer()
{
    byte w;
#ifndef BROKEN_WAKE_FIRST
    items++;
#endif
    if
    :: nempty(queue) ->                  /* it may be empty again when the lock is ours */
        LOCK(wq);
        wake_first();
        UNLOCK(wq)
    :: empty(queue)                      /* waitq_is_deserted() */
    fi;
#ifdef BROKEN_WAKE_FIRST
    items++
#endif
}

proctype killer()
{
    LOCK(table);
    if
    :: !gone[0] -> killed[0] = true; sched_wake(0)
    :: else
    fi;
    UNLOCK(table)
}

#ifndef THIRD
proctype clock()
{
    if
    :: true                              /* its time is far away */
    :: atomic { timer == PENDING -> timer = CALLED };
       killed[1] = true;
       sched_wake(1);
       timer = IDLE
    :: timer == IDLE
    fi
}
#endif

/* When nothing moves any more: an item and a sleeper together, or a sleeper who should have given up. */
proctype judge()
{
    timeout ->
        assert(items == 0 || (state[0] == RUNNING && state[1] == RUNNING));
        assert(!(killed[0] && state[0] == SLEEPING) && !(killed[1] && state[1] == SLEEPING));
#ifdef THIRD
        assert(items == 0 || state[2] == RUNNING)
#endif
}

init {
    atomic {
        run sleeper(0); run sleeper(1); run producer(); run killer(); run judge();
#ifdef THIRD
        run sleeper(2); run producer()
#else
        run clock()
#endif
    }
}
