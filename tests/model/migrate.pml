/*
 * migrate.pml - processes that change their CPU: the lock of a process is that of the CPU it belongs to now.
 *
 * Whoever wants it reads p->cpu, takes that CPU's lock, and looks again. Who moves a process holds both run
 * queues, taken in the order of the CPUs. Two CPUs run two processes, which yield and sleep; a waker moves a
 * sleeper to either CPU; a balancer pulls a READY one. Whoever is about to let a lock go counts the queues.
 *
 * check: safety
 * broken NO_RECHECK: assertion in[ - the CPU is not looked at again once its lock is held
 * broken ANY_ORDER: deadlock - the first lock is that of the CPU which the process leaves
 * broken ONE_LOCK: assertion home[ - only the lock of the old CPU is held for the move
 * broken NEW_LOCK_ONLY: assertion in[ - only the lock of the new CPU is held for the move
 * broken CPU_LAST: assertion home[ - p->cpu is changed after both locks are let go
 */
#define PROCS 2

mtype = { READY, RUNNING, SLEEPING };

bool  rq[2];
mtype state[PROCS];
bit   home[PROCS];           /* p->cpu */
byte  in[4];                 /* in[2 * cpu + p]: how often p is in the queue of cpu */
byte  busy[2];               /* who is changing the queue of this CPU: a list bears one at a time */

#define LOCK(l) atomic { !l -> l = true }
#define UNLOCK(l) atomic { assert(l); l = false }
#define IN(c, p) in[2 * (c) + (p)]
#define RUNS(p) (state[p] != SLEEPING)
#define SOUND(c, p) (home[p] != (c) || (IN(c, p) == RUNS(p) && IN(1 - (c), p) == 0))

inline add(c, p)
{
    atomic { busy[c]++; assert(busy[c] == 1) };
    atomic { IN(c, p)++; busy[c]-- }
}

inline del(c, p)
{
    atomic { busy[c]++; assert(busy[c] == 1) };
    atomic { assert(IN(c, p) == 1); IN(c, p)--; busy[c]-- }
}

inline check(c)
{
    atomic { assert(SOUND(c, 0)); assert(SOUND(c, 1)) }
}

inline lock_two(a, b)
{
#ifdef BROKEN_ANY_ORDER
    LOCK(rq[a]);
    if
    :: a != b -> LOCK(rq[b])
    :: else
    fi
#elif defined(BROKEN_ONE_LOCK)
    LOCK(rq[a])
#elif defined(BROKEN_NEW_LOCK_ONLY)
    LOCK(rq[b])
#else
    if
    :: a == b -> LOCK(rq[a])
    :: else -> LOCK(rq[0]); LOCK(rq[1])
    fi
#endif
}

inline unlock_two(a, b)
{
#ifdef BROKEN_ONE_LOCK
    UNLOCK(rq[a])
#elif defined(BROKEN_NEW_LOCK_ONLY)
    UNLOCK(rq[b])
#else
    if
    :: a == b -> UNLOCK(rq[a])
    :: else -> UNLOCK(rq[1]); UNLOCK(rq[0])
    fi
#endif
}

/* Both locks held: of the CPU that p belongs to, and of `to`. */
inline lock_for_move(p, to)
{
    do
    :: from = home[p];
       lock_two(from, to);
#ifdef BROKEN_NO_RECHECK
       break
#else
       if
       :: home[p] == from -> break
       :: else -> unlock_two(from, to)
       fi
#endif
    od
}

proctype waker()
{
    bit from, to;
    byte p;
end:
    do
    :: select(p : 0 .. 1);
       select(to : 0 .. 1);
       lock_for_move(p, to);
       if
       :: state[p] == SLEEPING ->
            add(to, p);
#ifndef BROKEN_CPU_LAST
            home[p] = to;
#endif
            state[p] = READY
       :: else
       fi;
#ifdef BROKEN_CPU_LAST
       unlock_two(from, to);
       home[p] = to;
#else
       check(from);
       unlock_two(from, to);
#endif
       from = 0; to = 0; p = 0
    od
}

proctype balancer()
{
    bit from, to;
    byte p;
end:
    do
    :: select(p : 0 .. 1);
       select(to : 0 .. 1);
       lock_for_move(p, to);
       if
       :: state[p] == READY && from != to ->
            del(from, p);
            add(to, p);
            home[p] = to
       :: else
       fi;
       check(from);
       unlock_two(from, to);
       from = 0; to = 0; p = 0
    od
}

/* A CPU: picks from its own queue, and what it runs yields or sleeps. Nobody else touches who RUNS. */
proctype cpu(bit me)
{
    byte p;
end:
    do
    :: atomic { !rq[me] && (IN(me, 0) || IN(me, 1)) -> rq[me] = true };
       assert(IN(me, 0) || IN(me, 1));
       if
       :: IN(me, 0) -> p = 0
       :: IN(me, 1) -> p = 1
       fi;
       assert(state[p] == READY && home[p] == me);
       state[p] = RUNNING;
       check(me);
       UNLOCK(rq[me]);
       LOCK(rq[me]);
       if
       :: state[p] = READY
       :: state[p] = SLEEPING; del(me, p)
       fi;
       check(me);
       p = 0;
       UNLOCK(rq[me])
    od
}

init {
    atomic {
        state[0] = READY; IN(0, 0) = 1; home[0] = 0;
        state[1] = READY; IN(1, 1) = 1; home[1] = 1;
        run cpu(0); run cpu(1); run waker(); run balancer()
    }
}
