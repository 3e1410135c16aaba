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
#include <lib/string.h>
#include <lib/util.h>
#include <stdbool.h>

enum {
    MAX_SLOTS = 65536,
    WORD_BITS = 32,
    KEPT_MOST = 4,
    FILL = 0xa5, /* DEBUG: of a fresh stack */
};

static struct {
    struct spinlock lock;
    uint32_t used[MAX_SLOTS / WORD_BITS]; /* a bit per slot */
    unsigned nused;                       /* slots that have pages, or are about to have or to lose them */
    unsigned first_free;                  /* no free slot lies before this one */
    uintptr_t kept[KEPT_MOST];            /* free stacks that stay mapped: most threads live shortly */
    unsigned nkept;
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

/* Lock held. MAX_SLOTS if all are used. */
static unsigned find_free(void)
{
    unsigned n = (unsigned)min_size(MAX_SLOTS, (page_map_base() - hal_info.kmap_base) / KSTACK_SLOT);
    for (unsigned i = slots.first_free; i < n; i++) {
        uint32_t word = slots.used[i / WORD_BITS];
        if (word == UINT32_MAX)
            i |= WORD_BITS - 1; /* the whole word is full */
        else if ((word >> i % WORD_BITS & 1) == 0)
            return i;
    }
    return MAX_SLOTS;
}

/* Lock held. A slot that is from here on ours, without pages; or 0. */
static uintptr_t reserve(void)
{
    unsigned slot = find_free();
    if (slot == MAX_SLOTS)
        return 0;
    slots.used[slot / WORD_BITS] |= 1u << slot % WORD_BITS;
    slots.first_free = slot + 1;
    slots.nused++;
    return slot_base(slot);
}

/* A slot and what it has of its pages, once they are out of all TLBs. */
static void give_back(uintptr_t base)
{
    unsigned slot = slot_of(base);
    vm_unmap_free(&vm_kernel, base + PAGE_SIZE, KSTACK_SLOT - PAGE_SIZE);
    unsigned long s = spin_lock(&slots.lock);
    slots.used[slot / WORD_BITS] &= ~(1u << slot % WORD_BITS);
    if (slot < slots.first_free)
        slots.first_free = slot;
    slots.nused--;
    spin_unlock(&slots.lock, s);
}

/* The pages of a slot, or as many as there is memory for. */
static bool map(uintptr_t base)
{
    for (uintptr_t va = base + PAGE_SIZE; va < base + KSTACK_SLOT; va += PAGE_SIZE) {
        void *page = page_alloc(0, PAGE_STACK);
        if (page == NULL)
            return false;
        if (vm_map(&vm_kernel, va, hal_v2p(page), PROT_R | PROT_W) != 0) {
            page_free(page, 0);
            return false;
        }
    }
    return true;
}

uintptr_t kstack_alloc(void)
{
    unsigned long s = spin_lock(&slots.lock);
    bool fresh = slots.nkept == 0;
    uintptr_t base = fresh ? reserve() : slots.kept[--slots.nkept];
    spin_unlock(&slots.lock, s);
    if (fresh && base != 0 && !map(base)) {
        give_back(base);
        base = 0;
    }
    if (CONFIG_DEBUG && base != 0)
        memset((void *)(base + PAGE_SIZE), FILL, KSTACK_SLOT - PAGE_SIZE);
    return base;
}

void kstack_free(uintptr_t base)
{
    unsigned slot = slot_of(base);
    unsigned long s = spin_lock(&slots.lock);
    KASSERT(slots.used[slot / WORD_BITS] >> slot % WORD_BITS & 1);
    for (unsigned i = 0; i < slots.nkept; i++)
        KASSERT(slots.kept[i] != base); /* freed twice */
    bool keep = slots.nkept < KEPT_MOST;
    if (keep)
        slots.kept[slots.nkept++] = base;
    spin_unlock(&slots.lock, s);
    if (!keep)
        give_back(base);
}

bool kstack_trim(void)
{
    bool any = false;
    for (;;) {
        unsigned long s = spin_lock(&slots.lock);
        uintptr_t base = slots.nkept > 0 ? slots.kept[--slots.nkept] : 0;
        spin_unlock(&slots.lock, s);
        if (base == 0)
            return any;
        give_back(base);
        any = true;
    }
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
