/*
 * segments.c - GDT, TSS and IDT, by which a CPU finds the kernel (Intel SDM vol. 3A 3.4, 6.10, 8.2).
 *
 * Segments are flat. The double fault is a task of its own: when a thread has no stack left, the CPU cannot
 * push a trap frame; it then leaves all registers in the first TSS, and starts x86_overflow() on the
 * emergency stack, as the second TSS says. The IDT is the same for all CPUs, and names the selector of that
 * second TSS: so each has a GDT of its own, in which it is the CPU's own.
 */
#include <arch/frame.h>
#include <arch/segments.h>
#include <arch/sysreg.h>
#include <arch/x86.h>
#include <kernel/config.h>
#include <lib/util.h>

enum {
    ACCESS_CODE = 0x9b, /* present, accessed */
    ACCESS_DATA = 0x93,
    ACCESS_TSS = 0x89,
    ACCESS_USER = 0x60,
    FLAT_LIMIT = 0xfffff, /* in units of */
    FLAGS_FLAT = 0xc,     /*   4 KiB; 32-bit code */
    GATE_INTERRUPT = 0x8e,
    GATE_USER = 0x60, /* the instruction INT may name it */
    GATE_TASK = 0x85,
    VECTOR_BREAKPOINT = 3,
    VECTOR_INTO = 4,
    VECTOR_DOUBLE_FAULT = 8,
    EFLAGS_NONE = 2, /* bit 1 is always set */
};

static struct x86_own own[MAX_CPUS];

static uint64_t idt[X86_VECTORS];

static uint64_t segment(uint32_t base, uint32_t limit, uint32_t access, uint32_t flags)
{
    uint32_t low = base << 16 | (limit & 0xffff);
    uint32_t high = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff);
    return (uint64_t)high << 32 | low;
}

static uint64_t gate(uint32_t offset, uint32_t selector, uint32_t access)
{
    return (uint64_t)((offset & 0xffff0000) | access << 8) << 32 | selector << 16 | (offset & 0xffff);
}

struct __attribute__((packed)) table_register {
    uint16_t limit;
    const void *base;
};

static void load(const struct x86_own *o)
{
    struct table_register gdtr = { sizeof(o->gdt) - 1, o->gdt }, idtr = { sizeof(idt) - 1, idt };
    __asm__ volatile("lgdt %0" : : "m"(gdtr) : "memory");
    __asm__ volatile("ljmp %0, $1f\n1:" : : "i"(SEG_KERNEL_CODE) : "memory");
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\tmov %0, %%gs\n\tmov %0, %%ss"
                     :
                     : "r"(SEG_KERNEL_DATA)
                     : "memory");
    __asm__ volatile("ltr %w0" : : "r"(SEG_TSS) : "memory");
    __asm__ volatile("lldt %w0" : : "r"(SEG_NONE) : "memory");
    __asm__ volatile("lidt %0" : : "m"(idtr) : "memory");
}

static void make_idt(void)
{
    for (unsigned vector = 0; vector < X86_VECTORS; vector++)
        idt[vector] = gate((uintptr_t)x86_trap_stubs[vector], SEG_KERNEL_CODE, GATE_INTERRUPT);
    idt[VECTOR_BREAKPOINT] |= (uint64_t)GATE_USER << 40;
    idt[VECTOR_INTO] |= (uint64_t)GATE_USER << 40;
    idt[X86_VECTOR_SYSCALL] |= (uint64_t)GATE_USER << 40;
    idt[VECTOR_DOUBLE_FAULT] = gate(0, SEG_TSS_OVERFLOW, GATE_TASK);
}

void x86_segments_init(unsigned cpu, uintptr_t stack_top)
{
    struct x86_own *o = &own[cpu];
    o->tss = (struct tss){
        .esp0 = stack_top, .ss0 = SEG_KERNEL_DATA, .io_map = sizeof(o->tss), /* none */
    };
    o->overflow = (struct tss){
        .cr3 = cr_read(cr3),
        .eip = (uintptr_t)x86_overflow,
        .eflags = EFLAGS_NONE,
        .esp = (uintptr_t)x86_emergency_stacks[cpu + 1] - KSTACK_RESERVED,
        .cs = SEG_KERNEL_CODE,
        .ss = SEG_KERNEL_DATA,
        .ds = SEG_KERNEL_DATA,
        .es = SEG_KERNEL_DATA,
        .fs = SEG_KERNEL_DATA,
        .gs = SEG_KERNEL_DATA,
        .io_map = sizeof(o->overflow),
    };
    o->gdt[SEG_KERNEL_CODE / 8] = segment(0, FLAT_LIMIT, ACCESS_CODE, FLAGS_FLAT);
    o->gdt[SEG_KERNEL_DATA / 8] = segment(0, FLAT_LIMIT, ACCESS_DATA, FLAGS_FLAT);
    o->gdt[SEG_USER_CODE / 8] = segment(0, FLAT_LIMIT, ACCESS_CODE | ACCESS_USER, FLAGS_FLAT);
    o->gdt[SEG_USER_DATA / 8] = segment(0, FLAT_LIMIT, ACCESS_DATA | ACCESS_USER, FLAGS_FLAT);
    o->gdt[SEG_TSS / 8] = segment((uintptr_t)&o->tss, sizeof(o->tss) - 1, ACCESS_TSS, 0);
    o->gdt[SEG_TSS_OVERFLOW / 8] = segment((uintptr_t)&o->overflow, sizeof(o->overflow) - 1, ACCESS_TSS, 0);
    if (cpu == 0)
        make_idt();
    load(o);
}

void x86_segments_set_cr3(uintptr_t root_pa)
{
    own[0].overflow.cr3 = root_pa;
}

/* The CPU comes here by its second TSS, interrupts off, and has left the interrupted thread in the first. */
void x86_overflow(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    const struct tss *tss = &own[(here - (uintptr_t)x86_emergency_stacks) / KSTACK_SLOT].tss;
    struct hal_frame f = {
        .edi = tss->edi,
        .esi = tss->esi,
        .ebp = tss->ebp,
        .esp = tss->cs & SEG_RPL_USER ? tss->esp0 : tss->esp, /* where the CPU wanted to push */
        .ebx = tss->ebx,
        .edx = tss->edx,
        .ecx = tss->ecx,
        .eax = tss->eax,
        .ds = tss->ds,
        .es = tss->es,
        .fs = tss->fs,
        .gs = tss->gs,
        .vector = VECTOR_DOUBLE_FAULT,
        .eip = tss->eip,
        .cs = tss->cs,
        .eflags = tss->eflags,
        .user_esp = tss->esp,
        .user_ss = tss->ss,
    };
    x86_trap(&f, true);
    __builtin_unreachable();
}
