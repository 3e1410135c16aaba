/*
 * page_user.c - pages of programs, counted by who maps them.
 *
 * The count is in the entry of the memory map, and changes without a lock: who makes it rise has a user
 * already, so it does not come from 0; who takes it to 0 was the last.
 */
#include <kernel/kassert.h>
#include <kernel/page.h>

void *page_user_alloc(void)
{
    void *page = page_alloc(0, PAGE_USER);
    if (page != NULL)
        atomic_store_explicit(&page_of(page)->users, 1, memory_order_relaxed);
    return page;
}

void page_user_end(void *page, unsigned users)
{
    KASSERT(users == 1); /* it had none: put once too often */
    page_free(page, 0);
}
