/* frame.c - the trap frame, for the core's eyes. */
#include <arch/frame.h>
#include <arch/sysreg.h>
#include <hal/frame.h>
#include <kernel/printk.h>

uintptr_t hal_frame_pc(const struct hal_frame *f)
{
    return f->sepc;
}

uintptr_t hal_frame_sp(const struct hal_frame *f)
{
    return f->sp;
}

uintptr_t hal_frame_link(const struct hal_frame *f)
{
    return f->ra;
}

uintptr_t hal_frame_fp(const struct hal_frame *f)
{
    return f->s0;
}

void hal_frame_dump(const struct hal_frame *f)
{
    printk(KERN_EMERG "  ra  %016lx  sp  %016lx  gp  %016lx\n", f->ra, f->sp, f->gp);
    printk(KERN_EMERG "  t0  %016lx  t1  %016lx  t2  %016lx\n", f->t0, f->t1, f->t2);
    printk(KERN_EMERG "  t3  %016lx  t4  %016lx  t5  %016lx\n", f->t3, f->t4, f->t5);
    printk(KERN_EMERG "  t6  %016lx  s0  %016lx  s1  %016lx\n", f->t6, f->s0, f->s1);
    printk(KERN_EMERG "  a0  %016lx  a1  %016lx  a2  %016lx\n", f->a0, f->a1, f->a2);
    printk(KERN_EMERG "  a3  %016lx  a4  %016lx  a5  %016lx\n", f->a3, f->a4, f->a5);
    printk(KERN_EMERG "  a6  %016lx  a7  %016lx  s2  %016lx\n", f->a6, f->a7, f->s2);
    printk(KERN_EMERG "  s3  %016lx  s4  %016lx  s5  %016lx\n", f->s3, f->s4, f->s5);
    printk(KERN_EMERG "  s6  %016lx  s7  %016lx  s8  %016lx\n", f->s6, f->s7, f->s8);
    printk(KERN_EMERG "  s9  %016lx  s10 %016lx  s11 %016lx\n", f->s9, f->s10, f->s11);
    printk(KERN_EMERG "  sepc %016lx  sstatus %016lx\n", f->sepc, f->sstatus);
    printk(KERN_EMERG "  scause %016lx  stval %016lx\n", f->scause, f->stval);
    if ((f->sstatus & SSTATUS_SPP) == 0)
        printk(KERN_EMERG "  tp  %016lx\n", f->tp);
}

void hal_frame_init(struct hal_frame *f, uintptr_t pc, uintptr_t sp)
{
    *f = (struct hal_frame){
        .sepc = pc, .sp = sp, .sstatus = SSTATUS_SPIE | SSTATUS_UXL_64, /* SPP = 0: user mode */
    };
}

void hal_frame_copy(struct hal_frame *to, const struct hal_frame *from)
{
    *to = *from;
}

void hal_frame_set_sp(struct hal_frame *f, uintptr_t sp)
{
    f->sp = sp;
}

/* ecall has no compressed form. */
void hal_frame_call_again(struct hal_frame *f)
{
    f->sepc -= 4;
}
