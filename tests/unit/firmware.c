/* firmware.c - memory in which a PC's firmware has left its tables. */
#include "firmware.h"

#include "unit.h"

#include <string.h>

enum { LOW = FIRMWARE_LOW, RSDT_PA = 0x7fe1000, MADT_PA = 0x7fe2000, OTHER_PA = 0x7fe3000, MP_PA = 0x9fd00 };

uint8_t *firmware_low;
struct firmware_block firmware_blocks[4];
static unsigned nblocks;

const void *x86_look(unsigned slot, uintptr_t pa)
{
    static uint8_t nothing[64];
    if (pa == 0) {
        assert_int_equal(slot, X86_LOOK_LOW);
        return firmware_low;
    }
    for (unsigned i = 0; i < nblocks; i++) {
        if (firmware_blocks[i].pa == pa)
            return firmware_blocks[i].bytes;
    }
    return nothing;
}

void firmware_put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

void firmware_put32(uint8_t *p, uint32_t v)
{
    firmware_put16(p, v);
    firmware_put16(p + 2, v >> 16);
}

void firmware_fix(uint8_t *bytes, size_t size, size_t at)
{
    bytes[at] = (uint8_t)(bytes[at] - x86_tables_sum(bytes, size));
}

static uint8_t *add_block(uint32_t pa, const void *bytes, size_t size)
{
    struct firmware_block *b = &firmware_blocks[nblocks++];
    *b = (struct firmware_block){ pa, size, malloc(size) };
    memcpy(b->bytes, bytes, size);
    return b->bytes;
}

int firmware_begin(void **state)
{
    (void)state;
    firmware_low = calloc(1, LOW);
    firmware_put16(firmware_low + EBDA_SEGMENT, EBDA >> 4);
    firmware_put16(firmware_low + BASE_KIB, EBDA / 1024);
    return 0;
}

int firmware_end(void **state)
{
    (void)state;
    free(firmware_low);
    while (nblocks > 0)
        free(firmware_blocks[--nblocks].bytes);
    return 0;
}

uint8_t *firmware_acpi(uint32_t at, const uint8_t *entries, size_t size)
{
    uint8_t rsdt[44] = "RSDT", madt[1024] = "APIC";
    memcpy(firmware_low + at, "RSD PTR ", 8);
    firmware_put32(firmware_low + at + 16, RSDT_PA);
    firmware_fix(firmware_low + at, 20, 8);
    firmware_put32(rsdt + 4, sizeof(rsdt));
    firmware_put32(rsdt + 36, OTHER_PA);
    firmware_put32(rsdt + 40, MADT_PA);
    firmware_fix(rsdt, sizeof(rsdt), 9);
    add_block(RSDT_PA, rsdt, sizeof(rsdt));
    firmware_put32(madt + 4, (uint32_t)(44 + size));
    memcpy(madt + 44, entries, size);
    firmware_fix(madt, 44 + size, 9);
    return add_block(MADT_PA, madt, 44 + size);
}

uint8_t *firmware_mp(uint32_t at, const uint8_t *entries, size_t size, unsigned count)
{
    uint8_t table[1024] = "PCMP";
    memcpy(firmware_low + at, "_MP_", 4);
    firmware_put32(firmware_low + at + 4, MP_PA);
    firmware_low[at + 8] = 1;
    firmware_low[at + 9] = 4;
    firmware_fix(firmware_low + at, 16, 10);
    firmware_put16(table + 4, (uint32_t)(44 + size));
    firmware_put16(table + 34, count);
    memcpy(table + 44, entries, size);
    firmware_fix(table, 44 + size, 7);
    return add_block(MP_PA, table, 44 + size);
}

uint8_t *firmware_shorten(unsigned block, size_t size)
{
    firmware_blocks[block].size = size;
    return firmware_blocks[block].bytes = realloc(firmware_blocks[block].bytes, size);
}
