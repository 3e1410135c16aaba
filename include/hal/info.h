/*
 * hal/info.h - what this machine is, as data.                             port: info.c
 *
 * The core reads these fields instead of asking which machine it is on. Written before kernel_main(),
 * constant after.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRQ_NONE        (-1)
#define HAL_MAX_WINDOWS 8

enum hal_abi {
    HAL_ABI_GENERIC, /* arm64, riscv64: include/uapi/asm-generic of Linux */
    HAL_ABI_I386,
};

struct hal_window {              /* device registers, mapped uncached and whole 4 KiB pages at a time */
    uintptr_t   pa, va;
    size_t      size;            /* 0 ends the list */
    const char *name;
};

struct hal_info {
    const char *arch;            /* "x86", "arm64", "riscv" */
    const char *board;           /* "pc", "rpi4", "qemu-virt" */
    /* index bits of the top page table; 9 more on each of two levels below, everywhere */
    unsigned    pt_top_bits;
    uintptr_t   kernel_base;     /* lowest address of the kernel half */
    uintptr_t   kmap_base;       /* window in it that the core maps page by page: kernel stacks, */
    uintptr_t   kmap_end;        /*   each above an unmapped guard page */
    bool        split_trees;     /* the user half is a tree of its own: no kernel in its top table */
    int         timer_irq;       /* the alarm, as hal_irq_claim() names it */
    int         ipi_irq;         /* the same for what hal_ipi_send() raises */
    int         console_irq[2];  /* lines that say input is ready; IRQ_NONE where there are fewer */
    const char *result_reg;      /* what this machine calls the register of a function's result */
    /* bytes from where the frame pointer points to the caller's frame pointer, */
    int         fp_to_prev;
    int         fp_to_ret;       /*   and to the return address */
    enum hal_abi abi;            /* which of Linux's tables of calls and layouts programs use */
    size_t      user_size;       /* bytes of struct hal_user */
    size_t      tls_desc_size;   /* hal_user_set_tls() */
    const char *platform;        /* of programs, as uname() tells it: "i686", "aarch64", "riscv64" */
    unsigned    elf_machine;     /* e_machine of programs, and their word: 32 or 64 bits */
    unsigned    elf_bits;
    unsigned    asids;           /* how many address spaces a TLB can tell apart; 0: one */
    bool        nx;              /* pages can be made not executable */
    bool        tlb_broadcast;   /* hal_tlb_flush() reaches all CPUs, by hardware */
    bool        tlb_keeps_absent; /* a TLB may remember that there was no entry */
    struct hal_window window[HAL_MAX_WINDOWS];
};

extern struct hal_info hal_info;
