/*
 * aspace_copy_check.c - kernel/uaccess.c: what is copied for a program, up to every border and not beyond.
 *
 * Planted and caught: addresses of the kernel's half, or that wrap, not refused; a string without its end; a
 * page that may only be read written to.
 */
#include "aspace_check.h"

#include "unit.h"

#include <string.h>

#include <kernel/page.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/vm_walk.h>
#include <uapi/errno.h>

enum { WRITABLE = 2 }; /* pages; one that may only be read follows, and then none */

static void check_ranges(uintptr_t end)
{
    static const struct {
        uintptr_t below_end;
        size_t n;
    } wrong[] = { { 2, 4 }, { 0, 1 }, { 1, SIZE_MAX } };
    char text[8];
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        assert_int_equal(copy_from_user(text, end - wrong[i].below_end, wrong[i].n), -EFAULT);
        assert_int_equal(copy_to_user(end - wrong[i].below_end, text, wrong[i].n), -EFAULT);
    }
    assert_int_equal(copy_from_user(text, UINTPTR_MAX - 1, 4), -EFAULT);
    assert_int_equal(copy_from_user(text, end, 0), 0);
    assert_int_equal(copy_string_from_user(text, end, sizeof(text)), -EFAULT);
    assert_int_equal(copy_string_from_user(text, UINTPTR_MAX, sizeof(text)), -EFAULT);
}

static void check_strings(uintptr_t border)
{
    static const char name[] = "/bin/sh";
    char text[16];
    memset(text, 'x', sizeof(text));
    assert_int_equal(copy_to_user(border - 4, name, sizeof(name)), 0);
    assert_int_equal(copy_string_from_user(text, border - 4, sizeof(text)), sizeof(name) - 1);
    assert_memory_equal(text, name, sizeof(name));
    assert_int_equal(text[sizeof(name)], 'x');
    assert_int_equal(copy_string_from_user(text, border - 4, sizeof(name)), sizeof(name) - 1);
    assert_int_equal(copy_string_from_user(text, border - 4, sizeof(name) - 1), -ENAMETOOLONG);
}

static void check_words(uintptr_t at, uintptr_t readable)
{
    uint32_t value = 7, seen = 0;
    assert_int_equal(copy_to_user(at, &value, sizeof(value)), 0);
    assert_int_equal(cas_user_word(at, 6, 9, &seen), 0);
    assert_int_equal(seen, 7);
    assert_int_equal(cas_user_word(at, 7, 9, &seen), 0);
    assert_int_equal(seen, 7);
    assert_int_equal(load_user_word(at, &value), 0);
    assert_int_equal(value, 9);
    assert_int_equal(load_user_word(at + 2, &value), -EINVAL);
    assert_int_equal(load_user_word(vm_user_end(), &value), -EFAULT);
    assert_int_equal(load_user_word(readable, &value), 0);
    assert_int_equal(cas_user_word(readable, value, 9, &seen), -EFAULT);
}

void aspace_test_copies(void **state)
{
    (void)state;
    aspace_set_up();
    struct user user = { .as = spaces[0] = aspace_create() };
    uintptr_t at = va_of(0), readable = at + WRITABLE * PAGE_SIZE;
    char text[8] = "abcdefg", zeros[8] = { 0 };
    current()->user = &user;
    assert_int_equal(
        aspace_map(user.as, &at, (WRITABLE + 1) * PAGE_SIZE, PROT_R | PROT_W, AREA_FIXED, NULL, 0, 0), 0);
    assert_int_equal(copy_to_user(readable + PAGE_SIZE - 7, "without", 7), 0);
    assert_int_equal(aspace_protect(user.as, readable, PAGE_SIZE, PROT_R), 0);
    check_ranges(vm_user_end());
    check_strings(at + PAGE_SIZE);
    check_words(at, readable);
    assert_int_equal(copy_to_user(readable, text, 1), -EFAULT);
    assert_int_equal(clear_user(readable - 1, 2), -EFAULT);
    assert_int_equal(copy_from_user(text, readable + PAGE_SIZE - 4, 5), -EFAULT);
    assert_int_equal(copy_string_from_user(text, readable + PAGE_SIZE - 7, sizeof(text)), -EFAULT);
    assert_int_equal(copy_to_user(at + PAGE_SIZE - 4, "12345678", 8), 0);
    assert_int_equal(clear_user(at + PAGE_SIZE - 4, 8), 0);
    assert_int_equal(copy_from_user(text, at + PAGE_SIZE - 4, 8), 0);
    assert_memory_equal(text, zeros, sizeof(zeros));
    current()->user = NULL;
    aspace_check_end();
}
