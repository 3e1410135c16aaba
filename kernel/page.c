/*
 * page.c - blocks of pages: this CPU's lists of single ones, then the buddies.
 *
 * What is free is known to the buddies' bitmaps and the lists alone, and the bitmaps change under the lock
 * only. The map says whose a block is: its first page names the owner, all others of it say PAGE_FREE, so
 * that a page freed twice, or from within a block, is found out whatever has become of it.
 */
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <kernel/failalloc.h>
#include <kernel/kassert.h>
#include <kernel/memmap.h>
#include <kernel/memory.h>
#include <kernel/page_debug.h>
#include <kernel/sched.h>
#include <lib/string.h>
#include <lib/util.h>

static struct {
    struct spinlock lock;
    struct buddy buddy;
    bool ready; /* there are buddies */
} pages = { .lock = SPINLOCK_INIT("pages", RANK_PAGE) };

/* Without a place, until page_init(). */
static void clear_lists(struct cpu *cpu)
{
    cpu->pages.top = cpu->pages.limit = cpu->pages.page;
    cpu->zeros.top = cpu->zeros.limit = cpu->zeros.page;
}

void page_early_init(const struct boot_info *bi, uint64_t limit)
{
    for (unsigned i = 0; i < MAX_CPUS; i++)
        clear_lists(&cpus[i]);
    memmap_early_init(bi, limit);
}

void page_init(void)
{
    memmap_init(&pages.buddy);
    pages.ready = true;
    for (unsigned i = 0; i < MAX_CPUS && !failalloc_wanted(); i++) {
        cpus[i].pages.limit = cpus[i].pages.page + PAGE_LIST_MOST;
        cpus[i].zeros.limit = cpus[i].zeros.page + PAGE_LIST_MOST;
    }
}

static unsigned list_length(const struct page_list *list)
{
    return (unsigned)(list->top - list->page);
}

/* irqs off. Into the empty list of this CPU, so that the lowest is handed out first. */
static void fill(struct page_list *list)
{
    struct page *got[PAGE_LIST_BATCH];
    unsigned most = (unsigned)min_size((size_t)(list->limit - list->page), PAGE_LIST_BATCH), n = 0;
    spin_lock_raw(&pages.lock);
    for (size_t i; n < most && (i = buddy_alloc(&pages.buddy, 0)) != BUDDY_NONE;) {
        got[n++] = &memmap[i];
        memmap[i].order = 0;
    }
    spin_unlock_raw(&pages.lock);
    while (n > 0)
        *list->top++ = got[--n];
}

/* irqs off. The n that have been on the list for longest. */
static void drain(struct page_list *list, unsigned n)
{
    spin_lock_raw(&pages.lock);
    for (unsigned i = 0; i < n; i++)
        buddy_free(&pages.buddy, (size_t)(list->page[i] - memmap), 0);
    spin_unlock_raw(&pages.lock);
    list->top -= n;
    memmove(list->page, list->page + n, list_length(list) * sizeof(list->page[0]));
}

bool page_list_drain(void)
{
    struct cpu *cpu = this_cpu();
    bool any = list_length(&cpu->pages) + list_length(&cpu->zeros) > 0;
    drain(&cpu->pages, list_length(&cpu->pages));
    drain(&cpu->zeros, list_length(&cpu->zeros));
    return any;
}

/* irqs off. */
static struct page *try_alloc(unsigned order)
{
    struct page_list *list = &this_cpu()->pages;
    if (order == 0 && list_length(list) == 0)
        fill(list);
    if (order == 0 && list_length(list) > 0)
        return *--list->top;
    spin_lock_raw(&pages.lock);
    size_t i = buddy_alloc(&pages.buddy, order);
    spin_unlock_raw(&pages.lock);
    return i != BUDDY_NONE ? &memmap[i] : NULL;
}

/* p, out of the buddies or off the list, is whose it will be, all but the story. */
static struct page *give_to(struct page *p, unsigned order, enum page_owner owner)
{
    if (p == NULL)
        return NULL;
    if (CONFIG_DEBUG)
        page_check_poison(p, order);
    p->owner = (uint8_t)owner;
    p->order = (uint8_t)order;
    return p;
}

/* What page_alloc() does when no page lies ready, or with a block; all but the story. */
static __attribute__((noinline)) struct page *alloc_slowly(unsigned order, enum page_owner owner)
{
    if (order > PAGE_MAX_ORDER || failalloc_now())
        return NULL;
    unsigned long s = hal_irq_save();
    struct page *p = try_alloc(order);
    while (p == NULL && memory_reclaim())
        p = try_alloc(order);
    hal_irq_restore(s);
    if (p == NULL && hal_irq_enabled() && memory_reclaim_everywhere()) {
        s = hal_irq_save();
        p = try_alloc(order);
        hal_irq_restore(s);
    }
    return give_to(p, order, owner);
}

/* A page off the list; NULL: there is none, or whatever page is taken needs a closer look. irqs off. */
static inline struct page *take_ready(struct page_list *list, unsigned order)
{
    struct page **top = list->top, *p = top[-1];
    if (CONFIG_DEBUG || order != 0 || p == NULL)
        return NULL;
    list->top = top - 1;
    return p;
}

void *page_alloc(unsigned order, enum page_owner owner)
{
    unsigned long s = hal_irq_save();
    struct page *p = take_ready(&this_cpu()->pages, order);
    hal_irq_restore(s);
    if (p != NULL) {
        p->owner = (uint8_t)owner; /* its order is 0, as that of all on the list */
    } else {
        if (!pages.ready)
            return order == 0 ? memmap_early_page(owner) : NULL;
        p = alloc_slowly(order, owner);
        if (p == NULL)
            return NULL;
    }
    p->caller = (uintptr_t)__builtin_return_address(0);
    return page_address(p);
}

void *page_try_alloc(enum page_owner owner)
{
    unsigned long s = hal_irq_save();
    struct page *p = give_to(failalloc_now() ? NULL : try_alloc(0), 0, owner);
    hal_irq_restore(s);
    if (p == NULL)
        return NULL;
    p->caller = (uintptr_t)__builtin_return_address(0);
    return page_address(p);
}

void *page_alloc_zero(unsigned order, enum page_owner owner)
{
    unsigned long s = hal_irq_save();
    struct page *p = take_ready(&this_cpu()->zeros, order);
    hal_irq_restore(s);
    char *block = p != NULL ? page_address(p) : page_alloc(order, owner);
    if (block == NULL)
        return NULL;
    if (p != NULL)
        p->owner = (uint8_t)owner;
    for (size_t i = 0; p == NULL && i < (size_t)PAGE_SIZE << order; i += PAGE_SIZE)
        hal_page_zero(block + i);
    if (pages.ready)
        page_of(block)->caller = (uintptr_t)__builtin_return_address(0);
    return block;
}

static bool may_be_freed(const void *block, unsigned order)
{
    const struct page *p = page_of(block);
    return is_aligned((uintptr_t)block, PAGE_SIZE) && p->owner > PAGE_LAST_KEPT && p->order == order;
}

/* What page_free() does with a block, and with a page for which the list has no room. */
static __attribute__((noinline)) void free_slowly(void *block, unsigned order, uintptr_t caller)
{
    struct page *p = page_of(block);
    if (!may_be_freed(block, order))
        page_bad_free(block, order, caller);
    if (CONFIG_DEBUG)
        page_poison(p, order);
    p->owner = PAGE_FREE;
    p->caller = caller;
    unsigned long s = hal_irq_save();
    struct page_list *list = &this_cpu()->pages;
    if (order == 0 && list_length(list) == PAGE_LIST_MOST)
        drain(list, PAGE_LIST_BATCH);
    if (order == 0 && list->top != list->limit) {
        *list->top++ = p;
    } else {
        spin_lock_raw(&pages.lock);
        buddy_free(&pages.buddy, (size_t)(p - memmap), order);
        spin_unlock_raw(&pages.lock);
    }
    hal_irq_restore(s);
}

/* Where a page goes onto a list, and its story; inline, so that the story is that of the caller's caller. */
static inline __attribute__((always_inline)) void free_page(void *page, bool zeros)
{
    struct page *p = page_of(page);
    unsigned long s = hal_irq_save();
    struct page_list *list = zeros ? &this_cpu()->zeros : &this_cpu()->pages;
    struct page **top = list->top;
    if (top == list->limit) {
        hal_irq_restore(s);
        free_slowly(page, 0, (uintptr_t)__builtin_return_address(0));
        return;
    }
    *top = p;
    list->top = top + 1;
    p->owner = PAGE_FREE;
    p->caller = (uintptr_t)__builtin_return_address(0);
    hal_irq_restore(s);
}

void page_free(void *block, unsigned order)
{
    if (CONFIG_DEBUG || order != 0 || !may_be_freed(block, 0))
        free_slowly(block, order, (uintptr_t)__builtin_return_address(0));
    else
        free_page(block, false);
}

void page_free_zero(void *page)
{
    if (CONFIG_DEBUG || !may_be_freed(page, 0))
        free_slowly(page, 0, (uintptr_t)__builtin_return_address(0));
    else
        free_page(page, true);
}

struct page_stat page_stat(void)
{
    unsigned long s = spin_lock(&pages.lock);
    struct page_stat st = { memmap_pages(), pages.buddy.free_pages };
    spin_unlock(&pages.lock, s);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        st.free += list_length(&cpus[i].pages) + list_length(&cpus[i].zeros);
    return st;
}

struct buddy page_buddies(void)
{
    unsigned long s = spin_lock(&pages.lock);
    struct buddy b = pages.buddy;
    spin_unlock(&pages.lock, s);
    return b;
}

/* Lock held. Counts the block that begins at i; returns how long it is. */
static size_t count_block(size_t i, size_t count[PAGE_OWNERS])
{
    int order = buddy_order_at(&pages.buddy, i);
    unsigned owner = order >= 0 ? PAGE_FREE : memmap[i].owner;
    size_t n = (size_t)1 << (order >= 0 ? (unsigned)order : memmap[i].order);
    count[owner] += n;
    return n;
}

/* The lock is let go now and then, for others: no block reaches over the end of the longest. */
void page_count(size_t count[PAGE_OWNERS])
{
    size_t i, to;
    memset(count, 0, PAGE_OWNERS * sizeof(count[0]));
    for (unsigned which = 0; memmap_stretch(which, &i, &to); which++) {
        while (i < to) {
            size_t end = min_size(to, align_up(i + 1, (size_t)1 << PAGE_MAX_ORDER));
            unsigned long s = spin_lock(&pages.lock);
            while (i < end)
                i += count_block(i, count);
            spin_unlock(&pages.lock, s);
        }
    }
}
