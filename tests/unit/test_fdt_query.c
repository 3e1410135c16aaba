/* test_fdt_query.c - what device trees say: paths, values, addresses through buses, on the trees in dts/.
 *
 * Planted and caught: a name that matches by its beginning; a unit address ignored that was asked for, and
 * one needed that was not; ranges read with the cells of the wrong bus; a missing ranges taken for an empty
 * one; the first window taken for any address, for one below it, for a range that leaves it, for one that
 * wraps; one bus translated instead of all; 0 or 3 address cells accepted; the defaults of 2 and 1 cells
 * exchanged; reg and ranges of broken entries accepted; a value of two cells read as one; status "ok"
 * refused; a disabled device shown; a string and a list read behind their end; the name of what is no node.
 */
#include "unit.h"

#include <string.h>

#include "dtb.h"
#include <lib/fdt.h>

static void test_paths(void **state)
{
    (void)state;
    const struct dt *odd = dtb_open("odd");
    const struct dt *virt = dtb_open("virt");

    assert_string_equal(dt_name(odd, dt_find(odd, "/")), "");
    assert_string_equal(dt_name(odd, dt_find(odd, "/uart@1")), "uart@1");
    assert_string_equal(dt_name(odd, dt_find(odd, "/uart@10")), "uart@10");
    assert_string_equal(dt_name(odd, dt_find(odd, "/uartx")), "uartx");
    assert_string_equal(dt_name(odd, dt_find(odd, "/uart")), "uart@10"); /* the first one of that name */
    assert_int_equal(dt_find(odd, "/uart@2"), DT_ENOTFOUND);
    assert_int_equal(dt_find(odd, "/uar"), DT_ENOTFOUND);
    assert_int_equal(dt_find(odd, "/uart@"), DT_ENOTFOUND);
    assert_int_equal(dt_find(odd, "uart"), DT_ENOTFOUND);
    assert_int_equal(dt_find(odd, ""), DT_ENOTFOUND);
    assert_int_equal(dt_find(odd, "/uart/uart"), DT_ENOTFOUND);
    assert_string_equal(dt_name(virt, dt_find(virt, "/memory")), "memory@80000000");
    assert_string_equal(dt_name(virt, dt_find(virt, "//soc//serial/")), "serial@10000000");
    assert_string_equal(dt_name(virt, dt_find(virt, "/cpus/cpu-map/cluster0/core0")), "core0");
    assert_int_equal(dt_first_child(virt, dt_find(virt, "/memory")), DT_ENOTFOUND);
    assert_int_equal(dt_next_sibling(virt, dt_find(virt, "/")), DT_ENOTFOUND);
    assert_int_equal(dt_parent(virt, dt_find(virt, "/")), DT_ENOTFOUND);
    assert_int_equal(dt_parent(virt, dt_find(virt, "/soc/plic")), dt_find(virt, "/soc"));
}

/* Errors given as nodes lead to errors, not elsewhere. */
static void test_no_node(void **state)
{
    (void)state;
    const struct dt *virt = dtb_open("virt");
    struct dt_property p;
    struct dt_range r;

    for (int node = DT_EBADVALUE; node < 0; node++) {
        assert_int_equal(dt_first_child(virt, node), DT_ENOTFOUND);
        assert_int_equal(dt_next_sibling(virt, node), DT_ENOTFOUND);
        assert_int_equal(dt_parent(virt, node), DT_ENOTFOUND);
        assert_int_equal(dt_property(virt, node, "reg", &p), DT_ENOTFOUND);
        assert_int_equal(dt_property_at(virt, node, 0, &p), DT_ENOTFOUND);
        assert_int_equal(dt_reg(virt, node, 0, &r), DT_ENOTFOUND);
        assert_int_equal(dt_reg_cpu(virt, node, 0, &r), DT_ENOTFOUND);
        assert_string_equal(dt_name(virt, node), "");
        assert_null(dt_string(virt, node, "compatible"));
    }
}

static void test_values(void **state)
{
    (void)state;
    const struct dt *odd = dtb_open("odd");
    int node = dt_find(odd, "/values");
    uint32_t u32 = 7;
    uint64_t u64 = 7;

    assert_int_equal(dt_u32(odd, node, "none", &u32), DT_EBADVALUE);
    assert_int_equal(dt_u32(odd, node, "two", &u32), DT_EBADVALUE);
    assert_int_equal(dt_u32(odd, node, "missing", &u32), DT_ENOTFOUND);
    assert_int_equal(u32, 7);
    assert_int_equal(dt_u32(odd, node, "one", &u32), 0);
    assert_int_equal(u32, 0x01020304);
    assert_int_equal(dt_u64(odd, node, "three", &u64), DT_EBADVALUE);
    assert_int_equal(dt_u64(odd, node, "missing", &u64), DT_ENOTFOUND);
    assert_true(u64 == 7);
    assert_int_equal(dt_u64(odd, node, "one", &u64), 0);
    assert_true(u64 == 0x01020304);
    assert_int_equal(dt_u64(odd, node, "two", &u64), 0);
    assert_true(u64 == 0x0102030405060708);

    assert_string_equal(dt_string(odd, node, "strings"), "");
    assert_string_equal(dt_string(odd, node, "unended"), "foo");
    assert_null(dt_string(odd, node, "none"));
    assert_true(dt_has_string(odd, node, "strings", "second"));
    assert_true(dt_has_string(odd, node, "strings", ""));
    assert_false(dt_has_string(odd, node, "strings", "sec"));
    assert_false(dt_has_string(odd, node, "strings", "third"));
    assert_false(dt_has_string(odd, node, "none", ""));
    assert_true(dt_has_string(odd, node, "unended", "foo"));
    assert_false(dt_has_string(odd, node, "unended", "bar"));

    assert_true(dt_is_enabled(odd, dt_find(odd, "/chosen")));
    assert_true(dt_is_enabled(odd, dt_find(odd, "/status-list")));
    assert_true(dt_is_enabled(dtb_open("virt"), dt_find(dtb_open("virt"), "/cpus/cpu@7")));
    assert_false(dt_is_enabled(odd, node));
    assert_false(dt_is_enabled(odd, dt_find(odd, "/memory@off")));
}

static void test_compatible(void **state)
{
    (void)state;
    const struct dt *virt = dtb_open("virt");
    struct dt_range r;
    int n = dt_find_compatible(virt, -1, "virtio,mmio");

    assert_string_equal(dt_name(virt, n), "virtio_mmio@10001000");
    n = dt_find_compatible(virt, n, "virtio,mmio");
    assert_string_equal(dt_name(virt, n), "virtio_mmio@10002000");
    assert_int_equal(dt_find_compatible(virt, n, "virtio,mmio"), DT_ENOTFOUND);
    assert_true(dt_is_compatible(virt, dt_find(virt, "/soc/test"), "sifive,test0"));
    assert_int_equal(dt_device(virt, "syscon", 0, &r), 0);
    assert_true(r.base == 0x100000 && r.size == 0x1000);
    assert_int_equal(dt_device(virt, "virtio,mmio", 0, &r), 0); /* the enabled one */
    assert_true(r.base == 0x10002000);
    assert_int_equal(dt_device(virt, "virtio,mmio", 1, &r), DT_ENOTFOUND);
    assert_int_equal(dt_device(virt, "sifive", 0, &r), DT_ENOTFOUND);
}

struct reg_case {
    const char *tree, *path;
    unsigned index;
    int error; /* of dt_reg_cpu */
    uint64_t base, size;
};

/* Addresses as a CPU sees them. */
static void test_translation(void **state)
{
    (void)state;
    static const struct reg_case cases[] = {
        { "virt", "/soc/serial", 0, 0, 0x10000000, 0x100 },
        { "virt", "/soc/serial", 1, DT_ENOTFOUND, 0, 0 },
        { "virt", "/soc", 0, DT_ENOTFOUND, 0, 0 },
        { "virt", "/", 0, DT_ENOTFOUND, 0, 0 },
        { "rpi4", "/soc/serial@7e201000", 0, 0, 0xfe201000, 0x200 },
        { "rpi4", "/soc/serial@7e215040", 0, 0, 0xfe215040, 0x40 },
        { "rpi4", "/soc/interrupt-controller", 0, 0, 0xff841000, 0x1000 },
        { "rpi4", "/soc/interrupt-controller", 3, 0, 0xff846000, 0x2000 },
        { "rpi4", "/soc/interrupt-controller", 4, DT_ENOTFOUND, 0, 0 },
        { "rpi4", "/soc/outside", 0, DT_EBADVALUE, 0, 0 },
        { "rpi4", "/soc/firmware/gpio", 0, DT_EBADVALUE, 0, 0 }, /* no ranges on the way */
        { "rpi4", "/scb/ethernet", 0, 0, 0xfd580000, 0x10000 },
        { "rpi4", "/scb/pcie/pci", 0, DT_EBADVALUE, 0, 0 }, /* addresses of three cells */
        { "odd", "/default-cells/device", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/memory", 0, DT_EBADVALUE, 0, 0 }, /* not a whole number of entries */
        { "odd", "/no-address/device", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/bad-cells/device", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/bad-ranges/device", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/outer/inner/device", 0, DT_EBADVALUE, 0, 0 }, /* windows without a size */
        { "odd", "/outer/bus/first", 0, 0, 0x100000000, 0x100 },
        { "odd", "/outer/bus/last", 0, 0, 0x1000000ff, 1 },
        { "odd", "/outer/bus/long", 0, DT_EBADVALUE, 0, 0 }, /* leaves its window */
        { "odd", "/outer/bus/below", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/outer/bus/second", 0, 0, 0x100001000, 0x80 },
        { "odd", "/outer/bus/high", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/endless/below", 0, DT_EBADVALUE, 0, 0 },
        { "odd", "/endless/above", 0, 0, 0x1000, 1 },
        { "odd", "/outer/wrap", 0, 0, 0xffffffffffffff00, 0x100 },
        { "odd", "/outer/wrapped", 0, DT_EBADVALUE, 0, 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct reg_case *c = &cases[i];
        const struct dt *dt = dtb_open(c->tree);
        struct dt_range r = { 0, 0 };
        int error = dt_reg_cpu(dt, dt_find(dt, c->path), c->index, &r);

        if (error != c->error || r.base != c->base || r.size != c->size)
            fail_msg("%s %s %u: %d, %llx %llx", c->tree, c->path, c->index, error, (unsigned long long)r.base,
                     (unsigned long long)r.size);
    }
}

/* The same, as the bus counts; two cells for the address and one for the size if it does not say. */
static void test_reg(void **state)
{
    (void)state;
    const struct dt *odd = dtb_open("odd");
    const struct dt *rpi4 = dtb_open("rpi4");
    struct dt_range r;

    assert_int_equal(dt_reg(odd, dt_find(odd, "/default-cells/device"), 0, &r), 0);
    assert_true(r.base == 0x100000002 && r.size == 3);
    assert_int_equal(dt_reg(odd, dt_find(odd, "/memory"), 0, &r), DT_EBADVALUE);
    assert_int_equal(dt_reg(rpi4, dt_find(rpi4, "/soc/serial"), 0, &r), 0);
    assert_true(r.base == 0x7e201000 && r.size == 0x200);
    assert_int_equal(dt_reg(rpi4, dt_find(rpi4, "/soc/firmware/gpio"), 0, &r), 0);
    assert_true(r.base == 1 && r.size == 1);
    assert_int_equal(dt_reg(rpi4, dt_find(rpi4, "/cpus/cpu@3"), 0, &r), 0);
    assert_true(r.base == 3 && r.size == 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),      cmocka_unit_test(test_no_node), cmocka_unit_test(test_values),
        cmocka_unit_test(test_compatible), cmocka_unit_test(test_reg),     cmocka_unit_test(test_translation),
    };

    return UNIT_RUN("fdt_query", tests);
}
