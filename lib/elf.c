/* elf.c - program headers are checked one by one, and become segments of whole pages. */
#include <lib/elf.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { PAGE = 4096 };

int elf_check(const struct elf_ehdr *h, const struct elf_limits *limits)
{
    unsigned char class = sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (memcmp(h->ident, ELF_MAGIC, 4) != 0 || h->ident[EI_CLASS] != class ||
        h->ident[EI_DATA] != ELFDATA2LSB || h->ident[EI_VERSION] != EV_CURRENT)
        return -ENOEXEC;
    if (h->type != ET_EXEC || h->machine != limits->machine || h->version != EV_CURRENT)
        return -ENOEXEC;
    if (h->phentsize != sizeof(struct elf_phdr) || h->phnum == 0 || h->phnum > ELF_PHDRS_MOST)
        return -ENOEXEC;
    size_t size = h->phnum * sizeof(struct elf_phdr);
    if (h->phoff > limits->file_size || size > limits->file_size - h->phoff)
        return -ENOEXEC;
    return h->phoff % sizeof(long) == 0 ? 0 : -ENOEXEC;
}

/* Is [at, at + size) part of [base, end), without wrapping round? */
static bool within(uint64_t at, uint64_t size, uint64_t base, uint64_t end)
{
    return at >= base && at <= end && size <= end - at;
}

static int add_segment(const struct elf_phdr *ph, const struct elf_limits *limits, struct elf_image *image)
{
    if (ph->memsz == 0)
        return ph->filesz == 0 ? 0 : -ENOEXEC;
    if (image->nsegments == ELF_SEGMENTS_MOST || ph->filesz > ph->memsz || (ph->flags & PF_R) == 0)
        return -ENOEXEC;
    if ((ph->flags & PF_W) && (ph->flags & PF_X))
        return -ENOEXEC;
    if (!within(ph->offset, ph->filesz, 0, limits->file_size) || ph->offset % PAGE != ph->vaddr % PAGE)
        return -ENOEXEC;
    /* The highest address is no page's, so that rounding up cannot wrap. */
    if (!within(ph->vaddr, ph->memsz, limits->lowest, limits->end))
        return -ENOEXEC;
    size_t lead = ph->vaddr % PAGE;
    struct elf_segment s = {
        .va = ph->vaddr - lead,
        .mem_size = align_up(lead + ph->memsz, PAGE),
        .file_size = lead + ph->filesz,
        .offset = ph->offset - lead,
        .w = ph->flags & PF_W,
        .x = ph->flags & PF_X,
    };
    if (!within(s.va, s.mem_size, limits->lowest, limits->end) || s.va < image->end)
        return -ENOEXEC; /* segments come in rising order and share no page */
    image->end = s.va + s.mem_size;
    image->segment[image->nsegments++] = s;
    return 0;
}

static bool entry_is_code(const struct elf_image *image)
{
    for (unsigned i = 0; i < image->nsegments; i++) {
        const struct elf_segment *s = &image->segment[i];
        if (s->x && within(image->entry, 1, s->va, s->va + s->mem_size))
            return true;
    }
    return false;
}

/* The headers are there for the program if a segment has them. */
static void find_phdrs(const struct elf_ehdr *h, struct elf_image *image)
{
    for (unsigned i = 0; i < image->nsegments; i++) {
        const struct elf_segment *s = &image->segment[i];
        if (within(h->phoff, h->phnum * sizeof(struct elf_phdr), s->offset, s->offset + s->file_size)) {
            image->phdrs = s->va + (uintptr_t)(h->phoff - s->offset);
            return;
        }
    }
}

int elf_load_plan(const struct elf_ehdr *h, const struct elf_phdr *ph, const struct elf_limits *limits,
                  struct elf_image *image)
{
    *image = (struct elf_image){ .entry = h->entry, .nphdrs = h->phnum };
    for (unsigned i = 0; i < h->phnum; i++) {
        if (ph[i].type == PT_INTERP)
            return -ENOEXEC; /* wants a dynamic linker */
        if (ph[i].type == PT_LOAD && add_segment(&ph[i], limits, image) != 0)
            return -ENOEXEC;
    }
    if (!entry_is_code(image))
        return -ENOEXEC;
    find_phdrs(h, image);
    return 0;
}
