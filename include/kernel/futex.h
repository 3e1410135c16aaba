/* kernel/futex.h - sleeping on a word of a program's memory, as long as it has a value. */
#pragma once
#include <stdint.h>

struct aspace;

void futex_init(void); /* Boot CPU, once. */
/* Thread. Wakes at most n who wait for the word at address `at` of as. How many. */
int futex_wake(struct aspace *as, uintptr_t at, unsigned n);
