/* pte_check.h - what holds for the page-table entries of every port, and tables of what they have to be. */
#pragma once
#include "unit.h"

#include <hal/pte.h>

/* An entry in the bits of the machine, worked out by hand from the manual. */
struct pte_golden {
    uintptr_t pa;
    unsigned  prot;
    unsigned  level;
    pte_t     entry;
};

/* All leaves of all legal protections at both levels: what goes in comes out again. Returns how many. */
unsigned pte_check_leaves(unsigned pa_bits);
/* The same for entries that point to tables; and none of them is a leaf. */
unsigned pte_check_tables(unsigned pa_bits);
/* The port's own: leaves, and tables, whose prot is not looked at. */
void pte_check_golden_leaves(const struct pte_golden *golden, unsigned n);
void pte_check_golden_tables(const struct pte_golden *golden, unsigned n);
