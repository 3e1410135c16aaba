/* aspace_check.c - areas, page faults and forks against a model of what every byte has to be.
 *
 * The model knows nothing of page tables or of sharing: a fork copies it. A shared page is an object of its
 * own. Each operation is made to fail for want of memory now and then, and may then have done nothing, or
 * all.
 *
 * Planted and caught: a page taken that others have; a copy of nothing; a parent that may still write, or is
 * not flushed; users of a page or source too many or too few; offsets lost at a split; shared areas joined
 * with private ones; what nobody may touch readable; what a source gives lost when it moves; shared pages
 * forgotten; a program that ended left loaded; pages not counted.
 */
#include "aspace_check.h"

#include "aspace_model.h"
#include "host.h"
#include "unit.h"
#include "vm_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <uapi/errno.h>

enum { OPERATIONS = 60000, SOURCE_PAGES = 32, KINDS = 9 };

static unsigned nobjects, done[KINDS], starved;
static uint64_t seed;

static unsigned any(unsigned n)
{
    return (unsigned)(unit_random(&seed) % n);
}

/* --- Operations ----------------------------------------------------------------------------------------- */

static void scarce(void)
{
    vm_failures = 0;
    vm_until_failure = any(6) == 0 ? (long)any(8) : -1;
}

/* It failed, which only a lack of memory may be the reason of. */
static bool failed(int result)
{
    vm_until_failure = -1;
    assert_true(result != -ENOMEM || vm_failures > 0);
    starved += result == -ENOMEM;
    return result == -ENOMEM;
}

static unsigned any_prot(void)
{
    static const unsigned prots[] = {
        0, PROT_R, PROT_R | PROT_W, PROT_R | PROT_W, PROT_R | PROT_X, PROT_R | PROT_W | PROT_X
    };

    return prots[any(ARRAY_SIZE(prots))];
}

static unsigned any_stretch(unsigned *first)
{
    *first = any(PAGES);
    return 1 + any(PAGES - *first < 16 ? PAGES - *first : 16);
}

static void do_map(struct space *s)
{
    unsigned first, n = any_stretch(&first), prot = any_prot(), kind = any(4), from = any(SOURCE_PAGES);
    unsigned of_file = any(n + 1);
    uintptr_t at = va_of(first);
    bool shared = kind == 0, file = kind == 1;

    scarce();
    int result = aspace_map(s->as, &at, n * PAGE_SIZE, prot, AREA_FIXED | (shared ? AREA_SHARED : 0),
                            file ? &source : NULL, from * PAGE_SIZE, file ? of_file * PAGE_SIZE : 0);
    if (failed(result)) {
        const struct area *a = area_from(s->as, at);

        if (shared && (a == NULL || a->start >= at + n * PAGE_SIZE)) /* what was there had to go first */
            memset(&s->page[first], 0, n * sizeof(s->page[0]));
        return;
    }
    assert_int_equal(result, 0);
    assert_int_equal(at, va_of(first));
    for (unsigned i = 0; i < n; i++) {
        struct model_page *p = &s->page[first + i];

        *p = (struct model_page){ .mapped = true, .prot = prot, .object = shared ? ++nobjects : 0 };
        p->from_source = file && i < of_file;
        p->source_page = from + i;
        if (shared)
            objects[nobjects] = (struct content){ 0, 0 };
        make_new(p);
    }
}

static void do_unmap(struct space *s)
{
    unsigned first, n = any_stretch(&first);

    scarce();
    if (!failed(aspace_unmap(s->as, va_of(first), n * PAGE_SIZE)))
        memset(&s->page[first], 0, n * sizeof(s->page[0]));
}

static void do_protect(struct space *s)
{
    unsigned first, n = any_stretch(&first), prot = any_prot(), i;

    scarce();
    int result = aspace_protect(s->as, va_of(first), n * PAGE_SIZE, prot);
    vm_until_failure = -1;
    if (result == -ENOMEM && vm_failures > 0)
        return;
    for (i = first; i < first + n && s->page[i].mapped; i++)
        s->page[i].prot = prot;
    assert_int_equal(result, i == first + n ? 0 : -ENOMEM);
}

static void do_forget(struct space *s)
{
    unsigned first, n = any_stretch(&first), gaps = 0;

    for (unsigned i = first; i < first + n; i++) {
        gaps += !s->page[i].mapped;
        if (s->page[i].object == 0)
            make_new(&s->page[i]);
    }
    assert_int_equal(aspace_forget(s->as, va_of(first), n * PAGE_SIZE), gaps > 0 ? -ENOMEM : 0);
}

static void do_write(struct space *s)
{
    unsigned i = any(PAGES);
    struct model_page *p = &s->page[i];
    uint32_t value = (uint32_t)unit_random(&seed);
    bool last = any(2) != 0;

    scarce();
    int result = aspace_write(s->as, last ? va_of(i + 1) - 4 : va_of(i), &value, 4);
    if (failed(result))
        return;
    assert_int_equal(result, !p->mapped ? -EFAULT : (p->prot & PROT_W) == 0 ? -EACCES : 0);
    if (result == 0)
        *(last ? &content(p)->last : &content(p)->first) = value;
}

static void do_fault(struct space *s)
{
    unsigned i = any(PAGES), prot = 1u << any(3);
    struct model_page *p = &s->page[i];

    scarce();
    int result = aspace_fault(s->as, va_of(i) + any(PAGE_SIZE), prot);
    if (failed(result))
        return;
    assert_int_equal(result, !p->mapped ? -EFAULT : (p->prot & prot) == 0 ? -EACCES : 0);
}

/* Within the window, to where it is free, or over what is there. */
static void do_remap(struct space *s)
{
    unsigned first, n = any_stretch(&first), to, m = any_stretch(&to);
    struct model_page moved[PAGES];
    uintptr_t at = va_of(first);

    if ((first < to + m && to < first + n))
        return;
    const struct area *a = area_from(s->as, at);
    bool one = a != NULL && a->start <= at && a->end >= va_of(first + n);
    bool stays = one && (a->flags & AREA_SHARED) && m > n;
    bool file_goes_on = one && a->src != NULL && a->file_end >= va_of(first + n);
    int result = aspace_remap(s->as, &at, n * PAGE_SIZE, m * PAGE_SIZE, true, va_of(to));
    if (!one || stays) {
        assert_int_equal(result, !one ? -EFAULT : -EINVAL);
        return;
    }
    assert_int_equal(result, 0);
    assert_int_equal(at, va_of(to));
    memset(moved, 0, sizeof(moved));
    for (unsigned i = 0; i < m; i++) {
        moved[i] = i < n ? s->page[first + i] : s->page[first];
        if (i >= n) {
            moved[i].from_source = file_goes_on;
            moved[i].source_page = s->page[first].source_page + i;
            make_new(&moved[i]);
        }
    }
    memset(&s->page[first], 0, n * sizeof(s->page[0]));
    memcpy(&s->page[to], moved, m * sizeof(s->page[0]));
}

static void do_fork(struct space *s)
{
    struct space *to = models;

    while (to < &models[SPACES] && to->as != NULL)
        to++;
    if (to == &models[SPACES])
        return;
    scarce();
    to->as = aspace_fork(s->as);
    vm_until_failure = -1;
    assert_true(to->as != NULL || vm_failures > 0);
    starved += to->as == NULL;
    memcpy(to->page, s->page, sizeof(to->page));
}

static void do_put(struct space *s)
{
    if (any(2) != 0)
        aspace_load(s->as);
    aspace_put(s->as);
    assert_true(cpu0->as != s->as);
    s->as = NULL;
}

static void one(struct space *s)
{
    static const struct {
        void (*fn)(struct space *s);
        unsigned weight;
    } kinds[KINDS] = {
        { do_map, 10 },   { do_unmap, 5 },  { do_protect, 10 }, { do_forget, 3 }, { do_write, 60 },
        { do_fault, 20 }, { do_remap, 10 }, { do_fork, 2 },     { do_put, 1 },
    };
    unsigned which = 0, dice = any(121);

    while (dice >= kinds[which].weight)
        dice -= kinds[which++].weight;
    kinds[which].fn(s);
    done[which]++;
}

static void test_model(void **state)
{
    (void)state;
    seed = unit_seed();
    for (unsigned round = 0; round < 2; round++) {
        hal_info.asids = round == 0 ? 0 : 3;
        aspace_set_up();
        memset(models, 0, sizeof(models));
        memset(done, 0, sizeof(done));
        nobjects = starved = 0;
        for (unsigned i = 0; i < OPERATIONS; i++) {
            struct space *s = &models[any(SPACES)];

            if (nobjects > OBJECTS - PAGES)
                nobjects = 0; /* those of the beginning are long gone */
            if (models[0].as == NULL) {
                models[0].as = aspace_create();
                memset(models[0].page, 0, sizeof(models[0].page));
            }
            s = s->as != NULL ? s : &models[0];
            if (any(8) == 0)
                aspace_load(s->as);
            one(s);
            if (s->as == NULL)
                continue;
            check_page(s, any(PAGES));
            if (i % 16 == 0)
                check_areas(s);
            for (unsigned k = 0; k < PAGES && i % 64 == 0; k++)
                check_page(s, k);
        }
        for (unsigned i = 0; i < SPACES; i++)
            spaces[i] = models[i].as;
        aspace_check_end();
        printf("# map %u, unmap %u, protect %u, forget %u, write %u, fault %u, remap %u, fork %u, put %u; ",
               done[0], done[1], done[2], done[3], done[4], done[5], done[6], done[7], done[8]);
        printf("%u without memory\n", starved);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model),
        cmocka_unit_test(aspace_test_failures),
        cmocka_unit_test(aspace_test_fork_flush),
        cmocka_unit_test(aspace_test_places),
        cmocka_unit_test(aspace_test_stack_gap),
        cmocka_unit_test(aspace_test_copies),
    };

    return UNIT_RUN("aspace", tests);
}
