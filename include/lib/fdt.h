/* lib/fdt.h - a reader of flattened device trees (Devicetree Specification 0.4, chapters 2, 3 and 5).
 *
 * dt_open() checks a blob from end to end, so that everything after it may walk freely; a bad blob is
 * refused there. Nothing is written, copied or allocated, and nothing outside of the blob is read. The
 * functions need no MMU, no alignment of the blob and no tables of addresses: early code may call them.
 *
 * A node is a number >= 0; negative numbers are errors (enum dt_error). Strings and values point into the
 * blob. Loops: for (n = dt_first_child(dt, parent); n >= 0; n = dt_next_sibling(dt, n)) ...
 *              for (i = 0; dt_memory(dt, i, &range) == 0; i++) ...
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dt_error {
    DT_ENOTFOUND = -1,               /* no such node, property, entry; the end of an iteration */
    DT_EBADBLOB = -2,                /* no tree, cut off, or damaged */
    DT_EBADVALUE = -3,               /* a property has not the form that its name asks for */
};

enum { DT_MAX_DEPTH = 16 };          /* nodes inside nodes; deeper trees are refused */

struct dt {                          /* filled by dt_open(), fixed afterwards */
    const uint8_t *blob;
    uint32_t size;                   /* of the whole blob */
    uint32_t reserves;               /* offsets in the blob: memory reservations, */
    uint32_t tree;                   /*   the tokens of the tree, */
    uint32_t tree_size;
    uint32_t strings;                /*   names of properties */
    uint32_t strings_size;
};

struct dt_property {
    const char *name;
    const uint8_t *value;            /* big-endian cells, strings, or whatever the name means */
    uint32_t size;
};

struct dt_range {
    uint64_t base, size;
};

/* Check the blob, of which at most max_size bytes can be read. Returns its size in bytes, or DT_EBADBLOB. */
long dt_open(struct dt *dt, const void *blob, size_t max_size);

/* Nodes. The root is dt_find(dt, "/"). A name without @unit-address also matches a node that has one, so
 * /memory finds the first /memory@80000000. */
int dt_find(const struct dt *dt, const char *path);
int dt_find_compatible(const struct dt *dt, int after, const char *compatible);    /* after < 0: all */
int dt_next(const struct dt *dt, int node);           /* in the order of the blob; node < 0: the root */
int dt_first_child(const struct dt *dt, int node);
int dt_next_sibling(const struct dt *dt, int node);
int dt_parent(const struct dt *dt, int node);         /* of the root: DT_ENOTFOUND */
const char *dt_name(const struct dt *dt, int node);   /* with @unit-address; of the root: "" */

/* Properties, in the order of the blob or by name. p, value: filled only on success (0). */
int dt_property_at(const struct dt *dt, int node, unsigned index, struct dt_property *p);
int dt_property(const struct dt *dt, int node, const char *name, struct dt_property *p);
int dt_u32(const struct dt *dt, int node, const char *name, uint32_t *value);
int dt_u64(const struct dt *dt, int node, const char *name, uint64_t *value);   /* one cell or two */

/* The number that some cells (0 to 2) hold; for properties of mixed content. */
uint64_t dt_cells(const uint8_t *value, unsigned cells);

/* The first string of a property, or NULL; and is s one of its strings? */
const char *dt_string(const struct dt *dt, int node, const char *name);
bool dt_has_string(const struct dt *dt, int node, const char *name, const char *s);
bool dt_is_compatible(const struct dt *dt, int node, const char *compatible);
bool dt_is_enabled(const struct dt *dt, int node);    /* status is absent, "okay" or "ok" */

/* Entry index of reg, in the cells that the parent says: as the bus of the node counts, or translated to the
 * address that a CPU uses (DT_EBADVALUE if a bus on the way has no way through its ranges). */
int dt_reg(const struct dt *dt, int node, unsigned index, struct dt_range *range);
int dt_reg_cpu(const struct dt *dt, int node, unsigned index, struct dt_range *range);

/* Entry index of reg, translated, of the first enabled node with that compatible string. */
int dt_device(const struct dt *dt, const char *compatible, unsigned index, struct dt_range *range);

/* Entry index of /memreserve/, which has at least one byte; cut at the end of the address space. */
int dt_memreserve(const struct dt *dt, unsigned index, struct dt_range *range);

/* What boot code asks. The index runs over all enabled nodes of the kind; empty ranges are left out, and
 * what stands in a node behind its first bad entry. */
int dt_memory(const struct dt *dt, unsigned index, struct dt_range *range);

/* What is not free: first the /memreserve/ entries, then the regs of the children of /reserved-memory. no_map
 * (may be NULL) tells whether the kernel must not even map it. */
int dt_reserved(const struct dt *dt, unsigned index, struct dt_range *range, bool *no_map);

const char *dt_cmdline(const struct dt *dt);                      /* /chosen/bootargs; never NULL */
int dt_initrd(const struct dt *dt, struct dt_range *range);       /* from /chosen/linux,initrd-start, -end */
int dt_timebase(const struct dt *dt, uint64_t *hz);               /* timebase-frequency of /cpus or a CPU */
unsigned dt_cpu_count(const struct dt *dt);                       /* enabled CPUs */
int dt_cpu(const struct dt *dt, unsigned index, uint64_t *id);    /* reg of one: its hart id or MPIDR */
