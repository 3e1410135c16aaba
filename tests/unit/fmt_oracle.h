/* fmt_oracle.h - lib/fmt.c against snprintf of the C library, on formats that a chooser builds. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A number from 0 to below - 1: random numbers in the unit test, bytes of the input in the fuzz target. */
typedef unsigned fmt_choose(void *ctx, unsigned below);

/* Builds one format with its arguments, out of conversions and flags for which C99 defines the result, and
 * formats into buffers of just the right size. True if both agree; else report says how not. */
bool fmt_oracle_agrees(fmt_choose *choose, void *ctx, char *report, size_t report_size);
