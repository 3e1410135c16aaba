/* frame.c - the trap frame, for the core's eyes and hands. */
#include <arch/cpu.h>
#include <arch/frame.h>
#include <hal/frame.h>
#include <kernel/printk.h>

enum { EFLAGS_ALWAYS = 1 << 1 };
enum { CALL_SIZE = 2 };     /* int 0x80 */
enum { SELECTOR = 0xffff }; /* a push leaves the other half as it was */

uintptr_t hal_frame_pc(const struct hal_frame *f)
{
    return f->eip;
}

uintptr_t hal_frame_sp(const struct hal_frame *f)
{
    return x86_from_user(f) ? f->user_esp : f->esp;
}

uintptr_t hal_frame_link(const struct hal_frame *f)
{
    (void)f; /* a call pushes it */
    return 0;
}

uintptr_t hal_frame_fp(const struct hal_frame *f)
{
    return x86_from_user(f) ? 0 : f->ebp; /* what a program has in it may be no frame pointer */
}

void hal_frame_dump(const struct hal_frame *f)
{
    printk(KERN_EMERG "  eax %08lx  ebx %08lx  ecx %08lx  edx %08lx\n", f->eax, f->ebx, f->ecx, f->edx);
    printk(KERN_EMERG "  esi %08lx  edi %08lx  ebp %08lx  esp %08lx\n", f->esi, f->edi, f->ebp,
           (unsigned long)hal_frame_sp(f));
    printk(KERN_EMERG "  eip %08lx  eflags %08lx  cs %04lx\n", f->eip, f->eflags, f->cs & SELECTOR);
    printk(KERN_EMERG "  ds %04lx  es %04lx  fs %04lx  gs %04lx\n", f->ds & SELECTOR, f->es & SELECTOR,
           f->fs & SELECTOR, f->gs & SELECTOR);
    if (x86_from_user(f))
        printk(KERN_EMERG "  ss %04lx, on the kernel's stack %08lx\n", f->user_ss & SELECTOR, f->esp);
    printk(KERN_EMERG "  vector %lu  error code %08lx\n", f->vector, f->error);
}

void hal_frame_init(struct hal_frame *f, uintptr_t pc, uintptr_t sp)
{
    *f = (struct hal_frame){
        .ds = SEG_USER_DATA,
        .es = SEG_USER_DATA,
        .eip = pc,
        .cs = SEG_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_ALWAYS,
        .user_esp = sp,
        .user_ss = SEG_USER_DATA,
    };
}

void hal_frame_copy(struct hal_frame *to, const struct hal_frame *from)
{
    *to = *from;
}

void hal_frame_set_sp(struct hal_frame *f, uintptr_t sp)
{
    f->user_esp = sp;
}

void hal_frame_call_again(struct hal_frame *f)
{
    f->eip -= CALL_SIZE; /* eax still has the number */
}
