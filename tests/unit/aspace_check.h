/* aspace_check.h - the machine and the window of addresses that the tests of address spaces share. */
#pragma once
#include <kernel/aspace.h>
#include <stdint.h>

enum { SPACES = 4, PAGES = 48 };

extern struct aspace *spaces[SPACES]; /* NULL: there is none */
extern struct cpu *cpu0;
extern unsigned source_users, memory_users;
extern struct area_source source;

uintptr_t va_of(unsigned page);      /* Of the window: it lies over the border of two top entries. */
uint32_t source_word(unsigned page); /* What a page of the source begins with; it ends with the complement. */
void aspace_set_up(void);
void aspace_load(struct aspace *as); /* on CPU 0, as for a program */
void aspace_check_end(void); /* All address spaces end, and nothing is left of anything. */

/* Tests that are not in aspace_check.c. */
void aspace_test_failures(void **state);
void aspace_test_fork_flush(void **state);
void aspace_test_places(void **state);
void aspace_test_stack_gap(void **state);
void aspace_test_copies(void **state);
