/* bench_trace.c - what an event costs: off, on, and on in the three forms of a call. */
#include "bench.h"

#include <hal/cpu.h>
#include <kernel/trace.h>

enum { LOOPS = 10000 };

/* A loop of one kind of event, interrupts off as in the scheduler. */
#define EVENTS_NS(event)                         \
    ({                                           \
        unsigned long s = hal_irq_save();        \
        uint64_t start = hal_timer_now();        \
        for (unsigned i = 0; i < LOOPS; i++) {   \
            event;                               \
            __asm__ volatile("" : : : "memory"); \
        }                                        \
        uint64_t total = ns_since(start);        \
        hal_irq_restore(s);                      \
        total;                                   \
    })

void bench_trace(void)
{
    uint64_t empty = bench_empty_loop_ns(LOOPS);
    bench_report("trace-off", EVENTS_NS(trace(TRACE_MARK, 3, i, 0)), empty, LOOPS);
    if (trace_start(0) != 0) {
        bench_skip("trace-on", "no memory");
        return;
    }
    bench_report("trace-on", EVENTS_NS(trace(TRACE_MARK, 3, i, 0)), empty, LOOPS);
    bench_report("trace-on-at", EVENTS_NS(trace_at(start, TRACE_MARK, 3, i, 0)), empty, LOOPS);
    bench_report("trace-on-any", EVENTS_NS(trace_any(TRACE_MARK, 3, i, 0)), empty, LOOPS);
    trace_stop();
    trace_clear();
}
