/*
 * test_vm.c - trees of page tables on the real allocator and the real TLB; the runner counts pages.
 *
 * No CPU ever uses the trees of users made here: their pages are seen through the direct map.
 */
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/image.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/vm.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { USER_PAGES = 24, USER_RW = PROT_R | PROT_W | PROT_U };

/* In the kmap window, far above all stacks. */
static uintptr_t window(void)
{
    return page_map_base() - 64 * PAGE_SIZE;
}

static volatile unsigned *word(uintptr_t va)
{
    return (volatile unsigned *)va;
}

/* A page of the kmap window, mapped to a new frame that begins with `value`. */
static void map_new(uintptr_t va, unsigned value)
{
    unsigned *frame = KTEST_ALLOC(page_alloc(0, PAGE_OTHER));
    frame[0] = value;
    KCHECK(KTEST_CALL(vm_map(&vm_kernel, va, hal_v2p(frame), PROT_R | PROT_W)) == 0);
}

static void test_kmap(void)
{
    uintptr_t va = window(), pa;
    struct vm_mapping m;
    map_new(va, 1);
    map_new(va + PAGE_SIZE, 2);
    KCHECK(*word(va) == 1 && *word(va + PAGE_SIZE) == 2);
    *word(va + 8) = 3;
    KCHECK(vm_lookup(&vm_kernel, va + 8, &m) == 0);
    KCHECK(m.va == va && m.size == PAGE_SIZE && m.prot == (PROT_R | PROT_W));
    KCHECK(((unsigned *)hal_p2v(m.pa))[2] == 3);
    KCHECK(vm_map(&vm_kernel, va, m.pa, PROT_R) == -EEXIST);
    KCHECK(vm_protect(&vm_kernel, va, 2 * PAGE_SIZE, PROT_R) == 0);
    KCHECK(*word(va) == 1 && *word(va + PAGE_SIZE) == 2);
    KCHECK(vm_protect(&vm_kernel, va, 3 * PAGE_SIZE, PROT_R | PROT_W) == -ENOENT);
    *word(va) = 4;
    KCHECK(vm_unmap(&vm_kernel, va, &pa) == 0 && pa == m.pa);
    KCHECK(*(unsigned *)hal_p2v(pa) == 4);
    page_free(hal_p2v(pa), 0);
    KCHECK(!vm_is_mapped(va) && vm_is_mapped(va + PAGE_SIZE));
    KCHECK(vm_unmap(&vm_kernel, va, &pa) == -ENOENT);
    KCHECK(vm_unmap_free(&vm_kernel, va, 3 * PAGE_SIZE) == 1);
}
KTEST("vm-kmap", test_kmap);

/* Other memory at the same address: what was there before is forgotten. */
static void test_stale_tlb(void)
{
    uintptr_t va = window(), pa[2];
    unsigned *frame[2];
    for (unsigned j = 0; j < 2; j++)
        frame[j] = KTEST_ALLOC(page_alloc(0, PAGE_OTHER));
    for (unsigned i = 0; i < 100; i++) {
        for (unsigned j = 0; j < 2; j++) {
            frame[j][0] = i + j;
            KCHECK(KTEST_CALL(vm_map(&vm_kernel, va, hal_v2p(frame[j]), PROT_R | PROT_W)) == 0);
            KCHECK(*word(va) == i + j);
            *word(va) += 1000;
            KCHECK(frame[j][0] == i + j + 1000);
            KCHECK(vm_unmap(&vm_kernel, va, &pa[j]) == 0);
        }
        KCHECK(pa[0] == hal_v2p(frame[0]) && pa[1] == hal_v2p(frame[1]));
    }
    page_free(frame[0], 0);
    page_free(frame[1], 0);
}
KTEST("vm-stale-tlb", test_stale_tlb);

/* Pages of a user: some at the ends of tables, others far apart. */
static uintptr_t user_va(unsigned i)
{
    static const uintptr_t base[] = { PAGE_SIZE, 0x1ff000, 0x20000000, 0x3ffff000 };
    return base[i % ARRAY_SIZE(base)] + i / ARRAY_SIZE(base) * 0x201000;
}

/* -ENOMEM: there is no memory for it, and nothing of it is left. */
static int try_to_make_user(struct vm_tree *t)
{
    if (vm_create(t) != 0)
        return -ENOMEM;
    for (unsigned i = 0; i < USER_PAGES; i++) {
        void *page = page_user_alloc();
        if (page == NULL || vm_map(t, user_va(i), hal_v2p(page), USER_RW) != 0) {
            if (page != NULL)
                page_user_put(page);
            vm_destroy(t);
            return -ENOMEM;
        }
        memset(page, (int)i + 1, PAGE_SIZE);
    }
    return 0;
}

static bool make_user(struct vm_tree *t)
{
    return KTEST_CALL(try_to_make_user(t)) == 0;
}

static unsigned char *user_page(struct vm_tree *t, unsigned i)
{
    struct vm_mapping m;
    KCHECK(vm_lookup(t, user_va(i), &m) == 0 && m.va == user_va(i) && m.size == PAGE_SIZE);
    return hal_p2v(m.pa);
}

static void test_user(void)
{
    struct vm_tree t;
    struct vm_mapping m;
    uintptr_t pa;
    KCHECK(make_user(&t));
    for (unsigned i = 0; i < USER_PAGES; i++)
        KCHECK(user_page(&t, i)[0] == i + 1 && user_page(&t, i)[PAGE_SIZE - 1] == i + 1);
    KCHECK(vm_lookup(&t, user_va(0) - PAGE_SIZE, &m) == -ENOENT && m.prot == 0);
    KCHECK(vm_map(&t, user_va(5), 0, USER_RW) == -EEXIST);
    KCHECK(vm_protect(&t, user_va(5), PAGE_SIZE, PROT_R | PROT_X) == 0);
    KCHECK(vm_lookup(&t, user_va(5), &m) == 0 && m.prot == (PROT_R | PROT_X | PROT_U));
    KCHECK(vm_unmap(&t, user_va(7), &pa) == 0);
    KCHECK(((unsigned char *)hal_p2v(pa))[0] == 8);
    page_user_put(hal_p2v(pa));
    KCHECK(vm_lookup(&t, user_va(7), &m) == -ENOENT);
    KCHECK(vm_unmap_free(&t, user_va(2), PAGE_SIZE) == 1);
    vm_destroy(&t);
}
KTEST("vm-user-tree", test_user);

/* The kernel half is that of the kernel, or none, for every address; no user finds it in the user half. */
static void test_kernel_half(void)
{
    const uintptr_t places[] = { (uintptr_t)__text_start, (uintptr_t)__rodata_end, hal_info.window[0].va,
                                 (uintptr_t)__builtin_frame_address(0) };
    struct vm_mapping ours, theirs;
    struct vm_tree t;
    KCHECK(KTEST_CALL(vm_create(&t)) == 0);
    map_new(window(), 1); /* a table of kmap that is made now is seen too */
    for (unsigned i = 0; i < ARRAY_SIZE(places) + 1; i++) {
        uintptr_t va = i < ARRAY_SIZE(places) ? places[i] : window();
        KCHECK(vm_lookup(&vm_kernel, va, &ours) == 0);
        KCHECK(vm_lookup(&t, va, &theirs) == (hal_info.split_trees ? -ENOENT : 0));
        KCHECK(hal_info.split_trees || (ours.pa == theirs.pa && ours.prot == theirs.prot));
    }
    for (uintptr_t va = 0; va < 0x400000; va += PAGE_SIZE)
        KCHECK(vm_lookup(&t, va, &theirs) == -ENOENT);
    vm_unmap_free(&vm_kernel, window(), PAGE_SIZE);
    vm_destroy(&t);
}
KTEST("vm-kernel-half", test_kernel_half);

/* All or nothing: half a copy is good for its end only. */
static int share_all(struct vm_tree *copy, struct vm_tree *t, size_t all, bool *changed)
{
    int error = vm_create(copy);
    if (error != 0)
        return error;
    error = vm_share(copy, t, 0, all, false, changed);
    if (error != 0)
        vm_destroy(copy);
    return error;
}

/* Two trees map the same pages, which live until the last of them ends; device registers are of no count. */
static void test_share(void)
{
    struct vm_tree t, copy;
    struct vm_mapping m;
    uintptr_t device = hal_info.window[0].pa & ~(uintptr_t)(PAGE_SIZE - 1);
    size_t all = user_va(USER_PAGES - 1) + PAGE_SIZE;
    bool changed = false;
    KCHECK(make_user(&t));
    KCHECK(KTEST_CALL(vm_map(&t, 0x10000000, device, USER_RW | PROT_D)) == 0);
    KCHECK(KTEST_CALL(share_all(&copy, &t, all, &changed)) == 0 && changed);
    KCHECK(copy.tables == t.tables && copy.root != t.root && copy.pages == t.pages);
    for (unsigned i = 0; i < USER_PAGES; i++) {
        KCHECK(user_page(&copy, i) == user_page(&t, i));
        KCHECK(vm_lookup(&t, user_va(i), &m) == 0 && m.prot == (PROT_R | PROT_U));
        KCHECK(vm_lookup(&copy, user_va(i), &m) == 0 && m.prot == (PROT_R | PROT_U));
    }
    KCHECK(vm_lookup(&copy, 0x10000000, &m) == 0 && m.pa == device && m.prot == (USER_RW | PROT_D));
    vm_destroy(&t);
    for (unsigned i = 0; i < USER_PAGES; i++)
        KCHECK(user_page(&copy, i)[1] == i + 1 && page_user_alone(user_page(&copy, i)));
    vm_destroy(&copy);
}
KTEST("vm-share", test_share);

/* All pages but so many are taken: what does not work then takes nothing. */
static void **hoard(void)
{
    void **list = NULL, **page;
    while ((page = KTEST_ALLOC(page_alloc(0, PAGE_OTHER))) != NULL) {
        *page = list;
        list = page;
    }
    return list;
}

static void **release(void **list, size_t n)
{
    while (list != NULL && n-- > 0) {
        void **page = list;
        list = *page;
        page_free(page, 0);
    }
    return list;
}

static int try_to_share(struct vm_tree *copy, struct vm_tree *t)
{
    bool changed;
    if (vm_create(copy) != 0)
        return -ENOMEM;
    int result = vm_share(copy, t, 0, user_va(USER_PAGES - 1) + PAGE_SIZE, true, &changed);
    if (result != 0)
        vm_destroy(copy);
    return result;
}

static void test_without_memory(void)
{
    struct vm_tree t, copy;
    KCHECK(make_user(&t));
    size_t needed = t.tables, n = 0;
    void **list = hoard();
    while (KTEST_CALL(try_to_share(&copy, &t)) == -ENOMEM && n < needed) {
        KCHECK(page_stat().free == n);
        list = release(list, 1);
        n++;
    }
    KCHECK(n == needed && page_stat().free == 0);
    vm_destroy(&copy);
    KCHECK(page_stat().free == needed);
    vm_destroy(&t);
    release(list, SIZE_MAX);
}
KTEST("vm-share-without-memory", test_without_memory);

static void test_make_tables(void)
{
    struct vm_tree t;
    KCHECK(KTEST_CALL(vm_create(&t)) == 0);
    /* the last block of a GiB, two of the next */
    KCHECK(KTEST_CALL(vm_make_tables(&t, 0x3fe00000, 0x40201000)) == 0);
    KCHECK(t.tables == 1 + 2 + 3);
    void *page = KTEST_ALLOC(page_user_alloc()), **list = hoard();
    KCHECK(vm_map(&t, 0x40200000, hal_v2p(page), USER_RW) == 0);
    KCHECK(vm_map(&t, 0x40400000, hal_v2p(page), USER_RW) == -ENOMEM);
    release(list, SIZE_MAX);
    vm_destroy(&t);
}
KTEST("vm-make-tables", test_make_tables);

static void look_at_run(const struct vm_mapping *run, void *arg)
{
    struct vm_mapping *last = arg, m;
    KCHECK((run->prot & (PROT_W | PROT_X)) != (PROT_W | PROT_X));
    KCHECK((run->prot & (PROT_R | PROT_U)) == PROT_R);
    KCHECK(run->va >= hal_info.kernel_base && run->va >= last->va + last->size);
    KCHECK(vm_lookup(&vm_kernel, run->va + run->size - 1, &m) == 0 && m.prot == run->prot);
    KCHECK(run->pa + run->size == m.pa + m.size);
    *last = *run;
}

/* What there is of the kernel's tree, from end to end; and the page that is missing. */
static void test_runs(void)
{
    struct vm_mapping last = { .va = 0, .size = 0 };
    vm_for_each_run(&vm_kernel, 0, UINTPTR_MAX, look_at_run, &last);
    KCHECK(last.size > 0);
    KCHECK(!vm_is_mapped(cpus[0].rq.idle->stack) && vm_is_mapped(cpus[0].rq.idle->stack + PAGE_SIZE));
}
KTEST("vm-runs", test_runs);

/* What a page refuses, and what is no page any more: also where the TLB knew it otherwise. */
static void fault_read_only(void)
{
    map_new(window(), 1);
    *word(window()) = 2;
    KCHECK(vm_protect(&vm_kernel, window(), PAGE_SIZE, PROT_R) == 0);
    *word(window()) = 3;
}
KTEST_FATAL("fault-kmap-write", fault_read_only);

static void fault_unmapped(void)
{
    uintptr_t pa;
    map_new(window(), 1);
    KCHECK(*word(window()) == 1);
    KCHECK(vm_unmap(&vm_kernel, window(), &pa) == 0);
    (void)*word(window());
}
KTEST_FATAL("fault-kmap-unmapped", fault_unmapped);
