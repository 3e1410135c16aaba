/* test_signal_arm64.c - arch/arm64/signal.c: the frame of a signal, as Linux lays it out.
 *
 * Offsets are of struct rt_sigframe: siginfo at 0, ucontext at 128, its uc_stack at 16 and uc_sigmask at 40,
 * its uc_mcontext at 176 with fault_address, regs[31], sp, pc, pstate, and records from 288.
 * Planted and caught: no alignment of sp; too little room for the records; a register lost, each way; the
 * mask of DAIF or of modes not asked for; a mode bit taken over; magic, size or end of the records not
 * looked at; something changed before the refusal; FPSR and FPCR exchanged.
 */
#include "unit.h"

#include <string.h>

#include <arch/frame.h>
#include <arch/user.h>
#include <hal/signal.h>

enum {
    UC = 128,
    STACK = UC + 16,
    MASK = UC + 40,
    CONTEXT = UC + 176,
    REGS = CONTEXT + 8,
    SP = REGS + 31 * 8,
    PC = SP + 8,
    PSTATE = PC + 8,
    RECORDS = CONTEXT + 288,
    VREGS = RECORDS + 16,
    END = RECORDS + 528,
    WHOLE = RECORDS + 4096,
    EINVAL_ = 22,
};

#define NZCV    0xf0000000ull
#define PROGRAM 0x140 /* SPSR of user mode here */

static unsigned char buf[HAL_SIGFRAME_MOST] __attribute__((aligned(16)));

static uint64_t at(unsigned offset)
{
    uint64_t value;
    memcpy(&value, buf + offset, sizeof(value));
    return value;
}

static void set(unsigned offset, uint64_t value)
{
    memcpy(buf + offset, &value, sizeof(value));
}

static void random_bytes(void *p, size_t size, uint64_t *seed)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)p)[i] = (unsigned char)unit_random(seed);
}

static const struct siginfo info = { .si_signo = SIGSEGV, .si_code = SEGV_MAPERR, .si_addr = (void *)0x1238 };
static const struct sigaltstack stack = { (void *)0x7000, SS_DISABLE, 0x9000 };

static struct hal_handler handler(void)
{
    return (struct hal_handler){ SIGSEGV, 0x400100, 0x400200, true, 0x8123456789abcdef, &info, &stack };
}

struct state {
    struct hal_frame f;
    struct hal_user u;
};

/* A program that was interrupted anywhere. */
static struct state program(uint64_t *seed)
{
    struct state s;
    random_bytes(&s, sizeof(s), seed);
    s.f.spsr = PROGRAM | (s.f.spsr & NZCV);
    return s;
}

static size_t push(const struct state *was, struct state *is, uintptr_t *where)
{
    struct hal_handler h = handler();
    memset(buf, 0xa5, sizeof(buf));
    *is = *was;
    return hal_signal_push(buf, was->f.sp, where, &h, &is->f, &is->u);
}

static void test_layout(void **state)
{
    uint64_t seed = unit_seed();
    uintptr_t where;
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct state was = program(&seed), is;
        const unsigned long *regs = &was.f.x0;
        size_t size = push(&was, &is, &where);
        assert_in_range(size, END + 8, sizeof(buf));
        assert_true(where % 16 == 0 && where + WHOLE <= was.f.sp && was.f.sp - where < WHOLE + 16);
        assert_memory_equal(buf, &info, sizeof(info));
        assert_true(at(UC) == 0 && at(UC + 8) == 0);
        assert_true(at(STACK) == 0x7000 && at(STACK + 8) == SS_DISABLE && at(STACK + 16) == 0x9000);
        assert_true(at(MASK) == 0x8123456789abcdef && at(CONTEXT) == 0x1238);
        for (unsigned reg = 0; reg < 31; reg++)
            assert_true(at(REGS + 8 * reg) == regs[reg]);
        assert_true(at(SP) == was.f.sp && at(PC) == was.f.elr && at(PSTATE) == (was.f.spsr & NZCV));
        assert_true(at(RECORDS) == (528ull << 32 | 0x46508001));
        assert_true(at(RECORDS + 8) == ((uint64_t)was.u.fpu.fpcr << 32 | was.u.fpu.fpsr));
        assert_memory_equal(buf + VREGS, was.u.fpu.v, 512);
        assert_true(at(END) == 0);

        assert_true(is.f.x0 == SIGSEGV && is.f.x1 == where && is.f.x2 == where + UC && is.f.sp == where);
        assert_true(is.f.elr == 0x400100 && is.f.x30 == 0x400200 && is.f.spsr == was.f.spsr);
        assert_in_range(is.f.x29, where + END + 8, where + size - 16);
        assert_true(at((unsigned)(is.f.x29 - where)) == was.f.x29);
        assert_true(at((unsigned)(is.f.x29 - where) + 8) == was.f.x30);
        assert_memory_equal(&is.u, &was.u, sizeof(is.u));
    }
}

static void test_back(void **state)
{
    uint64_t seed = unit_seed(), mask;
    struct sigaltstack back;
    uintptr_t where;
    size_t size;
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct state was = program(&seed), is;
        push(&was, &is, &where);
        struct state other = program(&seed); /* what the handler left */
        other.f.sp = is.f.sp;
        unsigned long tls = other.u.tls;
        assert_true(hal_signal_frame(&other.f, true, &size) == where && size <= sizeof(buf));
        assert_int_equal(hal_signal_pop(buf, true, &other.f, &other.u, &mask, &back), 0);
        assert_memory_equal(&other.f, &was.f, 31 * 8);
        assert_true(other.f.sp == was.f.sp && other.f.elr == was.f.elr && other.f.spsr == was.f.spsr);
        assert_memory_equal(&other.u.fpu, &was.u.fpu, sizeof(was.u.fpu));
        assert_true(other.u.tls == tls && mask == 0x8123456789abcdef);
        assert_true(back.ss_sp == stack.ss_sp && back.ss_flags == SS_DISABLE && back.ss_size == 0x9000);
    }
}

/* Refused, and nothing has changed. */
static void check_refused(const struct state *is)
{
    struct state s = *is;
    uint64_t mask = 1;
    struct sigaltstack back = { NULL, 2, 3 };
    assert_int_equal(hal_signal_pop(buf, true, &s.f, &s.u, &mask, &back), -EINVAL_);
    assert_memory_equal(&s, is, sizeof(s));
    assert_true(mask == 1 && back.ss_sp == NULL && back.ss_flags == 2 && back.ss_size == 3);
}

static void test_forged(void **state)
{
    uint64_t seed = unit_seed(), mask;
    struct sigaltstack back;
    struct state was = program(&seed), is;
    uintptr_t where;
    (void)state;
    push(&was, &is, &where);
    /* each bit of PSTATE: of the mode, or of what is masked; or it has no effect */
    for (unsigned bit = 0; bit < 64; bit++) {
        bool mode = bit < 5 || (bit >= 6 && bit < 10);
        set(PSTATE, 1ull << bit);
        if (mode) {
            check_refused(&is);
            continue;
        }
        struct state s = is;
        assert_int_equal(hal_signal_pop(buf, true, &s.f, &s.u, &mask, &back), 0);
        assert_true(s.f.spsr == (PROGRAM | (1ull << bit & NZCV)));
    }
    set(PSTATE, 0);
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t good = at(RECORDS), end = at(END);
        set(RECORDS, good ^ 1ull << bit);
        check_refused(&is);
        set(RECORDS, good);
        set(END, end ^ 1ull << bit);
        check_refused(&is);
        set(END, end);
    }
    for (unsigned off = 1; off < 16; off++) {
        struct state s = is;
        s.f.sp += off;
        check_refused(&s);
    }
}

static void test_fault_address(void **state)
{
    uint64_t seed = unit_seed();
    struct state s = program(&seed);
    struct hal_handler h = handler();
    uintptr_t where;
    (void)state;
    for (int signo = 1; signo < NSIG; signo++) {
        for (int code = -1; code < 2; code++) {
            struct siginfo other = { .si_signo = signo, .si_code = code, .si_addr = (void *)0x5678 };
            bool fault = code > 0 && (signo == SIGSEGV || signo == SIGBUS || signo == SIGILL ||
                                      signo == SIGTRAP || signo == SIGFPE);
            h.info = &other;
            hal_signal_push(buf, s.f.sp, &where, &h, &s.f, &s.u);
            assert_true(at(CONTEXT) == (fault ? 0x5678 : 0));
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_fault_address),
    };

    return UNIT_RUN("signal_arm64", tests);
}
