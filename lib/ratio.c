/* ratio.c - clock rates as a multiplication and a shift. */
#include <lib/ratio.h>
#include <stddef.h>

uint64_t div_u64(uint64_t n, uint32_t d, uint32_t *rem)
{
    uint64_t q = 0;
    uint64_t r = 0;
    for (int bit = 63; bit >= 0; bit--) {
        r = r << 1 | (n >> bit & 1);
        if (r >= d) {
            r -= d;
            q |= (uint64_t)1 << bit;
        }
    }
    if (rem != NULL)
        *rem = (uint32_t)r;
    return q;
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
