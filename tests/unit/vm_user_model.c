/* vm_user_model.c - the model of user trees, a walk that compares, and the TLB.
 *
 * The walk knows only hal/pte.h, whose bits test_pte_*.c look at.
 */
#include "vm_user_model.h"

#include "host.h"
#include "unit.h"

#include <string.h>

#include <hal/mmu.h>

enum { TOP, BLOCK, PAGE, STEPS }; /* entries on the way down */

struct user_tree user_trees[USER_TREES];

static uintptr_t user_end;
static pte_t tlb[USER_TREES][USER_SLOTS][STEPS]; /* the entries on the way to each slot, as they once were */

uintptr_t user_va(unsigned slot)
{
    const uintptr_t base[USER_RUNS] = {
        0,
        VM_TOP_SIZE - USER_RUN * PAGE_SIZE,
        VM_TOP_SIZE,
        VM_TOP_SIZE + 5 * VM_BLOCK_SIZE + 100 * PAGE_SIZE,
        VM_TOP_SIZE + 6 * VM_BLOCK_SIZE,
        user_end - USER_RUN * PAGE_SIZE,
    };

    return base[slot / USER_RUN] + slot % USER_RUN * PAGE_SIZE;
}

int user_slot(uintptr_t va)
{
    for (unsigned i = 0; i < USER_SLOTS; i += USER_RUN) {
        if (va >= user_va(i) && va - user_va(i) < USER_RUN * PAGE_SIZE)
            return (int)(i + (va - user_va(i)) / PAGE_SIZE);
    }
    return -1;
}

void user_mark(uintptr_t pa, uint32_t mark)
{
    uint32_t *page = hal_p2v(pa);

    page[0] = page[PAGE_SIZE / sizeof(*page) - 1] = mark;
}

/* --- The TLB ------------------------------------------------------------------------------------------- */

static void walk(const struct user_tree *u, uintptr_t va, pte_t way[STEPS])
{
    const pte_t *table = u->tree.root;

    for (unsigned step = TOP; step < STEPS; step++)
        way[step] = 0;
    for (unsigned step = TOP; step < STEPS; step++) {
        unsigned level = PT_LEVELS - 1 - step;
        unsigned bits = step == TOP ? vm_port.top_bits : 9;

        way[step] = table[va >> (PAGE_SHIFT + 9 * level) & ((1u << bits) - 1)];
        if (!hal_pte_present(way[step]))
            return;
        table = hal_p2v(hal_pte_addr(way[step]));
    }
}

/* A flush of one address takes along the entries above it, so they are looked up anew for all below them. */
static void tlb_renew(unsigned tree, unsigned slot, unsigned steps)
{
    pte_t way[STEPS];

    walk(&user_trees[tree], user_va(slot), way);
    for (unsigned step = TOP; step < steps; step++)
        tlb[tree][slot][step] = way[step];
}

static void on_flush(uintptr_t va)
{
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        uintptr_t at = user_va(i);
        unsigned steps = (at / VM_TOP_SIZE == va / VM_TOP_SIZE) + (at / VM_BLOCK_SIZE == va / VM_BLOCK_SIZE) +
                         (at / PAGE_SIZE == va / PAGE_SIZE);

        for (unsigned t = 0; t < USER_TREES && steps > 0; t++) {
            if (atomic_load(&user_trees[t].tree.cpus) != 0)
                tlb_renew(t, i, steps);
        }
    }
}

static void on_flush_all(void)
{
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        for (unsigned t = 0; t < USER_TREES; t++) {
            if (atomic_load(&user_trees[t].tree.cpus) != 0)
                tlb_renew(t, i, STEPS);
        }
    }
}

/* The root is known by what points to it, which is no entry: nobody uses a tree that ends. */
static void on_free(uintptr_t pa)
{
    const pte_t *known = &tlb[0][0][0];

    for (unsigned i = 0; i < USER_TREES * USER_SLOTS * STEPS; i++) {
        if (hal_pte_present(known[i]) && hal_pte_addr(known[i]) == pa)
            fail_msg("page 0x%lx is freed, and a TLB knows it", (unsigned long)pa);
    }
}

void user_tlb_check(struct user_tree *u)
{
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        pte_t *known = tlb[u - user_trees][i], way[STEPS];

        walk(u, user_va(i), way);
        assert_true(known[PAGE] == way[PAGE] || known[PAGE] == 0); /* a page may be news: it costs a fault */
        assert_true(known[TOP] == 0 || known[TOP] == way[TOP]);
        assert_true(known[BLOCK] == 0 || known[BLOCK] == way[BLOCK]);
        memcpy(known, way, sizeof(way));
    }
}

void user_load(struct user_tree *u)
{
    u->live = true;
    atomic_store(&u->tree.cpus, 1u << this_cpu()->index);
    memset(tlb[u - user_trees], 0, sizeof(tlb[0]));
}

void user_unload(struct user_tree *u)
{
    atomic_store(&u->tree.cpus, 0);
    memset(tlb[u - user_trees], 0, sizeof(tlb[0]));
}

/* --- The model ----------------------------------------------------------------------------------------- */

void user_set_up(void)
{
    static const struct boot_info little_ram = { .ram = { { { 0, 0x1000000 } }, 1 } };
    unsigned entries = vm_port.split_trees ? 1u << vm_port.top_bits
                                           : KERNEL_BASE / VM_TOP_SIZE & ((1u << vm_port.top_bits) - 1);

    vm_set_up();
    vm_build(&little_ram);
    user_end = entries * VM_TOP_SIZE;
    memset(user_trees, 0, sizeof(user_trees));
    memset(tlb, 0, sizeof(tlb));
    host_become_cpu(0);
    host_tlb_flush = on_flush;
    host_tlb_flush_all = on_flush_all;
    vm_on_free = on_free;
}

/* One table of the lowest level: returns how many pages are mapped in it. */
static unsigned check_pages(const struct user_tree *u, uintptr_t va, const pte_t *table)
{
    unsigned mapped = 0;

    for (unsigned i = 0; i < PT_ENTRIES; i++, va += PAGE_SIZE) {
        int slot = user_slot(va);

        if (!hal_pte_present(table[i])) {
            assert_true(table[i] == 0);
            continue;
        }
        assert_true(slot >= 0);
        assert_int_equal(hal_pte_prot(table[i]), u->slot[slot].prot);
        assert_int_equal(hal_pte_addr(table[i]), u->slot[slot].pa);
        mapped++;
    }
    return mapped;
}

/* The kernel half: of the kernel's tables, or not there. */
static void check_kernel_half(const struct user_tree *u)
{
    for (unsigned i = (unsigned)(user_end / VM_TOP_SIZE); i < 1u << vm_port.top_bits; i++)
        assert_true(u->tree.root[i] == vm_kernel.root[i]);
}

void user_check(struct user_tree *u)
{
    unsigned tables = 1, mapped = 0, expected = 0;

    assert_int_equal(vm_owner(hal_v2p(u->tree.root)), PAGE_TABLE);
    check_kernel_half(u);
    for (unsigned i = 0; i < user_end / VM_TOP_SIZE; i++) {
        const pte_t *blocks = hal_p2v(hal_pte_addr(u->tree.root[i]));

        if (!hal_pte_present(u->tree.root[i]))
            continue;
        tables++;
        assert_int_equal(vm_owner(hal_v2p(blocks)), PAGE_TABLE);
        for (unsigned j = 0; j < PT_ENTRIES; j++) {
            const pte_t *table = hal_p2v(hal_pte_addr(blocks[j]));

            if (!hal_pte_present(blocks[j]))
                continue;
            tables++;
            assert_int_equal(vm_owner(hal_v2p(table)), PAGE_TABLE);
            assert_false(hal_pte_is_leaf(blocks[j], 1));
            mapped += check_pages(u, i * VM_TOP_SIZE + j * VM_BLOCK_SIZE, table);
        }
    }
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        const uint32_t *page = hal_p2v(u->slot[i].pa);

        expected += u->slot[i].prot != 0;
        if (u->slot[i].mark != 0)
            assert_true(page[0] == u->slot[i].mark && page[PAGE_SIZE / 4 - 1] == u->slot[i].mark);
    }
    assert_int_equal(mapped, expected);
    assert_int_equal(tables, u->tree.tables);
}

/* A page that several trees map is one page, and knows how many they are. */
void user_check_pages(void)
{
    static struct {
        unsigned round, users;
    } seen[VM_FRAMES];
    static unsigned round;
    size_t tables = vm_kernel.tables, pages = 0;

    round++;
    for (const struct user_tree *u = user_trees; u < &user_trees[USER_TREES]; u++) {
        tables += u->live ? u->tree.tables : 0;
        for (unsigned i = 0; i < USER_SLOTS && u->live; i++) {
            unsigned frame = (unsigned)((u->slot[i].pa - VM_PAGES_PA) / PAGE_SIZE);

            if (u->slot[i].mark == 0)
                continue;
            if (seen[frame].round != round) {
                seen[frame].round = round;
                seen[frame].users = page_of(hal_p2v(u->slot[i].pa))->users;
                pages++;
            }
            assert_true(seen[frame].users-- > 0);
        }
    }
    for (unsigned i = 0; i < VM_FRAMES; i++)
        assert_true(seen[i].round != round || seen[i].users == 0);
    assert_int_equal(vm_owned[PAGE_TABLE], tables);
    assert_int_equal(vm_owned[PAGE_USER], pages);
}

void user_check_all(bool all)
{
    user_check_pages();
    for (struct user_tree *u = user_trees; u < &user_trees[USER_TREES]; u++) {
        if (!u->live)
            continue;
        user_tlb_check(u);
        if (all)
            user_check(u);
    }
}
