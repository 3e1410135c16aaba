/*
 * kernel/entry.h - the doors into the core.
 *
 * Besides printk() and panic() these are the only functions of the core that arch/ and boards/ may call.
 */
#pragma once
#include <hal/boot.h>
#include <hal/frame.h>
#include <hal/pte.h>
#include <stdbool.h>

enum trap_kind {
    TRAP_IRQ,        /* a device; the core asks hal_irq_claim() which */
    TRAP_SYSCALL,    /* of a program; the pc is behind the instruction that calls */
    TRAP_FPU,        /* of a program: floating point, while hal_user_load() has left it off */
    TRAP_PAGE_FAULT, /* addr and prot say what was tried */
    TRAP_ILLEGAL,    /* undefined or privileged instruction */
    TRAP_BREAKPOINT,
    TRAP_ARITHMETIC, /* divide error */
    TRAP_ALIGNMENT,  /* addr: misaligned access */
    TRAP_UNKNOWN,    /* anything else; `what` and `code` carry the hardware's own words */
};

struct trap_info {
    enum trap_kind kind;
    bool           from_user; /* f is the frame at the top of the stack, hal_frame_user() */
    /* the stack was unusable: this runs on the port's emergency stack, and cannot return */
    bool           emergency;
    unsigned       prot;      /* PROT_* of the access that faulted, as far as the machine says */
    uintptr_t      addr;      /* and its address */
    unsigned long  code;      /* raw cause */
    const char    *what;      /* the cause in words, manual section included; NULL for an ordinary TRAP_IRQ */
};

/* Boot CPU, once. State: hal/boot.h. bi may lie on the caller's stack. */
_Noreturn void kernel_main(const struct boot_info *bi);

/* Each further CPU, once: hal_cpu_start() says in which state. */
_Noreturn void kernel_secondary_main(unsigned cpu);

/*
 * Every trap, of the kernel and of programs. irqs off on entry and return; the port saved f before and
 * restores it after. Another thread may run, for long, before this returns, or the thread may end here.
 */
void trap_dispatch(struct hal_frame *f, const struct trap_info *t);
