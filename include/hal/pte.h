/*
 * hal/pte.h - page-table entries as plain values.                         port: pte.c, arch/pte.h
 *
 * The walk is neutral and lives in kernel/vm.c: on every port a table is a page of 8-byte entries, three
 * levels deep (Sv39; arm64 with 39-bit addresses; i386 with PAE, whose top table uses four entries). The port
 * packs bits. Pure functions without state or assembly: the host's unit tests run each port's own.
 *
 * Levels count from the leaf: 0 maps pages (4 KiB), 1 blocks (2 MiB), 2 is the top.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t pte_t;

#define PT_LEVELS  3
#define PT_ENTRIES 512

#define PROT_R 1u
#define PROT_W 2u
#define PROT_X 4u
#define PROT_U 8u  /* user mode may */
#define PROT_D 16u /* device registers: not cached, not reordered */

/* Entry of a table at `level` (2 or 1) that points one down. */
pte_t     hal_pte_table(uintptr_t table_pa, unsigned level);
/*
 * Entry at level 0 or 1 that maps, PROT_R given. W and X both: only a program's page may be so. PROT_U
 * alone, at level 0: nobody may touch the page, the MMU finds nothing there, but the entry remembers it.
 */
pte_t     hal_pte_leaf(uintptr_t pa, unsigned prot, unsigned level);

/* Inlines, since a fork and the end of a program ask each entry. */
/* There is something: a table, a page that is mapped, or one that is remembered. */
static inline bool      hal_pte_present(pte_t pte);
/* Maps memory, instead of pointing to a table. */
static inline bool      hal_pte_is_leaf(pte_t pte, unsigned level);
/* Of the page, block or next table. */
static inline uintptr_t hal_pte_addr(pte_t pte);
/* Of a leaf: exactly as it was given. */
static inline unsigned  hal_pte_prot(pte_t pte);
/* Of a leaf: has it PROT_W, has it PROT_D? */
static inline bool      hal_pte_is_writable(pte_t pte);
static inline bool      hal_pte_is_device(pte_t pte);
/* Of a leaf with PROT_W: the same leaf without it. */
static inline pte_t     hal_pte_read_only(pte_t pte);

#include <arch/pte.h>
