/* fdt_oracle.c - lib/fdt.c against libfdt, on one blob. */
#include "fdt_oracle.h"

#include <limits.h>
#include <string.h>

#include <libfdt.h>

#include <lib/fdt.h>

/* From a check that returns what differs: go on only if nothing does. */
#define TRY(check)                    \
    do {                              \
        const char *wrong_ = (check); \
        if (wrong_ != NULL)           \
            return wrong_;            \
    } while (0)

/* Numbers of nodes are the same in both; errors are only known to be errors. */
static bool same_node(int ours, int theirs)
{
    return ours == theirs || (ours < 0 && theirs < 0);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const char *compare_property(const struct dt *dt, int node, const struct dt_property *p,
                                    const char *name, const void *value, int size)
{
    struct dt_property first;

    if (!same_text(p->name, name) || p->value != value || p->size != (uint32_t)size)
        return "property";

    const void *theirs = fdt_getprop(dt->blob, node, name, &size);
    if (dt_property(dt, node, name, &first) != 0 || first.value != theirs || first.size != (uint32_t)size)
        return "property by name";
    if (size == 0 || first.value != p->value)
        return NULL;

    uint32_t u32 = 0;
    if ((dt_u32(dt, node, name, &u32) == 0) != (size == 4) || (size == 4 && u32 != fdt32_ld(theirs)))
        return "value of one cell";

    uint64_t u64 = 0;
    if ((dt_u64(dt, node, name, &u64) == 0) != (size == 4 || size == 8))
        return "size of a value of two cells";
    if (size == 8 && u64 != fdt64_ld(theirs))
        return "value of two cells";

    if (!same_text(dt_string(dt, node, name), fdt_stringlist_get(dt->blob, node, name, 0, NULL)))
        return "string";
    for (int i = 0; i < fdt_stringlist_count(dt->blob, node, name); i++) {
        const char *s = fdt_stringlist_get(dt->blob, node, name, i, NULL);
        if (!dt_has_string(dt, node, name, s))
            return "list of strings";
    }
    return NULL;
}

static const char *compare_properties(const struct dt *dt, int node)
{
    struct dt_property p;
    unsigned i = 0;
    int at;

    fdt_for_each_property_offset(at, dt->blob, node) {
        const char *name;
        int size;
        const void *value = fdt_getprop_by_offset(dt->blob, at, &name, &size);

        if (dt_property_at(dt, node, i++, &p) != 0)
            return "property missing";
        TRY(compare_property(dt, node, &p, name, value, size));
    }
    return dt_property_at(dt, node, i, &p) == 0 ? "property too many" : NULL;
}

/* The entries of reg, where both have numbers of at most 64 bits. */
static const char *compare_reg(const struct dt *dt, int node)
{
    int parent = fdt_parent_offset(dt->blob, node);
    int size;
    const fdt32_t *reg = fdt_getprop(dt->blob, node, "reg", &size);
    int address_cells = fdt_address_cells(dt->blob, parent);
    int size_cells = fdt_size_cells(dt->blob, parent);
    struct dt_range r;

    if (parent < 0 || reg == NULL || address_cells < 1 || address_cells > 2 || size_cells < 0 ||
        size_cells > 2) {
        if (dt_reg(dt, node, 0, &r) == 0)
            return "reg without cells";
        return NULL;
    }

    int entry = 4 * (address_cells + size_cells);
    for (int i = 0; i < size / entry && size % entry == 0; i++) {
        uint64_t want[2] = { 0, 0 };
        for (int cell = 0; cell < address_cells + size_cells; cell++, reg++) {
            uint64_t *n = &want[cell >= address_cells];
            *n = *n << 32 | fdt32_ld(reg);
        }
        bool wraps = want[1] > 0 && want[0] + (want[1] - 1) < want[0];
        if ((dt_reg(dt, node, (unsigned)i, &r) == 0) == wraps)
            return "reg entry";
        if (!wraps && (r.base != want[0] || r.size != want[1]))
            return "numbers of reg";
    }
    return dt_reg(dt, node, (unsigned)(size / entry), &r) == 0 ? "reg too long" : NULL;
}

/* For each of its compatible strings, both find the same node first; unless a list there is damaged, or the
 * string is empty: libfdt finds that one behind the end of a list. */
static const char *compare_compatible(const struct dt *dt, int node)
{
    for (int i = 0; i < fdt_stringlist_count(dt->blob, node, "compatible"); i++) {
        const char *s = fdt_stringlist_get(dt->blob, node, "compatible", i, NULL);
        int ours = dt_find_compatible(dt, -1, s);
        int theirs = fdt_node_offset_by_compatible(dt->blob, -1, s);

        if (ours != theirs && *s != '\0' && fdt_stringlist_count(dt->blob, ours, "compatible") > 0 &&
            fdt_stringlist_count(dt->blob, theirs, "compatible") > 0)
            return "compatible";
    }
    return NULL;
}

static const char *compare_node(const struct dt *dt, int node)
{
    char path[PATH_MAX];

    if (dt_name(dt, node) != fdt_get_name(dt->blob, node, NULL))
        return "name";
    TRY(compare_properties(dt, node));
    if (dt_find(dt, "/") != 0) /* libfdt takes the root to be at 0, with no NOP before it */
        return NULL;
    if (!same_node(dt_parent(dt, node), fdt_parent_offset(dt->blob, node)))
        return "parent";
    if (!same_node(dt_first_child(dt, node), fdt_first_subnode(dt->blob, node)))
        return "first child";
    if (!same_node(dt_next_sibling(dt, node), fdt_next_subnode(dt->blob, node)))
        return "next sibling";
    if (fdt_get_path(dt->blob, node, path, sizeof(path)) == 0 &&
        !same_node(dt_find(dt, path), fdt_path_offset(dt->blob, path)))
        return "path";

    TRY(compare_compatible(dt, node));
    return compare_reg(dt, node);
}

static const char *compare_reserves(const struct dt *dt)
{
    struct dt_range r;
    int n = fdt_num_mem_rsv(dt->blob);

    for (int i = 0; i < n; i++) {
        uint64_t base, size;
        if (fdt_get_mem_rsv(dt->blob, i, &base, &size) != 0 || dt_memreserve(dt, (unsigned)i, &r) != 0)
            return "reservation";
        if (r.base != base || (r.size != size && size - 1 <= UINT64_MAX - base))
            return "numbers of a reservation";
    }
    return dt_memreserve(dt, (unsigned)n, &r) == 0 ? "reservation too many" : NULL;
}

/* Whatever the answers: they may not touch what is not theirs, and no range reaches past the last address. */
static const char *ask_boot_questions(const struct dt *dt)
{
    struct dt_range r;
    uint64_t n;
    bool no_map;

    for (unsigned i = 0; dt_memory(dt, i, &r) == 0; i++) {
        if (r.size == 0 || r.size - 1 > UINT64_MAX - r.base)
            return "memory";
    }
    for (unsigned i = 0; dt_reserved(dt, i, &r, &no_map) == 0; i++) {
        if (r.size == 0 || r.size - 1 > UINT64_MAX - r.base)
            return "reserved memory";
    }
    for (int node = dt_next(dt, -1); node >= 0; node = dt_next(dt, node))
        (void)(dt_reg_cpu(dt, node, 0, &r) == 0 && dt_is_enabled(dt, node));
    if (strlen(dt_cmdline(dt)) >= dt->size)
        return "command line";
    if (dt_initrd(dt, &r) == 0 && r.size == 0)
        return "initrd";
    (void)dt_timebase(dt, &n);
    if ((dt_cpu(dt, 0, &n) == 0) != (dt_cpu_count(dt) > 0))
        return "CPUs";
    return dt_device(dt, "simple-bus", 0, &r) > 0 ? "device" : NULL;
}

/* libfdt 1.6.1 lets lengths of 2 GiB and more wrap: it accepts such a property, or never comes back. */
static bool huge_length(const void *blob, size_t size)
{
    const char *bytes = blob;

    for (size_t at = 0; at + 8 <= size; at++) {
        uint32_t length = fdt32_ld((const void *)(bytes + at + 4));
        if (fdt32_ld((const void *)(bytes + at)) == FDT_PROP && length > INT32_MAX)
            return true;
    }
    return false;
}

/* Trees that libfdt accepts and we do not: too deep, without a root, with properties in front of it. */
static bool beyond_us(const void *blob)
{
    int next = 0;
    int depth = 0;
    int deepest = 0;
    uint32_t first = fdt_next_tag(blob, 0, &next);

    while (first == FDT_NOP)
        first = fdt_next_tag(blob, next, &next);
    for (int n = fdt_next_node(blob, -1, &depth); n >= 0; n = fdt_next_node(blob, n, &depth))
        deepest = depth > deepest ? depth : deepest;
    return deepest > DT_MAX_DEPTH || first != FDT_BEGIN_NODE;
}

/* libfdt 1.6.1 refuses a NOP between the root and END, though NOPs may stand anywhere. */
static bool nop_behind_root(const void *blob)
{
    int next = 0;
    uint32_t last = FDT_END;

    for (uint32_t tag = fdt_next_tag(blob, 0, &next); tag != FDT_END; tag = fdt_next_tag(blob, next, &next))
        last = tag;
    return last == FDT_NOP;
}

const char *fdt_oracle_disagrees(const void *blob, size_t size)
{
    struct dt dt;
    long ours = dt_open(&dt, blob, size);
    int depth = 0;

    /* libfdt 1.6.1 reads through NULL in a tree of an old version. We know only the last one. */
    if (size < sizeof(struct fdt_header) || fdt_version(blob) < 17)
        return ours < 0 ? NULL : "accepted an old version";

    if (ours < 0 && huge_length(blob, size))
        return NULL;

    bool theirs = fdt_check_full(blob, size) == 0;
    if (ours < 0)
        return theirs && !beyond_us(blob) ? "refused a good tree" : NULL;
    if (!theirs && !nop_behind_root(blob))
        return "accepted a bad tree";
    if (ours != (long)fdt_totalsize(blob))
        return "size";
    TRY(compare_reserves(&dt));

    int node = dt_next(&dt, -1);
    for (int n = fdt_next_node(blob, -1, &depth); n >= 0; n = fdt_next_node(blob, n, &depth)) {
        if (node != n)
            return "next node";
        TRY(compare_node(&dt, node));
        node = dt_next(&dt, node);
    }
    if (node >= 0)
        return "node too many";
    return ask_boot_questions(&dt);
}
