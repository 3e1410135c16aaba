/* image.c - where the parts of the kernel image would lie: the symbols that a port's linker script sets. */
#include <arch/layout.h>

#define TEXT_OF(number) #number
#define STRING(number)  TEXT_OF(number)
#define PLACE(symbol, pa) \
    __asm__(".globl " #symbol "\n\t.set " #symbol ", " STRING(KERNEL_BASE) " + " STRING(pa))

PLACE(__image_start, IMAGE_PA);
PLACE(__text_start, TEXT_PA);
PLACE(__text_end, TEXT_END_PA);
PLACE(__rodata_end, RODATA_END_PA);
PLACE(__image_end, IMAGE_END_PA);
