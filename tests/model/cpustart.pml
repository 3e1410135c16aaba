/*
 * cpustart.pml - the boot CPU starts two others: what has to be written before what.
 *
 * The boot CPU writes stack and idle process of a CPU, then the flag that it waits for. Stores of the boot
 * CPU reach memory in any order, but a release store only after all that came before it; loads of the started
 * CPU may be early, but not those behind a load with acquire. The started CPU makes its run queue and then
 * says that it is online; from then on others give it work. The boot CPU does not wait for ever: a CPU may
 * come when nobody expects it any more. Meanwhile the boot CPU changes an entry of the page tables, and asks
 * the CPUs that are online to forget the old one.
 *
 * check: safety
 * broken RELEASED_EARLY: assertion idle[me] - the flag is written before the idle process
 * broken PLAIN_STORE: assertion idle[me] - the flag is an ordinary store
 * broken PLAIN_LOAD: assertion sp==me - the flag is read by an ordinary load
 * broken ONE_SLOT: assertion stack[1]==me - all started CPUs read their stack from one variable
 * broken ONLINE_EARLY: assertion queue[c] - online before the run queue is made
 * broken NO_FLUSH: assertion !((changed&&cached[me])) - online with what the TLB took up before
 * broken FLUSH_EARLY: assertion !((changed&&cached[me])) - the TLB is flushed, then the CPU is online
 * broken STACK_FREED: assertion stack[me]==me - the boot CPU gives up waiting, and frees the stack
 */
#define CPUS 3             /* 0 is the boot CPU */
#ifdef BROKEN_ONE_SLOT
#define SLOT(c) 1
#else
#define SLOT(c) (c)
#endif

/* What is in memory, and what the boot CPU has stored but memory does not have yet (0: nothing). */
byte stack[CPUS], new_stack[CPUS];
bool idle[CPUS], new_idle[CPUS];
bool go[CPUS], new_go[CPUS];
bool queue[CPUS], online[CPUS];

bool old = true;           /* the entry in the page tables is the old one */
bool changed;              /* and who changed it believes that nobody has the old one */
bool cached[CPUS];         /* this CPU has it in its TLB */
bool asked[CPUS];          /* to forget it: tlb.pml has the details */

#ifdef BROKEN_PLAIN_STORE
#define MAY_GO(c) true
#else
#define MAY_GO(c) (new_stack[SLOT(c)] == 0 && !new_idle[c])
#endif

/* Asks those that are online, one after the other. */
active proctype change_entry()
{
    byte c = 1;
    old = false;
    do
    :: c < CPUS ->
        if
        :: online[c] -> asked[c] = true; !asked[c]
        :: !online[c]
        fi;
        c++
    :: else -> break
    od;
    changed = true
}

active proctype boot()
{
    byte c = 1;
    do
    :: c < CPUS ->
        new_stack[SLOT(c)] == 0;    /* a store to the same place waits for the one before */
        new_stack[SLOT(c)] = c;
#ifdef BROKEN_RELEASED_EARLY
        new_go[c] = true;
        !new_go[c];
        new_idle[c] = true;
#else
        new_idle[c] = true;
        new_go[c] = true;
#endif
        c++
    :: else -> break
    od;
    c = 1;
    do
    :: c < CPUS ->
        if
        :: online[c]
        :: true ->                  /* waited long enough */
#ifdef BROKEN_STACK_FREED
            stack[c] = 0
#endif
        fi;
        c++
    :: else -> break
    od
}

proctype memory(byte c)
{
end:
    do
    :: atomic { new_stack[c] != 0 -> stack[c] = new_stack[c]; new_stack[c] = 0 }
    :: atomic { new_idle[c] -> idle[c] = true; new_idle[c] = false }
    :: atomic { go[c] && old && !cached[c] -> cached[c] = true }     /* the MMU of CPU c */
    :: atomic { new_go[c] && MAY_GO(c) -> go[c] = true; new_go[c] = false }
    od
}

proctype started(byte me)
{
    byte sp;
#ifdef BROKEN_PLAIN_LOAD
    sp = stack[SLOT(me)];
    go[me];
#else
    go[me];
    sp = stack[SLOT(me)];
#endif
    assert(sp == me);
    assert(idle[me]);
#ifdef BROKEN_ONLINE_EARLY
    online[me] = true;
    queue[me] = true;
#else
    queue[me] = true;
#ifdef BROKEN_FLUSH_EARLY
    cached[me] = false;
#endif
    online[me] = true;
#endif
#if !defined(BROKEN_NO_FLUSH) && !defined(BROKEN_FLUSH_EARLY)
    cached[me] = false;
#endif
    assert(stack[SLOT(me)] == me);   /* still its own */
end:
    do
    :: asked[me] -> cached[me] = false; asked[me] = false
    :: changed -> assert(!(changed && cached[me])); break
    od
}

/* Some CPU that has a thread to give away. */
proctype giver(byte c)
{
    online[c];
    assert(queue[c])
}

init {
    atomic {
        run memory(1); run memory(2); run started(1); run started(2); run giver(1); run giver(2)
    }
}
