/*
 * kernel/uaccess_short.h - a program's bytes where they lie: a few of them, in one page, which is there.
 *
 * That is how it almost always is, and it need not be copied twice, nor may it sleep: so it can be done with
 * another lock held. Inline, since a call would cost as much again.
 */
#pragma once
#include <kernel/aspace.h>
#include <kernel/uio.h>
#include <kernel/user.h>
#include <kernel/vm_walk.h>

/* vm_lock_page() of the n bytes at va, any address. NULL, and not locked: they are not like that. */
static inline void *uaccess_lock_few(struct aspace *as, uintptr_t va, size_t n, unsigned prot,
                                     unsigned long *s)
{
    if (va >= vm_user_end() || n > PAGE_SIZE - va % PAGE_SIZE)
        return NULL;
    return vm_lock_page(&as->tree, va, prot, s);
}

/*
 * Thread, no spinlock held. The next n > 0 bytes of u, which stay where they are until uio_unlock_few(),
 * irqs off. NULL, and not locked: uio_put() and uio_get() can do it, or know why not.
 */
static inline void *uio_lock_few(const struct uio *u, size_t n, unsigned prot, unsigned long *s)
{
    if (!u->user || n > u->part->size - u->offset)
        return NULL;
    return uaccess_lock_few(current_user()->as, u->part->at + u->offset, n, prot, s);
}

/* These bytes have been moved. irqs stay off. */
static inline void uio_unlock_few(struct uio *u, size_t n)
{
    u->offset += n;
    u->left -= n;
    spin_unlock_raw(&current_user()->as->tree.lock);
}
