/*
 * ticket.pml - the ticket lock of include/kernel/spinlock.h: three CPUs take it again and again.
 *
 * The tickets wrap at 4, so the wrap is part of the search. The ghost `line` notes who drew in which order;
 * nothing in the lock reads it.
 *
 * check: safety
 * check: liveness
 * broken DRAW_IN_TWO_STEPS: assertion inside==1 - load and store instead of fetch_add
 * broken WRONG_COUNTER: assertion first==_pid - unlock adds to next, not to serving
 * broken UNLOCK_EARLY: assertion inside==1 - let go before the last access to what it guards
 * broken TEST_AND_SET: assertion first==_pid - no tickets: safe, but who comes last may go first
 * broken TEST_AND_SET_WAITS: starvation - the same lock, looked at without the rule of first come
 */
#define CPUS 3
#define WRAP 4

byte next, serving;
bool held;             /* of the lock without tickets */
byte inside;           /* how many are between lock and unlock */
chan line = [CPUS] of { byte };
bool waits[CPUS], has[CPUS];

ltl liveness { [] (waits[0] -> <> has[0]) }

inline spin_lock()
{
#if defined(BROKEN_TEST_AND_SET) || defined(BROKEN_TEST_AND_SET_WAITS)
    atomic { waits[_pid] = true; line!_pid };
    atomic { !held -> held = true };
#elif defined(BROKEN_DRAW_IN_TWO_STEPS)
    ticket = next;
    atomic { next = (ticket + 1) % WRAP; waits[_pid] = true; line!_pid };
    serving == ticket;
#else
    atomic { ticket = next; next = (next + 1) % WRAP; waits[_pid] = true; line!_pid };
    serving == ticket;
#endif
}

inline spin_unlock()
{
#if defined(BROKEN_TEST_AND_SET) || defined(BROKEN_TEST_AND_SET_WAITS)
    held = false;
#elif defined(BROKEN_WRONG_COUNTER)
    next = (next + 1) % WRAP;
#else
    ticket = serving;  /* two steps: only the holder writes it */
    serving = (ticket + 1) % WRAP;
#endif
}

active [CPUS] proctype cpu()
{
    byte ticket, first;
end:
    do
    :: true ->         /* a CPU may also stay away for ever */
        spin_lock();
        atomic {
            inside++;
            assert(inside == 1);
            waits[_pid] = false;
            has[_pid] = true;
#if defined(BROKEN_TEST_AND_SET_WAITS) || defined(BROKEN_DRAW_IN_TWO_STEPS)
            line??eval(_pid);
#else
            line?first;
            assert(first == _pid);
#endif
            first = 0;
        }
#ifdef BROKEN_UNLOCK_EARLY
        spin_unlock();
        ticket = 0;
        atomic { inside--; has[_pid] = false };
#else
        atomic { inside--; has[_pid] = false };
        spin_unlock();
        ticket = 0;
#endif
    od
}
