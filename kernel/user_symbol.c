/*
 * user_symbol.c - which function of a program an address is in, for messages about its end.
 *
 * The symbol table is not mapped: it is read from the file that the area maps. Nothing in that file is
 * believed: all is bounded, and what does not fit gives no name.
 */
#include <kernel/area.h>
#include <kernel/mutex.h>
#include <kernel/user.h>
#include <kernel/user_symbol.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/elf.h>

enum { SECTIONS_MOST = 64, SYMBOLS_MOST = 8192, SYMBOLS_AT_ONCE = 8 };

static bool read(struct area_source *src, uint64_t offset, void *to, size_t n)
{
    return src->ops->read(src, offset, to, n) == (int)n;
}

/* The source of what is mapped at pc, one user more; NULL: nothing, or no file. */
static struct area_source *source_at(struct aspace *as, uintptr_t pc)
{
    mutex_lock(&as->lock);
    const struct area *a = area_from(as, pc);
    struct area_source *src = a != NULL && a->start <= pc ? a->src : NULL;
    if (src != NULL)
        src->ops->get(src);
    mutex_unlock(&as->lock);
    return src;
}

/* The symbol table and its strings. False: there is none. */
static bool find_tables(struct area_source *src, struct elf_shdr *symbols, struct elf_shdr *strings)
{
    struct elf_ehdr h;
    if (!read(src, 0, &h, sizeof(h)) || memcmp(h.ident, ELF_MAGIC, sizeof(ELF_MAGIC) - 1) != 0 ||
        h.shentsize != sizeof(struct elf_shdr) || h.shnum > SECTIONS_MOST)
        return false;
    for (unsigned i = 0; i < h.shnum; i++) {
        if (!read(src, (uint64_t)h.shoff + i * sizeof(*symbols), symbols, sizeof(*symbols)))
            return false;
        if (symbols->type == SHT_SYMTAB)
            return symbols->link < h.shnum &&
                   read(src, (uint64_t)h.shoff + symbols->link * sizeof(*strings), strings, sizeof(*strings));
    }
    return false;
}

/* A function, or a global label of assembly, that is defined here; local ones tell where code begins ($x). */
static bool is_code(const struct elf_sym *s)
{
    unsigned type = s->info & ELF_SYM_TYPE;
    bool label = type == STT_NOTYPE && s->info >> ELF_SYM_BIND_SHIFT == STB_GLOBAL;
    return (type == STT_FUNC || label) && s->shndx != 0 && s->shndx < SHN_LORESERVE;
}

/* The nearest at or below pc. False: none. */
static bool find_symbol(struct area_source *src, const struct elf_shdr *table, uintptr_t pc,
                        struct elf_sym *best)
{
    struct elf_sym part[SYMBOLS_AT_ONCE];
    size_t count = min_size(table->size / sizeof(part[0]), SYMBOLS_MOST);
    bool found = false;
    for (size_t i = 0; i < count; i += SYMBOLS_AT_ONCE) {
        size_t n = min_size(count - i, SYMBOLS_AT_ONCE);
        if (!read(src, (uint64_t)table->offset + i * sizeof(part[0]), part, n * sizeof(part[0])))
            return false;
        for (size_t k = 0; k < n; k++) {
            if (!is_code(&part[k]) || part[k].value > pc || (found && part[k].value < best->value))
                continue;
            *best = part[k];
            found = true;
        }
    }
    return found;
}

static bool read_name(struct area_source *src, const struct elf_shdr *strings, uint32_t at, char *name)
{
    if (at >= strings->size)
        return false;
    size_t n = min_size(strings->size - at, USER_SYMBOL_SIZE - 1), i;
    if (!read(src, (uint64_t)strings->offset + at, name, n))
        return false;
    name[n] = 0;
    for (i = 0; name[i] > ' ' && name[i] <= '~'; i++) {
    }
    return i > 0 && name[i] == 0; /* what is cut off is still a beginning */
}

bool user_symbol(uintptr_t pc, char name[USER_SYMBOL_SIZE], uintptr_t *offset)
{
    struct elf_shdr symbols, strings;
    struct elf_sym best;
    struct area_source *src = source_at(current_user()->as, pc);
    if (src == NULL)
        return false;
    bool found = find_tables(src, &symbols, &strings) && find_symbol(src, &symbols, pc, &best) &&
                 read_name(src, &strings, best.name, name);
    src->ops->put(src);
    if (found)
        *offset = pc - best.value;
    return found;
}
