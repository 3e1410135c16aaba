/*
 * stackq.pml - a wait queue on the stack of the one who waits: when may it vanish?
 *
 * The owner looks, sleeps and leaves as in waitq.pml; then its stack frame, and with it the queue, is gone.
 * It leaves when it has seen the condition, perhaps without having slept. So the waker has to change the
 * condition with the queue's lock held: then whoever sees the change, and gets the lock after it, knows that
 * the waker is done with the queue. "Change the condition, then wake" is not enough here.
 *
 * check: safety
 * broken CHANGE_THEN_WAKE: assertion there - the condition is changed before the queue's lock is taken
 * broken LEAVE_WITHOUT_LOCK: assertion there - who is off the queue already leaves without its lock
 */
mtype = { RUNNING, SLEEPING };

bool  there = true;    /* the queue, on the stack of its owner */
bool  wq;              /* its lock */
bool  queued, token, done;
mtype state = RUNNING;

#define LOCK(l) atomic { !l -> l = true }
#define UNLOCK(l) atomic { assert(l); l = false }

active proctype owner()
{
    bool seen;
    do
    :: token = false;
       LOCK(wq);
       queued = true;
       UNLOCK(wq);
       seen = done;
       if
       :: !seen ->
            atomic {
                if
                :: token -> token = false
                :: else -> state = SLEEPING
                fi
            };
            state == RUNNING
       :: else
       fi;
#ifdef BROKEN_LEAVE_WITHOUT_LOCK
       if
       :: queued ->
            LOCK(wq);
            queued = false;
            UNLOCK(wq)
       :: else
       fi;
#else
       LOCK(wq);
       queued = false;
       UNLOCK(wq);
#endif
       if
       :: seen -> break
       :: else
       fi
    od;
    there = false
}

active proctype waker()
{
#ifdef BROKEN_CHANGE_THEN_WAKE
    done = true;
    atomic { assert(there); !wq -> wq = true };
#else
    LOCK(wq);
    done = true;
#endif
    assert(there);
    if
    :: queued ->
        queued = false;
        atomic {       /* sched_wake() */
            if
            :: state == SLEEPING -> state = RUNNING
            :: else -> token = true
            fi
        }
    :: else
    fi;
    atomic { assert(there); UNLOCK(wq) }
}
