/* failalloc.c - which allocation fails: the N-th, or one in N. */
#include <kernel/console.h>
#include <kernel/failalloc.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <stdatomic.h>
#include <stdint.h>

static struct {
    unsigned the_one; /* fails; 0: none */
    unsigned one_in;  /* 0: no rate is given */
    unsigned seed;
    atomic_uint begun;
    atomic_uint asked, failed;
} wanted;

/* Digits at *text, which moves behind them. False if there is none, or if it is too much or 0. */
static bool number(const char **text, unsigned *value)
{
    unsigned n = 0;
    const char *digit = *text;
    for (; *digit >= '0' && *digit <= '9' && n < UINT32_MAX / 10; digit++)
        n = n * 10 + (unsigned)(*digit - '0');
    bool good = digit != *text && n > 0;
    *text = digit;
    *value = n;
    return good;
}

static bool parse(const char *text)
{
    unsigned n, one_in, seed = 1;
    if (!number(&text, &n))
        return false;
    if (*text == 0) {
        wanted.the_one = n;
        return true;
    }
    if (n != 1 || *text++ != '/' || !number(&text, &one_in))
        return false;
    if (*text == ',') {
        text++;
        if (!number(&text, &seed))
            return false;
    }
    if (*text != 0)
        return false;
    wanted.one_in = one_in;
    wanted.seed = seed;
    return true;
}

void failalloc_init(const char *cmdline)
{
    char text[32];
    if (cmdline_get(cmdline, "failalloc", text, sizeof(text)) && !parse(text))
        printk(KERN_WARN "failalloc=%s is neither N nor 1/N nor 1/N,SEED: no allocation is made to fail\n",
               text);
    wanted.begun = wanted.the_one != 0;
}

bool failalloc_wanted(void)
{
    return wanted.the_one != 0 || wanted.one_in != 0;
}

void failalloc_begin(void)
{
    atomic_store_explicit(&wanted.begun, failalloc_wanted(), memory_order_relaxed);
}

/* Every bit of n counts in every bit of the result (the last step of MurmurHash3, by A. Appleby). */
static unsigned mix(unsigned n)
{
    n = (n ^ n >> 16) * 0x85ebca6bu;
    n = (n ^ n >> 13) * 0xc2b2ae35u;
    return n ^ n >> 16;
}

bool failalloc_now(void)
{
    if (!atomic_load_explicit(&wanted.begun, memory_order_relaxed))
        return false;
    unsigned n = atomic_fetch_add_explicit(&wanted.asked, 1, memory_order_relaxed) + 1;
    bool fails = wanted.one_in != 0 ? mix(n ^ mix(wanted.seed)) % wanted.one_in == 0 : n == wanted.the_one;
    if (fails && wanted.one_in == 0)
        printk("failalloc: allocation %u fails\n", n);
    if (fails)
        atomic_fetch_add_explicit(&wanted.failed, 1, memory_order_relaxed);
    return fails;
}

void failalloc_report(void)
{
    if (failalloc_wanted())
        kprintf("failalloc: %u of %u allocations were made to fail\n",
                atomic_load_explicit(&wanted.failed, memory_order_relaxed),
                atomic_load_explicit(&wanted.asked, memory_order_relaxed));
}
