/* pte_check.c - entries of page tables, packed and unpacked, without knowing their bits. */
#include "pte_check.h"

#include <kernel/config.h>

enum { RANDOM_ADDRESSES = 64 };

#define BLOCK_SHIFT 21

/* 0, each single bit, all bits, and others; aligned to the page or block. */
static uintptr_t address(unsigned i, unsigned pa_bits, unsigned shift, uint64_t *seed)
{
    uintptr_t all = ~(uintptr_t)0 >> (64 - pa_bits) & ~(uintptr_t)0 << shift;

    if (i == 0)
        return 0;
    if (i == 1)
        return all;
    if (i - 2 < pa_bits - shift)
        return (uintptr_t)1 << (shift + i - 2);
    return unit_random(seed) & all;
}

static unsigned addresses(unsigned pa_bits, unsigned shift)
{
    return 2 + pa_bits - shift + RANDOM_ADDRESSES;
}

/*
 * Only a program's page can be written and executed. What cannot be read is a program's that nobody may
 * touch.
 */
static bool legal(unsigned prot, unsigned level)
{
    if ((prot & PROT_R) == 0)
        return prot == PROT_U && level == 0;
    return (prot & (PROT_W | PROT_X)) != (PROT_W | PROT_X) || (prot & (PROT_U | PROT_D)) == PROT_U;
}

static void check_leaf(uintptr_t pa, unsigned prot, unsigned level)
{
    pte_t e = hal_pte_leaf(pa, prot, level);

    if (!hal_pte_present(e) || !hal_pte_is_leaf(e, level) || hal_pte_addr(e) != pa || hal_pte_prot(e) != prot)
        fail_msg("leaf at level %u, prot %u, pa 0x%lx: 0x%016llx is present %d, leaf %d, prot %u, pa 0x%lx",
                 level, prot, (unsigned long)pa, (unsigned long long)e, hal_pte_present(e),
                 hal_pte_is_leaf(e, level), hal_pte_prot(e), (unsigned long)hal_pte_addr(e));
    assert_true(hal_pte_is_writable(e) == ((prot & PROT_W) != 0));
    assert_true(hal_pte_is_device(e) == ((prot & PROT_D) != 0));
    assert_true((prot & PROT_W) == 0 || hal_pte_read_only(e) == hal_pte_leaf(pa, prot & ~PROT_W, level));
    for (unsigned other = 0; other < prot; other++)
        assert_true(!legal(other, level) || hal_pte_leaf(pa, other, level) != e);
}

unsigned pte_check_leaves(unsigned pa_bits)
{
    uint64_t seed = unit_seed();
    unsigned n = 0;

    assert_false(hal_pte_present(0));
    for (unsigned level = 0; level <= 1; level++) {
        unsigned shift = level == 0 ? PAGE_SHIFT : BLOCK_SHIFT;

        for (unsigned prot = 0; prot < 2 * PROT_D; prot++) {
            for (unsigned i = 0; legal(prot, level) && i < addresses(pa_bits, shift); i++) {
                check_leaf(address(i, pa_bits, shift, &seed), prot, level);
                n++;
            }
        }
    }
    return n;
}

unsigned pte_check_tables(unsigned pa_bits)
{
    uint64_t seed = unit_seed();
    unsigned n = 0;

    for (unsigned level = 1; level < PT_LEVELS; level++) {
        for (unsigned i = 0; i < addresses(pa_bits, PAGE_SHIFT); i++) {
            uintptr_t pa = address(i, pa_bits, PAGE_SHIFT, &seed);
            pte_t e = hal_pte_table(pa, level);

            if (!hal_pte_present(e) || hal_pte_is_leaf(e, level) || hal_pte_addr(e) != pa)
                fail_msg("table at level %u, pa 0x%lx: 0x%016llx is present %d, leaf %d, pa 0x%lx", level,
                         (unsigned long)pa, (unsigned long long)e, hal_pte_present(e),
                         hal_pte_is_leaf(e, level), (unsigned long)hal_pte_addr(e));
            n++;
        }
    }
    return n;
}

void pte_check_golden_leaves(const struct pte_golden *golden, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct pte_golden *g = &golden[i];
        pte_t e = hal_pte_leaf(g->pa, g->prot, g->level);

        if (e != g->entry)
            fail_msg("leaf at level %u, prot %u, pa 0x%lx: 0x%016llx, not 0x%016llx", g->level, g->prot,
                     (unsigned long)g->pa, (unsigned long long)e, (unsigned long long)g->entry);
    }
}

void pte_check_golden_tables(const struct pte_golden *golden, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct pte_golden *g = &golden[i];
        pte_t e = hal_pte_table(g->pa, g->level);

        if (e != g->entry)
            fail_msg("table at level %u, pa 0x%lx: 0x%016llx, not 0x%016llx", g->level, (unsigned long)g->pa,
                     (unsigned long long)e, (unsigned long long)g->entry);
    }
}
