/* fuzz_fdt.c - any bytes as a device tree: nothing outside of them is read, and libfdt sees the same tree.
 *
 * Planted and caught from the corpus within a minute: lengths and totalsize not checked; strings and
 * reservations without end; END inside of a node, two roots, a property outside; NOPs not skipped; no
 * alignment; dt_parent always the root; ranges that wrap; a list of strings read behind its end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdt_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *blob = malloc(size); /* aligned, and just as large */

    memcpy(blob, data, size);
    const char *wrong = fdt_oracle_disagrees(blob, size);
    if (wrong != NULL) {
        fprintf(stderr, "fuzz_fdt: %s\n", wrong);
        abort();
    }
    free(blob);
    return 0;
}
