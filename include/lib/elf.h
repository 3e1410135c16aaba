/*
 * lib/elf.h - programs in files: what of an ELF header is believed, and what it asks to be mapped.
 *
 * System V ABI, Object Files. Only what a static program needs; whatever is odd is refused.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uapi/elf.h>

enum { ELF_SEGMENTS_MOST = 16, ELF_PHDRS_MOST = 32 };

struct elf_segment {
    uintptr_t va;          /* page aligned, and so is offset */
    size_t    mem_size;    /* whole pages */
    size_t    file_size;   /* of these, so many bytes are in the file; then zeros */
    uint64_t  offset;
    bool      w, x;        /* all can be read */
};

struct elf_image {
    uintptr_t entry;
    uintptr_t phdrs;       /* where the program finds its program headers; 0: nowhere */
    uintptr_t end;         /* of the highest segment */
    unsigned  nphdrs, nsegments;
    struct elf_segment segment[ELF_SEGMENTS_MOST];
};

/* What a program may be. */
struct elf_limits {
    unsigned  machine;     /* EM_... */
    uintptr_t lowest, end; /* of addresses */
    uint64_t  file_size;
};

/* The first bytes of a file. 0: its program headers are at h->phoff, h->phnum of them; or -ENOEXEC. */
int elf_check(const struct elf_ehdr *h, const struct elf_limits *limits);
/* After that. *image is set; or -ENOEXEC. */
int elf_load_plan(const struct elf_ehdr *h, const struct elf_phdr *ph, const struct elf_limits *limits,
                  struct elf_image *image);
