/* page_misuse.c - what page_free() panics about: each time with who does it and who did what before. */
#include "memory_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <arch/layout.h>
#include <hal/mmu.h>
#include <kernel/page.h>

enum { RAM_SIZE = 0x2000000, INITRD_PA = 0x900000 };

#define APART __attribute__((noinline, noclone))

/* A compiler barrier: a call in the last place must not become a jump. */
#define STAY() __asm__ volatile("")

static APART char *taker(unsigned order)
{
    char *block = page_alloc(order, PAGE_USER);
    STAY();
    return block;
}

static APART void first(void *block, unsigned order)
{
    page_free(block, order);
    STAY();
}

static APART void second(void *block, unsigned order)
{
    page_free(block, order);
    STAY();
}

static APART void end_of_names(void)
{
    STAY();
}

static void twice_on_list(void)
{
    char *page = taker(0);
    first(page, 0);
    second(page, 0);
}

static void twice_with_others_between(void)
{
    char *page = taker(0), *other = taker(0);
    first(page, 0);
    first(other, 0);
    second(page, 0);
}

static void twice_in_buddies(void)
{
    char *page = taker(0);
    first(page, 0);
    page_list_drain();
    second(page, 0);
}

static void twice_a_block(void)
{
    char *block = taker(3);
    first(block, 3);
    second(block, 3);
}

/* It went to another CPU's list. */
static void twice_on_two_cpus(void)
{
    char *page = taker(0);
    first(page, 0);
    host_become_cpu(1);
    second(page, 0);
}

static void inside(void)
{
    second(taker(4) + 5 * PAGE_SIZE, 0);
}

static void last_inside(void)
{
    second(taker(10) + 1023 * PAGE_SIZE, 0);
}

static void half_inside(void)
{
    second(taker(2) + 2 * PAGE_SIZE, 1);
}

static void too_long(void)
{
    second(taker(1), 2);
}

static void too_short(void)
{
    second(taker(1), 0);
}

static void page_as_block(void)
{
    second(taker(0), 1);
}

static void no_such_order(void)
{
    second(taker(0), 77);
}

static void misaligned(void)
{
    second(taker(0) + 8, 0);
}

static void hole(void)
{
    second(hal_p2v(RAM_SIZE - PAGE_SIZE), 0);
}

static void image(void)
{
    second(hal_p2v(IMAGE_PA), 0);
}

static void initrd(void)
{
    second(hal_p2v(INITRD_PA), 0);
}

static void firmware(void)
{
    second(hal_p2v(INITRD_PA - PAGE_SIZE), 0);
}

static void the_map(void)
{
    char *page = hal_p2v(0);
    while (page_of(page)->owner != PAGE_MAP)
        page += PAGE_SIZE;
    second(page, 0);
}

static void never_taken(void)
{
    second(hal_p2v(RAM_SIZE - 2 * PAGE_SIZE), 0);
}

static void written(void)
{
    char *page = taker(0);
    first(page, 0);
    page[PAGE_SIZE - 1] ^= 1;
    host_check(taker(0) == page);
}

static void written_in_block(void)
{
    char *block = taker(5);
    first(block, 5);
    block[17 * PAGE_SIZE + 100] = 1;
    host_check(taker(5) == block);
}

static const struct {
    void (*fn)(void);
    const char *words;
} cases[] = {
    { twice_on_list, "page_free(*, 0) in second: it is free already, since first" },
    { twice_with_others_between, "page_free(*, 0) in second: it is free already, since first" },
    { twice_in_buddies, "page_free(*, 0) in second: it is free already, since first" },
    { twice_a_block, "page_free(*, 3) in second: it is free already, since first" },
    { twice_on_two_cpus, "page_free(*, 0) in second: it is free already, since first" },
    { inside, "in second: it lies within the block of order 4 at *0 that taker took" },
    { last_inside, "in second: it lies within the block of order 10 at *0 that taker took" },
    { half_inside, "in second: it lies within the block of order 2 at *0 that taker took" },
    { too_long, "page_free(*, 2) in second: it is a block of order 1 (user) that taker took" },
    { too_short, "page_free(*, 0) in second: it is a block of order 1 (user) that taker took" },
    { page_as_block, "page_free(*, 1) in second: it is a block of order 0 (user) that taker took" },
    { no_such_order, "page_free(*, 77) in second: it is a block of order 0 (user) that taker took" },
    { misaligned, "page_free(*8, 0) in second: it is a block of order 0 (user) that taker took" },
    { hole, "page_free(*, 0) in second: there is no RAM" },
    { image, "page_free(*, 0) in second: it is a block of order 0 (kernel image) that the boot took" },
    { initrd, "page_free(*, 0) in second: it is a block of order 0 (initrd) that the boot took" },
    { firmware, "page_free(*, 0) in second: it is a block of order 0 (firmware) that the boot took" },
    { the_map, "page_free(*, 0) in second: it is a block of order 0 (memory map) that the boot took" },
    { never_taken, "page_free(*, 0) in second: it is free already, since boot" },
    { written, CONFIG_DEBUG ? "free page * was written to: 0x5b at offset 4095" : NULL },
    { written_in_block, CONFIG_DEBUG ? "free page * was written to: 0x01 at offset 100" : NULL },
};

static void run_case(void *arg)
{
    static const struct boot_info bi = {
        .ram = { { { 0, RAM_SIZE - PAGE_SIZE } }, 1 },
        .reserved = { { { INITRD_PA - PAGE_SIZE, 1 } }, 1 },
        .initrd = { INITRD_PA, PAGE_SIZE },
    };
    memory_host_name((void (*)(void))taker, "taker");
    memory_host_name((void (*)(void))first, "first");
    memory_host_name((void (*)(void))second, "second");
    memory_host_name(end_of_names, "somebody else");
    memory_host_ram(RAM_SIZE);
    memory_host_boot(&bi, UINT64_MAX);
    taker(0);
    cases[*(unsigned *)arg].fn();
}

void page_check_misuse(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        printf("# case %u: %s\n", i, cases[i].words != NULL ? cases[i].words : "no panic");
        host_in_child(run_case, &i, cases[i].words);
    }
    printf("# %zu kinds of misuse\n", ARRAY_SIZE(cases));
}
