/* vm_user_check.c - kernel/vm.c, vm_user.c: trees of users, any operations in any order, against the model.
 *
 * Planted and caught: pages and tables freed before the flush, without one, or with one of another address;
 * no flush, or all but the last, at each operation; a change of protection that goes on behind a gap, or
 * changes whose page it is; device registers freed, or counted;
 * entries left; a kernel half that is not the kernel's; tables or the root lost.
 */
#include "host.h"
#include "unit.h"
#include "vm_user_model.h"

#include <kernel/vm_walk.h>

#include <string.h>

#include <hal/mmu.h>
#include <uapi/errno.h>

enum { OPERATIONS = 400000, DEVICE_PA = 0x70000000 };

static uint64_t seed;
static uint32_t next_mark;
static unsigned done[13];

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
    uintptr_t pa = device ? DEVICE_PA + any(64) * PAGE_SIZE : hal_v2p(page_user_alloc());
    int result;

    scarce();
    result = vm_map(&u->tree, user_va(slot), pa, device ? prot | PROT_D : prot);
    if (failed(result) || u->slot[slot].prot != 0) {
        assert_true(result == -ENOMEM || result == -EEXIST);
        if (!device)
            page_user_put(hal_p2v(pa));
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
        page_user_put(hal_p2v(pa));
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

/* Stretch by stretch into a new tree. What fails has taken what it has taken: the new tree ends. */
static void do_share(struct user_tree *u)
{
    struct user_tree *to = user_trees;
    bool shared = any(4) == 0, changed = false, could_write = false;
    unsigned first, last;
    size_t size = any_stretch(USER_SLOTS, &first, &last);

    while (to < &user_trees[USER_TREES] && to->live)
        to++;
    if (to == &user_trees[USER_TREES] || vm_create(&to->tree) != 0)
        return;
    scarce();
    if (any(4) == 0)
        vm_until_failure = any(20);
    bool fails = failed(vm_share(&to->tree, &u->tree, user_va(first), size, shared, &changed));
    for (unsigned i = first; i <= last; i++) {
        const unsigned memory_w = PROT_W | PROT_D;

        could_write |= (u->slot[i].prot & memory_w) == PROT_W;
        if (!shared && (u->slot[i].prot & PROT_D) == 0) {
            struct vm_mapping m;

            vm_lookup(&u->tree, user_va(i), &m);
            assert_true(m.prot == (u->slot[i].prot & ~PROT_W) || (fails && m.prot == u->slot[i].prot));
            u->slot[i].prot = m.prot;
        }
    }
    assert_true(fails || changed == (could_write && !shared));
    if (changed)
        vm_forget_all(&u->tree);
    if (fails) {
        vm_destroy(&to->tree);
        return;
    }
    memcpy(&to->slot[first], &u->slot[first], (last + 1 - first) * sizeof(to->slot[0]));
    user_load(to);
    user_check(to);
}

/* A page of its own in the place of one that others may have. */
static void do_replace(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS);
    void *page;

    if (u->slot[slot].mark == 0)
        return;
    page = page_user_alloc();
    u->slot[slot].pa = hal_v2p(page);
    u->slot[slot].mark = ++next_mark;
    u->slot[slot].prot = any_prot() | PROT_U;
    user_mark(u->slot[slot].pa, next_mark);
    vm_replace(&u->tree, user_va(slot), u->slot[slot].pa, u->slot[slot].prot);
}

/* Nobody may write who could not before. Pages that nobody may touch keep what they are. */
static void do_limit(struct user_tree *u)
{
    unsigned first, last, prot = any(4) == 0 ? 0 : any_prot();
    size_t size = any_stretch(24, &first, &last);

    for (unsigned i = first; i <= last; i++) {
        if (u->slot[i].prot & PROT_D)
            return;
    }
    for (unsigned i = first; i <= last; i++) {
        if (u->slot[i].prot != 0)
            u->slot[i].prot = PROT_U | (prot & (u->slot[i].prot & PROT_W ? ~0u : ~PROT_W));
    }
    vm_limit(&u->tree, user_va(first), size, prot | PROT_U);
}

static void do_grant(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS), prot = u->slot[slot].prot | PROT_R | PROT_W;

    if (u->slot[slot].mark == 0)
        return;
    u->slot[slot].prot = prot;
    vm_grant(&u->tree, user_va(slot), prot);
}

/* From one run to another that is empty. */
static void do_move(struct user_tree *u)
{
    unsigned from = any(USER_RUNS) * USER_RUN, to = any(USER_RUNS) * USER_RUN, n = 1 + any(USER_RUN);

    for (unsigned i = 0; i < n; i++) {
        if (u->slot[to + i].prot != 0)
            return;
    }
    scarce();
    if (failed(vm_move(&u->tree, user_va(from), user_va(to), n * PAGE_SIZE)))
        return;
    memcpy(&u->slot[to], &u->slot[from], n * sizeof(u->slot[0]));
    memset(&u->slot[from], 0, n * sizeof(u->slot[0]));
}

/* What a program may do with a byte is what the kernel may do for it. */
static void do_lock_page(struct user_tree *u)
{
    unsigned slot = any(USER_SLOTS), at = any(PAGE_SIZE), prot = any_prot();
    unsigned long s;
    void *va;

    if (u->slot[slot].prot & PROT_D)
        return;
    va = vm_lock_page(&u->tree, user_va(slot) + at, prot, &s);
    if ((prot & ~u->slot[slot].prot) != 0) {
        assert_null(va);
        return;
    }
    assert_ptr_equal(va, (char *)hal_p2v(u->slot[slot].pa) + at);
    spin_unlock(&u->tree.lock, s);
}

/* Only the last one is made anew from nothing. */
static void do_destroy(struct user_tree *u)
{
    user_unload(u);
    vm_destroy(&u->tree);
    memset(u->slot, 0, sizeof(u->slot));
    u->live = false;
    assert_null(u->tree.root);
    scarce();
    if (u == user_trees && !failed(vm_create(&u->tree)))
        user_load(u);
    vm_until_failure = -1;
}

static void revive(struct user_tree *u)
{
    assert_int_equal(vm_create(&u->tree), 0);
    user_load(u);
}

static void one(struct user_tree *u)
{
    static const struct {
        void (*fn)(struct user_tree *u);
        unsigned weight;
    } operations[] = {
        { do_map, 100 },       { do_unmap, 30 }, { do_unmap_free, 3 }, { do_protect, 20 }, { do_lookup, 30 },
        { do_make_tables, 2 }, { do_share, 2 },  { do_destroy, 1 },    { do_replace, 20 }, { do_limit, 10 },
        { do_grant, 10 },      { do_move, 5 },   { do_lock_page, 20 },
    };
    unsigned which = 0, dice = any(253);

    while (dice >= operations[which].weight)
        dice -= operations[which++].weight;
    operations[which].fn(u);
    done[which]++;
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
            revive(&user_trees[0]);
        one(u->live ? u : &user_trees[0]);
        user_check_all(i % 256 == 0);
    }
    user_check_all(true);
    for (struct user_tree *u = user_trees; u < &user_trees[USER_TREES]; u++) {
        if (u->live) {
            user_unload(u);
            vm_destroy(&u->tree);
            u->live = false;
        }
    }
    user_check_pages();
    vm_check_tree();
    printf("# %d operations: map %u, unmap %u, unmap_free %u, protect %u, ", OPERATIONS, done[0], done[1],
           done[2], done[3]);
    printf("lookup %u, make_tables %u, share %u, destroy %u, ", done[4], done[5], done[6], done[7]);
    printf("replace %u, limit %u, grant %u, move %u, lock_page %u\n", done[8], done[9], done[10], done[11],
           done[12]);
}
