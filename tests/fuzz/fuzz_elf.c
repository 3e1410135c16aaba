/* fuzz_elf.c - any bytes as a program: what is believed of it is safe to map. The last bytes are the limits.
 *
 * Planted and caught: segments that overlap; an end that wraps.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uintptr_t ends[] = { 0x7ffff000, 0x80000000, 0x3ffffff000, UINTPTR_MAX - 4095 };
    struct elf_limits limits = { EM_RISCV, 0x10000, ends[size % 4], size };
    struct elf_phdr ph[ELF_PHDRS_MOST];
    struct elf_image image;
    struct elf_ehdr h;
    if (size < sizeof(h))
        return 0;
    memcpy(&h, data, sizeof(h));
    if (elf_check(&h, &limits) != 0)
        return 0;
    if (h.phoff > size || h.phnum > ELF_PHDRS_MOST || h.phnum * sizeof(ph[0]) > size - h.phoff)
        abort();
    memcpy(ph, data + h.phoff, h.phnum * sizeof(ph[0]));
    if (elf_load_plan(&h, ph, &limits, &image) == 0 && !elf_plan_is_safe(&image, &limits))
        abort();
    return 0;
}
