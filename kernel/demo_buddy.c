/*
 * demo_buddy.c - how blocks of pages split and join, on 32 numbers that stand for pages.
 *
 * What split and what joined is not known here beforehand: it is read off the free blocks before and after
 * each request.
 */
#include <kernel/buddy.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/kassert.h>
#include <lib/string.h>
#include <lib/util.h>

enum { PAGES = 32, TOP_ORDER = 5, OWNERS = 4, GIVES_BACK = -1, LAST_REQUEST = 3 };

static const struct {
    char who;
    int order; /* of the request, or GIVES_BACK */
} steps[] = {
    { 'A', 1 },          { 'B', 0 },          { 'C', 3 },          { 'D', 5 },
    { 'B', GIVES_BACK }, { 'A', GIVES_BACK }, { 'C', GIVES_BACK },
};

static struct {
    struct buddy buddy;
    uint32_t bitmaps[16];
    int before[PAGES]; /* of each page: order of the free block that begins there, or -1 */
    int after[PAGES];
    struct {
        size_t page;
        unsigned order;
    } got[OWNERS]; /* by each letter; BUDDY_NONE: nothing */
} demo;

static void look(int *order_at)
{
    for (size_t page = 0; page < PAGES; page++)
        order_at[page] = buddy_order_at(&demo.buddy, page);
}

static void print_free_blocks(void)
{
    kprintf("  free blocks\n");
    for (unsigned order = 0; order <= TOP_ORDER; order++) {
        kprintf("    order %u, %2u pages:", order, 1u << order);
        size_t page = buddy_next_block(&demo.buddy, order, 0);
        if (page == BUDDY_NONE)
            kprintf(" none");
        for (; page != BUDDY_NONE; page = buddy_next_block(&demo.buddy, order, page + 1))
            kprintf(" %u", (unsigned)page);
        kprintf("\n");
    }
}

/* A letter for each page that somebody has, a dot for each that is free. */
static void print_picture(void)
{
    char picture[PAGES + 1];
    memset(picture, '?', PAGES);
    picture[PAGES] = 0;
    for (size_t page = 0; page < PAGES; page++) {
        if (demo.after[page] >= 0)
            memset(&picture[page], '.', (size_t)1 << demo.after[page]);
    }
    for (unsigned i = 0; i < OWNERS; i++) {
        if (demo.got[i].page != BUDDY_NONE)
            memset(&picture[demo.got[i].page], 'A' + (int)i, (size_t)1 << demo.got[i].order);
    }
    kprintf("  [%s]\n", picture);
}

/* A block that is free now and was not before is half of one that split. The largest split first. */
static void tell_splits(void)
{
    for (unsigned half = TOP_ORDER; half-- > 0;) {
        for (unsigned freed = 0; freed < PAGES; freed++) {
            if (demo.after[freed] != (int)half || demo.before[freed] == (int)half)
                continue;
            unsigned kept = freed ^ 1u << half;
            kprintf("  order %u at page %u splits: keeps %u, frees its buddy %u = %u XOR %u\n", half + 1,
                    kept < freed ? kept : freed, kept, freed, kept, 1u << half);
        }
    }
}

/* A block that was free before and is not now has joined its buddy. The smallest joined first. */
static void tell_joins(void)
{
    for (unsigned order = 0; order < TOP_ORDER; order++) {
        for (unsigned gone = 0; gone < PAGES; gone++) {
            if (demo.before[gone] != (int)order || demo.after[gone] == (int)order)
                continue;
            unsigned page = gone ^ 1u << order;
            kprintf("  order %u at page %u: its buddy %u = %u XOR %u is free, they join\n", order, page, gone,
                    page, 1u << order);
        }
    }
}

/* What came of the block that was given back: the one that is free now and was not before. */
static void tell_where_it_ends(void)
{
    for (unsigned page = 0; page < PAGES; page++) {
        int order = demo.after[page];
        if (order < 0 || demo.before[page] == order)
            continue;
        unsigned buddy = page ^ 1u << order;
        if (buddy >= PAGES)
            kprintf("  order %d at page %u: all there is\n", order, page);
        else
            kprintf("  order %d at page %u: its buddy %u = %u XOR %u is %s\n", order, page, buddy, page,
                    1u << order, demo.after[buddy] == order ? "free, and was missed" : "not free, it stays");
    }
}

static void request(char who, unsigned order)
{
    kprintf("%c asks for order %u\n", who, order);
    size_t page = buddy_alloc(&demo.buddy, order);
    look(demo.after);
    demo.got[who - 'A'].page = page;
    demo.got[who - 'A'].order = order;
    tell_splits();
    if (page != BUDDY_NONE)
        kprintf("  %c gets page %u, order %u\n", who, (unsigned)page, order);
    else
        kprintf("  refused: of the %u free pages, %u%% lie in smaller blocks\n",
                (unsigned)demo.buddy.free_pages, buddy_fragmentation(&demo.buddy, order));
}

static void give_back(char who)
{
    size_t page = demo.got[who - 'A'].page;
    unsigned order = demo.got[who - 'A'].order;
    kprintf("%c gives page %u, order %u back\n", who, (unsigned)page, order);
    demo.got[who - 'A'].page = BUDDY_NONE;
    buddy_free(&demo.buddy, page, order);
    look(demo.after);
    tell_joins();
    tell_where_it_ends();
}

void demo_buddy(void)
{
    KASSERT(buddy_bytes(PAGES) <= sizeof(demo.bitmaps));
    buddy_init(&demo.buddy, PAGES, demo.bitmaps);
    buddy_free_range(&demo.buddy, 0, PAGES);
    for (unsigned i = 0; i < OWNERS; i++)
        demo.got[i].page = BUDDY_NONE;
    kprintf("%u pages. A block of order k is 2^k pages; its buddy begins at its own first page XOR 2^k.\n",
            PAGES);
    look(demo.after);
    print_free_blocks();
    print_picture();
    for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
        look(demo.before);
        if (steps[i].order == GIVES_BACK)
            give_back(steps[i].who);
        else
            request(steps[i].who, (unsigned)steps[i].order);
        print_picture();
        if (i == LAST_REQUEST || i + 1 == ARRAY_SIZE(steps))
            print_free_blocks();
    }
    if (demo.after[0] == TOP_ORDER)
        kprintf("all free again: one block of order %d\n", demo.after[0]);
    else
        kprintf("FAILED: not all of it came back\n");
}
