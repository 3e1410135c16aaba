/* elf_check.h - what holds for every plan that comes out of lib/elf.c, whatever went in. */
#pragma once
#include <stdbool.h>

#include <lib/elf.h>

enum { ELF_PAGE = 4096 };

/* Pages of the limits only, in rising order, none both W and X; data from the file only; an entry. */
static inline bool elf_plan_is_safe(const struct elf_image *image, const struct elf_limits *limits)
{
    uint64_t end = limits->lowest;
    bool entry = false;
    for (unsigned i = 0; i < image->nsegments; i++) {
        const struct elf_segment *s = &image->segment[i];
        uint64_t behind = (uint64_t)s->va + s->mem_size;
        if (s->va % ELF_PAGE != 0 || s->mem_size % ELF_PAGE != 0 || s->offset % ELF_PAGE != 0)
            return false;
        if (s->mem_size == 0 || s->va < end || behind < s->va || behind > limits->end || (s->w && s->x))
            return false;
        if (s->file_size > s->mem_size || s->offset > limits->file_size ||
            s->file_size > limits->file_size - s->offset)
            return false;
        entry |= s->x && image->entry >= s->va && image->entry < behind;
        end = behind;
    }
    return entry && image->nsegments <= ELF_SEGMENTS_MOST && image->end == end;
}
