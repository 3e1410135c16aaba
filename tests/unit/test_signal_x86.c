/* test_signal_x86.c - arch/x86/signal.c and user.c: signal frames as Linux has them, and forged ones.
 *
 * What a program may write into a frame that it gives to sigreturn is anything. Whatever it is, the registers
 * afterwards are a program's, and can be loaded without a fault.
 * Planted and caught: cs, ss or ds unchecked; privilege of ss unchecked, that of ds kept; LDT selectors taken
 * for the GDT's; IOPL and NT from the frame; MXCSR unmasked; changes before the refusal; tags by the top of
 * the stack; upper half of the mask lost.
 */
#include "unit.h"

#include <string.h>

#include <arch/frame.h>
#include <arch/user.h>
#include <hal/signal.h>
#include <hal/user.h>
#include <kernel/printk.h>
#include <uapi/errno.h>

enum { FLAGS_OF_PROGRAM = 0x40dd5, FLAGS_BEFORE = 0x202, PC = 0x8049000, SP = 0xbfffe5f3 % 0x80000000u };
enum { HANDLER = 0x8048100, RESTORER = 0x8048200, TLS_SELECTOR = 6 * 8 + 3, NO_TLS_SELECTOR = 7 * 8 + 3 };
/* Of a frame: where Linux has what. */
enum { PLAIN_CONTEXT = 8, RT_CONTEXT = 164, RT_MASK = 252 };
enum { C_GS = 0, C_FS = 4, C_ES = 8, C_DS = 12, C_EAX = 44, C_EIP = 56, C_CS = 60, C_EFLAGS = 64, C_SS = 72 };
enum { C_FP = 76 };

static _Alignas(64) uint8_t buf[HAL_SIGFRAME_MOST];
static struct hal_user user, interrupted; /* interrupted: what user was when the signal came */
static struct hal_frame frame;
static const uint64_t mask = 0x8000000100000002;

void printk(const char *fmt, ...)
{
    fail_msg("nobody dumps a frame here: %s", fmt);
}

static uint32_t word(size_t at)
{
    uint32_t w;
    memcpy(&w, buf + at, sizeof(w));
    return w;
}

static void put(size_t at, uint32_t w)
{
    memcpy(buf + at, &w, sizeof(w));
}

static int set_tls(uint32_t entry, uint32_t flags)
{
    uint32_t desc[4] = { entry, 0x12345678, 0xfffff, flags };
    int result = hal_user_set_tls(&user, &frame, 0, desc);
    if (result == 0)
        assert_true(desc[0] >= 6 && desc[0] <= 8);
    return result;
}

static int pop(bool rt, uint64_t *m, struct sigaltstack *stack)
{
    size_t size;
    hal_signal_frame(&frame, rt, &size);
    assert_true(size <= sizeof(buf));
    return hal_signal_pop(buf, rt, &frame, &user, m, stack);
}

/* A thread in the middle of something, and a signal for it. Returns where the frame is. */
static uintptr_t begin(bool rt, uint64_t *seed)
{
    struct siginfo info = { .si_signo = 10 };
    struct sigaltstack stack = { .ss_flags = 2, .ss_size = 8192 };
    struct hal_handler h = { .signo = 10,
                             .pc = HANDLER,
                             .restorer = RESTORER,
                             .rt = rt,
                             .mask = mask,
                             .info = &info,
                             .stack = &stack };
    uintptr_t at;
    x86_mxcsr_mask = 0xffff;
    hal_user_init(&user);
    assert_int_equal(set_tls(6, 0x51), 0);
    for (size_t i = 0; i < offsetof(struct x86_fx, rest); i++)
        ((uint8_t *)&user.fx)[i] = (uint8_t)unit_random(seed);
    user.fx.mxcsr &= x86_mxcsr_mask;
    hal_frame_init(&frame, PC, SP - (uintptr_t)(unit_random(seed) % 4096));
    frame.gs = TLS_SELECTOR;
    frame.vector = 0x80;
    frame.eax = (uint32_t)unit_random(seed);
    frame.ebp = (uint32_t)unit_random(seed);
    frame.eflags |= 1 << 10 | 1 << 8;
    interrupted = user;
    size_t size = hal_signal_push(buf, frame.user_esp, &at, &h, &frame, &user);
    assert_true(size <= sizeof(buf) && at + size <= SP && (at + 4) % 16 == 0);
    assert_true(frame.eip == HANDLER && frame.user_esp == at && frame.eflags == FLAGS_BEFORE);
    assert_true(frame.eax == 10 && word(0) == RESTORER && word(4) == 10);
    frame.user_esp += rt ? 4 : 8; /* handler and restorer */
    return at;
}

static void test_round_trip(void **state)
{
    (void)state;
    uint64_t seed = unit_seed(), m = 0;
    for (unsigned i = 0; i < 20000; i++) {
        bool rt = i % 2;
        uint64_t again = seed;
        struct sigaltstack stack = { .ss_size = 1 };
        uintptr_t at = begin(rt, &seed);
        size_t size;
        assert_true(hal_signal_frame(&frame, rt, &size) == at);
        assert_true(user.fx.control == 0x37f && user.fx.tags == 0 && user.fx.mxcsr == 0x1f80);
        if (rt)
            assert_true(word(8) == at + 16 && word(12) == at + 144 && word(RT_MASK + 4) == mask >> 32);
        hal_user_init(&user);
        assert_int_equal(set_tls(6, 0x51), 0);
        assert_int_equal(pop(rt, &m, &stack), 0);
        assert_memory_equal(&interrupted, &user, sizeof(user));
        assert_true(m == mask && stack.ss_size == (rt ? 8192 : 1));
        struct hal_frame after = frame;
        begin(rt, &again);
        size_t c = rt ? RT_CONTEXT : PLAIN_CONTEXT;
        assert_true(after.eip == PC && after.gs == TLS_SELECTOR && after.ds == SEG_USER_DATA);
        assert_true(after.eax == word(c + C_EAX) && after.eflags == (FLAGS_BEFORE | 1 << 10 | 1 << 8));
        assert_true(after.user_ss == SEG_USER_DATA && after.cs == SEG_USER_CODE);
    }
}

/* The x87's tags, from one CPU's instruction to the other's: SDM vol. 1 8.1.7. */
static void test_tags(void **state)
{
    (void)state;
    static const struct {
        uint8_t st[10];
        unsigned tag;
    } numbers[] = {
        { { 0 }, 1 },
        { { 1 }, 2 }, /* denormal */
        { { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f }, 0 },
        { { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x7f }, 2 }, /* infinite */
        { { 0, 0, 0, 0, 0, 0, 0, 0x40, 0xff, 0x3f }, 2 }, /* not normal */
    };
    uint64_t seed = 1;
    begin(false, &seed);
    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
        struct hal_handler h = { .signo = 10 };
        uintptr_t at;
        memset(&user.fx, 0, sizeof(user.fx));
        user.fx.status = 5 << 11; /* st(0) is register 5 */
        user.fx.tags = 1 << 5;
        memcpy(user.fx.st[0], numbers[i].st, sizeof(numbers[i].st));
        hal_signal_push(buf, SP, &at, &h, &frame, &user);
        uint32_t fp = word(PLAIN_CONTEXT + C_FP) - (uint32_t)at;
        assert_int_equal(word(fp + 8) & 0xffff, (0xffff & ~(3u << 10)) | numbers[i].tag << 10);
        assert_memory_equal(buf + fp + 28, numbers[i].st, 10);
    }
}

static void test_forged_selectors(void **state)
{
    (void)state;
    static const size_t places[] = { C_GS, C_FS, C_ES, C_DS, C_CS, C_SS };
    uint64_t seed = 2, m = 7;
    unsigned accepted = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(places) * 0x10000; i++) {
        size_t place = places[i >> 16];
        uint32_t s = i & 0xffff;
        if (s % 0x400 == 0)
            begin(false, &seed);
        struct hal_frame before = frame;
        struct hal_user user_before = user;
        uint32_t was = word(PLAIN_CONTEXT + place);
        bool data = place != C_CS && place != C_SS;
        uint32_t t = data ? s | 3 : s;
        bool good = t == SEG_USER_DATA || t == TLS_SELECTOR || (data && (t == 3 || t == SEG_USER_CODE));
        if (place == C_CS)
            good = s == SEG_USER_CODE;
        put(PLAIN_CONTEXT + place, s);
        int result = pop(false, &m, NULL);
        assert_int_equal(result, good ? 0 : -EINVAL);
        if (!good)
            assert_true(memcmp(&before, &frame, sizeof(frame)) == 0 && m == 7 &&
                        memcmp(&user_before, &user, sizeof(user)) == 0);
        assert_true(frame.ds <= 3 || frame.ds % 8 == 3);
        accepted += good;
        frame = before;
        user = user_before;
        m = 7;
        put(PLAIN_CONTEXT + place, was);
    }
    printf("# %u selectors accepted\n", accepted);
    assert_int_equal(accepted, 4 * 4 * 4 + 1 + 2);
}

/* All of it random, or as it was but for some words; and the stack pointer anywhere. */
static void test_forged(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    unsigned accepted = 0;
    for (unsigned i = 0; i < 200000; i++) {
        bool rt = i % 2;
        uint64_t m;
        struct sigaltstack stack;
        begin(rt, &seed);
        size_t c = rt ? RT_CONTEXT : PLAIN_CONTEXT;
        put(c + C_EFLAGS, (uint32_t)unit_random(&seed));
        if (i % 3 == 0) {
            frame.user_esp = (uint32_t)unit_random(&seed);
            put(c + C_FP, 0);
        }
        for (unsigned n = unit_random(&seed) % 4; n > 0; n--)
            put(unit_random(&seed) % 330 * 4, (uint32_t)unit_random(&seed));
        struct hal_frame before = frame;
        struct hal_user user_before = user;
        int result = pop(rt, &m, &stack);
        accepted += result == 0;
        if (result != 0) {
            assert_int_equal(result, -EINVAL);
            assert_memory_equal(&before, &frame, sizeof(frame));
            assert_memory_equal(&user_before, &user, sizeof(user));
            continue;
        }
        assert_true(frame.cs == SEG_USER_CODE && x86_stack_selector_ok(&user, (uint16_t)frame.user_ss));
        assert_true((frame.eflags & ~(unsigned long)FLAGS_OF_PROGRAM) == FLAGS_BEFORE);
        assert_true((user.fx.mxcsr & ~x86_mxcsr_mask) == 0);
    }
    printf("# %u accepted\n", accepted);
    assert_true(accepted > 1000);
}

static void test_tls(void **state)
{
    (void)state;
    enum { EMPTY = 0x28, ANY = -1 };
    uint32_t nothing[4] = { 7, 0, 0, EMPTY };
    hal_user_init(&user);
    assert_int_equal(set_tls((uint32_t)ANY, 0x51), 0);
    assert_true(user.tls[0] == 0x12dff3345678ffff && user.tls[1] == 0);
    assert_int_equal(set_tls((uint32_t)ANY, 0x51), 0);
    assert_int_equal(set_tls((uint32_t)ANY, 0x09), 0);
    assert_true(user.tls[2] == 0x124ff1345678ffff);
    assert_int_equal(set_tls((uint32_t)ANY, 0x51), -EINVAL);
    static const uint32_t bad_flags[] = { 0x50, 0x55, 0x57, 0x71 }; /* 16 bits, code, code, absent */
    for (unsigned i = 0; i < ARRAY_SIZE(bad_flags); i++)
        assert_int_equal(set_tls(6, bad_flags[i]), -EINVAL);
    static const uint32_t bad_entries[] = { 0, 1, 5, 9, 0x80000006 };
    for (unsigned i = 0; i < ARRAY_SIZE(bad_entries); i++)
        assert_int_equal(set_tls(bad_entries[i], 0x51), -EINVAL);
    assert_true(x86_selector_ok(&user, NO_TLS_SELECTOR) && x86_stack_selector_ok(&user, NO_TLS_SELECTOR));
    assert_true(x86_selector_ok(&user, 8 * 8 + 3) && !x86_stack_selector_ok(&user, 8 * 8 + 3));
    assert_int_equal(hal_user_set_tls(&user, &frame, 0, nothing), 0);
    assert_false(x86_selector_ok(&user, NO_TLS_SELECTOR));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),       cmocka_unit_test(test_tags),   cmocka_unit_test(test_tls),
        cmocka_unit_test(test_forged_selectors), cmocka_unit_test(test_forged),
    };

    return UNIT_RUN("signal_x86", tests);
}
