/*
 * kernel/uio.h - where the bytes of a read go to, or those of a write come from: a program, or the kernel.
 *
 * Files copy with uio_put() and uio_get() only, and so need not know who asks. A uio is a list of parts,
 * those of readv() and writev(); it remembers how far it got.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uio_part {
    uintptr_t at;
    size_t size;
};

struct uio {
    const struct uio_part *part; /* where it is; the caller's */
    unsigned parts;              /* from there on */
    size_t offset;               /* in *part */
    size_t left;                 /* bytes of all parts that are to come */
    bool user;                   /* addresses of the program that the caller runs for */
};

/* Any context. One part, which the caller keeps as long as the uio. */
static inline void uio_init(struct uio *u, struct uio_part *part, bool user, uintptr_t at, size_t size)
{
    *part = (struct uio_part){ at, size };
    u->part = part;
    u->parts = 1;
    u->offset = 0;
    u->left = size;
    u->user = user;
}

/* The same for n parts; their sizes add up to no more than SSIZE_MAX. */
void uio_init_parts(struct uio *u, const struct uio_part *part, unsigned n, bool user);

/*
 * Thread, no spinlock held; sleeps. Copy n bytes, at most u->left, to the buffer of a read, or from that of a
 * write; zeros. 0, or -EFAULT: then it is not said how much of it was copied, and u is where it was.
 */
int uio_put(struct uio *u, const void *from, size_t n);
int uio_get(struct uio *u, void *to, size_t n);
int uio_zero(struct uio *u, size_t n);
