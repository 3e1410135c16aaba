/*
 * vm_kernel.c - the kernel's own tree: RAM in the direct map, the image W^X, device windows, the boot stack's
 * guard page left out, and tables for the kmap window. Nothing in the user half.
 */
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <kernel/image.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>
#include <lib/range.h>
#include <lib/util.h>

#define NO_MEMORY "no memory for the kernel's page tables"

struct vm_tree vm_kernel = { .lock = SPINLOCK_INIT("kernel page tables", RANK_VM) };

/* Boot only: running out of memory here is the end. */
static void map_range(uintptr_t va, struct mem_range r, unsigned prot)
{
    uintptr_t pa = align_down(r.base, PAGE_SIZE);
    va = align_down(va, PAGE_SIZE);
    size_t left = align_up(r.base + r.size - pa, PAGE_SIZE);
    while (left > 0) {
        unsigned level = is_aligned(va | pa, VM_BLOCK_SIZE) && left >= VM_BLOCK_SIZE ? 1 : 0;
        size_t size = level == 1 ? VM_BLOCK_SIZE : PAGE_SIZE;
        unsigned long s;
        pte_t *e = vm_lock_entry(&vm_kernel, va, level, &s);
        if (e == NULL)
            panic(NO_MEMORY);
        hal_pte_store(e, hal_pte_leaf(pa, prot, level));
        spin_unlock(&vm_kernel.lock, s);
        va += size;
        pa += size;
        left -= size;
    }
}

/* Whole pages only: what shares its page with something hidden stays hidden. */
static void map_ram(struct mem_range r, void *arg)
{
    (void)arg;
    uintptr_t base = align_up(r.base, PAGE_SIZE);
    uintptr_t end = align_down(r.base + r.size, PAGE_SIZE);
    if (base < end)
        map_range((uintptr_t)hal_p2v(base), (struct mem_range){ base, end - base }, PROT_R | PROT_W);
}

static void map_image(const char *from, const char *to, unsigned prot)
{
    map_range((uintptr_t)from, (struct mem_range){ hal_v2p(from), (size_t)(to - from) }, prot);
}

static void map_all(const struct boot_info *bi)
{
    struct mem_range cut[BOOT_MAX_RANGES + 1];
    unsigned n = 0;
    for (; n < bi->hidden.n; n++)
        cut[n] = bi->hidden.range[n];
    cut[n++] = (struct mem_range){ hal_v2p(__image_start), (size_t)(__image_end - __image_start) };
    for (unsigned i = 0; i < bi->ram.n; i++)
        range_subtract(bi->ram.range[i], cut, n, map_ram, NULL);

    map_image(__image_start, __text_start, PROT_R);
    map_image(__text_start, __text_end, PROT_R | PROT_X);
    map_image(__text_end, __rodata_end, PROT_R);
    map_image(__rodata_end, __image_end, PROT_R | PROT_W);

    for (const struct hal_window *w = hal_info.window; w->size > 0; w++)
        map_range(w->va, (struct mem_range){ w->pa, w->size }, PROT_R | PROT_W | PROT_D);
}

/* The top table is final from here on: address spaces share what it points to. */
static void make_kmap(void)
{
    uintptr_t last = hal_info.kmap_end - 1; /* rather than the end: it may be the end of all addresses */
    for (uintptr_t va = hal_info.kmap_base;; va = align_down(va, VM_TOP_SIZE) + VM_TOP_SIZE) {
        unsigned long s;
        if (vm_lock_entry(&vm_kernel, va, 1, &s) == NULL)
            panic(NO_MEMORY);
        spin_unlock(&vm_kernel.lock, s);
        if (last - va < VM_TOP_SIZE - va % VM_TOP_SIZE)
            break;
    }
}

/* The entries of the top table that a tree with both halves needs, final since vm_init(). */
static struct {
    unsigned n;
    uint16_t index[PT_ENTRIES];
} top;

static void note_top(void)
{
    top.n = 0;
    for (unsigned i = 0; !hal_info.split_trees && i < 1u << hal_info.pt_top_bits; i++) {
        if (vm_kernel.root[i] != 0)
            top.index[top.n++] = (uint16_t)i;
    }
}

void vm_enter_kernel(pte_t *root)
{
    for (unsigned i = 0; i < top.n; i++)
        root[top.index[i]] = vm_kernel.root[top.index[i]];
}

void vm_leave_kernel(pte_t *root)
{
    for (unsigned i = 0; i < top.n; i++)
        root[top.index[i]] = 0;
}

void vm_init(const struct boot_info *bi)
{
    vm_kernel.root = page_alloc_zero(0, PAGE_TABLE);
    if (vm_kernel.root == NULL)
        panic(NO_MEMORY);
    vm_kernel.tables = 1;
    vm_count_tables(1);
    map_all(bi);
    make_kmap();
    note_top();

    /* We stand on the boot stack. Its lowest page becomes its guard. */
    unsigned at;
    uintptr_t guard = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(KSTACK_SLOT - 1);
    pte_t *e = vm_walk(&vm_kernel, guard, 0, &at);
    KASSERT(at == 0); /* not within a block */
    hal_pte_store(e, 0);
    hal_pt_kernel(hal_v2p(vm_kernel.root));
}

bool vm_is_mapped(uintptr_t va)
{
    unsigned at;
    return vm_kernel.root != NULL && va >= hal_info.kernel_base &&
           hal_pte_present(*vm_walk(&vm_kernel, va, 0, &at));
}
