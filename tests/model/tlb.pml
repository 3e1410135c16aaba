/*
 * tlb.pml - one CPU has changed an entry of a page table, and the others have to forget the old one.
 *
 * The requester draws a ticket from each of the others (flush_asked + 1), interrupts it, and waits until its
 * flush_done is there, modulo 4. Whoever waits, for a flush or with interrupts off for a lock, answers what
 * it is asked. CPUs 0 and 1 each change an entry of their own (again and again; once where there is a third
 * CPU), perhaps with a lock held; all take the lock, and go idle for good. The MMU caches an entry whenever
 * it likes.
 *
 * check: safety
 * check: safety -DTHIRD
 * broken SILENT_SPINNER: deadlock - who waits for a lock does not answer
 * broken SILENT_REQUESTER: deadlock - who waits for a flush does not answer
 * broken DONE_FIRST: assertion cached[ - flush_done is set, then the TLB is flushed
 * broken ASKED_LATE -DTHIRD: assertion cached[ - the TLB is flushed, then flush_asked is read
 * broken ENTRY_LATE: assertion cached[ - the entry is changed after asking
 * broken INTERRUPT_FIRST: deadlock - the interrupt is sent before flush_asked says why
 * broken INTERRUPTED_ANSWER: deadlock - who waits answers with interrupts on: flush_done goes back
 */
#ifdef THIRD
#define CPUS 3
#else
#define CPUS 2
#endif
#define WRAP 4
#define START 2            /* so that the counters wrap */
#define me _pid               /* active processes are numbered from 0, the CPUs first */
#define REACHED(done, ticket) (((done) + WRAP - (ticket)) % WRAP < WRAP / 2)

byte asked[CPUS] = START;  /* flush_asked */
byte done[CPUS] = START;   /* flush_done */
bool ipi[CPUS];
bool old[2] = true;              /* the entry that this CPU will change is the old one still */
bool cached[6];            /* cached[2 * cpu + entry]: the TLB of cpu has the old value of it */
bool lock;

inline flush_local(c)
{
    atomic { cached[2 * c] = false; cached[2 * c + 1] = false }
}

/* Interrupts off. a is a variable of the caller's. */
inline answer(a)
{
#ifdef BROKEN_ASKED_LATE
    flush_local(me);
    a = asked[me];
    done[me] = a;
#elif defined(BROKEN_DONE_FIRST)
    a = asked[me];
    done[me] = a;
    flush_local(me);
#else
    a = asked[me];
    flush_local(me);
    done[me] = a;
#endif
    a = 0
}

inline take_interrupt()
{
    ipi[me] = false;
    answer(b)
}

/* One step of waiting: answers, if there is something to answer. */
inline answer_while_waiting()
{
#ifdef BROKEN_INTERRUPTED_ANSWER
    a = asked[me];
    do
    :: ipi[me] -> take_interrupt()
    :: true -> break
    od;
    flush_local(me);
    done[me] = a;
    a = 0
#else
    answer(a)
#endif
}

inline change_entry()
{
#ifndef BROKEN_ENTRY_LATE
    old[me] = false;
#endif
    flush_local(me);
    to = 0;
    do
    :: to < CPUS && to != me ->
#ifdef BROKEN_INTERRUPT_FIRST
        ipi[to] = true;
        atomic { asked[to] = (asked[to] + 1) % WRAP; ticket[to] = asked[to] };
#else
        atomic { asked[to] = (asked[to] + 1) % WRAP; ticket[to] = asked[to] };
        ipi[to] = true;
#endif
        to++
    :: to == me -> to++
    :: to == CPUS -> break
    od;
#ifdef BROKEN_ENTRY_LATE
    old[me] = false;
    flush_local(me);
#endif
    to = 0;
    do
    :: to < CPUS && to != me && REACHED(done[to], ticket[to]) -> ticket[to] = 0; to++
    :: to == me -> to++
    :: to == CPUS -> break
#ifndef BROKEN_SILENT_REQUESTER
    :: to < CPUS && to != me && !REACHED(done[to], ticket[to]) && asked[me] != done[me] ->
        answer_while_waiting()
#endif
    od;
    atomic {
        to = 0;
        assert(!cached[me] && !cached[2 + me] && !cached[4 + me])
    }
}

active [CPUS] proctype cpu()
{
    byte a, b, to;
    byte ticket[CPUS];
end:
    do
    :: ipi[me] -> take_interrupt()
    :: me < 2 && old[me] -> change_entry()
#ifndef THIRD
    :: !old[me] -> old[me] = true          /* what is new becomes old */
#endif
    :: true ->             /* spin_lock(), interrupts off */
        do
        :: atomic { !lock -> lock = true }; break
#ifndef BROKEN_SILENT_SPINNER
        :: lock && asked[me] != done[me] -> answer(a)
#endif
        od;
        if
        :: true
        :: me < 2 && old[me] -> change_entry()
        fi;
        lock = false
    :: true -> break       /* idle from now on */
    od;
end_idle:
    do
    :: ipi[me] -> take_interrupt()
    od
}

/* What the MMU of CPU c does. Entry 2 is never changed, so nobody cares. */
#define FILL(c, entry) atomic { old[entry] && !cached[2 * (c) + (entry)] -> cached[2 * (c) + (entry)] = true }

active proctype mmu()
{
end:
    do
    :: FILL(0, 0)
    :: FILL(0, 1)
    :: FILL(1, 0)
    :: FILL(1, 1)
#ifdef THIRD
    :: FILL(2, 0)
    :: FILL(2, 1)
#endif
    od
}
