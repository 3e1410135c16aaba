/*
 * ksyms.c - from an address to the name of a function.
 *
 * tools/ksyms writes the table: offsets from __text_start in rising order, and for each the offset of its
 * name.
 */
#include <kernel/image.h>
#include <kernel/ksyms.h>
#include <kernel/ksyms_table.h>
#include <lib/fmt.h>

const char *ksyms_name(uintptr_t addr, char *buf, size_t size)
{
    if (addr < (uintptr_t)__text_start || addr >= (uintptr_t)__text_end || __ksyms_count == 0) {
        fmt_snprintf(buf, size, "?");
        return buf;
    }
    uint32_t offset = (uint32_t)(addr - (uintptr_t)__text_start);
    uint32_t low = 0;
    uint32_t high = __ksyms_count;
    while (high - low > 1) { /* the function lies in [low, high) */
        uint32_t middle = low + (high - low) / 2;
        if (__ksyms_table[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    fmt_snprintf(buf, size, "%s+0x%x", &__ksyms_names[__ksyms_table[low].name],
                 (unsigned)(offset - __ksyms_table[low].offset));
    return buf;
}
