/*
 * vm.c - the walk over page tables of three levels, the same on every port; and the kernel's tree.
 */
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/image.h>
#include <kernel/kassert.h>
#include <kernel/page.h>
#include <kernel/vm.h>
#include <lib/util.h>
#include <uapi/errno.h>

#define BLOCK_SIZE ((uintptr_t)PAGE_SIZE * PT_ENTRIES)  /* what an entry of level 1 maps */
#define TOP_SIZE   (BLOCK_SIZE * PT_ENTRIES)            /* and of the top table */

static pte_t *root; /* NULL until vm_init() */
static size_t table_pages;

static unsigned index_at(uintptr_t va, unsigned level)
{
    unsigned bits = level == PT_LEVELS - 1 ? hal_info.pt_top_bits : 9;
    return (unsigned)(va >> (PAGE_SHIFT + 9 * level)) & ((1u << bits) - 1);
}

/* The entry for va at `level`, or, if the way there ends before, where it ends; *at says at which level. */
static pte_t *walk(uintptr_t va, unsigned level, unsigned *at)
{
    pte_t *table = root;
    for (unsigned l = PT_LEVELS - 1;; l--) {
        pte_t *e = &table[index_at(va, l)];
        *at = l;
        if (l == level || !hal_pte_present(*e) || hal_pte_is_leaf(*e, l))
            return e;
        table = hal_p2v(hal_pte_addr(*e));
    }
}

/* The same, adding tables; NULL when there is no page for one. */
static pte_t *walk_make(uintptr_t va, unsigned level)
{
    for (;;) {
        unsigned at;
        pte_t *e = walk(va, level, &at);
        if (at == level)
            return e;
        KASSERT(!hal_pte_present(*e)); /* a block is never split */
        void *table = page_alloc_zero(0, PAGE_TABLE);
        if (table == NULL)
            return NULL;
        *e = hal_pte_table(hal_v2p(table), at);
        table_pages++;
    }
}

/* Boot only: running out of memory here is the end. */
static void map_range(uintptr_t va, struct mem_range r, unsigned prot)
{
    uintptr_t pa = align_down(r.base, PAGE_SIZE);
    va = align_down(va, PAGE_SIZE);
    size_t left = align_up(r.base + r.size - pa, PAGE_SIZE);
    while (left > 0) {
        unsigned level = is_aligned(va | pa, BLOCK_SIZE) && left >= BLOCK_SIZE ? 1 : 0;
        size_t size = level == 1 ? BLOCK_SIZE : PAGE_SIZE;
        pte_t *e = walk_make(va, level);
        if (e == NULL)
            panic("no memory for the kernel's page tables");
        *e = hal_pte_leaf(pa, prot, level);
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

void vm_init(const struct boot_info *bi)
{
    unsigned at;
    root = page_alloc_zero(0, PAGE_TABLE);
    if (root == NULL)
        panic("no memory for the kernel's page tables");
    table_pages = 1;
    map_all(bi);

    /* The top table is final: address spaces will share what it points to. */
    uintptr_t last = hal_info.kmap_end - 1; /* rather than the end: it may be the end of all addresses */
    for (uintptr_t va = hal_info.kmap_base;; va = (va | (TOP_SIZE - 1)) + 1) {
        if (walk_make(va, 1) == NULL)
            panic("no memory for the kernel's page tables");
        if ((va | (TOP_SIZE - 1)) >= last)
            break;
    }

    /* We stand on the boot stack. Its lowest page becomes its guard. */
    uintptr_t guard = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(KSTACK_SLOT - 1);
    pte_t *e = walk(guard, 0, &at);
    KASSERT(at == 0); /* not within a block */
    *e = 0;
    hal_pt_kernel(hal_v2p(root));
}

int vm_kmap(uintptr_t va, uintptr_t pa, unsigned prot)
{
    KASSERT(va >= hal_info.kmap_base && va < hal_info.kmap_end);
    pte_t *e = walk_make(va, 0);
    if (e == NULL)
        return -ENOMEM;
    KASSERT(!hal_pte_present(*e));
    *e = hal_pte_leaf(pa, prot, 0);
    hal_tlb_flush(va); /* a CPU may remember that there was nothing */
    return 0;
}

uintptr_t vm_kunmap(uintptr_t va)
{
    unsigned at;
    pte_t *e = walk(va, 0, &at);
    KASSERT(at == 0 && hal_pte_present(*e));
    uintptr_t pa = hal_pte_addr(*e);
    *e = 0;
    hal_tlb_flush(va);
    return pa;
}

size_t vm_table_pages(void)
{
    return table_pages;
}

bool vm_is_mapped(uintptr_t va)
{
    unsigned at;
    return root != NULL && va >= hal_info.kernel_base && hal_pte_present(*walk(va, 0, &at));
}

void vm_explain(uintptr_t va, unsigned prot)
{
    if (root == NULL || va < hal_info.kernel_base) {
        printk(KERN_EMERG "  nothing is mapped there: it is %s\n",
               va < PAGE_SIZE ? "the page of NULL pointers" : "below the kernel half");
        return;
    }
    for (unsigned level = PT_LEVELS - 1;; level--) {
        unsigned at;
        pte_t *e = walk(va, level, &at);
        if (at != level)
            return;
        printk(KERN_EMERG "  walk: level %u, entry %3u = 0x%016llx", level, index_at(va, level),
               (unsigned long long)*e);
        if (!hal_pte_present(*e)) {
            printk(KERN_CONT ": not present\n");
            return;
        }
        if (hal_pte_is_leaf(*e, level)) {
            unsigned has = hal_pte_prot(*e);
            printk(KERN_CONT ": %c%c%c%s\n", has & PROT_R ? 'R' : '-', has & PROT_W ? 'W' : '-',
                   has & PROT_X ? 'X' : '-',
                   prot & ~has & (PROT_R | PROT_W | PROT_X) ? ", which does not allow it" : "");
            return;
        }
        printk(KERN_CONT ": table\n");
        if (level == 0)
            return;
    }
}
