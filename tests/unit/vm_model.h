/* vm_model.h - what the kernel's page tables have to say, and a walk through them by other means. */
#pragma once
#include "vm_pages.h"

#include <hal/boot.h>
#include <hal/info.h>
#include <hal/pte.h>
#include <kernel/config.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_BLOCK_SIZE ((uintptr_t)PAGE_SIZE * PT_ENTRIES)     /* what an entry of level 1 covers, */
#define VM_TOP_SIZE   (VM_BLOCK_SIZE * PT_ENTRIES)            /* and one of the top table */

/* What differs between the programs. */
struct vm_port {
    const char *name;
    unsigned    top_bits;                   /* index bits of the top table */
    bool        split_trees;                /* the user half has a tree of its own */
    bool        keeps_absent;               /* the TLB may remember that there was no entry */
    uintptr_t   ram_end;                    /* physical; the direct map ends there */
    uintptr_t   kmap_base, kmap_end;
    uintptr_t   devices_base, devices_end;  /* windows that are not in the direct map */
    struct hal_window window[HAL_MAX_WINDOWS];
};

/* The model: an entry for each page of the direct map, of kmap, and of windows elsewhere. */
struct vm_page {
    uintptr_t pa;
    unsigned  prot;                         /* 0: not mapped */
};

struct vm_area {
    uintptr_t base, end;
    struct vm_page *page;
    size_t mapped;                          /* pages */
};

enum { VM_DIRECT, VM_KMAP, VM_DEVICES, VM_AREAS };

extern const struct vm_port vm_port;         /* of this program */
extern struct vm_area vm_areas[VM_AREAS];
extern uintptr_t vm_root_pa;                /* what hal_pt_kernel() was given */

void vm_set_up(void);                       /* Before each test. */
void vm_build(const struct boot_info *bi);  /* vm_init() and its model; they agree. */
void vm_check_tree(void);                   /* They still do. */

struct vm_page *vm_model_at(uintptr_t va);  /* NULL: outside of the areas */
void vm_model_set(uintptr_t va, uintptr_t pa, unsigned prot);

/* Tests that are not in vm_check.c. */
void vm_test_kmap(void **state);
void vm_test_kmap_without_memory(void **state);
void vm_test_kmap_panics(void **state);
void vm_test_runs(void **state);
void vm_test_faster(void **state);
void vm_test_without_memory(void **state);
void vm_test_user(void **state);
void vm_test_user_panics(void **state);
