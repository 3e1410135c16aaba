/* ratio.c - clock rates as a multiplication and a shift. */
#include <lib/ratio.h>
#include <stddef.h>

/*
 * The next 16 bits of a quotient: of *r, below d, and `more`, 16 bits. d has its highest bit. Divided is by
 * the upper half of d: that gives too much, but by no more than 2 (Knuth, The Art of Computer Programming,
 * vol. 2, 4.3.1).
 */
static uint32_t next_digit(uint32_t *r, uint32_t more, uint32_t d)
{
    uint32_t high = d >> 16, low = d & 0xffff;
    uint32_t q = *r / high, rest = *r % high;
    while (q >> 16 != 0 || q * low > (rest << 16 | more)) {
        q--;
        rest += high;
        if (rest >> 16 != 0)
            break;
    }
    *r = (*r << 16 | more) - q * d;
    return q;
}

uint64_t div_u64(uint64_t n, uint32_t d, uint32_t *rem)
{
    uint32_t high = (uint32_t)(n >> 32), low = (uint32_t)n;
    uint32_t q_high = high / d, q_low, r = high % d;
    if (r == 0) {
        q_low = low / d;
        r = low % d;
    } else {
        unsigned shift = 0;
        for (; d >> 31 == 0; d <<= 1)
            shift++;
        r = (uint32_t)(((uint64_t)r << 32 | low) << shift >> 32);
        low <<= shift;
        q_low = next_digit(&r, low >> 16, d) << 16;
        q_low |= next_digit(&r, low & 0xffff, d);
        r >>= shift;
    }
    if (rem != NULL)
        *rem = r;
    return (uint64_t)q_high << 32 | q_low;
}

/* The largest shift whose multiplier still fits in 32 bits gives the most exact ratio. */
struct ratio ratio_make(uint32_t from, uint32_t to)
{
    unsigned shift = 32;
    uint64_t mult = div_u64((uint64_t)to << 32, from, NULL);
    while (mult >> 32 != 0) {
        shift--;
        mult = div_u64((uint64_t)to << shift, from, NULL);
    }
    /* from > to: mult has leading zeros left. A second division finds bits behind the first one's last. */
    while (mult >> 31 == 0 && shift < 63) {
        uint64_t scaled = (uint64_t)to << 32;
        uint32_t rem;
        uint64_t whole = div_u64(scaled, from, &rem);
        unsigned more = shift + 1 - 32;
        mult = (whole << more) + div_u64((uint64_t)rem << more, from, NULL);
        shift++;
    }
    return (struct ratio){ (uint32_t)mult, shift };
}

/* 64 x 32 bits give 96; the shift brings them back to 64. */
uint64_t ratio_apply(struct ratio r, uint64_t n)
{
    uint64_t low = (n & UINT32_MAX) * r.mult;
    uint64_t high = (n >> 32) * r.mult + (low >> 32);
    if (r.shift >= 32)
        return r.shift == 32 ? high : high >> (r.shift - 32);
    return high << (32 - r.shift) | (low & UINT32_MAX) >> r.shift;
}
