/* frame.c - the trap frame, for the core's eyes. */
#include <arch/frame.h>
#include <arch/sysreg.h>
#include <hal/frame.h>
#include <kernel/printk.h>

enum { SVC_SIZE = 4 }; /* bytes, as all instructions */

uintptr_t hal_frame_pc(const struct hal_frame *f)
{
    return f->elr;
}

uintptr_t hal_frame_sp(const struct hal_frame *f)
{
    return f->sp;
}

uintptr_t hal_frame_link(const struct hal_frame *f)
{
    return f->x30;
}

uintptr_t hal_frame_fp(const struct hal_frame *f)
{
    return f->x29;
}

void hal_frame_dump(const struct hal_frame *f)
{
    printk(KERN_EMERG "  x0  %016lx  x1  %016lx  x2  %016lx\n", f->x0, f->x1, f->x2);
    printk(KERN_EMERG "  x3  %016lx  x4  %016lx  x5  %016lx\n", f->x3, f->x4, f->x5);
    printk(KERN_EMERG "  x6  %016lx  x7  %016lx  x8  %016lx\n", f->x6, f->x7, f->x8);
    printk(KERN_EMERG "  x9  %016lx  x10 %016lx  x11 %016lx\n", f->x9, f->x10, f->x11);
    printk(KERN_EMERG "  x12 %016lx  x13 %016lx  x14 %016lx\n", f->x12, f->x13, f->x14);
    printk(KERN_EMERG "  x15 %016lx  x16 %016lx  x17 %016lx\n", f->x15, f->x16, f->x17);
    printk(KERN_EMERG "  x18 %016lx  x19 %016lx  x20 %016lx\n", f->x18, f->x19, f->x20);
    printk(KERN_EMERG "  x21 %016lx  x22 %016lx  x23 %016lx\n", f->x21, f->x22, f->x23);
    printk(KERN_EMERG "  x24 %016lx  x25 %016lx  x26 %016lx\n", f->x24, f->x25, f->x26);
    printk(KERN_EMERG "  x27 %016lx  x28 %016lx  x29 %016lx\n", f->x27, f->x28, f->x29);
    printk(KERN_EMERG "  x30 %016lx  sp  %016lx\n", f->x30, f->sp);
    printk(KERN_EMERG "  elr %016lx  spsr %016lx\n", f->elr, f->spsr);
    printk(KERN_EMERG "  esr %016lx  far %016lx\n", f->esr, f->far);
}

void hal_frame_init(struct hal_frame *f, uintptr_t pc, uintptr_t sp)
{
    *f = (struct hal_frame){ .elr = pc, .sp = sp, .spsr = SPSR_USER };
}

void hal_frame_copy(struct hal_frame *to, const struct hal_frame *from)
{
    *to = *from;
}

void hal_frame_set_sp(struct hal_frame *f, uintptr_t sp)
{
    f->sp = sp;
}

/* The first argument lies where the result would. */
void hal_frame_call_again(struct hal_frame *f)
{
    f->elr -= SVC_SIZE;
}
