/* vm_model.c - the model of the kernel's page tables, and the walk that compares.
 *
 * The walk knows only hal/pte.h, whose bits test_pte_*.c look at.
 */
#include "vm_model.h"

#include "host.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/vm.h>

struct vm_area vm_areas[VM_AREAS];
uintptr_t vm_root_pa;

static unsigned switches;        /* to the tree */

/* --- The model ----------------------------------------------------------------------------------------- */

static struct vm_area *area_of(uintptr_t va)
{
    for (struct vm_area *a = vm_areas; a < &vm_areas[VM_AREAS]; a++) {
        if (va >= a->base && va < a->end)
            return a;
    }
    return NULL;
}

struct vm_page *vm_model_at(uintptr_t va)
{
    struct vm_area *a = area_of(va);

    return a != NULL ? &a->page[(va - a->base) / PAGE_SIZE] : NULL;
}

void vm_model_set(uintptr_t va, uintptr_t pa, unsigned prot)
{
    struct vm_area *a = area_of(va);
    struct vm_page *p = vm_model_at(va);

    assert_non_null(p);
    a->mapped += (prot != 0) - (p->prot != 0);
    *p = (struct vm_page){ align_down(pa, PAGE_SIZE), prot };
}

/* Every page that any byte of the range lies in. */
static void model_range(uintptr_t va, uintptr_t pa, size_t size, unsigned prot)
{
    uintptr_t from = align_down(va, PAGE_SIZE);

    for (uintptr_t at = from; size > 0 && at < va + size; at += PAGE_SIZE)
        vm_model_set(at, pa + (at - from), prot);
}

/* Of RAM whole pages only. */
static void model_ram(struct mem_range r)
{
    uintptr_t base = align_up(r.base, PAGE_SIZE), end = align_down(r.base + r.size, PAGE_SIZE);

    model_range(KERNEL_BASE + base, base, base < end ? end - base : 0, PROT_R | PROT_W);
}

static void model_direct(uintptr_t pa, size_t size, unsigned prot)
{
    model_range(KERNEL_BASE + pa, pa, size, prot);
}

static void clear_area(struct vm_area *a, uintptr_t base, uintptr_t end)
{
    size_t bytes = (end - base) / PAGE_SIZE * sizeof(*a->page);

    *a = (struct vm_area){ base, end, a->page != NULL ? a->page : malloc(bytes), 0 };
    assert_non_null(a->page);
    memset(a->page, 0, bytes);
}

static void make_model(const struct boot_info *bi)
{
    clear_area(&vm_areas[VM_DIRECT], KERNEL_BASE, KERNEL_BASE + vm_port.ram_end);
    clear_area(&vm_areas[VM_KMAP], vm_port.kmap_base, vm_port.kmap_end);
    clear_area(&vm_areas[VM_DEVICES], vm_port.devices_base, vm_port.devices_end);
    for (unsigned i = 0; i < bi->ram.n; i++)
        model_ram(bi->ram.range[i]);
    for (unsigned i = 0; i < bi->hidden.n; i++)
        model_direct(bi->hidden.range[i].base, bi->hidden.range[i].size, 0);
    model_direct(IMAGE_PA, TEXT_PA - IMAGE_PA, PROT_R);
    model_direct(TEXT_PA, TEXT_END_PA - TEXT_PA, PROT_R | PROT_X);
    model_direct(TEXT_END_PA, RODATA_END_PA - TEXT_END_PA, PROT_R);
    model_direct(RODATA_END_PA, IMAGE_END_PA - RODATA_END_PA, PROT_R | PROT_W);
    model_direct(BOOT_STACK_PA, PAGE_SIZE, 0); /* its guard */
    for (const struct hal_window *w = vm_port.window; w->size > 0; w++)
        model_range(w->va, w->pa, w->size, PROT_R | PROT_W | PROT_D);
}

/* --- The walk ------------------------------------------------------------------------------------------ */

struct tour {
    uint8_t seen[VM_FRAMES];   /* each table is in one place of the tree only */
    unsigned tables;
    size_t pages;
};

static const pte_t *visit_table(struct tour *t, uintptr_t pa)
{
    unsigned number = (unsigned)((pa - VM_PAGES_PA) / PAGE_SIZE);

    assert_true(is_aligned(pa, PAGE_SIZE) && vm_owner(pa) == PAGE_TABLE);
    assert_int_equal(t->seen[number], 0);
    t->seen[number] = 1;
    t->tables++;
    return hal_p2v(pa);
}

static void visit_page(struct tour *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    const struct vm_page none = { 0, 0 }, *expected = vm_model_at(va);

    expected = expected != NULL ? expected : &none;
    if (expected->prot != prot || expected->pa != pa)
        fail_msg("page 0x%lx is mapped to 0x%lx with prot %u, not to 0x%lx with %u", (unsigned long)va,
                 (unsigned long)pa, prot, (unsigned long)expected->pa, expected->prot);
    t->pages++;
}

static void visit_block(struct tour *t, uintptr_t va, pte_t e)
{
    assert_true(is_aligned(hal_pte_addr(e), VM_BLOCK_SIZE));
    for (unsigned i = 0; i < PT_ENTRIES; i++)
        visit_page(t, va + i * PAGE_SIZE, hal_pte_addr(e) + i * PAGE_SIZE, hal_pte_prot(e));
}

/* A table of pages; outside of kmap one that a block could not have replaced. */
static void visit_pages(struct tour *t, uintptr_t va, const pte_t *table)
{
    uintptr_t first = hal_pte_addr(table[0]);
    bool as_block = is_aligned(first, VM_BLOCK_SIZE) && (va < vm_port.kmap_base || va >= vm_port.kmap_end);

    for (unsigned i = 0; i < PT_ENTRIES; i++) {
        pte_t e = table[i];
        bool present = hal_pte_present(e);

        if (present) {
            assert_true(hal_pte_is_leaf(e, 0));
            visit_page(t, va + i * PAGE_SIZE, hal_pte_addr(e), hal_pte_prot(e));
        } else {
            assert_true(e == 0);
        }
        as_block = as_block && present && hal_pte_prot(e) == hal_pte_prot(table[0]) &&
                   hal_pte_addr(e) == first + i * PAGE_SIZE;
    }
    assert_false(as_block);
}

static void visit_blocks(struct tour *t, uintptr_t va, const pte_t *table)
{
    for (unsigned i = 0; i < PT_ENTRIES; i++, va += VM_BLOCK_SIZE) {
        if (!hal_pte_present(table[i]))
            assert_true(table[i] == 0);
        else if (hal_pte_is_leaf(table[i], 1))
            visit_block(t, va, table[i]);
        else
            visit_pages(t, va, visit_table(t, hal_pte_addr(table[i])));
    }
}

/* The tree is what the model says, no page more and no page less: so nothing is in the user half. */
void vm_check_tree(void)
{
    static struct tour t;
    uintptr_t space = VM_TOP_SIZE << vm_port.top_bits, base = align_down((uintptr_t)KERNEL_BASE, space);
    const pte_t *top;
    size_t mapped = 0;

    t = (struct tour){ .tables = 0 };
    top = visit_table(&t, vm_root_pa);
    for (unsigned i = 0; i < PT_ENTRIES; i++) {
        uintptr_t va = base + i * VM_TOP_SIZE;
        bool in_kmap = va + VM_TOP_SIZE > vm_port.kmap_base && va < vm_port.kmap_end;

        if (!hal_pte_present(top[i])) {
            assert_true(top[i] == 0 && !in_kmap);
            continue;
        }
        assert_true(i < 1u << vm_port.top_bits && va + VM_TOP_SIZE > KERNEL_BASE);
        assert_false(hal_pte_is_leaf(top[i], 2));
        visit_blocks(&t, va, visit_table(&t, hal_pte_addr(top[i])));
    }
    for (unsigned i = 0; i < VM_AREAS; i++)
        mapped += vm_areas[i].mapped;
    assert_int_equal(t.pages, mapped);
    assert_int_equal(t.tables, vm_owned[PAGE_TABLE]);
    assert_int_equal(t.tables, vm_kernel.tables);
}

/* At the switch the tree is whole. */
static void on_pt_kernel(uintptr_t pa)
{
    vm_root_pa = pa;
    switches++;
    vm_check_tree();
}

void vm_build(const struct boot_info *bi)
{
    make_model(bi);
    vm_pages_reset();
    switches = 0;
    vm_init(bi);
    assert_int_equal(switches, 1);
}

void vm_set_up(void)
{
    host_ram(VM_BACKED);
    host_cpu.sp = KERNEL_BASE + BOOT_STACK_PA + KSTACK_SLOT - 64;
    host_pt_kernel = on_pt_kernel;
    host_tlb_flush = NULL;
    host_smp_flush = NULL;
    hal_info.pt_top_bits = vm_port.top_bits;
    hal_info.split_trees = vm_port.split_trees;
    hal_info.tlb_keeps_absent = vm_port.keeps_absent;
    hal_info.kmap_base = vm_port.kmap_base;
    hal_info.kmap_end = vm_port.kmap_end;
    memcpy(hal_info.window, vm_port.window, sizeof(hal_info.window));
}
