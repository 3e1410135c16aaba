/*
 * kstack.c - kernel stacks: slots of the kmap window, lowest first.
 *
 * In a slot, from low to high: guard page, stack, and struct kstack_top, by which current() and this_cpu()
 * work. Pages are mapped and unmapped without the lock: the slot is marked before and after.
 */
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/kassert.h>
#include <kernel/kstack.h>
#include <kernel/page.h>
#include <kernel/spinlock.h>
#include <kernel/vm.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdbool.h>

enum {
    MAX_SLOTS = 65536,
    FILL = 0xa5, /* DEBUG: of a fresh stack */
};

static struct {
    struct spinlock lock;
    struct bitmap free; /* slots below highest that were given back */
    unsigned highest;   /* slots from here on were never used */
    unsigned nused;     /* slots that have pages, or are about to have or to lose them */
    uint32_t words[MAX_SLOTS / 32 + MAX_SLOTS / 1024 + MAX_SLOTS / 32768 + 1]; /* of free */
} slots = { .lock = SPINLOCK_INIT("kernel stacks", RANK_KSTACK) };

static uintptr_t slot_base(unsigned slot)
{
    return hal_info.kmap_base + (uintptr_t)slot * KSTACK_SLOT;
}

static unsigned slot_of(uintptr_t base)
{
    KASSERT(is_aligned(base, KSTACK_SLOT) && base >= hal_info.kmap_base && base < page_map_base());
    return (unsigned)((base - hal_info.kmap_base) / KSTACK_SLOT);
}

/* Lock held. The lowest slot that is free, from here on ours, without pages; or 0. */
static uintptr_t reserve(void)
{
    size_t n = min_size(MAX_SLOTS, (page_map_base() - hal_info.kmap_base) / KSTACK_SLOT);
    if (slots.highest == 0)
        bitmap_init(&slots.free, MAX_SLOTS, slots.words);
    size_t slot = bitmap_first(&slots.free);
    if (slot != BITMAP_NONE)
        bitmap_clear(&slots.free, slot);
    else if (slots.highest < n)
        slot = slots.highest++;
    else
        return 0;
    slots.nused++;
    return slot_base((unsigned)slot);
}

/* The pages of a slot, or as many as there is memory for. */
static bool map(uintptr_t base)
{
    enum { PAGES = KSTACK_SLOT / PAGE_SIZE - 1 };
    uintptr_t pa[PAGES];
    unsigned n = 0, mapped;
    void *page;
    while (n < PAGES && (page = page_alloc(0, PAGE_STACK)) != NULL)
        pa[n++] = hal_v2p(page);
    mapped = vm_map_pages(&vm_kernel, base + PAGE_SIZE, pa, n, PROT_R | PROT_W);
    for (unsigned i = mapped; i < n; i++)
        page_free(hal_p2v(pa[i]), 0);
    return mapped == PAGES;
}

uintptr_t kstack_alloc(void)
{
    unsigned long s = spin_lock(&slots.lock);
    uintptr_t base = reserve();
    spin_unlock(&slots.lock, s);
    if (base != 0 && !map(base)) {
        kstack_free(base);
        return 0;
    }
    if (base != 0)
        kstack_refresh(base);
    return base;
}

/* A slot and what it has of its pages, once they are out of all TLBs. */
void kstack_free(uintptr_t base)
{
    unsigned slot = slot_of(base);
    vm_unmap_free(&vm_kernel, base + PAGE_SIZE, KSTACK_SLOT - PAGE_SIZE);
    unsigned long s = spin_lock(&slots.lock);
    KASSERT(slot < slots.highest && !bitmap_test(&slots.free, slot)); /* freed twice */
    bitmap_set(&slots.free, slot);
    slots.nused--;
    spin_unlock(&slots.lock, s);
}

void kstack_refresh(uintptr_t base)
{
    if (CONFIG_DEBUG)
        memset((void *)(base + PAGE_SIZE), FILL, KSTACK_SLOT - PAGE_SIZE);
}

size_t kstack_pages(void)
{
    unsigned long s = spin_lock(&slots.lock);
    size_t pages = (size_t)slots.nused * (KSTACK_SLOT / PAGE_SIZE - 1);
    spin_unlock(&slots.lock, s);
    return pages;
}

unsigned kstack_unused(uintptr_t base)
{
    const unsigned char *p = (const unsigned char *)base + PAGE_SIZE;
    unsigned n = 0;
    while (n < KSTACK_SLOT - PAGE_SIZE && p[n] == FILL)
        n++;
    return n;
}
