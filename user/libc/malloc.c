/* malloc.c - memory by bytes: small blocks from the heap that brk() grows, large ones each from mmap().
 *
 * Before each block stands its size. The free blocks of the heap are a list in the order of their addresses:
 * the smallest that is large enough is taken, and a block that is freed is joined with free neighbours. The
 * first that is large enough would be, as a rule, what has never been used: gaps between blocks that stay
 * would not be filled before that is at its end. The list is walked from its beginning each time: good enough
 * for programs with some hundreds of free blocks.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct block {
    size_t size;        /* bytes with this header: a multiple of ALIGN; with MAPPED, if it is from mmap() */
    struct block *next; /* of a free block: the next one, at a higher address */
} __attribute__((aligned(16)));

enum {
    ALIGN = sizeof(struct block), /* 16: every type may lie there, vectors too */
    MAPPED = 1,
    LARGE = 128 << 10, /* from this size on by mmap(), so that it goes back at once */
    GROWTH = 64 << 10, /* the heap grows by at least this */
    MAP_UNIT = 4096,
};
_Static_assert(ALIGN == 16, "the header is one unit");

static struct block *free_list;

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

static void *failed(void)
{
    errno = ENOMEM;
    return NULL;
}

static struct block *end_of(struct block *b)
{
    return (struct block *)(void *)((char *)b + b->size);
}

/* Puts a block among the free ones. */
static void release(struct block *b)
{
    struct block *before = NULL, *after = free_list;

    while (after != NULL && after < b) {
        before = after;
        after = after->next;
    }
    b->next = after;
    if (after != NULL && end_of(b) == after) {
        b->size += after->size;
        b->next = after->next;
    }
    if (before == NULL) {
        free_list = b;
    } else if (end_of(before) == b) {
        before->size += b->size;
        before->next = b->next;
    } else {
        before->next = b;
    }
}

/* More heap. Others may have moved its end, too: then the new part only does not join the old one. */
static int grow(size_t size)
{
    size = round_up(size, GROWTH);
    uintptr_t end = (uintptr_t)sbrk(0);
    size_t gap = round_up(end, ALIGN) - end;

    if (sbrk((intptr_t)(size + gap)) == (void *)-1)
        return -1;
    struct block *b = (struct block *)(end + gap);
    b->size = size;
    release(b);
    return 0;
}

/* Takes size bytes off the smallest free block that has them: its upper end, and the list stays as it is. */
static struct block *take(size_t size)
{
    struct block **best = NULL, *b;

    for (struct block **link = &free_list; *link != NULL; link = &(*link)->next) {
        if ((*link)->size >= size && (best == NULL || (*link)->size < (*best)->size))
            best = link;
    }
    if (best == NULL)
        return NULL;
    b = *best;
    if (b->size == size) {
        *best = b->next;
        return b;
    }
    b->size -= size;
    b = end_of(b);
    b->size = size;
    return b;
}

static struct block *map(size_t size)
{
    size = round_up(size, MAP_UNIT);
    struct block *b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (b == MAP_FAILED)
        return NULL;
    b->size = size | MAPPED;
    return b;
}

void *malloc(size_t size)
{
    struct block *b;

    if (size > PTRDIFF_MAX - MAP_UNIT - ALIGN)
        return failed();
    size = round_up(size, ALIGN) + ALIGN;
    if (size >= LARGE) {
        b = map(size);
    } else {
        b = take(size);
        if (b == NULL && grow(size) == 0)
            b = take(size);
    }
    return b == NULL ? failed() : b + 1;
}

void free(void *p)
{
    struct block *b = (struct block *)p - 1;

    if (p == NULL)
        return;
    if (b->size & MAPPED)
        munmap(b, b->size - MAPPED);
    else
        release(b);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return failed();
    void *p = malloc(bytes);
    if (p != NULL)
        memset(p, 0, bytes);
    return p;
}

void *realloc(void *p, size_t size)
{
    size_t room = p == NULL ? 0 : (((struct block *)p - 1)->size & ~(size_t)MAPPED) - ALIGN;

    if (p != NULL && size <= room)
        return p;
    void *bigger = malloc(size);
    if (bigger != NULL && p != NULL) {
        memcpy(bigger, p, room);
        free(p);
    }
    return bigger;
}
