/* uio.c - the buffer of a read or write, part by part. */
#include <kernel/kassert.h>
#include <kernel/uaccess.h>
#include <kernel/uio.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>

void uio_init_parts(struct uio *u, const struct uio_part *part, unsigned n, bool user)
{
    *u = (struct uio){ .part = part, .parts = n, .user = user };
    for (unsigned i = 0; i < n; i++)
        u->left += part[i].size;
}

/* One piece: n bytes at kernel address k (NULL: zeros), to or from address `at`. */
typedef int piece_fn(const struct uio *u, uintptr_t at, void *k, size_t n);

static int put_piece(const struct uio *u, uintptr_t at, void *k, size_t n)
{
    if (u->user)
        return copy_to_user(at, k, n);
    memcpy((void *)at, k, n);
    return 0;
}

static int get_piece(const struct uio *u, uintptr_t at, void *k, size_t n)
{
    if (u->user)
        return copy_from_user(k, at, n);
    memcpy(k, (const void *)at, n);
    return 0;
}

static int zero_piece(const struct uio *u, uintptr_t at, void *k, size_t n)
{
    (void)k;
    if (u->user)
        return clear_user(at, n);
    memset((void *)at, 0, n);
    return 0;
}

/* Calls fn for each piece of the next n bytes, and moves on if it was well each time. */
static __attribute__((noinline)) int for_each_piece(struct uio *u, char *k, size_t n, piece_fn *fn)
{
    struct uio next = *u;
    next.left -= n;
    while (n > 0) {
        if (next.offset == next.part->size) {
            next.part++;
            next.parts--;
            next.offset = 0;
            continue;
        }
        size_t some = min_size(n, next.part->size - next.offset);
        int error = fn(&next, next.part->at + next.offset, k, some);
        if (error != 0)
            return error;
        next.offset += some;
        n -= some;
        if (k != NULL)
            k += some;
    }
    *u = next;
    return 0;
}

/* The same; as a rule all of them are in one part. */
static inline int move(struct uio *u, char *k, size_t n, piece_fn *fn)
{
    KASSERT(n <= u->left);
    if (__builtin_expect(n - 1 >= u->part->size - u->offset, 0)) /* also if n is 0: there may be no part */
        return for_each_piece(u, k, n, fn);
    int error = fn(u, u->part->at + u->offset, k, n);
    if (error == 0) {
        u->offset += n;
        u->left -= n;
    }
    return error;
}

int uio_put(struct uio *u, const void *from, size_t n)
{
    union {
        const void *in;
        void *out;
    } k = { from }; /* put_piece() only reads it */
    return move(u, k.out, n, put_piece);
}

int uio_get(struct uio *u, void *to, size_t n)
{
    return move(u, to, n, get_piece);
}

int uio_zero(struct uio *u, size_t n)
{
    return move(u, NULL, n, zero_piece);
}
