/* bitmap.c - a set of numbers as a tree of 32-bit words. */
#include <lib/bitmap.h>
#include <lib/util.h>

enum { WORD = 32 };

/* An empty level still has a word, so that nobody has to ask whether there is one. */
static size_t words_of(size_t bits)
{
    return bits == 0 ? 1 : (bits + WORD - 1) / WORD;
}

size_t bitmap_bytes(size_t size)
{
    size_t words = words_of(size);
    size_t sum = words;
    while (words > 1) {
        words = words_of(words);
        sum += words;
    }
    return sum * sizeof(uint32_t);
}

void bitmap_init(struct bitmap *b, size_t size, void *zeroed_memory)
{
    uint32_t *next = zeroed_memory;
    size_t bits = size;
    *b = (struct bitmap){ .size = size };
    do {
        b->level[b->levels++] = next;
        bits = words_of(bits);
        next += bits;
    } while (bits > 1);
}

/* A word that was not zero before is known above already. */
void bitmap_set(struct bitmap *b, size_t i)
{
    for (unsigned n = 0; n < b->levels; n++) {
        uint32_t *word = &b->level[n][i / WORD];
        uint32_t before = *word;
        *word = before | (uint32_t)1 << i % WORD;
        if (before != 0)
            return;
        i /= WORD;
    }
}

void bitmap_clear(struct bitmap *b, size_t i)
{
    for (unsigned n = 0; n < b->levels; n++) {
        uint32_t *word = &b->level[n][i / WORD];
        *word &= ~((uint32_t)1 << i % WORD);
        if (*word != 0)
            return;
        i /= WORD;
    }
}

/* The lowest member below bit i of level n, which is set. */
static size_t descend(const struct bitmap *b, unsigned n, size_t i)
{
    while (n-- > 0)
        i = i * WORD + bit_lowest32(b->level[n][i]);
    return i;
}

size_t bitmap_first(const struct bitmap *b)
{
    uint32_t top = b->level[b->levels - 1][0];
    return top == 0 ? BITMAP_NONE : descend(b, b->levels - 1, bit_lowest32(top));
}

/* Up, as long as nothing follows in the same word; then down to the lowest. */
size_t bitmap_next(const struct bitmap *b, size_t from)
{
    size_t bits = b->size;
    size_t i = from;
    for (unsigned n = 0; n < b->levels && i < bits; n++) {
        uint32_t word = b->level[n][i / WORD] & UINT32_MAX << i % WORD;
        if (word != 0)
            return descend(b, n, i / WORD * WORD + bit_lowest32(word));
        i = i / WORD + 1;
        bits = words_of(bits);
    }
    return BITMAP_NONE;
}
