/*
 * work.pml - an item of a work queue, and how to be rid of it: queue(), cancel_and_wait().
 *
 * PENDING: in the list. RUNNING: a worker is in its function. Both are changed under the queue's lock. An
 * item may queue itself from its function. Two workers serve the list; an item that RUNS is left in the list
 * until its run is over, so none runs twice at a time and one bit is enough. Two cancel at once. The ghosts
 * `inside` and `listed` count what really is; `news` is an event that some later run has to see.
 *
 * check: safety
 * broken PENDING_TOO_LONG: assertion !(news) - a worker clears PENDING after the run
 * broken NO_WAIT: assertion inside==0 - cancel does not wait for the worker
 * broken REQUEUE: assertion listed==0 - queue() is not refused while somebody cancels
 * broken CANCELLING_BIT: assertion listed==0 - one bit for two who cancel: the first to return opens the door
 * broken RUNS_TWICE: assertion inside<=1 - a worker takes an item that another worker still runs
 * broken CANCELS_ITSELF: deadlock - the function of the item waits for its own end
 */
bool lock, pending, running;
byte cancelling;
byte inside, listed;
bool news, cancelled;

#define LOCK(l) atomic { !l -> l = true }
#define UNLOCK(l) atomic { assert(l); l = false }

inline queue()
{
    LOCK(lock);
    if
#ifdef BROKEN_REQUEUE
    :: pending
#else
    :: pending || cancelling > 0
#endif
    :: else ->
        pending = true;
        atomic { listed++; assert(listed == 1) }
    fi;
    UNLOCK(lock)
}

inline cancel_and_wait()
{
    LOCK(lock);
    cancelled = true;
#ifdef BROKEN_CANCELLING_BIT
    cancelling = 1;
#else
    cancelling++;
#endif
    if
    :: pending -> atomic { pending = false; listed = 0 }
    :: else
    fi;
#ifndef BROKEN_NO_WAIT
    do
    :: running ->
        UNLOCK(lock);
        !running;      /* sleeps */
        LOCK(lock)
    :: else -> break
    od;
#endif
    atomic {
        assert(inside == 0);
        assert(listed == 0);
        assert(!pending)
    };
#ifdef BROKEN_CANCELLING_BIT
    cancelling = 0;
#else
    cancelling--;
#endif
    UNLOCK(lock)
}

active [2] proctype worker()
{
end:
    do
#ifdef BROKEN_RUNS_TWICE
    :: atomic { !lock && listed > 0 -> lock = true };
#else
    :: atomic { !lock && listed > 0 && !running -> lock = true };
#endif
       listed--;
#ifndef BROKEN_PENDING_TOO_LONG
       pending = false;
#endif
       running = true;
       UNLOCK(lock);
       atomic { inside++; assert(inside <= 1); news = false };
       if
       :: true
       :: queue()      /* the function queues its own item */
#ifdef BROKEN_CANCELS_ITSELF
       :: cancel_and_wait()
#endif
       fi;
       inside--;
       LOCK(lock);
       running = false;
#ifdef BROKEN_PENDING_TOO_LONG
       pending = false;
#endif
       UNLOCK(lock)
    od
}

active proctype interrupt()
{
    news = true;
    queue();
    news = true;
    queue()
}

active [2] proctype canceller()
{
    if
    :: true            /* thinks better of it */
    :: cancel_and_wait()
    fi
}

active proctype judge()
{
    timeout ->
        if
        :: !cancelled -> assert(!news)
        :: else
        fi
}
