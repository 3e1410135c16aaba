/*
 * firmware.h - memory in which a PC's firmware has left its tables, for x86_look().
 *
 * A table is a block of memory of exactly its own size: whoever reads on is seen by ASan.
 */
#pragma once
#include <arch/tables.h>

enum { FIRMWARE_LOW = 0x100000, EBDA = 0x9fc00, EBDA_SEGMENT = 0x40e, BASE_KIB = 0x413 };

extern uint8_t *firmware_low; /* the first MiB */

extern struct firmware_block {
    uint32_t pa;
    size_t size;
    uint8_t *bytes;   /* of malloc() */
} firmware_blocks[4]; /* in the order in which they were made */

/* Empty memory, and none: for cmocka, and in between. */
int firmware_begin(void **state);
int firmware_end(void **state);

/* A root at `at`, a list of two tables, the second of which has these entries; returns that one, block 1. */
uint8_t *firmware_acpi(uint32_t at, const uint8_t *entries, size_t size);
/* A pointer at `at`, and the MP table with these entries, the first block; returns that. */
uint8_t *firmware_mp(uint32_t at, const uint8_t *entries, size_t size, unsigned count);
/* Cuts a block; returns where it is now. */
uint8_t *firmware_shorten(unsigned block, size_t size);

void firmware_put16(uint8_t *p, uint32_t v);
void firmware_put32(uint8_t *p, uint32_t v);
/* Makes the checksum right, which is the byte number `at`. */
void firmware_fix(uint8_t *bytes, size_t size, size_t at);
