/* test_bitmap.c - lib/bitmap.c, against an array of bool.
 *
 * Planted and caught: a level of a word too many, or one too few; no word for an empty set; a word that
 * becomes or stays full or empty, each told or not told to the level above; a member that a second set
 * takes out, and one that a second clear brings in; a search that looks at what lies before, misses its
 * first number, stays in the same word, or does not stop at the end of a level.
 */
#include "unit.h"

#include <string.h>

#include <lib/bitmap.h>

enum { LARGEST = 100000, CHANGES = 40000, SCAN_EVERY = 97 };

static bool member[LARGEST + 2]; /* the model */

struct set {
    struct bitmap b;
    void *memory; /* not a byte more than was asked for: whoever goes beyond it meets AddressSanitizer */
};

static struct set make(size_t size)
{
    struct set s;

    s.memory = calloc(1, bitmap_bytes(size));
    memset(&s.b, 0xa5, sizeof(s.b));
    bitmap_init(&s.b, size, s.memory);
    memset(member, 0, sizeof(member));
    return s;
}

static size_t model_next(size_t size, size_t from)
{
    if (from >= size)
        return BITMAP_NONE;
    const bool *found = memchr(&member[from], true, size - from);
    return found == NULL ? BITMAP_NONE : (size_t)(found - member);
}

/* All members, in order, and none else. */
static void compare(const struct bitmap *b)
{
    size_t at = 0;

    assert_int_equal(bitmap_first(b), model_next(b->size, 0));
    for (size_t i = 0; i < b->size; i++)
        assert_int_equal(bitmap_test(b, i), member[i]);
    while ((at = bitmap_next(b, at)) != BITMAP_NONE) {
        assert_true(at < b->size && member[at]);
        member[at++] = false;
    }
    assert_int_equal(model_next(b->size, 0), BITMAP_NONE);
}

static void change(struct bitmap *b, size_t i, bool set)
{
    if (set)
        bitmap_set(b, i);
    else
        bitmap_clear(b, i);
    member[i] = set;
    assert_int_equal(bitmap_test(b, i), set);
    assert_int_equal(bitmap_first(b), model_next(b->size, 0));
}

/*
 * In turns the set fills and empties. Half of the numbers are near to the one before, so that whole words
 * become full and empty.
 */
static void random_changes(size_t size, unsigned changes, uint64_t *seed)
{
    struct set s = make(size);
    size_t i = 0;

    for (unsigned n = 0; n < changes; n++) {
        uint64_t r = unit_random(seed);
        unsigned fill = n / 2048 % 3 == 0 ? 90 : n / 2048 % 3 == 1 ? 10 : 50;

        i = r % 2 ? (size_t)(r >> 8) % size : (i + (r >> 8) % 3) % size;
        change(&s.b, i, r % 97 < fill);
        if (n % SCAN_EVERY == 0) {
            size_t from = (size_t)unit_random(seed) % (size + 2);

            assert_int_equal(bitmap_next(&s.b, from), model_next(size, from));
        }
    }
    compare(&s.b);
    free(s.memory);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();

    for (unsigned n = 0; n < 24; n++)
        random_changes(1 + (size_t)unit_random(&seed) % LARGEST, CHANGES, &seed);
    for (size_t size = 1; size <= 70; size++)
        random_changes(size, CHANGES / 8, &seed);
}

/* At the powers of 32 a level more begins. Only one member, only one missing, at each end of each word. */
static void test_edges(void **state)
{
    (void)state;
    static const size_t powers[] = { 32, 32 * 32, 32 * 32 * 32 };
    uint64_t seed = 1;

    for (unsigned n = 0; n < ARRAY_SIZE(powers); n++) {
        for (size_t size = powers[n] - 1; size <= powers[n] + 1; size++) {
            struct set s = make(size);

            assert_int_equal(s.b.levels, n + 1 + (size > powers[n]));
            for (size_t i = 0; i < size; i += i % 32 == 0 && i + 31 < size ? 31 : 1) {
                bitmap_set(&s.b, i);
                assert_int_equal(bitmap_first(&s.b), i);
                assert_int_equal(bitmap_next(&s.b, 0), i);
                assert_int_equal(bitmap_next(&s.b, i), i);
                assert_int_equal(bitmap_next(&s.b, i + 1), BITMAP_NONE);
                bitmap_clear(&s.b, i);
                assert_int_equal(bitmap_first(&s.b), BITMAP_NONE);
            }
            free(s.memory);
            random_changes(size, CHANGES, &seed);
        }
    }
}

static void test_full(void **state)
{
    (void)state;
    struct set s = make(LARGEST);

    for (size_t i = 0; i < LARGEST; i++)
        change(&s.b, i, true);
    for (size_t i = 0; i < LARGEST; i++) {
        change(&s.b, i, false);
        change(&s.b, i, false);
    }
    compare(&s.b);
    free(s.memory);
}

/* No place for anything is still a set. A search that begins behind the end finds nothing. */
static void test_ends(void **state)
{
    (void)state;
    struct set s = make(0);

    assert_int_equal(bitmap_first(&s.b), BITMAP_NONE);
    assert_int_equal(bitmap_next(&s.b, 0), BITMAP_NONE);
    free(s.memory);
    for (size_t size = 1; size <= 33; size++) {
        s = make(size);
        bitmap_set(&s.b, size - 1);
        assert_int_equal(bitmap_next(&s.b, size - 1), size - 1);
        assert_int_equal(bitmap_next(&s.b, size), BITMAP_NONE);
        assert_int_equal(bitmap_next(&s.b, SIZE_MAX), BITMAP_NONE);
        free(s.memory);
    }
}

/* As many words per level as 32 to its power go into the size, rounded up; until one word is all. */
static void test_bytes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 32, 33, 1024, 1025, 32768, 32769, 99999, BITMAP_MAX };

    assert_int_equal(bitmap_bytes(0), 4);
    for (unsigned n = 0; n < ARRAY_SIZE(sizes); n++) {
        size_t words = 0, power = 32;

        for (; power < sizes[n]; power *= 32)
            words += (sizes[n] + power - 1) / power;
        assert_int_equal(bitmap_bytes(sizes[n]), (words + 1) * 4);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_edges), cmocka_unit_test(test_full),
        cmocka_unit_test(test_ends), cmocka_unit_test(test_bytes),
    };

    return UNIT_RUN("bitmap", tests);
}
