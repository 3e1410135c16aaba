/*
 * kernel/user_load.h - what a CPU has of a program's thread besides its trap frame: page tables, thread
 * pointer, floating point. Loaded before user mode, stored when the thread is switched away.
 */
#pragma once
#include <kernel/aspace_switch.h>
#include <kernel/user.h>

/*
 * irqs off, on the CPU of rq. The thread whose registers it has loaded is about to be switched away: they go
 * where any CPU finds them.
 */
static inline void user_save(struct runq *rq)
{
    struct user *u = rq->loaded;
    rq->loaded = NULL;
    hal_user_save(u->hal, u->frame);
}

/* irqs off, on cpu, which has nobody's loaded. p, which runs there, goes to user mode with f, its frame. */
static inline void user_load(struct cpu *cpu, struct hal_frame *f, const struct proc *p)
{
    struct user *u = p->user;
    if (cpu->as != u->as)
        aspace_switch(cpu, u->as);
    hal_user_load(u->hal, f, (uintptr_t)kstack_top((uintptr_t)f));
    cpu->rq.loaded = u;
}
