/* sysbench.h - what is measured: a row each, in the order in which they are printed. */
#pragma once

struct bench {
    const char *name;
    void (*operation)(void);
    int (*before)(long n); /* a round of n operations; not counted. Not 0: not possible here. Or NULL */
    void (*after)(void);   /* such a round. Or NULL */
    int slower;            /* done by this factor less often than the fastest */
    int per_operation;     /* of what is counted, so many in one operation */
};

extern const struct bench call_benches[], memory_benches[], process_benches[]; /* the last has no name */

/* Does not return where the call has failed: says which. */
void must(int good, const char *what);

/* fork(): the parent gets the child's PID; the child runs `child` and ends. */
int start_child(void (*child)(void));
void end_child(int pid);
