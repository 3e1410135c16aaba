/* lib/fdt.c - flattened device trees, the format: check a blob, walk its nodes and properties.
 *
 * read_token() is the only place that steps through the tree, and it checks every bound each time. The
 * numbers of nodes are offsets in the tree block.
 */
#include <lib/fdt.h>

#include <lib/string.h>
#include <lib/util.h>

/* Devicetree Specification 0.4, 5.2 and 5.4.1. */
enum {
    MAGIC = 0xd00dfeed,
    VERSION = 17,
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROP = 3,
    NOP = 4,
    END = 9,
};

/* Fields of the header, by offset. */
enum {
    H_MAGIC = 0,
    H_TOTAL_SIZE = 4,
    H_TREE = 8,
    H_STRINGS = 12,
    H_RESERVES = 16,
    H_VERSION = 20,
    H_LAST_COMPATIBLE = 24,
    H_STRINGS_SIZE = 32,
    H_TREE_SIZE = 36,
    HEADER_SIZE = 40,
};

enum {
    CELL = 4,          /* bytes; everything in the tree is aligned to it */
    RESERVE_SIZE = 16, /* two 64-bit numbers */
};

struct token {
    uint32_t kind;
    uint32_t next; /* the offset behind it */
};

/* The blob is big-endian and may lie at any address. */
static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* False at the end of the block and where there is no token. */
static bool read_token(const struct dt *dt, uint32_t offset, struct token *t)
{
    if (offset > dt->tree_size || dt->tree_size - offset < CELL)
        return false;

    const uint8_t *p = dt->blob + dt->tree + offset;
    uint32_t room = dt->tree_size - offset - CELL;
    uint64_t length = 0; /* of what follows the kind; too large for any block if it is wrong */

    t->kind = read_u32(p);
    if (t->kind == BEGIN_NODE) {
        length = strnlen((const char *)p + CELL, room) + UINT64_C(1);
    } else if (t->kind == PROP) {
        if (room < 2 * CELL)
            return false;
        length = UINT64_C(2) * CELL + read_u32(p + CELL);
    } else if (t->kind != END_NODE && t->kind != NOP && t->kind != END) {
        return false;
    }
    if (length > room)
        return false;
    t->next = align_up(offset + CELL + (uint32_t)length, CELL);
    return true;
}

/* The property at *offset, or behind NOPs there; *offset goes behind it. False if there is another token. */
static bool read_property(const struct dt *dt, uint32_t *offset, struct dt_property *p)
{
    struct token t;
    bool more = read_token(dt, *offset, &t);

    while (more && t.kind == NOP) {
        *offset = t.next;
        more = read_token(dt, *offset, &t);
    }
    if (!more || t.kind != PROP)
        return false;

    const uint8_t *at = dt->blob + dt->tree + *offset;
    uint32_t name = read_u32(at + 2 * CELL);
    if (name >= dt->strings_size)
        return false;
    p->name = (const char *)dt->blob + dt->strings + name;
    p->size = read_u32(at + CELL);
    p->value = at + 3 * CELL;
    *offset = t.next;
    return strnlen(p->name, dt->strings_size - name) < dt->strings_size - name;
}

static bool check_reserves(const struct dt *dt)
{
    for (uint32_t at = dt->reserves; at <= dt->size && dt->size - at >= RESERVE_SIZE; at += RESERVE_SIZE) {
        if (dt_cells(dt->blob + at + 2 * CELL, 2) == 0)
            return true;
    }
    return false;
}

/* One root without a name, nodes that nest, properties inside of nodes only, END. */
static bool check_tree(const struct dt *dt)
{
    uint32_t offset = 0;
    unsigned depth = 0;
    bool root_seen = false;
    struct token t;

    for (; read_token(dt, offset, &t); offset = t.next) {
        uint32_t at = offset;
        struct dt_property p;

        if (t.kind == END)
            return depth == 0 && root_seen;
        if (t.kind == BEGIN_NODE) {
            if (depth == 0 && (root_seen || *dt_name(dt, (int)offset) != '\0'))
                return false;
            if (depth == DT_MAX_DEPTH)
                return false;
            root_seen = true;
            depth++;
        }
        if (t.kind == END_NODE && depth-- == 0)
            return false;
        if (t.kind == PROP && (depth == 0 || !read_property(dt, &at, &p)))
            return false;
    }
    return false;
}

/* Does [offset, offset + length) lie in the blob, behind its header? */
static bool inside(const struct dt *dt, uint32_t offset, uint32_t length)
{
    return offset >= HEADER_SIZE && offset <= dt->size && length <= dt->size - offset;
}

long dt_open(struct dt *dt, const void *blob, size_t max_size)
{
    const uint8_t *header = blob;

    if (max_size < HEADER_SIZE || read_u32(header + H_MAGIC) != MAGIC)
        return DT_EBADBLOB;
    if (read_u32(header + H_VERSION) < VERSION || read_u32(header + H_LAST_COMPATIBLE) > VERSION)
        return DT_EBADBLOB;
    *dt = (struct dt){
        .blob = blob,
        .size = read_u32(header + H_TOTAL_SIZE),
        .reserves = read_u32(header + H_RESERVES),
        .tree = read_u32(header + H_TREE),
        .tree_size = read_u32(header + H_TREE_SIZE),
        .strings = read_u32(header + H_STRINGS),
        .strings_size = read_u32(header + H_STRINGS_SIZE),
    };
    if (dt->size < HEADER_SIZE || dt->size > max_size || dt->size > INT32_MAX)
        return DT_EBADBLOB;
    if (!inside(dt, dt->tree, dt->tree_size) || !inside(dt, dt->strings, dt->strings_size))
        return DT_EBADBLOB;
    if (!inside(dt, dt->reserves, 0) || !check_reserves(dt) || !check_tree(dt))
        return DT_EBADBLOB;
    return (long)dt->size;
}

/* The first node that begins at offset or behind it. *level goes down by one for each node that ends before:
 * from inside of a node, with 1 at the start, 1 means that a child was found, and 0 a sibling. */
static int next_begin(const struct dt *dt, uint32_t offset, int *level)
{
    struct token t;

    for (; read_token(dt, offset, &t) && t.kind != END; offset = t.next) {
        if (t.kind == BEGIN_NODE)
            return (int)offset;
        if (t.kind == END_NODE)
            (*level)--;
    }
    return DT_ENOTFOUND;
}

/* The offset of the first property, or what there is in place of one. */
static uint32_t body(const struct dt *dt, int node)
{
    struct token t;

    return read_token(dt, (uint32_t)node, &t) ? t.next : dt->tree_size;
}

int dt_next(const struct dt *dt, int node)
{
    int level = 0;

    return next_begin(dt, node < 0 ? 0 : body(dt, node), &level);
}

int dt_first_child(const struct dt *dt, int node)
{
    int level = 1;
    int child = next_begin(dt, body(dt, node), &level);

    return level == 1 ? child : DT_ENOTFOUND;
}

int dt_next_sibling(const struct dt *dt, int node)
{
    int level = 1;

    for (int n = next_begin(dt, body(dt, node), &level); n >= 0; n = next_begin(dt, body(dt, n), &level)) {
        if (level <= 0)
            return level == 0 ? n : DT_ENOTFOUND;
        level++;
    }
    return DT_ENOTFOUND;
}

int dt_parent(const struct dt *dt, int node)
{
    int open[DT_MAX_DEPTH]; /* the nodes around the one at hand, from the root on */
    int level = 0;

    for (int n = dt_next(dt, -1); n >= 0; n = next_begin(dt, body(dt, n), &level)) {
        if (n == node && level > 0)
            return open[level - 1];
        if (n == node || level < 0 || level == DT_MAX_DEPTH)
            return DT_ENOTFOUND;
        open[level++] = n;
    }
    return DT_ENOTFOUND;
}

const char *dt_name(const struct dt *dt, int node)
{
    struct token t;
    bool is_node = read_token(dt, (uint32_t)node, &t) && t.kind == BEGIN_NODE;

    return is_node ? (const char *)dt->blob + dt->tree + node + CELL : "";
}

int dt_property_at(const struct dt *dt, int node, unsigned index, struct dt_property *p)
{
    struct dt_property found;
    uint32_t offset = body(dt, node);

    while (read_property(dt, &offset, &found)) {
        if (index-- == 0) {
            *p = found;
            return 0;
        }
    }
    return DT_ENOTFOUND;
}

int dt_property(const struct dt *dt, int node, const char *name, struct dt_property *p)
{
    struct dt_property found;
    uint32_t offset = body(dt, node);

    while (read_property(dt, &offset, &found)) {
        if (strcmp(found.name, name) == 0) {
            *p = found;
            return 0;
        }
    }
    return DT_ENOTFOUND;
}

uint64_t dt_cells(const uint8_t *value, unsigned cells)
{
    uint64_t n = 0;

    for (; cells > 0; cells--, value += CELL)
        n = n << 32 | read_u32(value);
    return n;
}

int dt_memreserve(const struct dt *dt, unsigned index, struct dt_range *range)
{
    for (const uint8_t *at = dt->blob + dt->reserves; dt_cells(at + 2 * CELL, 2) != 0; at += RESERVE_SIZE) {
        if (index-- == 0) {
            range->base = dt_cells(at, 2);
            range->size = min_u64(dt_cells(at + 2 * CELL, 2) - 1, UINT64_MAX - range->base) + 1;
            return 0;
        }
    }
    return DT_ENOTFOUND;
}
