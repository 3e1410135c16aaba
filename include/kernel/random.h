/*
 * kernel/random.h - numbers that look random: seeded by the counter, for stack cookies and getrandom().
 *
 * Not for secrets: the machines here have no source of entropy that all three share.
 */
#pragma once
#include <stddef.h>

/* Any context, locks below RANK_PRINT held. */
void random_bytes(void *to, size_t n);
