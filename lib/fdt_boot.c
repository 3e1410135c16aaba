/* lib/fdt_boot.c - flattened device trees, what boot code asks: memory, command line, CPUs, clock. */
#include <lib/fdt.h>

/* From the regs of a node, as a CPU sees them: the one with the number *index among those that are not empty,
 * which *index counts down to. */
static bool count_regs(const struct dt *dt, int node, unsigned *index, struct dt_range *range)
{
    struct dt_range r;

    for (unsigned i = 0; dt_reg_cpu(dt, node, i, &r) == 0; i++) {
        if (r.size > 0 && (*index)-- == 0) {
            *range = r;
            return true;
        }
    }
    return false;
}

/* The same among the nodes from n on, siblings, that are enabled and, if type is given, of that device_type.
 * Returns the node. */
static int count_nodes(const struct dt *dt, int n, const char *type, unsigned index, struct dt_range *range)
{
    for (; n >= 0; n = dt_next_sibling(dt, n)) {
        bool wanted = type == NULL || dt_has_string(dt, n, "device_type", type);
        if (wanted && dt_is_enabled(dt, n) && count_regs(dt, n, &index, range))
            break;
    }
    return n;
}

int dt_memory(const struct dt *dt, unsigned index, struct dt_range *range)
{
    int n = count_nodes(dt, dt_first_child(dt, dt_find(dt, "/")), "memory", index, range);

    return n < 0 ? DT_ENOTFOUND : 0;
}

int dt_reserved(const struct dt *dt, unsigned index, struct dt_range *range, bool *no_map)
{
    struct dt_range r;
    struct dt_property p;
    unsigned in_header = 0;
    int n = DT_ENOTFOUND;

    while (in_header <= index && dt_memreserve(dt, in_header, &r) == 0)
        in_header++;
    if (in_header <= index) {
        n = dt_first_child(dt, dt_find(dt, "/reserved-memory"));
        n = count_nodes(dt, n, NULL, index - in_header, &r);
        if (n < 0)
            return DT_ENOTFOUND;
    }
    *range = r;
    if (no_map != NULL)
        *no_map = dt_property(dt, n, "no-map", &p) == 0;
    return 0;
}

const char *dt_cmdline(const struct dt *dt)
{
    const char *s = dt_string(dt, dt_find(dt, "/chosen"), "bootargs");

    return s != NULL ? s : "";
}

int dt_initrd(const struct dt *dt, struct dt_range *range)
{
    int chosen = dt_find(dt, "/chosen");
    uint64_t start, end;
    int error = dt_u64(dt, chosen, "linux,initrd-start", &start);

    if (error == 0)
        error = dt_u64(dt, chosen, "linux,initrd-end", &end);
    if (error < 0)
        return error;
    if (end <= start)
        return DT_EBADVALUE;
    *range = (struct dt_range){ start, end - start };
    return 0;
}

/* The first or next child of /cpus that is an enabled CPU. */
static int skip_to_cpu(const struct dt *dt, int n)
{
    while (n >= 0 && !(dt_has_string(dt, n, "device_type", "cpu") && dt_is_enabled(dt, n)))
        n = dt_next_sibling(dt, n);
    return n;
}

int dt_cpu(const struct dt *dt, unsigned index, uint64_t *id)
{
    struct dt_range r;
    int n = skip_to_cpu(dt, dt_first_child(dt, dt_find(dt, "/cpus")));

    for (; n >= 0; n = skip_to_cpu(dt, dt_next_sibling(dt, n))) {
        if (dt_reg(dt, n, 0, &r) == 0 && index-- == 0) {
            *id = r.base;
            return 0;
        }
    }
    return DT_ENOTFOUND;
}

unsigned dt_cpu_count(const struct dt *dt)
{
    uint64_t id;
    unsigned count = 0;

    while (dt_cpu(dt, count, &id) == 0)
        count++;
    return count;
}

int dt_timebase(const struct dt *dt, uint64_t *hz)
{
    int cpus = dt_find(dt, "/cpus");
    int cpu = skip_to_cpu(dt, dt_first_child(dt, cpus));
    int error = dt_u64(dt, cpus, "timebase-frequency", hz);

    return error == DT_ENOTFOUND ? dt_u64(dt, cpu, "timebase-frequency", hz) : error;
}
