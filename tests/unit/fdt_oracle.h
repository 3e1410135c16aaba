/* fdt_oracle.h - lib/fdt.c against libfdt, on one blob. */
#pragma once
#include <stddef.h>

/* NULL if both accept the blob of size bytes and read the same tree from it, or both refuse it; else what
 * differs. The blob is 8-byte aligned. Boot questions are asked too, for the sanitizers to watch. */
const char *fdt_oracle_disagrees(const void *blob, size_t size);
