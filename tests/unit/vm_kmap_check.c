/* vm_kmap_check.c - kernel/vm.c: pages of the kmap window come and go, with and without memory for tables.
 *
 * Planted and caught: a positive error number; a table counted that was not there; no flush of the TLB, at
 * both, and one before the entry changes; an entry left at unmapping; the wrong protection; mapped over what
 * is mapped, outside of the window at both ends; unmapped what is not mapped.
 */
#include "host.h"
#include "unit.h"
#include "vm_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/vm.h>
#include <uapi/errno.h>

enum { OPERATIONS = 100000 };

static const struct boot_info little_ram = { .ram = { { { 0, 0x1000000 } }, 1 } };

static uintptr_t flushed;
static bool mapped_at_flush;
static unsigned others_told;

/* The TLB may be asked to forget only after the entry has changed. */
static void on_tlb_flush(uintptr_t va)
{
    flushed = va;
    mapped_at_flush = vm_is_mapped(va);
}

/* After this CPU's own, and with no tree locked: the others have to come to answer. */
static void on_smp_flush(void)
{
    assert_true(flushed != 0);
    assert_int_equal(atomic_load(&vm_kernel.lock.serving), atomic_load(&vm_kernel.lock.next));
    others_told++;
}

static void before_flush(void)
{
    flushed = 0;
    others_told = 0;
}

static void check_flush(uintptr_t va, bool mapped)
{
    assert_true(flushed == va && mapped_at_flush == mapped);
    assert_int_equal(others_told, hal_info.tlb_broadcast ? 0 : 1);
}

static void set_up(void)
{
    vm_set_up();
    vm_build(&little_ram);
    host_tlb_flush = on_tlb_flush;
    host_smp_flush = on_smp_flush;
}

static int map(uintptr_t va, uintptr_t pa, unsigned prot)
{
    int result;

    before_flush();
    result = vm_map(&vm_kernel, va, pa, prot);
    if (result == 0) {
        vm_model_set(va, pa, prot);
        if (hal_info.tlb_keeps_absent)
            check_flush(va, true);
        else
            assert_true(flushed == 0 && others_told == 0);
    }
    return result;
}

static void unmap(uintptr_t va)
{
    uintptr_t pa = vm_model_at(va)->pa, was = 0;

    before_flush();
    assert_int_equal(vm_unmap(&vm_kernel, va, &was), 0);
    assert_int_equal(was, pa);
    check_flush(va, false);
    vm_model_set(va, 0, 0);
}

static uintptr_t kmap_page(uint64_t *seed)
{
    size_t pages = (vm_port.kmap_end - vm_port.kmap_base) / PAGE_SIZE;
    size_t page = unit_random(seed) % 4 == 0 ? unit_random(seed) % pages : unit_random(seed) % 1500;

    if (unit_random(seed) % 4 == 0)
        page = pages - 1 - unit_random(seed) % 8;
    return vm_port.kmap_base + page * PAGE_SIZE;
}

/* Pages come and go, at times without memory for a table. A failure changes nothing, nor the top ever. */
void vm_test_kmap(void **state)
{
    (void)state;
    static const unsigned prots[] = { PROT_R, PROT_R | PROT_W, PROT_R | PROT_X, PROT_R | PROT_W | PROT_D };
    uint64_t seed = unit_seed();
    pte_t top[PT_ENTRIES];
    unsigned failed = 0;

    set_up();
    memcpy(top, hal_p2v(vm_root_pa), sizeof(top));
    for (unsigned i = 0; i < OPERATIONS; i++) {
        uintptr_t va = kmap_page(&seed), pa = unit_random(&seed) % (vm_port.ram_end / PAGE_SIZE) * PAGE_SIZE;
        unsigned before = vm_owned[PAGE_TABLE];

        hal_info.tlb_broadcast = unit_random(&seed) % 2;
        hal_info.tlb_keeps_absent = unit_random(&seed) % 2;
        assert_int_equal(vm_is_mapped(va), vm_model_at(va)->prot != 0);
        if (vm_model_at(va)->prot != 0) {
            unmap(va);
            assert_int_equal(vm_owned[PAGE_TABLE], before);
            continue;
        }
        vm_until_failure = unit_random(&seed) % 2 ? -1 : 0;
        if (map(va, pa, prots[unit_random(&seed) % ARRAY_SIZE(prots)]) != 0) {
            assert_int_equal(vm_until_failure, 0);
            assert_int_equal(vm_map(&vm_kernel, va, pa, PROT_R), -ENOMEM);
            failed++;
        }
        assert_true(vm_owned[PAGE_TABLE] <= before + 1);
        if (i % 5000 == 0)
            vm_check_tree();
    }
    vm_check_tree();
    assert_memory_equal(top, hal_p2v(vm_root_pa), sizeof(top));
    printf("# %d operations, %u without memory, %u tables\n", OPERATIONS, failed, vm_owned[PAGE_TABLE]);
    assert_true(failed > 10);
}

/* Without memory for a table nothing is mapped, and nothing lost; with memory again, it goes on. */
void vm_test_kmap_without_memory(void **state)
{
    (void)state;
    unsigned failed = 0;

    set_up();
    for (uintptr_t va = vm_port.kmap_base; va < vm_port.kmap_end; va += VM_BLOCK_SIZE / 2, failed = 0) {
        for (vm_until_failure = 0; map(va, PAGE_SIZE, PROT_R) != 0; vm_until_failure = (long)++failed) {
            assert_int_equal(vm_kernel.tables, vm_owned[PAGE_TABLE]);
            assert_false(vm_is_mapped(va));
        }
        assert_int_equal(failed, va % VM_BLOCK_SIZE == 0);
        assert_true(vm_is_mapped(va));
    }
    vm_check_tree();
}

void vm_test_kmap_panics(void **state)
{
    (void)state;
    uintptr_t base = vm_port.kmap_base, pa;

    set_up();
    expect_panic(vm_map(&vm_kernel, base - PAGE_SIZE, 0, PROT_R), "va >= base");
    expect_panic(vm_map(&vm_kernel, vm_port.kmap_end, 0, PROT_R), "size <= end - va");
    expect_panic(vm_map(&vm_kernel, base + 8, 0, PROT_R), "PAGE_SIZE");
    expect_panic(vm_map(&vm_kernel, base, 8, PROT_R), "PAGE_SIZE");
    expect_panic(vm_map(&vm_kernel, base, 0, PROT_W), "prot & PROT_R");
    expect_panic(vm_map(&vm_kernel, base, 0, PROT_R | PROT_W | PROT_X), "PROT_X");
    expect_panic(vm_map(&vm_kernel, base, 0, PROT_R | PROT_U), "PROT_U");
    expect_panic(vm_unmap(&vm_kernel, base - PAGE_SIZE, &pa), "va >= base");
    expect_panic(vm_unmap_free(&vm_kernel, vm_port.kmap_end - PAGE_SIZE, 2 * PAGE_SIZE), "size <= end - va");
    expect_panic(vm_protect(&vm_kernel, base, PAGE_SIZE, PROT_R | PROT_W | PROT_X), "PROT_X");
    expect_panic(vm_protect(&vm_kernel, base, 8, PROT_R), "PAGE_SIZE");
    expect_panic(vm_make_tables(&vm_kernel, base, vm_port.kmap_end + PAGE_SIZE), "size <= end - va");
    assert_int_equal(vm_unmap(&vm_kernel, base, &pa), -ENOENT);
    assert_int_equal(map(base, 0x5000, PROT_R), 0);
    assert_int_equal(vm_map(&vm_kernel, base, 0x6000, PROT_R), -EEXIST);
    assert_int_equal(vm_unmap(&vm_kernel, base, &pa), 0);
    assert_int_equal(pa, 0x5000);
    assert_int_equal(vm_unmap(&vm_kernel, base, &pa), -ENOENT);
}
