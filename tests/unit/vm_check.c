/* vm_check.c - kernel/vm.c: the tree that it builds, whatever the memory is like; and what it says of it.
 *
 * Planted and caught: the last block of a range as pages, and a block beyond its end; hidden memory
 * mapped; parts of pages before RAM and behind it, and less than a page; text and read-only data that can
 * be written; data, RAM and the head of the image that can be executed; devices cached; no guard below the
 * boot stack, another page of it taken, and one in a block; windows not rounded to pages; no switch, and
 * one to a virtual address; tables not counted, the root not, and one too many; no root, and no table of
 * kmap, without a panic; addresses of the user half, and any before there is a tree, looked up; the wrong
 * words for a refused access, and the wrong index.
 */
#include "host.h"
#include "unit.h"
#include "vm_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/vm.h>

enum { RANDOM_MAPS = 40, HOLE = 0x8000000, HIDDEN = 0x800000 };

static const struct boot_info little_ram = { .ram = { { { 0, 0x9f000 }, { 0x100000, 0xf00000 } }, 2 } };

static void test_before(void **state)
{
    (void)state;
    assert_false(vm_is_mapped(KERNEL_BASE));
    host_log[0] = 0;
    vm_explain(KERNEL_BASE, PROT_R);
    assert_non_null(strstr(host_log, "nothing is mapped"));
}

/* RAM from 0 to the end of the direct map, a hole at the end of each GiB as a port may have devices there. */
static struct boot_info much_ram(void)
{
    struct boot_info bi = { .ram = { .n = 0 } };

    for (uintptr_t at = 0; at < vm_port.ram_end; at += VM_TOP_SIZE) {
        uintptr_t end = min_size(at + VM_TOP_SIZE - HOLE, vm_port.ram_end);

        bi.ram.range[bi.ram.n++] = (struct mem_range){ at, end - at };
    }
    return bi;
}

static void test_much_ram(void **state)
{
    (void)state;
    struct boot_info bi = much_ram();

    vm_set_up();
    for (const struct hal_window *w = vm_port.window; w->size > 0; w++) {
        if (w->va == KERNEL_BASE + w->pa)
            bi.hidden.range[bi.hidden.n++] = (struct mem_range){ align_down(w->pa, VM_BLOCK_SIZE), HIDDEN };
    }
    vm_build(&bi);
    printf("# %u MiB of RAM: %u tables, %zu pages\n", (unsigned)(vm_port.ram_end >> 20), vm_owned[PAGE_TABLE],
           vm_areas[VM_DIRECT].mapped);
}

/* Ranges with any ends, and parts of them hidden. */
static void any_ram(struct boot_info *bi, uint64_t *seed)
{
    static const struct kind {
        size_t unit, most;
    } kinds[] = {
        { 1, 5000 },
        { 1, 5 * VM_BLOCK_SIZE },
        { PAGE_SIZE, 5 * PT_ENTRIES },
        { VM_BLOCK_SIZE, 5 },
    };
    uintptr_t at = unit_random(seed) % 4 * 0x1800;

    *bi = (struct boot_info){ .ncpus = 1 };
    while (bi->ram.n < BOOT_MAX_RANGES && at < VM_BACKED) {
        const struct kind *kind = &kinds[unit_random(seed) % ARRAY_SIZE(kinds)];
        size_t size = (unit_random(seed) % kind->most + 1) * kind->unit;

        bi->ram.range[bi->ram.n++] = (struct mem_range){ at, size };
        at = align_up(at + size, PAGE_SIZE) + (unit_random(seed) % 600 + 1) * PAGE_SIZE;
        if (unit_random(seed) % 2)
            at = align_up(at, VM_BLOCK_SIZE);
        else if (unit_random(seed) % 2)
            at += unit_random(seed) % PAGE_SIZE;
    }
    bi->hidden.n = (unsigned)(unit_random(seed) % (BOOT_MAX_RANGES + 1));
    for (unsigned i = 0; i < bi->hidden.n; i++) {
        size_t unit = i % 3 == 0 ? 256 : PAGE_SIZE;

        bi->hidden.range[i].base = unit_random(seed) % (VM_BACKED / unit) * unit;
        bi->hidden.range[i].size = unit_random(seed) % (i % 2 ? 8 : 1500) * unit;
    }
}

static void test_random_ram(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    struct boot_info bi;

    vm_set_up();
    for (unsigned i = 0; i < RANDOM_MAPS; i++) {
        any_ram(&bi, &seed);
        vm_build(&bi);
    }
    printf("# %d memory maps\n", RANDOM_MAPS);
}

/* The boot cannot go on without its tables, whichever of them it is that is missing. */
static void test_init_without_memory(void **state)
{
    (void)state;
    unsigned needed;

    vm_set_up();
    vm_build(&little_ram);
    needed = vm_owned[PAGE_TABLE];
    for (unsigned i = 0; i < needed; i++) {
        vm_pages_reset();
        vm_until_failure = (long)i;
        expect_panic(vm_init(&little_ram), "no memory for the kernel's page tables");
    }
    vm_build(&little_ram);
    assert_int_equal(vm_owned[PAGE_TABLE], needed);
    printf("# %u failed allocations\n", needed);
}

/* A block cannot lose its guard page without losing all. */
static void test_stack_in_a_block(void **state)
{
    (void)state;
    vm_set_up();
    vm_pages_reset();
    host_cpu.sp = KERNEL_BASE + 0x900000;
    expect_panic(vm_init(&little_ram), "at == 0");
}

/* Each page of the kernel half, and what is not in it. */
static void test_is_mapped(void **state)
{
    (void)state;
    vm_set_up();
    vm_build(&little_ram);
    for (const struct vm_area *a = vm_areas; a < &vm_areas[VM_AREAS]; a++) {
        for (size_t at = 0; at < min_size(a->end - a->base, VM_BACKED); at += PAGE_SIZE) {
            bool mapped = vm_model_at(a->base + at)->prot != 0;

            assert_int_equal(vm_is_mapped(a->base + at), mapped);
            assert_int_equal(vm_is_mapped(a->base + at + PAGE_SIZE - 1), mapped);
        }
    }
    assert_false(vm_is_mapped(0));
    assert_false(vm_is_mapped(PAGE_SIZE));
    assert_false(vm_is_mapped(KERNEL_BASE - 1));
    /* What looks the same to the tables. */
    assert_false(vm_is_mapped(KERNEL_BASE - (VM_TOP_SIZE << vm_port.top_bits)));
}

/* The lines that vm_explain() has to print, by a walk of our own. */
static void explain(char *out, size_t size, uintptr_t va, unsigned prot)
{
    const pte_t *table = hal_p2v(vm_root_pa);
    size_t n = 0;

    for (unsigned level = PT_LEVELS; level-- > 0;) {
        unsigned bits = level == 2 ? vm_port.top_bits : 9;
        unsigned index = va >> (PAGE_SHIFT + 9 * level) & ((1u << bits) - 1);
        pte_t e = table[index];
        unsigned has = hal_pte_prot(e);

        n += (size_t)snprintf(out + n, size - n, "  walk: level %u, entry %3u = 0x%016llx: ", level, index,
                              (unsigned long long)e);
        if (!hal_pte_present(e)) {
            snprintf(out + n, size - n, "not present\n");
            return;
        }
        if (hal_pte_is_leaf(e, level)) {
            bool allows = (has & PROT_W || !(prot & PROT_W)) && (has & PROT_X || !(prot & PROT_X));

            snprintf(out + n, size - n, "R%c%c%s\n", has & PROT_W ? 'W' : '-', has & PROT_X ? 'X' : '-',
                     allows ? "" : ", which does not allow it");
            return;
        }
        n += (size_t)snprintf(out + n, size - n, "table\n");
        table = hal_p2v(hal_pte_addr(e));
    }
}

static void test_explain(void **state)
{
    (void)state;
    static const unsigned prots[] = { PROT_R, PROT_W, PROT_X };
    const uintptr_t places[] = {
        KERNEL_BASE,
        KERNEL_BASE + 0x9f000, /* a hole */
        KERNEL_BASE + TEXT_PA,
        KERNEL_BASE + 0x400000, /* a block of text */
        KERNEL_BASE + TEXT_END_PA,
        KERNEL_BASE + BOOT_STACK_PA, /* its guard */
        KERNEL_BASE + BOOT_STACK_PA + PAGE_SIZE,
        vm_port.window[0].va,
        vm_port.kmap_base,
        vm_port.kmap_end - PAGE_SIZE,
    };
    char expected[512];

    vm_set_up();
    vm_build(&little_ram);
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        for (unsigned j = 0; j < ARRAY_SIZE(prots); j++) {
            host_log[0] = 0;
            vm_explain(places[i] + 8, prots[j]);
            explain(expected, sizeof(expected), places[i] + 8, prots[j]);
            assert_string_equal(host_log, expected);
        }
    }
    host_log[0] = 0;
    vm_explain(PAGE_SIZE - 1, PROT_W);
    assert_string_equal(host_log, "  nothing is mapped there: it is the page of NULL pointers\n");
    host_log[0] = 0;
    vm_explain(KERNEL_BASE - 1, PROT_W);
    assert_string_equal(host_log, "  nothing is mapped there: it is below the kernel half\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before),                  cmocka_unit_test(test_much_ram),
        cmocka_unit_test(test_random_ram),              cmocka_unit_test(test_init_without_memory),
        cmocka_unit_test(test_stack_in_a_block),        cmocka_unit_test(test_is_mapped),
        cmocka_unit_test(vm_test_kmap),                 cmocka_unit_test(vm_test_kmap_without_memory),
        cmocka_unit_test(vm_test_kmap_panics),          cmocka_unit_test(test_explain),
        cmocka_unit_test(vm_test_user),                 cmocka_unit_test(vm_test_without_memory),
        cmocka_unit_test(vm_test_faster),               cmocka_unit_test(vm_test_runs),
        cmocka_unit_test(vm_test_user_panics),
    };

    return UNIT_RUN(vm_port.name, tests);
}
