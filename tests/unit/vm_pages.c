/* vm_pages.c - the allocator below kernel/vm*.c. The page that came back last goes out first, overwritten. */
#include "vm_pages.h"

#include "host.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/config.h>

enum { POISON = 0x5a };

unsigned vm_owned[PAGE_OWNERS];
long vm_until_failure;
unsigned vm_failures;
void (*vm_on_alloc)(void);
void (*vm_on_free)(uintptr_t pa);

static struct page map[VM_BACKED / PAGE_SIZE]; /* of these, what page_user.c and vm_walk.c keep in it */
uintptr_t page_map_bias;

static uint8_t owner_of[VM_FRAMES];
static unsigned free_list[VM_FRAMES], nfree;

void vm_pages_reset(void)
{
    page_map_bias = (uintptr_t)map - (KERNEL_BASE >> PAGE_SHIFT) * sizeof(struct page);
    memset(map, 0, sizeof(map));
    memset(owner_of, PAGE_FREE, sizeof(owner_of));
    memset(vm_owned, 0, sizeof(vm_owned));
    for (nfree = 0; nfree < VM_FRAMES; nfree++)
        free_list[nfree] = VM_FRAMES - 1 - nfree;
    vm_until_failure = -1;
    vm_failures = 0;
    vm_on_alloc = NULL;
    vm_on_free = NULL;
}

enum page_owner vm_owner(uintptr_t pa)
{
    return pa >= VM_PAGES_PA && pa < VM_BACKED ? owner_of[(pa - VM_PAGES_PA) / PAGE_SIZE] : PAGE_FREE;
}

void *page_alloc(unsigned order, enum page_owner owner)
{
    void (*on_alloc)(void) = vm_on_alloc;
    unsigned frame;

    assert_int_equal(order, 0);
    assert_true(owner == PAGE_TABLE || owner == PAGE_USER);
    if (on_alloc != NULL) {
        vm_on_alloc = NULL; /* what it does allocates too */
        on_alloc();
        vm_on_alloc = on_alloc;
    }
    if (vm_until_failure == 0) {
        vm_failures++;
        return NULL;
    }
    if (vm_until_failure > 0)
        vm_until_failure--;
    assert_true(nfree > 0);
    frame = free_list[--nfree];
    owner_of[frame] = (uint8_t)owner;
    vm_owned[owner]++;
    return hal_p2v(VM_PAGES_PA + (uintptr_t)frame * PAGE_SIZE);
}

void *page_alloc_zero(unsigned order, enum page_owner owner)
{
    void *page = page_alloc(order, owner);

    return page != NULL ? memset(page, 0, PAGE_SIZE) : NULL;
}

void page_free_zero(void *page)
{
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        assert_int_equal(((const char *)page)[i], 0);
    page_free(page, 0);
}

void page_free(void *block, unsigned order)
{
    uintptr_t pa = hal_v2p(block);
    enum page_owner owner = vm_owner(pa);

    assert_true(order == 0 && is_aligned(pa, PAGE_SIZE) && owner != PAGE_FREE);
    if (vm_on_free != NULL)
        vm_on_free(pa);
    memset(block, POISON, PAGE_SIZE);
    memset(page_of(block), POISON, sizeof(struct page));
    vm_owned[owner]--;
    owner_of[(pa - VM_PAGES_PA) / PAGE_SIZE] = PAGE_FREE;
    free_list[nfree++] = (unsigned)((pa - VM_PAGES_PA) / PAGE_SIZE);
}
