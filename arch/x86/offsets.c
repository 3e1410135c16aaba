/* offsets.c - numbers that assembly needs from C; compiled to text, from which the build makes offsets.h. */
#include <arch/context.h>
#include <arch/frame.h>
#include <arch/layout.h>
#include <arch/segments.h>
#include <arch/x86.h>
#include <board/board.h>
#include <kernel/config.h>
#include <stddef.h>

/* clang-format off */
#define DEFINE(name, value) \
    __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"((unsigned long long)(value)))
#define REG(name)           DEFINE(FRAME_##name, offsetof(struct hal_frame, name))
#define SAVED(name)         DEFINE(CONTEXT_##name, offsetof(struct context, name))
#define SECOND(name)        DEFINE(SECONDARY_##name, offsetof(struct x86_secondary, name))

void offsets(void);

void offsets(void)
{
    DEFINE(FRAME_SIZE, sizeof(struct hal_frame));
    DEFINE(FRAME_KERNEL_SIZE, offsetof(struct hal_frame, user_esp));
    REG(edi); REG(esi); REG(ebp); REG(esp); REG(ebx); REG(edx); REG(ecx); REG(eax);
    REG(ds); REG(es); REG(fs); REG(gs);
    REG(vector); REG(error);
    REG(eip); REG(cs); REG(eflags); REG(user_esp); REG(user_ss);

    SAVED(ebp); SAVED(edi); SAVED(esi); SAVED(ebx);
    SAVED(eip);

    SECOND(nx); SECOND(cr3); SECOND(cr4); SECOND(apic_id); SECOND(stack_top);

    /* What the others take from headers, since NASM cannot read those. */
    DEFINE(MAX_CPUS, MAX_CPUS);
    DEFINE(KSTACK_SLOT, KSTACK_SLOT);
    DEFINE(KSTACK_RESERVED, KSTACK_RESERVED);
    DEFINE(KERNEL_BASE, KERNEL_BASE);
    DEFINE(DIRECT_MAP_MIB, DIRECT_MAP_MIB);
    DEFINE(DEVICE_BASE, DEVICE_BASE);
    DEFINE(SEG_KERNEL_CODE, SEG_KERNEL_CODE);
    DEFINE(SEG_KERNEL_DATA, SEG_KERNEL_DATA);
    DEFINE(SEG_RPL_USER, SEG_RPL_USER);
    DEFINE(X86_VECTORS, X86_VECTORS);
    DEFINE(X86_STUB_SIZE, X86_STUB_SIZE);
    DEFINE(BOARD_UART, BOARD_UART);
    DEFINE(BOARD_VGA_TEXT, BOARD_VGA_TEXT);
}
