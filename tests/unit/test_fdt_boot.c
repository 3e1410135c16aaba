/* test_fdt_boot.c - what boot code asks of a device tree: memory, reservations, command line, CPUs, clock.
 *
 * Planted and caught: disabled CPUs and disabled memory shown; a CPU without a good reg counted; empty ranges
 * shown, and such as reach past the last address; only the first node of memory read; any node taken for
 * memory; the no-map of another node; reservations counted twice, and one without a byte; an initrd that ends
 * before it begins; no command line but NULL; numbers of one cell only; the clock of a CPU not looked for.
 */
#include "unit.h"

#include "dtb.h"
#include <lib/fdt.h>

struct range_case {
    uint64_t base, size;
    bool no_map;
};

static void check_memory(const char *name, const struct range_case *want, unsigned n)
{
    struct dt_range r;

    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(dt_memory(dtb_open(name), i, &r), 0);
        assert_true(r.base == want[i].base && r.size == want[i].size);
    }
    assert_int_equal(dt_memory(dtb_open(name), n, &r), DT_ENOTFOUND);
}

static void test_memory(void **state)
{
    (void)state;
    static const struct range_case virt[] = { { 0x80000000, 0x8000000, false } };
    static const struct range_case rpi4[] = {
        { 0x0, 0x3b400000, false },
        { 0x40000000, 0xbc000000, false },
        { 0x100000000, 0x80000000, false },
        { 0x180000000, 0x80000000, false },
    };
    static const struct range_case odd[] = { { 0xfffffffffffff000, 0x1000, false },
                                             { 0x7000, 0x1000, false } };

    check_memory("virt", virt, ARRAY_SIZE(virt));
    check_memory("rpi4", rpi4, ARRAY_SIZE(rpi4));
    check_memory("odd", odd, ARRAY_SIZE(odd));
    check_memory("empty", NULL, 0);
}

static void check_reserved(const char *name, const struct range_case *want, unsigned n)
{
    struct dt_range r;
    bool no_map = true;

    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(dt_reserved(dtb_open(name), i, &r, &no_map), 0);
        assert_true(r.base == want[i].base && r.size == want[i].size && no_map == want[i].no_map);
        assert_int_equal(dt_reserved(dtb_open(name), i, &r, NULL), 0);
    }
    assert_int_equal(dt_reserved(dtb_open(name), n, &r, &no_map), DT_ENOTFOUND);
    assert_int_equal(dt_reserved(dtb_open(name), ~0u, &r, &no_map), DT_ENOTFOUND);
}

static void test_reserved(void **state)
{
    (void)state;
    static const struct range_case rpi4[] = {
        { 0x0, 0x1000, false },        { 0x3c000000, 0x4000000, false }, { 0x3ef64700, 0x1c, true },
        { 0x20000000, 0x1000, false }, { 0x30000000, 0x2000, false },
    };
    static const struct range_case odd[] = {
        { 0xfffffffffffff000, 0x1000, false }, /* cut at the last address */
        { UINT64_MAX, 1, false },
    };

    check_reserved("virt", NULL, 0);
    check_reserved("rpi4", rpi4, ARRAY_SIZE(rpi4));
    check_reserved("odd", odd, ARRAY_SIZE(odd));
    check_reserved("empty", NULL, 0);
}

static void test_chosen(void **state)
{
    (void)state;
    struct dt_range r;

    assert_string_equal(dt_cmdline(dtb_open("virt")), "mem=64M demo=539");
    assert_string_equal(dt_cmdline(dtb_open("rpi4")), "");
    assert_string_equal(dt_cmdline(dtb_open("odd")), "");
    assert_string_equal(dt_cmdline(dtb_open("empty")), "");
    assert_int_equal(dt_initrd(dtb_open("virt"), &r), 0);
    assert_true(r.base == 0x84200000 && r.size == 0x200);
    assert_int_equal(dt_initrd(dtb_open("rpi4"), &r), 0);
    assert_true(r.base == 0x108000000 && r.size == 9);
    assert_int_equal(dt_initrd(dtb_open("odd"), &r), DT_EBADVALUE);
    assert_int_equal(dt_initrd(dtb_open("empty"), &r), DT_ENOTFOUND);
}

static void check_cpus(const char *name, const uint64_t *ids, unsigned n)
{
    uint64_t id;

    assert_int_equal(dt_cpu_count(dtb_open(name)), n);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(dt_cpu(dtb_open(name), i, &id), 0);
        assert_true(id == ids[i]);
    }
    assert_int_equal(dt_cpu(dtb_open(name), n, &id), DT_ENOTFOUND);
}

static void test_cpus(void **state)
{
    (void)state;
    uint64_t hz = 5;

    check_cpus("virt", (const uint64_t[]){ 0, 2, 7 }, 3);
    check_cpus("rpi4", (const uint64_t[]){ 0, 1, 2, 3 }, 4);
    check_cpus("odd", (const uint64_t[]){ 0x100000002 }, 1);
    check_cpus("empty", NULL, 0);
    assert_int_equal(dt_timebase(dtb_open("rpi4"), &hz), DT_ENOTFOUND);
    assert_true(hz == 5);
    assert_int_equal(dt_timebase(dtb_open("virt"), &hz), 0);
    assert_true(hz == 10000000);
    assert_int_equal(dt_timebase(dtb_open("odd"), &hz), 0); /* of the first CPU that is enabled */
    assert_true(hz == 0x100000000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_cpus),
    };

    return UNIT_RUN("fdt_boot", tests);
}
