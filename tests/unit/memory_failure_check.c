/* memory_failure_check.c - each allocation of each operation fails in turn, and nothing else goes wrong.
 *
 * The N-th call of failalloc_now() says yes, for N = 1, 2 ... until an operation has fewer. Without lists and
 * magazines, as with failalloc= on the command line, the operation has to fail then; with them it may do with
 * fewer of them. Either way no page is lost, and the same operation goes well the next time.
 */
#include "memory_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <kernel/kmalloc.h>

enum { RAM_SIZE = 0x1800000, MANY = 200 };

static struct cache *on_slab, *off_slab, *longest, *created;
static void *got[MANY];
static unsigned which; /* of the sizes or orders of an operation */

static bool try_cache_create(void)
{
    created = cache_create("created", 100, 0, NULL);
    return created != NULL;
}

static void undo_cache_create(void)
{
    if (created != NULL)
        host_check(cache_destroy(created) == 0);
    created = NULL;
}

static struct cache *chosen(void)
{
    struct cache *const all[] = { on_slab, off_slab, longest };
    return all[which];
}

static bool try_cache_alloc(void)
{
    got[0] = cache_alloc(chosen());
    return got[0] != NULL;
}

/* Of many, all but the one that fails. */
static bool try_many(void)
{
    unsigned without = 0;
    for (unsigned i = 0; i < MANY; i++) {
        got[i] = cache_alloc(chosen());
        without += got[i] == NULL;
    }
    host_check(without <= 1 && cache_stat(chosen()).in_use == MANY - without);
    return without == 0;
}

static void undo_cache_alloc(void)
{
    for (unsigned i = 0; i < MANY; i++) {
        if (got[i] != NULL)
            cache_free(chosen(), got[i]);
        got[i] = NULL;
    }
    host_check(cache_stat(chosen()).in_use == 0);
}

static bool try_slab_grow(void)
{
    void *object[2 * MAGAZINE_MOST];
    unsigned n = 0, more;
    while (n < ARRAY_SIZE(object) && (object[n] = cache_alloc(off_slab)) != NULL)
        n++;
    more = n;
    while (n > 0)
        cache_free(off_slab, object[--n]);
    return more == ARRAY_SIZE(object);
}

static void undo_nothing(void)
{
    host_check(cache_stat(off_slab).in_use == 0);
}

static bool try_kmalloc(void)
{
    got[0] = kmalloc(kmalloc_class_size(which));
    return got[0] != NULL;
}

static bool try_large(void)
{
    got[0] = kmalloc(((size_t)PAGE_SIZE << which) - 1 + CACHE_SIZE_MOST / 2);
    return got[0] != NULL;
}

static bool try_kzalloc(void)
{
    got[0] = kzalloc(777);
    return got[0] != NULL;
}

static bool try_kmalloc_array(void)
{
    got[0] = kmalloc_array(33, 33);
    return got[0] != NULL;
}

static void undo_kmalloc(void)
{
    kfree(got[0]);
    got[0] = NULL;
}

/* From 0: from nothing. Where it fails, the old place is as it was. */
static bool try_krealloc(void)
{
    static const size_t from[] = { 0, 40, 300, 5000, 20000 }, to[] = { 50, 3000, 20, 50000, 60 };
    unsigned long fails_at = host_memory.fails_at;
    host_memory.fails_at = 0;
    unsigned char *p = from[which] > 0 ? kmalloc(from[which]) : NULL;
    host_memory.fails_at = fails_at;
    atomic_store(&host_memory.asked, 0);
    if (p != NULL)
        memset(p, 0x3c, from[which]);
    unsigned char *q = krealloc(p, to[which]);
    got[0] = q != NULL ? q : p;
    for (size_t i = 0; i < from[which] && (q == NULL || i < to[which]); i++)
        host_check(((unsigned char *)got[0])[i] == 0x3c);
    return q != NULL;
}

static bool try_page_alloc(void)
{
    got[0] = page_alloc(which, PAGE_OTHER);
    return got[0] != NULL;
}

static bool try_page_alloc_zero(void)
{
    got[0] = page_alloc_zero(which, PAGE_USER);
    return got[0] != NULL;
}

static void undo_page_alloc(void)
{
    if (got[0] != NULL)
        page_free(got[0], which);
    got[0] = NULL;
}

static const struct operation {
    const char *name;
    unsigned variants;
    bool (*run)(void);
    void (*undo)(void);
} operations[] = {
    { "cache_create", 1, try_cache_create, undo_cache_create },
    { "cache_alloc", 3, try_cache_alloc, undo_cache_alloc },
    { "cache_alloc, many", 3, try_many, undo_cache_alloc },
    { "slab_grow", 1, try_slab_grow, undo_nothing },
    { "kmalloc", KMALLOC_CLASSES, try_kmalloc, undo_kmalloc },
    { "kmalloc, large", PAGE_MAX_ORDER, try_large, undo_kmalloc },
    { "kzalloc", 1, try_kzalloc, undo_kmalloc },
    { "kmalloc_array", 1, try_kmalloc_array, undo_kmalloc },
    { "krealloc", 5, try_krealloc, undo_kmalloc },
    { "page_alloc", BUDDY_ORDERS, try_page_alloc, undo_page_alloc },
    { "page_alloc_zero", BUDDY_ORDERS, try_page_alloc_zero, undo_page_alloc },
};

static struct buddy at_start;

static void check_nothing_lost(void)
{
    memory_host_settle();
    memory_host_exact();
    struct buddy now = page_buddies();
    host_check(memcmp(now.blocks, at_start.blocks, sizeof(now.blocks)) == 0);
}

/* One failure, of call n. False: there was none, for there are not so many calls. */
static bool fail_one(const struct operation *op, unsigned long n)
{
    atomic_store(&host_memory.asked, 0);
    atomic_store(&host_memory.failed, 0);
    host_memory.fails_at = n;
    bool good = op->run();
    host_memory.fails_at = 0;
    bool failed = atomic_load(&host_memory.failed) > 0;
    host_check(good || failed);
    host_check(!host_memory.fail_wanted || good == !failed);
    op->undo();
    host_check(op->run()); /* at once, with what the failure has left */
    op->undo();
    check_nothing_lost();
    return failed;
}

static void run_all(void *arg)
{
    unsigned sites = 0;
    host_memory.fail_wanted = arg != NULL;
    memory_host_start(RAM_SIZE);
    on_slab = cache_create("on-slab", 64, 0, NULL);
    off_slab = cache_create("off-slab", 2000, 0, NULL);
    longest = cache_create("longest", CACHE_SIZE_MOST, CACHE_ALIGN_MOST, NULL);
    host_check(!on_slab->off_slab && off_slab->off_slab && longest->off_slab);
    memory_host_settle();
    at_start = page_buddies();
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
        unsigned long failed = 0;
        for (which = 0; which < operations[i].variants; which++) {
            unsigned long n = 1;
            while (fail_one(&operations[i], n))
                n++;
            host_check(n > 1);
            failed += n - 1;
        }
        printf("# %s: %lu made to fail\n", operations[i].name, failed);
        sites += (unsigned)failed;
    }
    printf("# %u allocations made to fail, each alone%s\n", sites, arg != NULL ? ", without magazines" : "");
    fflush(stdout);
    host_check(sites > 100);
}

void memory_check_failures(void **state)
{
    (void)state;
    static bool wanted;
    host_in_child(run_all, NULL, NULL);
    host_in_child(run_all, &wanted, NULL);
}
