/* vm_user_check.c - kernel/vm.c, vm_user.c: trees of users, any operations in any order, against the model.
 *
 * Planted and caught: pages and tables freed before the flush, without one, or with one of another address;
 * no flush, or all but the last, at each operation; a change of protection that goes on behind a gap, or
 * changes whose page it is; device registers freed, or copied; a clone that shares pages or copies less;
 * entries left; a kernel half that is not the kernel's; tables or the root lost.
 */
#include "host.h"
#include "unit.h"
#include "vm_user_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <uapi/errno.h>

enum { OPERATIONS = 400000, DEVICE_PA = 0x70000000 };

static uint64_t seed;
static uint32_t next_mark;
static unsigned done[8];

static unsigned any(unsigned n)
{
    return (unsigned)(unit_random(&seed) % n);
}

static unsigned any_prot(void)
{
    static const unsigned prots[] = { PROT_R, PROT_R | PROT_W, PROT_R | PROT_X };

    return prots[any(ARRAY_SIZE(prots))];
}

/* For an operation that may fail: it does so only when it has no memory. */
static void scarce(void)
{
    vm_failures = 0;
    vm_until_failure = any(8) == 0 ? (long)any(4) : -1;
}

static bool failed(int result)
{
    vm_until_failure = -1;
    assert_int_equal(result == -ENOMEM, vm_failures > 0);
    return result == -ENOMEM;
}

static void do_map(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS), prot = any_prot() | PROT_U;
    bool device = any(8) == 0;
    uintptr_t pa = device ? DEVICE_PA + any(64) * PAGE_SIZE : hal_v2p(page_alloc(0, PAGE_USER));
    int result;

    scarce();
    result = vm_map(&u->tree, user_va(slot), pa, device ? prot | PROT_D : prot);
    if (failed(result) || u->slot[slot].prot != 0) {
        assert_true(result == -ENOMEM || result == -EEXIST);
        if (!device)
            page_free(hal_p2v(pa), 0);
        return;
    }
    assert_int_equal(result, 0);
    u->slot[slot].pa = pa;
    u->slot[slot].prot = device ? prot | PROT_D : prot;
    u->slot[slot].mark = device ? 0 : ++next_mark;
    if (!device)
        user_mark(pa, next_mark);
}

static void do_unmap(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS);
    uintptr_t pa = 1;

    if (vm_unmap(&u->tree, user_va(slot), &pa) != 0) {
        assert_int_equal(u->slot[slot].prot, 0);
        return;
    }
    assert_int_not_equal(u->slot[slot].prot, 0);
    assert_int_equal(pa, u->slot[slot].pa);
    if (u->slot[slot].mark != 0)
        page_free(hal_p2v(pa), 0);
    memset(&u->slot[slot], 0, sizeof(u->slot[slot]));
}

/* A stretch from one slot to another: pages of it, and what lies between. */
static size_t any_stretch(unsigned most, unsigned *first, unsigned *last)
{
    *first = any(USER_SLOTS);
    *last = *first + any(most);
    if (*last >= USER_SLOTS)
        *last = USER_SLOTS - 1;
    return user_va(*last) + PAGE_SIZE - user_va(*first);
}

static void do_unmap_free(struct user_tree *u)
{
    unsigned first, last, pages = 0;
    size_t size = any_stretch(any(20) == 0 ? USER_SLOTS : 24, &first, &last);

    for (unsigned i = first; i <= last; i++) {
        pages += u->slot[i].mark != 0;
        memset(&u->slot[i], 0, sizeof(u->slot[i]));
    }
    assert_int_equal(vm_unmap_free(&u->tree, user_va(first), size), pages);
}

static void do_protect(struct user_tree *u)
{
    unsigned first, last, prot = any_prot(), i;
    size_t size = any_stretch(24, &first, &last);
    bool whole = size == (last - first + 1) * PAGE_SIZE;

    for (i = first; i <= last && u->slot[i].prot != 0; i++) {
        if (i > first && user_va(i) != user_va(i - 1) + PAGE_SIZE)
            break;
        u->slot[i].prot = prot | (u->slot[i].prot & (PROT_U | PROT_D));
    }
    assert_int_equal(vm_protect(&u->tree, user_va(first), size, prot | (any(2) ? PROT_D : 0)),
                     i > last && whole ? 0 : -ENOENT);
}

/* Any page of the user half, most of which are nowhere near a slot. */
static void do_lookup(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS);
    uintptr_t va = user_va(slot) + any(PAGE_SIZE);
    struct vm_mapping m;
    int result = vm_lookup(&u->tree, va, &m);

    assert_true(va >= m.va && va - m.va < m.size);
    assert_int_equal(m.prot, u->slot[slot].prot);
    assert_int_equal(result, m.prot != 0 ? 0 : -ENOENT);
    if (result == 0)
        assert_true(m.size == PAGE_SIZE && m.pa == u->slot[slot].pa && is_aligned(m.va, PAGE_SIZE));
    for (unsigned i = 0; i < USER_SLOTS && result != 0; i++) {
        if (user_va(i) >= m.va && user_va(i) - m.va < m.size)
            assert_int_equal(u->slot[i].prot, 0); /* it said that all of this is empty */
    }
}

static void do_make_tables(struct user_tree *u)
{
    unsigned first = any(USER_SLOTS / 2), last = first + any(USER_SLOTS / 4);

    if (user_va(last) - user_va(first) > VM_TOP_SIZE / 8)
        return;
    scarce();
    if (!failed(vm_make_tables(&u->tree, user_va(first), user_va(last) + PAGE_SIZE)) && any(4) == 0) {
        vm_until_failure = 0;
        if (vm_map(&u->tree, user_va(last), DEVICE_PA, PROT_R | PROT_U) == 0)
            assert_int_equal(vm_unmap(&u->tree, user_va(last), &(uintptr_t){ 0 }), 0);
        vm_until_failure = -1;
        assert_int_equal(vm_failures, 0);
    }
}

static void do_clone(struct user_tree *u)
{
    struct user_tree *to = user_trees;

    while (to < &user_trees[USER_TREES] && to->live)
        to++;
    if (to == &user_trees[USER_TREES])
        return;
    vm_failures = 0;
    vm_until_failure = any(2) ? (long)any(USER_SLOTS) : -1;
    if (failed(vm_clone(&to->tree, &u->tree)))
        return;
    memcpy(to->slot, u->slot, sizeof(to->slot));
    to->live = true;
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        struct vm_mapping m;

        if (to->slot[i].mark == 0)
            continue;
        assert_int_equal(vm_lookup(&to->tree, user_va(i), &m), 0);
        assert_int_not_equal(m.pa, u->slot[i].pa);
        to->slot[i].pa = m.pa;
    }
    user_check(to);
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        if (to->slot[i].mark != 0)
            user_mark(to->slot[i].pa, to->slot[i].mark = ++next_mark);
    }
}

/* Only the last one is made anew from nothing. */
static void do_destroy(struct user_tree *u)
{
    vm_destroy(&u->tree);
    memset(u->slot, 0, sizeof(u->slot));
    u->live = false;
    user_tlb_forget(u);
    assert_null(u->tree.root);
    scarce();
    if (u == user_trees && !failed(vm_create(&u->tree)))
        u->live = true;
    vm_until_failure = -1;
}

static void one(struct user_tree *u)
{
    static const struct {
        void   (*fn)(struct user_tree *u);
        unsigned weight;
    } operations[] = {
        { do_map, 100 },   { do_unmap, 30 },      { do_unmap_free, 3 }, { do_protect, 20 },
        { do_lookup, 30 }, { do_make_tables, 2 }, { do_clone, 1 },      { do_destroy, 1 },
    };
    unsigned which = 0, dice = any(187);

    while (dice >= operations[which].weight)
        dice -= operations[which++].weight;
    operations[which].fn(u);
    done[which]++;
}

/* After each operation; `all`: also the walks, which take long. */
static void check(bool all)
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

void vm_test_user(void **state)
{
    (void)state;
    seed = unit_seed();
    next_mark = 0;
    memset(done, 0, sizeof(done));
    user_set_up();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        struct user_tree *u = &user_trees[any(USER_TREES)];

        if (!user_trees[0].live)
            user_trees[0].live = vm_create(&user_trees[0].tree) == 0;
        one(u->live ? u : &user_trees[0]);
        check(i % 256 == 0);
    }
    check(true);
    for (struct user_tree *u = user_trees; u < &user_trees[USER_TREES]; u++) {
        if (u->live) {
            vm_destroy(&u->tree);
            u->live = false;
        }
    }
    user_check_pages();
    vm_check_tree();
    printf("# %d operations: map %u, unmap %u, unmap_free %u, protect %u, ", OPERATIONS, done[0], done[1],
           done[2], done[3]);
    printf("lookup %u, make_tables %u, clone %u, destroy %u\n", done[4], done[5], done[6], done[7]);
}
