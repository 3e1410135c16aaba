/* fuzz_cpio.c - any bytes as an archive: every byte of every entry lies in it, and the walk comes to an end.
 *
 * Planted and caught: the length of the data not looked at; a name without an end accepted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lib/cpio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sum;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cpio_entry e;
    const char *base = (const char *)data;
    size_t at = 0, before = 0;
    while (cpio_next(data, size, &at, &e) > 0) {
        if (at <= before || at > size || e.name < base || e.name + e.name_len >= base + size)
            abort();
        if (strlen(e.name) != e.name_len || (size_t)((const char *)e.data - base) + e.size > size)
            abort();
        for (uint32_t i = 0; i < e.size; i++)
            sum += ((const uint8_t *)e.data)[i];
        before = at;
    }
    return 0;
}
