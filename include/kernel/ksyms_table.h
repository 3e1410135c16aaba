/* kernel/ksyms_table.h - the form of the symbol table that tools/ksyms generates. */
#pragma once
#include <stdint.h>

struct ksym {
    uint32_t offset; /* of the function from __text_start */
    uint32_t name;   /* of its name in __ksyms_names */
};

extern const uint32_t    __ksyms_count;
extern const struct ksym __ksyms_table[];
extern const char        __ksyms_names[];
