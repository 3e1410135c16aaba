/* random.c - SplitMix64 (Steele, Lea, Flood 2014) over a state that the counter stirs at each use. */
#include <hal/timer.h>
#include <kernel/random.h>
#include <kernel/spinlock.h>
#include <lib/string.h>
#include <lib/util.h>
#include <stdint.h>

static struct spinlock lock = SPINLOCK_INIT("random numbers", RANK_PRINT);
static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void random_bytes(void *to, size_t n)
{
    unsigned char *at = to;
    unsigned long s = spin_lock(&lock);
    state ^= hal_timer_now();
    while (n > 0) {
        uint64_t word = next();
        size_t part = min_size(n, sizeof(word));
        memcpy(at, &word, part);
        at += part;
        n -= part;
    }
    spin_unlock(&lock, s);
}
