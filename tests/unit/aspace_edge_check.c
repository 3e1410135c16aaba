/*
 * aspace_edge_check.c - address spaces: each allocation fails in turn, flushes of a fork, places and limits.
 *
 * Planted and caught: a stack that grows to what lies below.
 */
#include "aspace_check.h"

#include "host.h"
#include "unit.h"
#include "vm_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/area.h>
#include <uapi/errno.h>

/* Each allocation of a fork fails in turn; the program that forks does not notice. */
void aspace_test_failures(void **state)
{
    (void)state;
    struct aspace **s = &spaces[0], **to = &spaces[1];
    unsigned n = 0;

    aspace_set_up();
    *s = aspace_create();
    for (unsigned i = 0; i < PAGES; i += 2) {
        uintptr_t at = va_of(i);
        uint32_t value = i;

        assert_int_equal(aspace_map(*s, &at, PAGE_SIZE, PROT_R | PROT_W, AREA_FIXED,
                                    i % 4 == 0 ? &source : NULL, 0, PAGE_SIZE),
                         0);
        assert_int_equal(aspace_write(*s, at, &value, 4), 0);
    }
    for (;; n++) {
        vm_until_failure = (long)n;
        *to = aspace_fork(*s);
        bool enough = vm_until_failure == 0 || *to != NULL;
        vm_until_failure = -1;
        assert_true(enough);
        if (*to != NULL)
            break;
        assert_int_equal(vm_owned[PAGE_USER], PAGES / 2);
        for (unsigned i = 0; i < PAGES; i += 2)
            assert_int_equal(aspace_write(*s, va_of(i), &(uint32_t){ i }, 4), 0);
        assert_int_equal(vm_owned[PAGE_USER], PAGES / 2); /* no copy: nobody has them any more */
    }
    assert_true(n >= 2 + PAGES / 2 + 2);
    aspace_check_end();
    printf("# fork failed %u times\n", n);
}

/* A fork after which somebody may not write as before is told to the TLB, and no other. */
static unsigned flushes;

static void on_flush_all(void)
{
    flushes++;
}

void aspace_test_fork_flush(void **state)
{
    (void)state;
    uintptr_t at = va_of(0);

    hal_info.asids = 0;
    aspace_set_up();
    struct aspace *as = spaces[0] = aspace_create();
    assert_int_equal(aspace_map(as, &at, 3 * PAGE_SIZE, PROT_R | PROT_W, AREA_FIXED, NULL, 0, 0), 0);
    aspace_load(as);
    flushes = 0;
    host_tlb_flush_all = on_flush_all;
    aspace_put(aspace_fork(as)); /* nothing is there */
    assert_int_equal(flushes, 0);
    assert_int_equal(aspace_write(as, at, "x", 1), 0);
    aspace_put(aspace_fork(as));
    assert_int_equal(flushes, 1);
    aspace_put(aspace_fork(as)); /* nobody has written since */
    assert_int_equal(flushes, 1);
    host_tlb_flush_all = NULL;
    aspace_check_end();
}

void aspace_test_places(void **state)
{
    (void)state;
    uintptr_t a = 0, b = 0, stack = 0, c = 0;

    aspace_set_up();
    struct aspace *as = aspace_create();
    spaces[0] = as;
    assert_int_equal(aspace_map(as, &stack, 4 * PAGE_SIZE, PROT_R | PROT_W, AREA_STACK, NULL, 0, 0), 0);
    assert_int_equal(stack + 4 * PAGE_SIZE, area_stack_top());
    assert_int_equal(aspace_map(as, &a, 3 * PAGE_SIZE, PROT_R, 0, NULL, 0, 0), 0);
    assert_true(a + 3 * PAGE_SIZE + ASPACE_GUARD + ASPACE_STACK_LIMIT <= area_stack_top());
    assert_int_equal(aspace_map(as, &b, PAGE_SIZE, PROT_W, 0, NULL, 0, 0), 0);
    assert_int_equal(b + PAGE_SIZE, a);
    assert_int_equal(aspace_unmap(as, a + PAGE_SIZE, PAGE_SIZE), 0);
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, 0, NULL, 0, 0), 0);
    assert_int_equal(c, a + PAGE_SIZE); /* the hole */
    c = a;
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, AREA_FIXED | AREA_NOREPLACE, NULL, 0, 0), -EEXIST);
    c = ASPACE_LOWEST - PAGE_SIZE;
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, AREA_FIXED, NULL, 0, 0), -ENOMEM);
    c = 1;
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, AREA_FIXED, NULL, 0, 0), -EINVAL);
    assert_int_equal(aspace_map(as, &c, 1, PROT_R, 0, NULL, 0, 0), -EINVAL);
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, AREA_SHARED, &source, 0, 1), -ENODEV);
    assert_int_equal(aspace_fault(as, stack - PAGE_SIZE, PROT_W), 0);
    assert_int_equal(aspace_fault(as, area_stack_top() - ASPACE_STACK_LIMIT, PROT_W), 0);
    assert_int_equal(aspace_fault(as, area_stack_top() - ASPACE_STACK_LIMIT - 1, PROT_W), -EFAULT);
    as->limit = as->mapped;
    c = 0;
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, 0, NULL, 0, 0), -ENOMEM);
    as->limit++;
    assert_int_equal(aspace_map(as, &c, PAGE_SIZE, PROT_R, 0, NULL, 0, 0), 0);
    host_log[0] = 0;
    assert_int_equal(aspace_protect(as, c, PAGE_SIZE, PROT_W | PROT_X), 0);
    assert_int_equal(aspace_protect(as, c, PAGE_SIZE, PROT_R), 0);
    assert_int_equal(aspace_protect(as, c, PAGE_SIZE, PROT_W | PROT_X), 0);
    assert_non_null(strstr(host_log, "written and executed"));
    assert_null(strstr(strstr(host_log, "written") + 1, "written"));
    aspace_check_end();
}

/* A stack grows until the gap, and what lies below it is never next to it. */
void aspace_test_stack_gap(void **state)
{
    (void)state;
    aspace_set_up();
    struct aspace *as = spaces[0] = aspace_create();
    uintptr_t stack = 0, below = area_stack_top() - ASPACE_STACK_LIMIT / 2;
    assert_int_equal(aspace_map(as, &below, PAGE_SIZE, PROT_R | PROT_W, AREA_FIXED, NULL, 0, 0), 0);
    assert_int_equal(aspace_map(as, &stack, 4 * PAGE_SIZE, PROT_R | PROT_W, AREA_STACK, NULL, 0, 0), 0);
    uintptr_t lowest = below + PAGE_SIZE + ASPACE_GUARD;
    assert_int_equal(aspace_fault(as, lowest - 1, PROT_W), -EFAULT);
    assert_int_equal(aspace_fault(as, lowest, PROT_W), 0);
    assert_int_equal(aspace_fault(as, lowest - 1, PROT_W), -EFAULT);
    aspace_check_end();
}
