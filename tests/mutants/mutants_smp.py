"""mutants_smp.py - known bugs of several CPUs: locks, orders of memory, wake-ups, moves, flushes, calls.

What an order of memory is for, QEMU on a PC does not show: those are found in the object code. What hangs on
a race runs in DEBUG builds, or with all CPUs running freely.
"""
from mutant import EVERY_PORT, HANGS, Mutant

WEAK = ("arm64", "riscv")                       # ports whose memory has no order but what is asked for
LOCKS, NO_ORDER = "make check-locks", r"\S+: \S+: not found in this order: [^\n]*"
FREE = {"icounts": (None,), "seconds": 60}
LOST = r"not ok 1 - [\w-]+|PANIC: [^\n]*"

MUTANTS = (
    # Locks.
    Mutant("a ticket is drawn in two steps", "include/kernel/spinlock.h",
           "*ticket = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);",
           "*ticket = atomic_load_explicit(&l->next, memory_order_relaxed);\n"
           "    atomic_store_explicit(&l->next, *ticket + 1, memory_order_relaxed);",
           LOST, "lock-torture stress=5", ("x86",), hangs=True, **FREE),
    Mutant("a ticket is drawn in two steps, by its code", "include/kernel/spinlock.h",
           "*ticket = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);",
           "*ticket = atomic_load_explicit(&l->next, memory_order_relaxed);\n"
           "    atomic_store_explicit(&l->next, *ticket + 1, memory_order_relaxed);",
           NO_ORDER, LOCKS, EVERY_PORT),
    Mutant("a lock does not acquire", "include/kernel/spinlock.h",
           "&l->serving, memory_order_acquire", "&l->serving, memory_order_relaxed", NO_ORDER, LOCKS, WEAK),
    Mutant("who waited for a lock does not acquire", "kernel/spinlock.c",
           "&l->serving, memory_order_acquire", "&l->serving, memory_order_relaxed", NO_ORDER, LOCKS, WEAK),
    Mutant("an unlock does not release", "include/kernel/spinlock.h",
           "served + 1, memory_order_release", "served + 1, memory_order_relaxed", NO_ORDER, LOCKS, WEAK),
    Mutant("a mutex does not acquire", "kernel/mutex.c",
           "&nobody, me(), memory_order_acquire,\n                                                   "
           "memory_order_acquire", "&nobody, me(), memory_order_relaxed, memory_order_relaxed",
           NO_ORDER, LOCKS, WEAK),
    Mutant("the failure of an unlock has no order", "kernel/mutex.c",
           "&mine, 0, memory_order_seq_cst,\n                                                 "
           "memory_order_seq_cst", "&mine, 0, memory_order_release, memory_order_relaxed",
           NO_ORDER, LOCKS),
    Mutant("the waker's last word does not release", "include/kernel/waitq_hand.h",
           "&w->woken, true, memory_order_release", "&w->woken, true, memory_order_relaxed",
           NO_ORDER, LOCKS, WEAK),
    Mutant("who waits for a lock looks once", "kernel/spinlock.c",
           "while (atomic_load_explicit(&l->serving", "if (atomic_load_explicit(&l->serving",
           LOST, "lock-torture stress=5", hangs=True, **FREE),
    Mutant("a lock is let go with interrupts on", "include/kernel/spinlock.h",
           "    spin_unlock_raw(l);\n    hal_irq_restore(s);", "    hal_irq_restore(s);\n"
           "    spin_unlock_raw(l);",
           LOST, "lock-torture stress=5", ("arm64",), hangs=True, **FREE),
    Mutant("a lock is taken with interrupts on", "kernel/proc.c",
           "unsigned long s = spin_lock(&proc_table.lock);\n    struct proc *p = pid_find(",
           "unsigned long s = hal_irq_save();\n    hal_irq_restore(s);\n"
           "    spin_lock_raw(&proc_table.lock);\n"
           "    struct proc *p = pid_find(",
           r"PANIC: lock process table taken with interrupts on", "proc-affinity-and-nice", debug=True),
    Mutant("two run queues are locked in any order", "kernel/sched_place.c",
           ("spin_lock_raw(a <= b ? &a->rq.lock : &b->rq.lock);",
            "spin_lock_raw(a < b ? &b->rq.lock : &a->rq.lock);"),
           ("spin_lock_raw(&a->rq.lock);", "spin_lock_raw(&b->rq.lock);"),
           r"PANIC: lock order: run queue[^\n]*", "smp-spawn-on", ("x86",), debug=True),
    # Sleep and wake-up.
    Mutant("who sleeps ignores the token", "kernel/sched.c", "    if (p->woken) {", "    if (false) {",
           HANGS, "wait-stress", ("x86",), **FREE),
    Mutant("the old token is taken away after joining", "kernel/waitq.c",
           "        sched_prepare();\n        unsigned long s = spin_lock(&w->wq->lock);\n"
           "        waitq_join(w->wq, &w->waiter, current());\n        spin_unlock(&w->wq->lock, s);\n",
           "        unsigned long s = spin_lock(&w->wq->lock);\n"
           "        waitq_join(w->wq, &w->waiter, current());\n        spin_unlock(&w->wq->lock, s);\n"
           "        sched_prepare();\n",
           LOST, "workq-stress", ("x86",), hangs=True, **FREE),
    Mutant("the condition is looked at before joining", "kernel/waitq.c",
           "        w->joined = true;\n"
           "        atomic_thread_fence(memory_order_seq_cst); /* waitq_is_deserted() */\n"
           "        return true;                               "
           "/* only a look from here on misses nothing */\n",
           "        w->joined = true;\n",
           LOST, "workq-stress", hangs=True, **FREE),
    Mutant("need_resched is forgotten", "kernel/sched.c",
           "atomic_store_explicit(&rq->need_resched, true, memory_order_relaxed);\n"
           "        if (cpu != this_cpu()",
           "if (cpu != this_cpu()",
           LOST, "smp-spread", ("arm64",), hangs=True),
    Mutant("an idle CPU is not called", "kernel/sched.c",
           "smp_call(cpu);", "(void)0;", LOST, "smp-wake-idle", EVERY_PORT, hangs=True),
    Mutant("a busy CPU is said to be idle", "kernel/sched_place.c",
           "atomic_fetch_and_explicit(&sched_idle_cpus, ~cpu->bit, memory_order_relaxed);", "(void)cpu;",
           LOST, "smp-wake-idle", hangs=True),
    Mutant("the waiter does not wait for its waker", "kernel/waitq.c",
           "    if (taken)\n        wait_for_waker(w);\n    return taken;", "    return taken;",
           LOST, "workq-stress", ("x86",), debug=True, hangs=True, **FREE),
    Mutant("a mutex is not handed over", "kernel/mutex.c",
           "uintptr_t next = w == NULL ? 0 : (uintptr_t)w->proc;", "uintptr_t next = 0;",
           LOST, "mutex-order", hangs=True),
    # Where a process is.
    Mutant("the lock is let go before the switch", "include/kernel/sched_short.h",
           "    hal_context_switch(&prev->sp, sp);",
           "    spin_unlock_raw(&rq->lock);\n    hal_cpu_relax();\n    spin_lock_raw(&rq->lock);\n"
           "    hal_context_switch(&prev->sp, sp);",
           LOST, "wait-stress", ("x86",), hangs=True, **FREE),
    Mutant("a zombie is reaped on its stack", "kernel/proc_life.c",
           "        spin_unlock_raw(&sched_lock_of(zombie)->lock);", "        hal_cpu_relax();",
           LOST, "life-storm stress=30", ("x86",), hangs=True, **FREE),
    Mutant("a PID is freed twice", "kernel/proc_life.c",
           "    void *page = pid_take_back(&proc_table.pids, pid);",
           "    pid_take_back(&proc_table.pids, pid);\n"
           "    void *page = pid_take_back(&proc_table.pids, pid);",
           LOST + r"|# [^\n]*", "proc-pids-wrap pid_max=300", ("arm64",), hangs=True),
    Mutant("who is pulled may not be there", "kernel/sched_rr.c",
           "(p->affinity >> cpu & 1) != 0", "cpu < MAX_CPUS",
           LOST, "smp-spawn-on", ("arm64",)),
    Mutant("who is pulled may not be there, with sched=fair", "kernel/sched_fair.c",
           "(p->affinity >> cpu & 1) != 0", "cpu < MAX_CPUS",
           LOST, "smp-spawn-on sched=fair"),
    Mutant("who moved meanwhile is woken where it was", "include/kernel/sched_place.h",
           "        if (p->cpu == to)\n            return to;\n"
           "        spin_unlock_raw(&to->rq.lock);\n", "        return to;\n",
           LOST, "move-storm stress=10", ("x86",), hangs=True, **FREE),
    Mutant("who moved meanwhile is moved from where it was", "kernel/sched_place.c",
           "if (p->cpu == from)\n            return from;\n        sched_unlock_pair(from, to); /*",
           "return from; /*",
           LOST, "move-storm stress=10", hangs=True, **FREE),
    Mutant("who runs where it may not goes on", "kernel/sched_place.c",
           "smp_call(from);", "", LOST, "smp-affinity-of-running", ("arm64",), hangs=True),
    Mutant("virtual time moves as it is", "kernel/sched_fair.c",
           "p->vruntime += to->fair.least - from->fair.least;", "(void)from, (void)to, (void)p;",
           r"not ok \d+ - test_virtual_time", "make unit-sched_place", ("x86",)),
    Mutant("who sleeps saves up its time", "kernel/sched_fair.c",
           "if (p->vruntime < earliest)", "if (false)", LOST, "share-long-sleeper sched=fair", ("arm64",)),
    Mutant("a child has its parent's sleep", "kernel/sched.c",
           "    p->vruntime = max_u64(p->vruntime, from->rq.fair.least);", "    (void)max_u64;",
           LOST, "share-forker sched=fair"),
    # Calls from CPU to CPU.
    Mutant("no other CPU forgets the page", "kernel/vm_flush.c",
           "        smp_flush(SMP_ALL);", "        (void)0;", LOST, "smp-flush", ("x86", "riscv"), **FREE),
    Mutant("only this CPU forgets the page", "arch/arm64/mmu.c", "tlbi vaae1is", "tlbi vaae1",
           LOST, "smp-flush", ("arm64",), **FREE),
    Mutant("nobody waits until the page is forgotten", "arch/arm64/mmu.c",
           "tlbi vaae1is, %0\\n dsb ish\\n isb", "tlbi vaae1is, %0\\n isb", NO_ORDER, LOCKS, ("arm64",)),
    Mutant("a flush is done before it is begun", "kernel/smp.c",
           "        hal_tlb_flush_all();\n"
           "        atomic_store_explicit(&cpu->flush_done, asked, memory_order_release);",
           "        atomic_store_explicit(&cpu->flush_done, asked, memory_order_release);\n"
           "        hal_tlb_flush_all();",
           NO_ORDER, LOCKS, EVERY_PORT),
    Mutant("who waits for a lock does not answer", "kernel/spinlock.c", "        smp_answer();\n", "",
           LOST, "flush-storm stress=10", hangs=True, **FREE),
    Mutant("who waits for a flush does not answer", "kernel/smp.c", "            smp_answer();\n", "",
           LOST, "flush-storm stress=10", ("x86",), hangs=True, **FREE),
    Mutant("a call is acknowledged after the look", "arch/riscv/irqchip.c",
           ("        csr_clear(sip, SIE_SSIE); /* first: who calls from here on, calls again */\n",
            "    if (sie_bit(irq) == 0)\n        *reg"),
           ("", "    if (irq == RISCV_IRQ_IPI)\n        csr_clear(sip, SIE_SSIE);\n"
            "    if (sie_bit(irq) == 0)\n        *reg"),
           LOST, "flush-storm stress=10", hangs=True, **FREE),
    Mutant("a call overtakes what it is about", "arch/riscv/smp.c",
           '    __asm__ volatile("fence" : : : "memory");\n' '    sbi_call(SBI_EXT_IPI',
           "    sbi_call(SBI_EXT_IPI",
           NO_ORDER, LOCKS),
    Mutant("a call of the GIC overtakes what it is about", "arch/arm64/irqchip.c",
           '    __asm__ volatile("dsb ish" : : : "memory");\n', "", NO_ORDER, LOCKS, ("arm64",)),
    Mutant("an interrupt is not acknowledged", "arch/{arch}/irqchip.c",
           {"x86": "        lapic_write(LAPIC_EOI, 0);\n        return;", "arm64":
            "    *cpu_reg(GICC_EOIR) = claimed;"},
           {"x86": "        return;", "arm64": "    (void)claimed;"},
           HANGS, "sched-sleep-is-exact", ("x86", "arm64")),
    Mutant("a CPU is started before its stack is told", "arch/riscv/smp.c",
           ("    *start = (struct riscv_start){ stack_top, riscv_kernel_satp(), cpu };\n",
            "    if (error != 0) {\n"),
           ("", "    *start = (struct riscv_start){ stack_top, riscv_kernel_satp(), cpu };\n"
            "    if (error != 0) {\n"),
           r"CPU \d does not start|1 of 4 CPUs in use", "smp-spread", hangs=True, **FREE),
    Mutant("a timeout is cancelled while it runs", "kernel/timeout.c",
           "running = cpu->timeouts.running == t && cpu != this_cpu();", "running = false;",
           r"not ok [^\n]*", "make unit-timeout_race", ("x86",)),
    Mutant("a work is cancelled while it runs", "kernel/workq.c",
           "    wait_event(&w->wq->progress, !is_running(w));\n", "    (void)is_running;\n",
           LOST, "workq-cancel-and-wait", ("x86",)),
)

for each in MUTANTS:
    each.smp = 4
