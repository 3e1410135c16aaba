/* vm_edge_check.c - kernel/vm.c, vm_user.c: each allocation fails in turn, somebody is faster, runs, panics.
 *
 * Planted and caught: a table that was asked for too late lost, and hung over the one that is there; a page
 * or the half of what a failed fork shares kept; tables not counted, the last of a stretch not made, and
 * one left out; an entry overwritten; runs over a gap, over a change of protection or of place, and the
 * last one lost; addresses looked up that are not in the tree.
 */
#include "host.h"
#include "unit.h"
#include "vm_user_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <uapi/errno.h>

enum { DEVICE_PA = 0x70000000, OTHER_PA = 0x60000000 };

static const unsigned user_rw = PROT_R | PROT_W | PROT_U;

/* A tree with a page in every other slot, and device registers in some. */
static void plant(struct user_tree *u)
{
    assert_int_equal(vm_create(&u->tree), 0);
    user_load(u);
    for (unsigned i = 0; i < USER_SLOTS; i += 2) {
        bool device = i % 10 == 0;
        uintptr_t pa = device ? DEVICE_PA : hal_v2p(page_user_alloc());

        u->slot[i].pa = pa;
        u->slot[i].prot = device ? user_rw | PROT_D : user_rw;
        u->slot[i].mark = device ? 0 : i + 1;
        if (!device)
            user_mark(pa, i + 1);
        assert_int_equal(vm_map(&u->tree, user_va(i), pa, u->slot[i].prot), 0);
    }
    user_check(u);
    user_check_pages();
}

static unsigned failures_of_share(void)
{
    struct user_tree *to = &user_trees[1], *from = &user_trees[0];
    size_t size = user_va(USER_SLOTS - 1) + PAGE_SIZE;
    unsigned n = 0;
    int result;

    for (;; n++) {
        bool changed = false;

        assert_int_equal(vm_create(&to->tree), 0);
        vm_until_failure = (long)n;
        result = vm_share(&to->tree, &from->tree, 0, size, true, &changed);
        assert_false(changed);
        if (result == 0)
            break;
        assert_int_equal(result, -ENOMEM);
        vm_until_failure = -1;
        vm_destroy(&to->tree);
        user_check_pages();
        user_tlb_check(from);
    }
    assert_int_equal(vm_until_failure, 0); /* it needed each of them */
    vm_until_failure = -1;
    memcpy(to->slot, from->slot, sizeof(to->slot));
    to->live = true;
    user_check(to);
    user_check_pages();
    vm_destroy(&to->tree);
    to->live = false;
    memset(to->slot, 0, sizeof(to->slot));
    user_check_pages();
    return n;
}

/* Tables for a stretch; those that there was memory for stay. */
static unsigned failures_of_tables(void)
{
    struct user_tree *u = &user_trees[1];
    unsigned n = 0;

    for (;; n++) {
        uintptr_t last = user_va(5 * USER_RUN - 1);

        assert_int_equal(vm_create(&u->tree), 0);
        u->live = true;
        vm_until_failure = (long)n;
        int result = vm_make_tables(&u->tree, user_va(USER_RUN), last + PAGE_SIZE);
        bool enough = result == 0;
        assert_int_equal(result, enough ? 0 : -ENOMEM);
        assert_int_equal(u->tree.tables, 1 + n);
        if (enough)
            assert_int_equal(vm_map(&u->tree, last, DEVICE_PA, user_rw | PROT_D), 0);
        vm_until_failure = -1;
        user_check_pages();
        vm_destroy(&u->tree);
        u->live = false;
        user_check_pages();
        if (enough)
            return n;
    }
}

/* A failure takes nothing and leaves nothing. */
void vm_test_without_memory(void **state)
{
    (void)state;
    unsigned share, tables, map = 0;

    user_set_up();
    vm_until_failure = 0;
    assert_int_equal(vm_create(&user_trees[0].tree), -ENOMEM);
    vm_until_failure = -1;
    user_check_pages();
    plant(&user_trees[0]);
    share = failures_of_share();
    tables = failures_of_tables();
    assert_int_equal(vm_create(&user_trees[1].tree), 0);
    user_trees[1].live = true;
    while (vm_until_failure = map, vm_map(&user_trees[1].tree, 0, DEVICE_PA, user_rw | PROT_D) != 0) {
        user_check_pages();
        map++;
    }
    vm_until_failure = -1;
    assert_int_equal(map, 2);
    user_unload(&user_trees[0]);
    assert_int_equal(tables, 2 + 8); /* of blocks; and of pages, one under the first, 7 under the second */
    vm_destroy(&user_trees[0].tree);
    vm_destroy(&user_trees[1].tree);
    user_trees[0].live = user_trees[1].live = false;
    user_check_pages();
    printf("# failed in turn: %u of share, %u of make_tables, %u of map\n", share, tables, map);
}

/* While the kernel asks for a table, somebody else maps the neighbour; its own table is one too many. */
static unsigned times;

static void neighbour(void)
{
    times++;
    assert_int_equal(vm_map(&user_trees[0].tree, user_va(1), DEVICE_PA, user_rw | PROT_D), 0);
    vm_on_alloc = NULL;
}

static void neighbour_once(void)
{
    if (times == 0)
        neighbour();
}

/* The page itself. */
static void myself(void)
{
    if (times++ == 0)
        assert_int_equal(vm_map(&user_trees[0].tree, user_va(0), DEVICE_PA, user_rw | PROT_D), 0);
}

void vm_test_faster(void **state)
{
    (void)state;
    struct user_tree *u = &user_trees[0];

    user_set_up();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(vm_create(&u->tree), 0);
        u->live = true;
        times = 0;
        vm_on_alloc = i == 0 ? neighbour_once : myself;
        assert_int_equal(vm_map(&u->tree, user_va(0), OTHER_PA, user_rw | PROT_D), i == 0 ? 0 : -EEXIST);
        vm_on_alloc = NULL;
        assert_int_equal(u->tree.tables, 3);
        u->slot[0].prot = u->slot[1].prot = user_rw | PROT_D;
        u->slot[0].pa = i == 0 ? OTHER_PA : DEVICE_PA;
        u->slot[1].pa = DEVICE_PA;
        u->slot[1].prot = i == 0 ? user_rw | PROT_D : 0;
        user_check(u);
        user_check_pages();
        vm_destroy(&u->tree);
        u->live = false;
        user_check_pages();
    }
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

enum { MOST_RUNS = 64 };

static struct {
    unsigned n;
    struct vm_mapping run[MOST_RUNS];
} seen;

static void see(const struct vm_mapping *run, void *arg)
{
    assert_ptr_equal(arg, &seen);
    assert_true(seen.n < MOST_RUNS);
    seen.run[seen.n++] = *run;
}

static void expect_run(unsigned i, uintptr_t va, uintptr_t pa, size_t pages, unsigned prot)
{
    assert_true(i < seen.n);
    assert_int_equal(seen.run[i].va, va);
    assert_int_equal(seen.run[i].pa, pa);
    assert_int_equal(seen.run[i].size, pages * PAGE_SIZE);
    assert_int_equal(seen.run[i].prot, prot);
}

/* Every page of the kernel half is in one run, with what the model says, and two runs could not be one. */
static void check_kernel_runs(void)
{
    size_t pages = 0, mapped = 0;

    for (unsigned i = 0; i < seen.n; i++) {
        const struct vm_mapping *r = &seen.run[i], *before = r - 1;

        for (size_t at = 0; at < r->size; at += PAGE_SIZE) {
            assert_int_equal(vm_model_at(r->va + at)->prot, r->prot);
            assert_int_equal(vm_model_at(r->va + at)->pa, r->pa + at);
        }
        pages += r->size / PAGE_SIZE;
        if (i == 0)
            continue;
        assert_true(r->va >= before->va + before->size);
        assert_true(r->va > before->va + before->size || r->prot != before->prot ||
                    r->pa != before->pa + before->size);
    }
    for (unsigned i = 0; i < VM_AREAS; i++)
        mapped += vm_areas[i].mapped;
    assert_int_equal(pages, mapped);
}

void vm_test_runs(void **state)
{
    (void)state;
    struct user_tree *u = &user_trees[0];
    unsigned last = USER_SLOTS - 1;
    uintptr_t space = VM_TOP_SIZE << vm_port.top_bits;
    uintptr_t end = align_down((uintptr_t)KERNEL_BASE, space) + space;

    user_set_up();
    seen.n = 0;
    vm_for_each_run(&vm_kernel, KERNEL_BASE, end - 1, see, &seen);
    check_kernel_runs();
    seen.n = 0;
    vm_for_each_run(&vm_kernel, 0, end - 1, see, &seen); /* the user half is one step */
    check_kernel_runs();

    assert_int_equal(vm_create(&u->tree), 0);
    for (unsigned i = 0; i < 3 * USER_RUN; i++) /* the second goes on where the first ends, in other tables */
        vm_map(&u->tree, user_va(i), DEVICE_PA + i * PAGE_SIZE, user_rw | PROT_D);
    vm_map(&u->tree, user_va(last), DEVICE_PA, user_rw | PROT_D);
    vm_protect(&u->tree, user_va(4), PAGE_SIZE, PROT_R);
    vm_unmap(&u->tree, user_va(8), &(uintptr_t){ 0 });
    vm_unmap(&u->tree, user_va(9), &(uintptr_t){ 0 });
    vm_map(&u->tree, user_va(9), OTHER_PA, user_rw | PROT_D);
    seen.n = 0;
    vm_for_each_run(&u->tree, 0, KERNEL_BASE - 1, see, &seen);
    assert_int_equal(seen.n, 7);
    expect_run(0, 0, DEVICE_PA, 4, user_rw | PROT_D);
    expect_run(1, user_va(4), DEVICE_PA + 4 * PAGE_SIZE, 1, PROT_R | PROT_U | PROT_D);
    expect_run(2, user_va(5), DEVICE_PA + 5 * PAGE_SIZE, 3, user_rw | PROT_D);
    expect_run(3, user_va(9), OTHER_PA, 1, user_rw | PROT_D);
    expect_run(4, user_va(10), DEVICE_PA + 10 * PAGE_SIZE, USER_RUN - 10, user_rw | PROT_D);
    expect_run(5, user_va(USER_RUN), DEVICE_PA + USER_RUN * PAGE_SIZE, 2 * USER_RUN, user_rw | PROT_D);
    expect_run(6, user_va(last), DEVICE_PA, 1, user_rw | PROT_D);
    seen.n = 0;
    vm_for_each_run(&u->tree, user_va(1) + 8, user_va(1) + 9, see, &seen);
    expect_run(0, user_va(1), DEVICE_PA + PAGE_SIZE, 1, user_rw | PROT_D);
    assert_int_equal(seen.n, 1);
    vm_destroy(&u->tree);
}

/* --- What is not for users ----------------------------------------------------------------------------- */

void vm_test_user_panics(void **state)
{
    (void)state;
    struct vm_tree *t = &user_trees[0].tree;
    struct vm_mapping m, of_kernel;
    uintptr_t pa, end;

    user_set_up();
    end = user_va(USER_SLOTS - 1) + PAGE_SIZE;
    assert_int_equal(vm_create(t), 0);
    expect_panic(vm_map(t, end, 0, user_rw), "size <= end - va");
    expect_panic(vm_map(t, vm_port.kmap_base, 0, user_rw), "va <= end");
    expect_panic(vm_map(t, 0, 0, PROT_R | PROT_W), "PROT_U");
    expect_panic(vm_unmap(t, KERNEL_BASE, &pa), "va <= end");
    expect_panic(vm_unmap_free(t, 0, end + PAGE_SIZE), "size <= end - va");
    expect_panic(vm_protect(t, PAGE_SIZE, (size_t)-PAGE_SIZE, PROT_R), "size <= end - va");
    expect_panic(vm_make_tables(t, end - PAGE_SIZE, end + PAGE_SIZE), "size <= end - va");
    /* The kernel half as a CPU finds it there: shared, or in another tree. */
    assert_int_equal(vm_lookup(&vm_kernel, KERNEL_BASE + TEXT_PA, &of_kernel), 0);
    assert_int_equal(vm_lookup(t, KERNEL_BASE + TEXT_PA, &m), vm_port.split_trees ? -ENOENT : 0);
    if (!vm_port.split_trees)
        assert_memory_equal(&m, &of_kernel, sizeof(m));
    assert_int_equal(vm_lookup(&vm_kernel, 0, &m), -ENOENT);
    assert_true(m.va == 0 && m.size == KERNEL_BASE);
    assert_int_equal(vm_lookup(t, end, &m), -ENOENT);
    assert_int_equal(m.va, end);
    vm_destroy(t);
}
