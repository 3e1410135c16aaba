/* lib/fdt_query.c - flattened device trees, the meaning: find nodes, read values and addresses. */
#include <lib/fdt.h>
#include <lib/string.h>

enum {
    CELL = 4,      /* bytes */
    MAX_CELLS = 2, /* of a number that fits in 64 bits */
};

/* How many cells the children of a bus use for an address and for a size. */
struct bus {
    unsigned address_cells, size_cells;
};

/* Does the name of a node match the first n characters of path? */
static bool name_matches(const char *name, const char *path, size_t n)
{
    const char *unit = strchr(path, '@');
    bool unit_given = unit != NULL && (size_t)(unit - path) < n;

    if (strncmp(name, path, n) != 0)
        return false;
    return name[n] == '\0' || (name[n] == '@' && !unit_given);
}

static size_t component_length(const char *path)
{
    size_t n = 0;

    while (path[n] != '\0' && path[n] != '/')
        n++;
    return n;
}

int dt_find(const struct dt *dt, const char *path)
{
    if (*path != '/')
        return DT_ENOTFOUND;

    int node = dt_next(dt, -1);
    while (node >= 0) {
        while (*path == '/')
            path++;
        if (*path == '\0')
            break;

        size_t n = component_length(path);
        node = dt_first_child(dt, node);
        while (node >= 0 && !name_matches(dt_name(dt, node), path, n))
            node = dt_next_sibling(dt, node);
        path += n;
    }
    return node;
}

int dt_find_compatible(const struct dt *dt, int after, const char *compatible)
{
    int node = dt_next(dt, after);

    while (node >= 0 && !dt_is_compatible(dt, node, compatible))
        node = dt_next(dt, node);
    return node;
}

int dt_u32(const struct dt *dt, int node, const char *name, uint32_t *value)
{
    struct dt_property p;

    if (dt_property(dt, node, name, &p) < 0)
        return DT_ENOTFOUND;
    if (p.size != CELL)
        return DT_EBADVALUE;
    *value = (uint32_t)dt_cells(p.value, 1);
    return 0;
}

int dt_u64(const struct dt *dt, int node, const char *name, uint64_t *value)
{
    struct dt_property p;

    if (dt_property(dt, node, name, &p) < 0)
        return DT_ENOTFOUND;
    if (p.size != CELL && p.size != 2 * CELL)
        return DT_EBADVALUE;
    *value = dt_cells(p.value, p.size / CELL);
    return 0;
}

const char *dt_string(const struct dt *dt, int node, const char *name)
{
    struct dt_property p;

    if (dt_property(dt, node, name, &p) < 0)
        return NULL;

    const char *s = (const char *)p.value;
    return strnlen(s, p.size) < p.size ? s : NULL;
}

bool dt_has_string(const struct dt *dt, int node, const char *name, const char *s)
{
    struct dt_property p;

    if (dt_property(dt, node, name, &p) < 0)
        return false;

    const char *at = (const char *)p.value;
    size_t left = p.size;
    for (size_t n = strnlen(at, left); n < left; n = strnlen(at, left)) {
        if (strcmp(at, s) == 0)
            return true;
        at += n + 1;
        left -= n + 1;
    }
    return false;
}

bool dt_is_compatible(const struct dt *dt, int node, const char *compatible)
{
    return dt_has_string(dt, node, "compatible", compatible);
}

bool dt_is_enabled(const struct dt *dt, int node)
{
    struct dt_property p;

    if (dt_property(dt, node, "status", &p) < 0)
        return true;

    const char *status = dt_string(dt, node, "status");
    return status != NULL && (strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0);
}

/* What the bus says, or what holds if it says nothing. */
static int read_bus(const struct dt *dt, int node, struct bus *bus)
{
    uint32_t address_cells = 2;
    uint32_t size_cells = 1;

    if (dt_u32(dt, node, "#address-cells", &address_cells) == DT_EBADVALUE)
        return DT_EBADVALUE;
    if (dt_u32(dt, node, "#size-cells", &size_cells) == DT_EBADVALUE)
        return DT_EBADVALUE;
    if (address_cells == 0 || address_cells > MAX_CELLS || size_cells > MAX_CELLS)
        return DT_EBADVALUE;
    *bus = (struct bus){ address_cells, size_cells };
    return 0;
}

/* Entry index of reg of a node on the bus. An entry that goes past the last address is a bad value. */
static int read_reg(const struct dt *dt, int bus_node, int node, unsigned index, struct dt_range *range)
{
    struct dt_property p;
    struct bus bus;

    if (dt_property(dt, node, "reg", &p) < 0)
        return DT_ENOTFOUND;
    if (read_bus(dt, bus_node, &bus) < 0)
        return DT_EBADVALUE;

    uint32_t entry = CELL * (bus.address_cells + bus.size_cells);
    if (p.size % entry != 0)
        return DT_EBADVALUE;
    if (index >= p.size / entry)
        return DT_ENOTFOUND;

    const uint8_t *at = p.value + index * entry;
    struct dt_range r = {
        .base = dt_cells(at, bus.address_cells),
        .size = dt_cells(at + CELL * bus.address_cells, bus.size_cells),
    };
    if (r.size > 0 && r.size - 1 > UINT64_MAX - r.base)
        return DT_EBADVALUE;
    *range = r;
    return 0;
}

/* Turns the range, as the children of bus_node see it, into what bus_node and its siblings see. */
static int translate(const struct dt *dt, int bus_node, int parent_node, struct dt_range *range)
{
    struct dt_property p;
    struct bus bus, parent;

    if (dt_property(dt, bus_node, "ranges", &p) < 0)
        return DT_EBADVALUE;
    if (p.size == 0) /* the same addresses */
        return 0;
    if (read_bus(dt, bus_node, &bus) < 0 || read_bus(dt, parent_node, &parent) < 0)
        return DT_EBADVALUE;

    uint32_t entry = CELL * (bus.address_cells + parent.address_cells + bus.size_cells);
    if (p.size % entry != 0)
        return DT_EBADVALUE;
    for (uint32_t at = 0; at < p.size; at += entry) {
        const uint8_t *from = p.value + at;
        const uint8_t *to = from + CELL * bus.address_cells;
        uint64_t size = dt_cells(to + CELL * parent.address_cells, bus.size_cells);
        uint64_t offset = range->base - dt_cells(from, bus.address_cells);
        uint64_t base = dt_cells(to, parent.address_cells) + offset;

        if (range->base >= offset && offset < size && range->size <= size - offset && base >= offset) {
            range->base = base;
            return 0;
        }
    }
    return DT_EBADVALUE;
}

int dt_reg(const struct dt *dt, int node, unsigned index, struct dt_range *range)
{
    int bus_node = dt_parent(dt, node);

    return bus_node < 0 ? DT_ENOTFOUND : read_reg(dt, bus_node, node, index, range);
}

int dt_reg_cpu(const struct dt *dt, int node, unsigned index, struct dt_range *range)
{
    struct dt_range r;
    int error = dt_reg(dt, node, index, &r);
    int bus_node = dt_parent(dt, node);

    if (error < 0)
        return error;
    for (int up = dt_parent(dt, bus_node); up >= 0; up = dt_parent(dt, bus_node)) {
        error = translate(dt, bus_node, up, &r);
        if (error < 0)
            return error;
        bus_node = up;
    }
    *range = r;
    return 0;
}

int dt_device(const struct dt *dt, const char *compatible, unsigned index, struct dt_range *range)
{
    int node = dt_find_compatible(dt, -1, compatible);

    while (node >= 0 && !dt_is_enabled(dt, node))
        node = dt_find_compatible(dt, node, compatible);
    return node < 0 ? DT_ENOTFOUND : dt_reg_cpu(dt, node, index, range);
}
