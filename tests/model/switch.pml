/*
 * switch.pml - the run-queue lock goes across the switch (kernel/sched.c): who goes takes it, who comes lets
 * it go.
 *
 * Two CPUs, threads A and B, an idle thread for each CPU. A thread yields, sleeps, wakes the other, exits,
 * reaps; an idle CPU pulls a READY thread from its neighbour. The stack pointer that a switch loads is good
 * only if the registers were saved below it, and a CPU stands on a stack until it has loaded the next one.
 *
 * check: safety
 * broken UNLOCK_BEFORE_SAVE: assertion [n] - the lock is let go before the registers are saved
 * broken WAKE_WITHOUT_LOCK: assertion [n] - the waker sets READY without the run-queue lock
 * broken REAP_AT_ONCE: assertion users[0]==0 - the reaper does not take the lock that says "left its stack"
 * broken FREE_FIRST: assertion users[0]==0 - it takes that lock only after it has freed the stack
 */
#define A 0
#define B 1
#define IDLE(c) (2 + (c))
#define THREADS 4
#define OTHER(t) (1 - (t))

mtype = { READY, RUNNING, SLEEPING, ZOMBIE, DEAD };

bool  rq[2];           /* the run-queue locks */
bool  table;           /* the process table's lock */
mtype state[THREADS];
bit   home[THREADS];   /* p->cpu */
bool  saved[THREADS];  /* its registers are on its stack, and a switch may load them */
byte  users[THREADS];  /* CPUs that stand on its stack */

#define LOCK(l) atomic { !l -> l = true }
#define UNLOCK(l) atomic { assert(l); l = false }

/* rq[me] held, `to` is the next state of p, who runs here. Comes back as another thread: p changes. */
inline switch_away(to)
{
    atomic {
        state[p] = to;
        if
        :: p != A && state[A] == READY && home[A] == me -> n = A
        :: p != B && state[B] == READY && home[B] == me -> n = B
        :: else -> n = IDLE(me)
        fi
    };
#ifdef BROKEN_UNLOCK_BEFORE_SAVE
    state[n] = RUNNING;
    UNLOCK(rq[me]);
#else
    state[n] = RUNNING;
#endif
    saved[p] = true;   /* hal_context_switch(): the registers of p, on the stack of p */
    atomic {           /* the stack pointer of n */
        assert(saved[n]);
        saved[n] = false;
        users[p]--;
        users[n]++;
        assert(users[n] == 1);
        p = n;
        n = 0
    };
#ifndef BROKEN_UNLOCK_BEFORE_SAVE
    UNLOCK(rq[me]);    /* n lets go what p took */
#endif
}

/* The run-queue lock of t, who may be moved meanwhile. */
inline lock_home(t)
{
    do
    :: cpu = home[t];
       LOCK(rq[cpu]);
       if
       :: home[t] == cpu -> break
       :: else -> UNLOCK(rq[cpu])
       fi
    od
}

inline wake(t)
{
#ifdef BROKEN_WAKE_WITHOUT_LOCK
    if
    :: state[t] == SLEEPING -> state[t] = READY
    :: else
    fi;
#else
    lock_home(t);
    if
    :: state[t] == SLEEPING -> state[t] = READY
    :: else
    fi;
    UNLOCK(rq[cpu]);
#endif
    cpu = 0
}

inline reap(t)
{
    LOCK(table);
    if
    :: state[t] == ZOMBIE ->
#if !defined(BROKEN_REAP_AT_ONCE) && !defined(BROKEN_FREE_FIRST)
        LOCK(rq[home[t]]);
        UNLOCK(rq[home[t]]);
#endif
        state[t] = DEAD;
        assert(users[t] == 0); /* now its stack is freed */
#ifdef BROKEN_FREE_FIRST
        LOCK(rq[home[t]]);
        UNLOCK(rq[home[t]]);
#endif
    :: else
    fi;
    UNLOCK(table)
}

inline pull(t)
{
    LOCK(rq[0]);
    LOCK(rq[1]);
    if
    :: state[t] == READY -> home[t] = me
    :: else
    fi;
    UNLOCK(rq[1]);
    UNLOCK(rq[0])
}

proctype cpu_runs(bit me; byte p)
{
    byte n;
    bit cpu;
end:
    do
    :: p < 2 -> LOCK(rq[me]); switch_away(READY)
    :: p < 2 -> LOCK(rq[me]); switch_away(SLEEPING)
    :: p < 2 -> wake(OTHER(p))
    :: p == A ->       /* only A ends, so that B is there to reap it */
        LOCK(table);
        LOCK(rq[me]);
        state[p] = ZOMBIE;
        UNLOCK(table);
        switch_away(ZOMBIE)
    :: p == B -> reap(A)
    :: p >= 2 && ((state[A] == READY && home[A] == me) || (state[B] == READY && home[B] == me)) ->
        LOCK(rq[me]);
        switch_away(READY)
    :: p >= 2 && state[A] == READY && home[A] != me -> pull(A)
    :: p >= 2 && state[B] == READY && home[B] != me -> pull(B)
    :: p >= 2 -> wake(B)   /* an interrupt */
    od
}

init {
    atomic {
        state[A] = RUNNING; users[A] = 1;
        state[B] = READY; saved[B] = true;
        state[IDLE(0)] = READY; saved[IDLE(0)] = true; home[IDLE(0)] = 0;
        state[IDLE(1)] = RUNNING; users[IDLE(1)] = 1; home[IDLE(1)] = 1;
        run cpu_runs(0, A);
        run cpu_runs(1, IDLE(1))
    }
}
