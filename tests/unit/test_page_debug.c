/* test_page_debug.c - kernel/page.c of a DEBUG build: it tells of pages freed twice, or written to when free.
 *
 * Each case has a process of its own, since pages are initialised only once.
 * Planted and caught: the mark of a free page not set, not looked at by a free or by an allocation, and not
 * taken away; a page not wiped; the lock not taken.
 */
#include "host.h"
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include <hal/mmu.h>
#include <kernel/page.h>

enum { RAM_SIZE = 0x40000, PAGES = RAM_SIZE / PAGE_SIZE, FILL = 0xc3 };

static unsigned char *page[PAGES];

static void set_up(void)
{
    static const struct boot_info bi = { .ram = { { { 0, RAM_SIZE } }, 1 } };

    host_become_cpu(0);
    page_init(&bi, UINT64_MAX);
    host_check(page_stat().total == PAGES);
    for (unsigned i = 0; i < PAGES; i++) {
        page[i] = page_alloc(0, PAGE_OTHER);
        host_check(page[i] != NULL);
    }
}

/* What was in a page cannot be read in it afterwards, and it can be used again and again. */
static void wiped(void *arg)
{
    (void)arg;
    set_up();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < PAGES; i++) {
            memset(page[i], FILL, PAGE_SIZE);
            page_free(page[i], 0);
            host_check(memchr(page[i], FILL, PAGE_SIZE) == NULL);
        }
        host_check(page_stat().free == PAGES);
        for (unsigned i = 0; i < PAGES; i++)
            host_check((page[i] = page_alloc(0, PAGE_OTHER)) != NULL);
        host_check(page_alloc(0, PAGE_OTHER) == NULL);
    }
    for (unsigned i = 0; i < PAGES; i++)
        page_free(page[i], 0);
}

static void twice(void *arg)
{
    (void)arg;
    set_up();
    page_free(page[0], 0);
    page_free(page[1], 0);
    page_free(page[0], 0);
}

static void twice_at_once(void *arg)
{
    (void)arg;
    set_up();
    page_free(page[0], 0);
    page_free(page[0], 0);
}

/* arg: where in the page. */
static void written(void *arg)
{
    unsigned at = *(const unsigned *)arg;

    set_up();
    page_free(page[0], 0);
    page_free(page[1], 0);
    page[0][at] ^= 1;
    host_check(page_alloc(0, PAGE_OTHER) == page[1]);
    page_alloc(0, PAGE_OTHER);
}

static void leave_free_page(void *arg)
{
    set_up();
    page_free(page[0], 0);
    memcpy(arg, page[0], PAGE_SIZE);
}

/* arg: what is in each page of RAM when the kernel begins. */
static void free_unused(void *arg)
{
    for (uintptr_t pa = 0; pa < RAM_SIZE; pa += PAGE_SIZE)
        memcpy(hal_p2v(pa), arg, PAGE_SIZE);
    set_up();
    for (unsigned i = 0; i < PAGES; i++)
        page_free(page[i], 0);
}

/* After a reset RAM may say what it said before: here, what a free page does. Nobody freed it twice. */
static void test_reset(void **state)
{
    (void)state;
    void *old = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    host_ram(RAM_SIZE);
    host_in_child(leave_free_page, old, NULL);
    host_in_child(free_unused, old, NULL);
    munmap(old, PAGE_SIZE);
}

static void test_use(void **state)
{
    (void)state;
    host_ram(RAM_SIZE);
    host_in_child(wiped, NULL, NULL);
}

static void test_twice(void **state)
{
    (void)state;
    host_ram(RAM_SIZE);
    host_in_child(twice, NULL, "freed twice");
    host_in_child(twice_at_once, NULL, "freed twice");
}

/* All but the word that links the list. */
static void test_written(void **state)
{
    (void)state;
    static unsigned at[] = { sizeof(uintptr_t), 2 * sizeof(uintptr_t), PAGE_SIZE / 2, PAGE_SIZE - 1 };

    host_ram(RAM_SIZE);
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
        host_in_child(written, &at[i], "was written to");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_use),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_reset),
    };

    return UNIT_RUN("page_debug", tests);
}
