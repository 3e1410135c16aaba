/* test_fdt_open.c - which blobs dt_open() accepts: headers, sizes, and trees put together token by token.
 *
 * Planted and caught: lengths not checked, and computed in 32 bits; names of properties outside of the
 * strings or without end; END inside of a node; no root, two roots, a root with a name; an END_NODE too
 * many; a property outside of nodes; no limit of depth; versions 16 and 18; totalsize above the room; a
 * header cut off; blocks that begin in the header; a token read behind the block; reservations that end
 * nowhere.
 */
#include "unit.h"

#include <string.h>

#include <libfdt.h>

#include "dtb.h"
#include "fdt_oracle.h"
#include <lib/fdt.h>

static const char *const trees[] = { "virt", "rpi4", "odd", "empty" };

static void check(const void *blob, size_t size, const char *what)
{
    const char *wrong = fdt_oracle_disagrees(blob, size);

    if (wrong != NULL)
        fail_msg("%s: %s", what, wrong);
}

enum {
    BEGIN = FDT_BEGIN_NODE,
    END_NODE = FDT_END_NODE,
    PROP = FDT_PROP,
    NOP = FDT_NOP,
    END = FDT_END,
    MAX_TOKENS = 16,
};

struct token_case {
    const char *what;
    bool good;
    unsigned n;
    uint32_t tokens[MAX_TOKENS];
    const char *strings; /* NULL: "p" with its 0 */
    uint32_t strings_size;
};

#define TOKENS(...)                            \
    ARRAY_SIZE(((uint32_t[]){ __VA_ARGS__ })), \
    {                                          \
        __VA_ARGS__                            \
    }

/* Cells of names and values are big-endian like the tokens: 0x61620000 is "ab". */
static const struct token_case token_cases[] = {
    { "smallest", true, TOKENS(BEGIN, 0, END_NODE, END), NULL, 0 },
    { "NOP first", true, TOKENS(NOP, BEGIN, 0, END_NODE, END), NULL, 0 },
    { "NOP last", true, TOKENS(BEGIN, 0, END_NODE, NOP, END), NULL, 0 },
    { "NOPs everywhere", true, TOKENS(NOP, BEGIN, 0, NOP, END_NODE, NOP, END), NULL, 0 },
    { "more behind END", true, TOKENS(BEGIN, 0, END_NODE, END, BEGIN, 7), NULL, 0 },
    { "child", true, TOKENS(BEGIN, 0, BEGIN, 0x61620000, END_NODE, END_NODE, END), NULL, 0 },
    { "long name", true, TOKENS(BEGIN, 0, BEGIN, 0x61626364, 0, END_NODE, END_NODE, END), NULL, 0 },
    { "property", true, TOKENS(BEGIN, 0, PROP, 4, 0, 0x12345678, END_NODE, END), NULL, 0 },
    { "padded value", true, TOKENS(BEGIN, 0, PROP, 1, 0, 0xff000000, END_NODE, END), NULL, 0 },
    { "empty value", true, TOKENS(BEGIN, 0, PROP, 0, 0, NOP, PROP, 0, 1, END_NODE, END), NULL, 0 },
    { "nothing", false, TOKENS(END), NULL, 0 },
    { "no tokens", false, 0, { 0 }, NULL, 0 },
    { "NOPs only", false, TOKENS(NOP, NOP, END), NULL, 0 },
    { "no END", false, TOKENS(BEGIN, 0, END_NODE), NULL, 0 },
    { "no END but NOP", false, TOKENS(BEGIN, 0, END_NODE, NOP), NULL, 0 },
    { "END inside", false, TOKENS(BEGIN, 0, END), NULL, 0 },
    { "END in a child", false, TOKENS(BEGIN, 0, BEGIN, 0x61000000, END_NODE, END), NULL, 0 },
    { "END_NODE too many", false, TOKENS(BEGIN, 0, END_NODE, END_NODE, END), NULL, 0 },
    { "END_NODE first", false, TOKENS(END_NODE, BEGIN, 0, END), NULL, 0 },
    { "two roots", false, TOKENS(BEGIN, 0, END_NODE, BEGIN, 0, END_NODE, END), NULL, 0 },
    { "root with name", false, TOKENS(BEGIN, 0x61000000, END_NODE, END), NULL, 0 },
    { "property before the root", false, TOKENS(PROP, 0, 0, BEGIN, 0, END_NODE, END), NULL, 0 },
    { "property behind the root", false, TOKENS(BEGIN, 0, END_NODE, PROP, 0, 0, END), NULL, 0 },
    { "unknown token", false, TOKENS(BEGIN, 0, 5, END_NODE, END), NULL, 0 },
    { "token 0", false, TOKENS(BEGIN, 0, 0, END_NODE, END), NULL, 0 },
    { "name without end", false, TOKENS(BEGIN, 0, BEGIN, 0x61626364), NULL, 0 },
    { "no name", false, TOKENS(BEGIN), NULL, 0 },
    { "no length", false, TOKENS(BEGIN, 0, PROP), NULL, 0 },
    { "no name of property", false, TOKENS(BEGIN, 0, PROP, 0), NULL, 0 },
    { "value cut off", false, TOKENS(BEGIN, 0, PROP, 5, 0, 0x61626364), NULL, 0 },
    { "value swallows END", false, TOKENS(BEGIN, 0, PROP, 8, 0, END_NODE, END), NULL, 0 },
    { "length of 4 GiB", false, TOKENS(BEGIN, 0, PROP, 0xffffffff, 0, END_NODE, END), NULL, 0 },
    { "length that wraps", false, TOKENS(BEGIN, 0, PROP, 0xfffffff8, 0, END_NODE, END), NULL, 0 },
    { "length that wraps back", false, TOKENS(BEGIN, 0, PROP, 0xfffffff4, 0, END_NODE, END), NULL, 0 },
    { "length of 2 GiB", false, TOKENS(BEGIN, 0, PROP, 0x7ffffff8, 0, END_NODE, END), NULL, 0 },
    { "name behind the strings", false, TOKENS(BEGIN, 0, PROP, 0, 2, END_NODE, END), NULL, 0 },
    { "name far away", false, TOKENS(BEGIN, 0, PROP, 0, 0xfffffff0, END_NODE, END), NULL, 0 },
    { "strings without end", false, TOKENS(BEGIN, 0, PROP, 0, 0, END_NODE, END), "pq", 2 },
    { "unused strings without end", true, TOKENS(BEGIN, 0, PROP, 0, 0, END_NODE, END), "p\0q", 3 },
};

static void test_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(token_cases); i++) {
        const struct token_case *c = &token_cases[i];
        const char *strings = c->strings != NULL ? c->strings : "p";
        uint32_t strings_size = c->strings != NULL ? c->strings_size : 2;
        uint32_t tree = sizeof(struct fdt_header) + sizeof(struct fdt_reserve_entry);
        uint32_t size = tree + 4 * c->n + strings_size;
        unsigned char *blob = calloc(1, size);
        struct dt dt;

        fdt_set_magic(blob, FDT_MAGIC);
        fdt_set_totalsize(blob, size);
        fdt_set_version(blob, 17);
        fdt_set_last_comp_version(blob, 16);
        fdt_set_off_mem_rsvmap(blob, sizeof(struct fdt_header));
        fdt_set_off_dt_struct(blob, tree);
        fdt_set_size_dt_struct(blob, 4 * c->n);
        fdt_set_off_dt_strings(blob, tree + 4 * c->n);
        fdt_set_size_dt_strings(blob, strings_size);
        for (unsigned t = 0; t < c->n; t++)
            fdt32_st(blob + tree + 4 * t, c->tokens[t]);
        memcpy(blob + tree + 4 * c->n, strings, strings_size);
        if (dt_open(&dt, blob, size) != (c->good ? (long)size : (long)DT_EBADBLOB))
            fail_msg("%s: %s", c->what, c->good ? "refused" : "accepted");
        check(blob, size, c->what);
        free(blob);
    }
}

/* Nodes inside nodes, the root counted. The caller frees the blob. */
static void *make_deep(unsigned depth, size_t *size)
{
    void *blob = malloc(4096);

    assert_int_equal(fdt_create(blob, 4096), 0);
    assert_int_equal(fdt_finish_reservemap(blob), 0);
    for (unsigned i = 0; i < depth; i++)
        assert_int_equal(fdt_begin_node(blob, i == 0 ? "" : "n"), 0);
    for (unsigned i = 0; i < depth; i++)
        assert_int_equal(fdt_end_node(blob), 0);
    assert_int_equal(fdt_finish(blob), 0);
    *size = fdt_totalsize(blob);
    return blob;
}

static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= 2 * DT_MAX_DEPTH; depth++) {
        size_t size;
        void *blob = make_deep(depth, &size);
        struct dt dt;

        assert_int_equal(dt_open(&dt, blob, size) > 0, depth <= DT_MAX_DEPTH);
        check(blob, size, "deep tree");
        free(blob);
    }
}

static void test_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
        size_t size;
        unsigned char *blob = dtb_load(trees[i], &size);
        struct dt dt;

        for (size_t n = 0; n < size; n++) {
            unsigned char *cut = malloc(n);

            memcpy(cut, blob, n);
            assert_int_equal(dt_open(&dt, cut, n), DT_EBADBLOB);
            if (n >= sizeof(struct fdt_header)) { /* and the header agrees that this is all */
                fdt_set_totalsize(cut, (uint32_t)n);
                check(cut, n, "cut off");
            }
            free(cut);
        }
        assert_int_equal(dt_open(&dt, blob, size + 1), size);
        free(blob);
    }
}

/* Each field of the header with each of some numbers. */
static void test_header(void **state)
{
    (void)state;
    size_t size;
    unsigned char *blob = dtb_load("rpi4", &size);
    unsigned char *copy = malloc(size);

    for (size_t field = 0; field < sizeof(struct fdt_header); field += 4) {
        uint32_t old = fdt32_ld((void *)(blob + field));
        const uint32_t numbers[] = {
            0,
            1,
            2,
            3,
            15,
            16,
            17,
            18,
            36,
            39,
            40,
            41,
            48,
            72,
            88,
            old - 1,
            old + 1,
            old + 3,
            old + 4,
            old - 4,
            (uint32_t)size - 1,
            (uint32_t)size,
            (uint32_t)size + 1,
            0x7fffffff,
            0x80000000,
            0xfffffff0,
            0xffffffff,
        };

        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
            memcpy(copy, blob, size);
            fdt32_st(copy + field, numbers[i]);
            check(copy, size, "header");
        }
    }
    free(copy);
    free(blob);
}

/* What a header may not say, though libfdt would take it to be good, or does not look. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        uint32_t number;
    } cases[] = {
        { offsetof(struct fdt_header, magic), 0xedfe0dd0 },
        { offsetof(struct fdt_header, version), 16 },
        { offsetof(struct fdt_header, last_comp_version), 18 },
        { offsetof(struct fdt_header, totalsize), 39 },
        { offsetof(struct fdt_header, off_dt_struct), 36 },
        { offsetof(struct fdt_header, off_mem_rsvmap), 36 },
    };
    size_t size;
    unsigned char *blob = dtb_load("virt", &size);
    struct dt dt;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint32_t old = fdt32_ld((void *)(blob + cases[i].field));

        fdt32_st(blob + cases[i].field, cases[i].number);
        assert_int_equal(dt_open(&dt, blob, size), DT_EBADBLOB);
        fdt32_st(blob + cases[i].field, old);
        assert_int_equal(dt_open(&dt, blob, size), size);
    }
    free(blob);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens), cmocka_unit_test(test_depth),   cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_header), cmocka_unit_test(test_refused),
    };

    return UNIT_RUN("fdt_open", tests);
}
