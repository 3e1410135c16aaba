/* frame.c - the trap frame, for the core's eyes. */
#include <arch/frame.h>
#include <hal/frame.h>
#include <kernel/printk.h>

enum { SELECTOR = 0xffff }; /* a push leaves the other half as it was */

uintptr_t hal_frame_pc(const struct hal_frame *f)
{
    return f->eip;
}

uintptr_t hal_frame_sp(const struct hal_frame *f)
{
    return f->esp;
}

uintptr_t hal_frame_link(const struct hal_frame *f)
{
    (void)f; /* a call pushes it */
    return 0;
}

uintptr_t hal_frame_fp(const struct hal_frame *f)
{
    return f->ebp;
}

void hal_frame_dump(const struct hal_frame *f)
{
    printk(KERN_EMERG "  eax %08lx  ebx %08lx  ecx %08lx  edx %08lx\n", f->eax, f->ebx, f->ecx, f->edx);
    printk(KERN_EMERG "  esi %08lx  edi %08lx  ebp %08lx  esp %08lx\n", f->esi, f->edi, f->ebp, f->esp);
    printk(KERN_EMERG "  eip %08lx  eflags %08lx  cs %04lx\n", f->eip, f->eflags, f->cs & SELECTOR);
    printk(KERN_EMERG "  ds %04lx  es %04lx  fs %04lx  gs %04lx\n", f->ds & SELECTOR, f->es & SELECTOR,
           f->fs & SELECTOR, f->gs & SELECTOR);
    printk(KERN_EMERG "  vector %lu  error code %08lx\n", f->vector, f->error);
}
