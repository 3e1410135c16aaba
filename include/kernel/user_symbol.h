/* kernel/user_symbol.h - which function of a program an address is in. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { USER_SYMBOL_SIZE = 40 }; /* with the 0 at the end; a longer name is cut off */

/*
 * Thread of a program, no lock held; may sleep. The function of its file that begins nearest at or below pc,
 * and how far pc is into it. False: no file is mapped there, or it has no symbols that can be read.
 */
bool user_symbol(uintptr_t pc, char name[USER_SYMBOL_SIZE], uintptr_t *offset);
