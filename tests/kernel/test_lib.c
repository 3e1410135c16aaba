/*
 * test_lib.c - the library as each port's compiler builds it: the host's tests cannot see what a 32-bit one
 * does. And what a port has for whole pages.
 */
#include <hal/mmu.h>
#include <kernel/ktest.h>
#include <kernel/page.h>
#include <lib/cmdline.h>
#include <lib/fmt.h>
#include <lib/ratio.h>
#include <lib/string.h>
#include <lib/util.h>

#define CHECK_FMT(expected, ...)                                                    \
    do {                                                                            \
        char text_[64];                                                             \
        int len_ = fmt_snprintf(text_, sizeof(text_), __VA_ARGS__);                 \
        if (len_ != (int)strlen(expected) || strcmp(text_, expected) != 0)          \
            ktest_fail("got \"%s\" (%d) instead of \"%s\"", text_, len_, expected); \
    } while (0)

static void test_fmt(void)
{
    const char *word = "word"; /* not a constant for the compiler's own checks of formats */
    CHECK_FMT("-7 +7  7 -2147483648", "%d %+d % d %d", -7, 7, 7, (int)-0x7fffffff - 1);
    CHECK_FMT("00042|42   |   42|0042", "%05d|%-5d|%5d|%.4d", 42, 42, 42, 42);
    CHECK_FMT("18446744073709551615", "%llu", ~0ull);
    CHECK_FMT("-9223372036854775808", "%lld", (long long)(1ull << 63));
    CHECK_FMT("0xdeadbeef DEADBEEF 017", "%#x %X %#o", 0xdeadbeefu, 0xdeadbeefu, 15u);
    CHECK_FMT("fedcba9876543210", "%llx", 0xfedcba9876543210ull);
    CHECK_FMT("wor|  word|word  |w", "%.3s|%6s|%-6s|%c", word, word, word, word[0]);
    CHECK_FMT("100% 0x10 (nil)", "%d%% %p %p", 100, (void *)16, (void *)0);
    CHECK_FMT("  -5|-5  |000", "%*d|%-*d|%.*d", 4, -5, 4, -5, 3, 0);
    CHECK_FMT("12 -1 65535 255", "%zu %jd %hu %hhu", (size_t)12, (intmax_t)-1, (unsigned short)65535,
              (unsigned char)255);
    char small[4];
    KCHECK(fmt_snprintf(small, sizeof(small), "%d", 123456) == 6 && strcmp(small, "123") == 0);
}
KTEST("lib-fmt", test_fmt);

static void test_blocks(void)
{
    static unsigned char bytes[96], copy[96];
    for (unsigned from = 0; from < 12; from++) {
        for (unsigned to = 0; to < 12; to++) {
            for (unsigned n = 0; n < 40; n += 3) {
                for (unsigned i = 0; i < sizeof(bytes); i++)
                    bytes[i] = (unsigned char)(i * 7 + 1);
                for (unsigned i = 0; i < sizeof(bytes); i++)
                    copy[i] = i >= to && i < to + n ? bytes[i - to + from] : bytes[i];
                memmove(bytes + to, bytes + from, n);
                KCHECK(memcmp(bytes, copy, sizeof(bytes)) == 0);
            }
            memset(bytes + from, to, 2 * to);
            for (unsigned i = from; i < from + 2 * to; i++)
                KCHECK(bytes[i] == to);
        }
    }
    KCHECK(memcmp("abc", "abd", 3) < 0 && memcmp("b", "a", 1) > 0);
}
KTEST("lib-blocks", test_blocks);

/* Structs of this size make compilers call memcpy and memset on their own: do the arguments arrive? */
static void test_struct_blocks(void)
{
    struct big {
        unsigned char byte[280];
    } block[3];
    struct big *to = &block[1];
    unsigned char *bytes = (unsigned char *)block;
    unsigned copied = 0, cleared = 0, kept = 0;
    for (unsigned i = 0; i < sizeof(block); i++)
        bytes[i] = (unsigned char)(i % 251 + 1);
    *to = block[2];
    for (unsigned i = 0; i < sizeof(*to); i++)
        copied += to->byte[i] == (i + 2 * sizeof(*to)) % 251 + 1;
    *to = (struct big){ 0 };
    for (unsigned i = 0; i < sizeof(*to); i++) {
        cleared += to->byte[i] == 0;
        kept += block[0].byte[i] == i % 251 + 1 && block[2].byte[i] == (i + 2 * sizeof(*to)) % 251 + 1;
    }
    KCHECK(copied == sizeof(*to) && cleared == sizeof(*to) && kept == sizeof(*to));
}
KTEST("lib-struct-blocks", test_struct_blocks);

static void test_ratio(void)
{
    KCHECK(ratio_apply(ratio_make(10000000, 1000000000), 123456789) == 12345678900ull);
    KCHECK(ratio_apply(ratio_make(1000000000, 1000000000), 1ull << 40) == 1ull << 40);
    uint64_t ns = ratio_apply(ratio_make(62500000, 1000000000), 62500000ull * 3600);
    KCHECK(ns > 3599999990000ull && ns <= 3600000000000ull);
    uint64_t ticks = ratio_apply(ratio_make(4000000000u, 3579545), 4000000000ull * 10);
    KCHECK(ticks > 35795400 && ticks <= 35795450);
    KCHECK(ratio_apply(ratio_make(1, 4000000000u), 5) == 20000000000ull);
    uint32_t rem;
    KCHECK(div_u64(10000000000000000003ull, 1000000007, &rem) == 9999999930ull && rem == 493);
}
KTEST("lib-ratio", test_ratio);

static void test_cmdline(void)
{
    uint64_t bytes = 0;
    unsigned long n = 0;
    const char *line = "flag mem=0x4000K n=12 n=0x1f bad=99999999999999999999 big=17179869184G xmem=1";
    KCHECK(cmdline_has(line, "flag") && !cmdline_has(line, "fla"));
    KCHECK(cmdline_get_size(line, "mem", &bytes) && bytes == 0x1000000);
    KCHECK(cmdline_get_uint(line, "n", &n) && n == 0x1f);
    KCHECK(!cmdline_get_uint(line, "bad", &n) && n == 0x1f);
    KCHECK(!cmdline_get_size(line, "big", &bytes) && bytes == 0x1000000);
}
KTEST("lib-cmdline", test_cmdline);

static uint32_t expected_word(const uint32_t *block, unsigned i)
{
    enum { WORDS = PAGE_SIZE / sizeof(uint32_t) };
    unsigned page = i / WORDS;
    return page == 1 ? 0 : page == 2 ? i % WORDS : (uint32_t)(uintptr_t)&block[i];
}

/* Each byte of a page, and none of its neighbours. */
static void test_whole_pages(void)
{
    enum { WORDS = PAGE_SIZE / sizeof(uint32_t) };
    uint32_t *block = KTEST_ALLOC(page_alloc(2, PAGE_OTHER));
    for (unsigned i = 0; i < 4 * WORDS; i++)
        block[i] = (uint32_t)(uintptr_t)&block[i];
    for (unsigned i = 0; i < WORDS; i++)
        block[WORDS + i] = i;
    hal_page_copy(&block[2 * WORDS], &block[WORDS]);
    hal_page_zero(&block[WORDS]);
    for (unsigned i = 0; i < 4 * WORDS; i++)
        KCHECK(block[i] == expected_word(block, i));
    page_free(block, 2);
}
KTEST("page-contents", test_whole_pages);
