/*
 * uaccess.c - to and from a program's memory, page by page, through the direct map.
 *
 * A page is copied with the tree of page tables locked. So it stays where it is: whoever unmaps it, or makes
 * it read-only for a fork, comes before or after.
 */
#include <kernel/aspace.h>
#include <kernel/kassert.h>
#include <kernel/uaccess.h>
#include <kernel/uaccess_short.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

/* As vm_lock_page(), after as many page faults as it takes. NULL: *error is why. */
static void *lock_page(struct aspace *as, uintptr_t va, unsigned prot, unsigned long *s, int *error)
{
    void *at;
    while ((at = vm_lock_page(&as->tree, va, prot, s)) == NULL) {
        *error = aspace_fault(as, va, prot);
        if (*error != 0)
            return NULL;
    }
    return at;
}

static size_t to_page_end(uintptr_t va, size_t n)
{
    return min_size(n, PAGE_SIZE - va % PAGE_SIZE);
}

static bool is_range(uintptr_t va, size_t n)
{
    return va <= vm_user_end() && n <= vm_user_end() - va;
}

int aspace_read(struct aspace *as, void *to, uintptr_t from, size_t n)
{
    if (!is_range(from, n))
        return -EFAULT;
    char *out = to;
    for (size_t part; n > 0; n -= part, from += part, out += part) {
        unsigned long s;
        int error;
        part = to_page_end(from, n);
        const void *at = lock_page(as, from, PROT_R, &s, &error);
        if (at == NULL)
            return error;
        memcpy(out, at, part);
        spin_unlock(&as->tree.lock, s);
    }
    return 0;
}

/* from: NULL: zeros. */
static int write(struct aspace *as, uintptr_t to, const char *from, size_t n)
{
    if (!is_range(to, n))
        return -EFAULT;
    for (size_t part; n > 0; n -= part, to += part) {
        unsigned long s;
        int error;
        part = to_page_end(to, n);
        void *at = lock_page(as, to, PROT_W, &s, &error);
        if (at == NULL)
            return error;
        if (from != NULL) {
            memcpy(at, from, part);
            from += part;
        } else {
            memset(at, 0, part);
        }
        spin_unlock(&as->tree.lock, s);
    }
    return 0;
}

int aspace_write(struct aspace *as, uintptr_t to, const void *from, size_t n)
{
    return write(as, to, from, n);
}

static struct aspace *ours(void)
{
    KASSERT(current_user() != NULL);
    return current_user()->as;
}

int copy_from_user(void *to, uintptr_t from, size_t n)
{
    unsigned long s;
    struct aspace *as = ours();
    const void *at = uaccess_lock_few(as, from, n, PROT_R, &s);
    if (__builtin_expect(at != NULL, 1)) {
        memcpy(to, at, n);
        spin_unlock(&as->tree.lock, s);
        return 0;
    }
    return aspace_read(as, to, from, n) == 0 ? 0 : -EFAULT;
}

int copy_to_user(uintptr_t to, const void *from, size_t n)
{
    unsigned long s;
    struct aspace *as = ours();
    void *at = uaccess_lock_few(as, to, n, PROT_W, &s);
    if (__builtin_expect(at != NULL, 1)) {
        memcpy(at, from, n);
        spin_unlock(&as->tree.lock, s);
        return 0;
    }
    return write(as, to, from, n) == 0 ? 0 : -EFAULT;
}

int clear_user(uintptr_t to, size_t n)
{
    return write(ours(), to, NULL, n) == 0 ? 0 : -EFAULT;
}

long copy_string_from_user(char *to, uintptr_t from, size_t size)
{
    struct aspace *as = ours();
    for (size_t done = 0; done < size;) {
        unsigned long s;
        int error;
        if (!is_range(from + done, 1) || from + done == vm_user_end())
            return -EFAULT;
        size_t part = to_page_end(from + done, size - done);
        const char *at = lock_page(as, from + done, PROT_R, &s, &error);
        if (at == NULL)
            return -EFAULT;
        size_t length = strnlen(at, part);
        memcpy(to + done, at, min_size(length + 1, part));
        spin_unlock(&as->tree.lock, s);
        done += length;
        if (length < part)
            return (long)done;
    }
    return -ENAMETOOLONG;
}

static atomic_uint *lock_word(struct aspace *as, uintptr_t at, unsigned prot, unsigned long *s, int *error)
{
    *error = !is_aligned(at, sizeof(uint32_t)) ? -EINVAL : -EFAULT;
    if (*error == -EINVAL || at >= vm_user_end())
        return NULL;
    return lock_page(as, at, prot, s, error);
}

int load_user_word(uintptr_t from, uint32_t *value)
{
    struct aspace *as = ours();
    unsigned long s;
    int error;
    const atomic_uint *word = lock_word(as, from, PROT_R, &s, &error);
    if (word == NULL)
        return error == -EINVAL ? error : -EFAULT;
    *value = atomic_load_explicit(word, memory_order_seq_cst);
    spin_unlock(&as->tree.lock, s);
    return 0;
}

int cas_user_word(uintptr_t at, uint32_t from, uint32_t to, uint32_t *seen)
{
    struct aspace *as = ours();
    unsigned long s;
    int error;
    atomic_uint *word = lock_word(as, at, PROT_R | PROT_W, &s, &error);
    if (word == NULL)
        return error == -EINVAL ? error : -EFAULT;
    unsigned value = from;
    atomic_compare_exchange_strong_explicit(word, &value, to, memory_order_seq_cst, memory_order_seq_cst);
    *seen = value;
    spin_unlock(&as->tree.lock, s);
    return 0;
}
