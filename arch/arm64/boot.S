/*
 * boot.S - from the firmware to early_main().
 *
 * In:  EL3, EL2 or EL1, MMU off, interrupts off; x0 = physical address of a device tree or of an ATAG list,
 *      or anything; one CPU, or all at once.
 * Out: early_main(x0, time of entry) in EL1 at its linked address, on the boot stack, MMU on.
 *      Further CPUs, when hal_cpu_start() lets them: arm64_secondary_main(cpu) on the stack it gave.
 *
 *  1 the others come out of the firmware's loop       6 clear .bss
 *  2 position: are we where we were linked to run?    7 interrupts and floating point off
 *  3 down to EL1                                      8 MMU and caches on
 *  4 a further CPU waits here until it is started     9 jump to the linked address, stack
 *  5 caches: no remains of the loader                10 early_main(), with the time of entry
 *
 * Of these a further CPU does 3, 4 and 7 to 10.
 */
#include <arch/gic.h>
#include <arch/layout.h>
#include <arch/offsets.h>
#include <arch/sysreg.h>
#include <board/board.h>
#include <kernel/config.h>

#define BLOCK_NORMAL 0x0040000000000701         /* UXN, AF, inner shareable, attribute 0 */
#define BLOCK_DEVICE 0x0060000000000405         /* UXN, PXN, AF, attribute 1 */

    .section .boot, "ax"
    .globl  _start
_start:                                         /* the header of Linux' "Image" files */
    b       boot
    .word   0
    .quad   BOARD_LOAD_PA                       /* from the start of RAM */
    .quad   __image_size
    .quad   2                                   /* little endian, pages of 4 KiB */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

boot:
    mrs     x21, cntvct_el0                     /* uptime starts here */
    mov     x20, x0

    mrs     x19, mpidr_el1
    and     x19, x19, #MPIDR_AFFINITY
    cbnz    x19, down

    /* 1: there they would use power, and it is not our memory */
    adr     x1, boot
    mov     x2, #BOARD_SPIN_TABLE
    stp     x1, x1, [x2, #8]                    /* of CPUs 1 and 2 */
    str     x1, [x2, #24]                       /* and 3 */
    dsb     sy
    sev

    /* 2: addresses are relative to pc, so a wrong place goes unnoticed until the MMU is on */
    adr     x1, _start
    mov     x2, #BOARD_LOAD_PA
    cmp     x1, x2
    b.ne    wrong_place

    /* 3: whoever hands on leaves nothing that traps to him */
down:
    mrs     x1, CurrentEL
    cmp     x1, #CURRENT_EL2
    b.lo    .Lin_el1
    b.eq    .Lin_el2

    mov     x1, #SCR_NS_RW_SMD
    msr     scr_el3, x1
    msr     cptr_el3, xzr
    msr     mdcr_el3, xzr
    mrs     x1, CPUECTLR_EL1
    orr     x1, x1, #CPUECTLR_SMPEN
    msr     CPUECTLR_EL1, x1
    ldr     x1, =BOARD_GIC_PA
    ldr     w2, [x1, #GICD_TYPER]
    tbz     w2, #GICD_TYPER_SECURITY_BIT, 2f
    and     w2, w2, #GICD_TYPER_LINES
    add     x3, x1, #GICD_IGROUPR
    mov     w4, #-1
1:  str     w4, [x3], #4                        /* all lines are in group 1, the non-secure one */
    subs    w2, w2, #1
    b.hs    1b
    add     x1, x1, #GICC_OFFSET
    str     w4, [x1, #GICC_PMR]                 /* and its priorities are let through */
2:  ldr     x1, =SCTLR_EL2_RES1
    msr     sctlr_el2, x1
    adr     x1, .Lin_el2
    msr     elr_el3, x1
    mov     x1, #SPSR_EL2H
    msr     spsr_el3, x1
    eret

.Lin_el2:
    mov     x1, #HCR_RW
    msr     hcr_el2, x1
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mov     x1, #CPTR_EL2_RES1
    msr     cptr_el2, x1
    mrs     x1, pmcr_el0
    ubfx    x1, x1, #11, #5                     /* all event counters belong to EL1 */
    msr     mdcr_el2, x1
    mov     x1, #CNTHCTL_EL1_TIMERS
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    ldr     x1, =SCTLR_EL1_RES1
    msr     sctlr_el1, x1
    adr     x1, .Lin_el1
    msr     elr_el2, x1
    mov     x1, #SPSR_EL1H
    msr     spsr_el2, x1
    eret

.Lin_el1:
    cbnz    x19, wait

    /* 5: with the MMU off we write to memory, and would later read what a cache still holds of it */
    adrp    x1, __image_start
    adrp    x2, __image_end
1:  dc      civac, x1
    add     x1, x1, #CACHE_LINE
    cmp     x1, x2
    b.lo    1b
    dsb     sy

    /* 6 */
    adrp    x1, __bss_start
    add     x1, x1, :lo12:__bss_start
    adrp    x2, __bss_end
1:  stp     xzr, xzr, [x1], #16
    cmp     x1, x2
    b.lo    1b

    /* 7, 8, 9: these tables map the same memory at KERNEL_BASE, and the devices */
    adrp    x1, boot_kernel_table
    bl      mmu_on
    adrp    x1, boot_stack + KSTACK_SLOT - KSTACK_RESERVED
    add     x1, x1, :lo12:(boot_stack + KSTACK_SLOT - KSTACK_RESERVED)
    mov     sp, x1
    mov     x29, xzr                            /* backtraces end here */

    /* 10 */
    mov     x0, x20
    mov     x1, x21
    bl      early_main

/*
 * 4: wfi, for in QEMU wfe does not wait. It ends when an interrupt is pending, masked or not, so this CPU's
 * side of the GIC lets one line through: that of calls from other CPUs. Such a call stays pending until we
 * are here. x19 = our place among the starts.
 */
wait:
    msr     daifset, #15
    cmp     x19, #BOARD_CPUS
    b.hs    park
    ldr     x1, =BOARD_GIC_PA
    mov     w3, #-1
    str     w3, [x1, #GICD_ICENABLER]
    mov     w3, #1 << ARM64_IRQ_IPI
    str     w3, [x1, #GICD_ISENABLER]
    str     wzr, [x1, #GICD_IPRIORITYR]         /* the highest */
    add     x1, x1, #GICC_OFFSET
    mov     w3, #GIC_PRIORITIES
    str     w3, [x1, #GICC_PMR]
    mov     w3, #GIC_ENABLE
    str     w3, [x1, #GICC_CTLR]
    adrp    x2, arm64_starts
    add     x2, x2, :lo12:arm64_starts
    mov     x3, #START_SIZE
    madd    x2, x19, x3, x2
1:  dsb     sy
    wfi
    ldr     w3, [x1, #GICC_IAR]                 /* the call may be for another who waits */
    str     w3, [x1, #GICC_EOIR]
    dsb     sy
    ldr     x22, [x2, #START_stack_top]         /* written last */
    cbz     x22, 1b

    /* 7, 8, 9: with the kernel's own tree */
    ldr     x23, [x2, #START_cpu]
    ldr     x1, [x2, #START_root]
    bl      mmu_on
    mov     sp, x22
    mov     x29, xzr

    /* 10 */
    mov     x0, x23
    bl      arm64_secondary_main

/* x1 = the table of the upper half; the lower one maps where we are to itself. Returns to the upper half. */
mmu_on:
    /* 7 */
    msr     daifset, #15
    msr     spsel, #1
    msr     cpacr_el1, xzr

    /* 8 */
    msr     ttbr1_el1, x1
    adrp    x1, boot_identity_table
    msr     ttbr0_el1, x1
    mov     x1, #MAIR_NORMAL_DEVICE
    msr     mair_el1, x1
    ldr     x1, =(TCR_LOWER | TCR_UPPER | TCR_IPS)
    mrs     x2, id_aa64mmfr0_el1
    tbz     x2, #MMFR0_ASID_BIT, 1f
    ldr     x2, =TCR_AS
    orr     x1, x1, x2
1:  msr     tcr_el1, x1
    tlbi    vmalle1
    ic      iallu
    dsb     sy
    isb
    ldr     x1, =(SCTLR_EL1_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_SA0 | SCTLR_I | SCTLR_USER)
    msr     sctlr_el1, x1
    isb

    /* 9 */
    mov     x1, #KERNEL_BASE
    add     x30, x30, x1
    ret

wrong_place:
    ldr     x1, =BOARD_UART_PA
    mov     w2, #(UART_CR_ENABLE | UART_CR_TX)
    str     w2, [x1, #UART_CR]
    adr     x3, wrong_place_text
1:  ldrb    w2, [x3], #1
    cbz     w2, park
2:  ldr     w4, [x1, #UART_FR]
    tst     w4, #UART_FR_TX_FULL
    b.ne    2b
    str     w2, [x1, #UART_DR]
    b       1b

park:
    wfi
    b       park

wrong_place_text:
    .ascii  "Triptych: loaded at the wrong address; this image must lie at "
    .ascii  BOARD_LOAD_TEXT
    .asciz  "\r\n"

/*
 * arm64_replace_kernel_half(x0: root, x1: a table without entries). irqs off, MMU on, lower half as above.
 * The new tree maps what the old one does, but in smaller pieces. No TLB may ever see both (Arm ARM D8.13.1,
 * break-before-make), so for a moment there is no upper half, and we are in the lower one.
 */
    .globl  arm64_replace_kernel_half
    .balign 4
arm64_replace_kernel_half:
    adr     x2, 1f
    mov     x3, #KERNEL_BASE
    sub     x2, x2, x3
    br      x2
1:  msr     ttbr1_el1, x1
    isb
    tlbi    vmalle1
    dsb     nsh
    isb
    msr     ttbr1_el1, x0
    isb
    ret                                         /* to the upper half */

    /* An entry of the top table maps a GiB. */
    .section .data
    .balign 4096
boot_identity_table:
    .set    gib, 0
    .rept   512                                 /* lower half: only where the kernel lies */
    .if     gib == BOARD_LOAD_PA >> 30
    .quad   (gib << 30) | BLOCK_NORMAL
    .else
    .quad   0
    .endif
    .set    gib, gib + 1
    .endr
boot_kernel_table:
    .set    gib, 0
    .rept   512                                 /* upper half: RAM that every board has, and the devices */
    .if     gib < BOOT_MAP_SIZE >> 30
    .quad   (gib << 30) | BLOCK_NORMAL
    .elseif gib == BOARD_DEVICES_PA >> 30
    .quad   (gib << 30) | BLOCK_DEVICE
    .else
    .quad   0
    .endif
    .set    gib, gib + 1
    .endr

    .section .bss
    .balign KSTACK_SLOT
boot_stack:
    .skip   KSTACK_SLOT
