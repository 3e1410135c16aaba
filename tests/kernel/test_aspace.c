/*
 * test_aspace.c - address spaces without a program: their pages are reached as the kernel does it for one.
 *
 * One CPU loads some of them, as it would for a program, and never goes to user mode.
 */
#include <hal/cpu.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/aspace_switch.h>
#include <kernel/config.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <lib/string.h>
#include <uapi/errno.h>

enum { PAGES = 8, SIZE = PAGES * PAGE_SIZE, AT = 0x400000 - 4 * PAGE_SIZE };

static const uintptr_t at = AT;

static struct aspace *make(void)
{
    struct aspace *as = KTEST_ALLOC(aspace_create());
    uintptr_t where = at;
    KCHECK(KTEST_CALL(aspace_map(as, &where, SIZE, PROT_R | PROT_W, AREA_FIXED, NULL, 0, 0)) == 0 &&
           where == at);
    return as;
}

static unsigned get(struct aspace *as, uintptr_t va)
{
    unsigned value = 0;
    KCHECK(KTEST_CALL(aspace_read(as, &value, va, sizeof(value))) == 0);
    return value;
}

static void put(struct aspace *as, uintptr_t va, unsigned value)
{
    KCHECK(KTEST_CALL(aspace_write(as, va, &value, sizeof(value))) == 0);
}

static void test_faults(void)
{
    struct aspace *as = make();
    KCHECK(aspace_fault(as, at - 1, PROT_R) == -EFAULT && aspace_fault(as, at + SIZE, PROT_R) == -EFAULT);
    KCHECK(aspace_fault(as, at, PROT_X) == -EACCES && aspace_fault(as, 0, PROT_R) == -EFAULT);
    KCHECK(aspace_fault(as, UINTPTR_MAX, PROT_W) == -EFAULT);
    KCHECK(aspace_fault(as, hal_info.kernel_base, PROT_R) == -EFAULT);
    KCHECK(aspace_resident(as) == 0 && aspace_mapped(as) == PAGES);
    KCHECK(KTEST_CALL(aspace_fault(as, at + 5, PROT_W)) == 0 && aspace_resident(as) == 1 && get(as, at) == 0);
    put(as, at + PAGE_SIZE - 2, 0x12345678); /* over a border */
    KCHECK(get(as, at + PAGE_SIZE - 2) == 0x12345678 && aspace_resident(as) == 2);
    KCHECK(KTEST_CALL(aspace_protect(as, at, PAGE_SIZE, PROT_R)) == 0);
    KCHECK(aspace_write(as, at, "x", 1) == -EACCES && get(as, at + PAGE_SIZE - 2) == 0x12345678);
    KCHECK(KTEST_CALL(aspace_protect(as, at, PAGE_SIZE, 0)) == 0);
    KCHECK(aspace_fault(as, at, PROT_R) == -EACCES && aspace_resident(as) == 2);
    KCHECK(KTEST_CALL(aspace_protect(as, at, PAGE_SIZE, PROT_R | PROT_W)) == 0);
    KCHECK(get(as, at + PAGE_SIZE - 2) == 0x12345678);
    KCHECK(KTEST_CALL(aspace_unmap(as, at, PAGE_SIZE)) == 0 && aspace_fault(as, at, PROT_R) == -EFAULT);
    aspace_put(as);
}
KTEST("aspace-faults", test_faults);

/* Who writes gets a copy, the last one keeps the page. */
static void test_cow(void)
{
    struct aspace *as = make();
    for (unsigned i = 0; i < PAGES; i++)
        put(as, at + i * PAGE_SIZE, i + 1);
    struct aspace *child = KTEST_ALLOC(aspace_fork(as));
    KCHECK(aspace_resident(child) == PAGES);
    size_t count[PAGE_OWNERS];
    page_count(count);
    size_t before = count[PAGE_USER];
    for (unsigned i = 0; i < PAGES; i += 2)
        put(child, at + i * PAGE_SIZE, 100 + i);
    page_count(count);
    KCHECK(count[PAGE_USER] == before + PAGES / 2);
    for (unsigned i = 0; i < PAGES; i++) {
        put(as, at + i * PAGE_SIZE + 8, 200 + i);
        KCHECK(get(as, at + i * PAGE_SIZE) == i + 1);
        KCHECK(get(child, at + i * PAGE_SIZE) == (i % 2 == 0 ? 100 + i : i + 1));
        KCHECK(get(child, at + i * PAGE_SIZE + 8) == 0);
    }
    page_count(count);
    KCHECK(count[PAGE_USER] == before + PAGES);
    aspace_put(as);
    for (unsigned i = 0; i < PAGES; i++)
        put(child, at + i * PAGE_SIZE, 1);
    page_count(count);
    KCHECK(count[PAGE_USER] == before);
    aspace_put(child);
}
KTEST("aspace-copy-on-write", test_cow);

/* A CPU loads it, as for a program; another takes its place; one that ends is unloaded. */
static void test_switch(void)
{
    struct aspace *a = make(), *b = make();
    put(a, at, 1);
    put(b, at, 2);
    unsigned long s = hal_irq_save();
    struct cpu *cpu = this_cpu();
    struct aspace *before = cpu->as;
    for (unsigned i = 0; i < 3; i++) {
        aspace_switch(cpu, i % 2 == 0 ? a : b);
        KCHECK(cpu->as == (i % 2 == 0 ? a : b));
        KCHECK(a->tree.cpus == (i % 2 == 0 ? 1u << cpu->index : 0));
    }
    hal_irq_restore(s);
    aspace_put(b);
    put(a, at + PAGE_SIZE, 3); /* a tree that is loaded, perhaps on another CPU by now, changes */
    KCHECK(KTEST_CALL(aspace_unmap(a, at, PAGE_SIZE)) == 0 && get(a, at + PAGE_SIZE) == 3);
    struct aspace *child = KTEST_ALLOC(aspace_fork(a));
    put(a, at + PAGE_SIZE, 4);
    KCHECK(get(child, at + PAGE_SIZE) == 3);
    aspace_put(child);
    aspace_put(a);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        KCHECK(cpus[i].as != a && cpus[i].as != b);
    s = hal_irq_save();
    KCHECK(before == NULL || this_cpu()->as == NULL || this_cpu()->as == before);
    hal_irq_restore(s);
}
KTEST("aspace-switch", test_switch);

static int read_pattern(struct area_source *src, uint64_t offset, void *to, size_t n)
{
    (void)src;
    if (offset >= 3 * PAGE_SIZE)
        return offset >= 5 * PAGE_SIZE ? -EIO : 0;
    memset(to, (int)(offset / PAGE_SIZE) + 1, n);
    return (int)n;
}

static int source_users;

static void get_source(struct area_source *src)
{
    (void)src;
    source_users++;
}

static void put_source(struct area_source *src)
{
    (void)src;
    source_users--;
}

static void test_source(void)
{
    static const struct area_source_ops ops = { read_pattern, get_source, put_source };
    struct area_source src = { &ops };
    struct aspace *as = KTEST_ALLOC(aspace_create());
    uintptr_t where = at;
    source_users = 0;
    KCHECK(KTEST_CALL(aspace_map(as, &where, SIZE, PROT_R | PROT_W, AREA_FIXED, &src, PAGE_SIZE,
                                 PAGE_SIZE + 100)) == 0);
    KCHECK(get(as, at) == 0x02020202 && get(as, at + PAGE_SIZE + 96) == 0x03030303);
    KCHECK(get(as, at + PAGE_SIZE + 100) == 0 && get(as, at + 2 * PAGE_SIZE) == 0);
    put(as, at, 7);
    KCHECK(KTEST_CALL(aspace_forget(as, at, PAGE_SIZE)) == 0 && get(as, at) == 0x02020202);
    where = at;
    KCHECK(KTEST_CALL(aspace_map(as, &where, SIZE, PROT_R, AREA_FIXED, &src, 2 * PAGE_SIZE, SIZE)) == 0);
    KCHECK(get(as, at) == 0x03030303);
    KCHECK(KTEST_CALL(aspace_fault(as, at + PAGE_SIZE, PROT_R)) == -EIO);
    KCHECK(KTEST_CALL(aspace_fault(as, at + 3 * PAGE_SIZE, PROT_R)) == -EIO);
    aspace_put(as);
    KCHECK(source_users == 0);
}
KTEST("aspace-source", test_source);

static char buf[64];

static void check_strings(void)
{
    KCHECK(KTEST_CALL(copy_to_user(at + PAGE_SIZE - 3, "hello", 6)) == 0);
    KCHECK(KTEST_CALL((int)copy_string_from_user(buf, at + PAGE_SIZE - 3, sizeof(buf))) == 5);
    KCHECK(strcmp(buf, "hello") == 0);
    KCHECK(copy_string_from_user(buf, at + PAGE_SIZE - 3, 5) == -ENAMETOOLONG);
    KCHECK(KTEST_CALL(clear_user(at + PAGE_SIZE - 3, 2)) == 0);
    KCHECK(copy_from_user(buf, at + PAGE_SIZE - 3, 6) == 0 && memcmp(buf, "\0\0llo", 6) == 0);
}

static void check_bad_addresses(void)
{
    unsigned value;
    KCHECK(copy_to_user(at + SIZE - 2, "abc", 3) == -EFAULT && copy_to_user(0, "a", 1) == -EFAULT);
    KCHECK(copy_from_user(buf, UINTPTR_MAX - 3, 8) == -EFAULT &&
           copy_from_user(buf, at, SIZE_MAX) == -EFAULT);
    KCHECK(copy_from_user(buf, (uintptr_t)&value, 1) == -EFAULT);
    KCHECK(copy_from_user(buf, hal_info.kernel_base - 1, 2) == -EFAULT);
    KCHECK(copy_from_user(buf, at + SIZE, 0) == 0);
    KCHECK(copy_string_from_user(buf, (uintptr_t) "x", 2) == -EFAULT);
}

static void check_words(void)
{
    unsigned value = 0;
    KCHECK(load_user_word(at + 2, &value) == -EINVAL &&
           load_user_word(hal_info.kernel_base, &value) == -EFAULT);
    KCHECK(KTEST_CALL(cas_user_word(at, 0, 5, &value)) == 0 && value == 0);
    KCHECK(cas_user_word(at, 0, 6, &value) == 0 && value == 5);
    KCHECK(load_user_word(at, &value) == 0 && value == 5);
}

/* What a system call may be given. */
static void test_uaccess(void)
{
    struct aspace *as = make();
    static struct user us;
    struct user *before = current()->user;
    us.as = as;
    current()->user = &us;
    check_strings();
    check_bad_addresses();
    check_words();
    current()->user = before;
    aspace_put(as);
}
KTEST("aspace-uaccess", test_uaccess);

/* Where there is no memory, brk() stays where it is. */
static int grow_heap(struct aspace *as, uintptr_t end)
{
    return aspace_brk(as, end) == end ? 0 : -ENOMEM;
}

static void test_stack_and_heap(void)
{
    struct aspace *as = make();
    uintptr_t stack = 0, room = 0;
    as->stack_limit = 64 * PAGE_SIZE;
    KCHECK(KTEST_CALL(aspace_map(as, &stack, PAGE_SIZE, PROT_R | PROT_W, AREA_STACK, NULL, 0, 0)) == 0);
    put(as, stack - 3 * PAGE_SIZE, 1);
    KCHECK(aspace_mapped(as) == PAGES + 4);
    KCHECK(aspace_fault(as, stack - 64 * PAGE_SIZE, PROT_W) == -EFAULT);
    KCHECK(KTEST_CALL(aspace_fault(as, stack - 63 * PAGE_SIZE, PROT_W)) == 0);
    KCHECK(KTEST_CALL(aspace_map(as, &room, PAGE_SIZE, PROT_R, 0, NULL, 0, 0)) == 0);
    KCHECK(room + PAGE_SIZE + ASPACE_GUARD <= stack - 63 * PAGE_SIZE && room > at);
    aspace_set_brk(as, at + SIZE + 10);
    KCHECK(aspace_brk(as, 0) == at + SIZE + 10);
    KCHECK(KTEST_CALL(grow_heap(as, at + 3 * SIZE + 1)) == 0);
    put(as, at + 3 * SIZE, 9);
    KCHECK(aspace_brk(as, at + 2 * SIZE) == at + 2 * SIZE &&
           aspace_fault(as, at + 2 * SIZE, PROT_R) == -EFAULT);
    KCHECK(aspace_brk(as, stack) == at + 2 * SIZE);
    aspace_put(as);
}
KTEST("aspace-stack-and-heap", test_stack_and_heap);
