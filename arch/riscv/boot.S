/*
 * boot.S - from the firmware to early_main().
 *
 * In:  S-mode, MMU off, interrupts off; a0 = hart id, a1 = physical address of the device tree; one hart.
 *      Further harts, when hal_cpu_start() lets them: a1 = physical address of their struct riscv_start.
 * Out: early_main(hart, device tree) at its linked address, on the boot stack, MMU on.
 *      Further harts: riscv_secondary_main(start) on the stack it gave.
 *
 *  1 position: are we where we were linked to run?    4 MMU on, with the boot page table
 *  2 clear .bss                                       5 jump to the linked address, stack
 *  3 interrupts and floating point off                6 early_main(), with the time of entry
 *
 * Of these a further hart does 3 to 6.
 */
#include <arch/layout.h>
#include <arch/offsets.h>
#include <arch/sbi.h>
#include <board/board.h>
#include <kernel/config.h>

#define PTE_VRWXAD 0xcf
#define SSTATUS_FS_BITS 0x6000

    .section .boot, "ax"
    .globl  _start
_start:                                         /* the header that u-boot's booti wants */
    .option push
    .option norvc
    j       boot
    .word   0
    .option pop
    .dword  BOARD_LOAD_OFFSET                   /* from the start of RAM */
    .dword  __image_end - __image_start
    .dword  0                                   /* little endian */
    .word   2                                   /* version 0.2 */
    .word   0
    .dword  0
    .ascii  "RISCV\0\0\0"
    .ascii  "RSC\x05"
    .word   0

boot:
    rdtime  s1                                  /* uptime starts here */

    /* 1: addresses are relative to pc, so a wrong place goes unnoticed until the MMU is on */
    lla     t0, _start
    li      t1, BOARD_LOAD_PA
    bne     t0, t1, wrong_place

    /* 2 */
    lla     t0, __bss_start
    lla     t1, __bss_end
1:  sd      zero, (t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b

    /* 3, 4, 5 */
    call    mmu_on
    lla     sp, boot_stack + KSTACK_SLOT - KSTACK_RESERVED
    mv      s0, zero                            /* backtraces end here */

    /* 6 */
    mv      a2, s1
    call    early_main

    .globl  riscv_secondary_boot
    .balign 4                                   /* the firmware makes it the trap vector too, for a start */
riscv_secondary_boot:
    /* 3, 4, 5: the stack lies where only the kernel's own tree maps it */
    call    mmu_on
    li      t0, KERNEL_BASE
    add     a0, a1, t0
    ld      t0, START_satp(a0)
    csrw    satp, t0
    sfence.vma
    ld      sp, START_stack_top(a0)
    mv      s0, zero

    /* 6 */
    call    riscv_secondary_main

/* Returns to the upper half. */
mmu_on:
    /* 3 */
    csrw    sie, zero
    li      t0, SSTATUS_FS_BITS
    csrc    sstatus, t0

    /* 4: the table maps where we are to itself, and all of RAM at KERNEL_BASE */
    lla     t0, boot_page_table
    srli    t0, t0, PAGE_SHIFT
    li      t1, 8 << 60                         /* Sv39 */
    or      t0, t0, t1
    sfence.vma
    csrw    satp, t0
    sfence.vma

    /* 5 */
    li      t1, KERNEL_BASE
    add     ra, ra, t1
    ret

wrong_place:
    lla     s1, wrong_place_text
1:  lbu     a0, (s1)
    beqz    a0, 2f
    li      a7, SBI_LEGACY_PUTCHAR
    ecall
    addi    s1, s1, 1
    j       1b
2:  wfi
    j       2b

wrong_place_text:
    .ascii  "Triptych: loaded at the wrong address; this image must lie at "
    .ascii  BOARD_LOAD_TEXT
    .asciz  "\r\n"

    /* Sv39: an entry of the top table maps a GiB; bits 53..10 hold the address shifted right by two. */
    .section .data
    .balign 4096
boot_page_table:
    .set    gib, 0
    .rept   256                                 /* lower half: only where the kernel lies */
    .if     gib == BOARD_LOAD_PA >> 30
    .dword  (gib << 28) | PTE_VRWXAD
    .else
    .dword  0
    .endif
    .set    gib, gib + 1
    .endr
    .set    gib, 0
    .rept   256                                 /* upper half: the direct map */
    .if     gib < DIRECT_MAP_GIB
    .dword  (gib << 28) | PTE_VRWXAD
    .else
    .dword  0
    .endif
    .set    gib, gib + 1
    .endr

    .section .bss
    .balign KSTACK_SLOT
boot_stack:
    .skip   KSTACK_SLOT
