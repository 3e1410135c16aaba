/*
 * kernel/smp.h - the CPUs as a team: start them, call them, stop them.
 *
 * There is one interrupt from CPU to CPU. It carries no message: whoever gets it looks at what there is to do
 * for it. That is a flush of its TLB (a count in struct cpu), a stop (one flag for all), or another process
 * to turn to (its run queue).
 */
#pragma once
#include <kernel/sched.h>
#include <stdint.h>

/*
 * Boot CPU, once, irqs off, when it has its own alarm. Starts CPUs 1 to most - 1 one after the other; each is
 * idle from then on. Who does not come is told on the console and left out.
 */
void smp_start(unsigned most);

/* Any context. A bit per CPU that is in use. Grows only, while smp_start() runs. */
uint32_t smp_online(void);
unsigned smp_count(void);

/* Any context, irqs off. `cpu` takes an interrupt, and looks. */
void smp_call(struct cpu *cpu);

#define SMP_ALL UINT32_MAX
/*
 * Any context, no tree of page tables locked. When it returns, none of these CPUs, a bit each, the caller's
 * own left out, remembers an entry that was changed before the call, and none has page tables loaded whose
 * program had ended by then. It waits for them: a CPU that waits itself, for a lock or here, answers
 * meanwhile.
 */
void smp_flush(uint32_t cpus_to_ask);

/* irqs off, in every loop that waits for another CPU. Does what others wait for; may never return. */
void smp_answer(void);

/*
 * For a panic, irqs off. Stops all other CPUs, as far as they answer within a moment. cpu->stopped tells who
 * did, and cpu->stopped_fp where its backtrace begins. False: another CPU was faster, and stops us.
 */
bool smp_stop_others(void);
