/* buddy_model.c - free pages as an array; blocks by looking for them. */
#include "buddy_model.h"

#include <stdlib.h>
#include <string.h>

void buddy_model_create(struct buddy_model *m, size_t npages)
{
    *m = (struct buddy_model){ .npages = npages, .free = calloc(npages, 1) };
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        m->count[k] = calloc((npages >> k) + 1, sizeof(uint32_t));
        m->block[k] = calloc((npages >> k) + 1, 1);
    }
}

void buddy_model_destroy(struct buddy_model *m)
{
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        free(m->count[k]);
        free(m->block[k]);
    }
    free(m->free);
}

/* The definition. The last place of an order may reach beyond the end: then its count never gets there. */
static bool is_block(const struct buddy_model *m, unsigned k, size_t place)
{
    if (m->count[k][place] != 1u << k)
        return false;
    return k == BUDDY_MAX_ORDER || m->count[k + 1][place / 2] != 2u << k;
}

static void look_again(struct buddy_model *m, unsigned k, size_t place)
{
    bool now = place <= m->npages >> k && is_block(m, k, place);

    if (place <= m->npages >> k && now != m->block[k][place]) {
        m->block[k][place] = now;
        m->blocks[k] += now ? 1 : (size_t)-1;
    }
}

/* The pages of a block become free, or taken: what lies around it changes at every order from its own up. */
static void turn(struct buddy_model *m, size_t index, unsigned order, bool free)
{
    size_t n = (size_t)1 << order;

    memset(&m->free[index], free, n);
    m->free_pages += free ? n : -n;
    for (unsigned k = 0; k < order; k++) {
        for (size_t place = index >> k; place < (index + n) >> k; place++)
            m->count[k][place] = free ? 1u << k : 0;
    }
    for (unsigned k = order; k < BUDDY_ORDERS; k++)
        m->count[k][index >> k] += (uint32_t)(free ? n : -n);
    for (unsigned k = order > 0 ? order - 1 : 0; k < BUDDY_ORDERS; k++) {
        look_again(m, k, index >> k);
        look_again(m, k, index >> k ^ 1);
    }
}

size_t buddy_model_alloc(struct buddy_model *m, unsigned order)
{
    for (unsigned k = order; k < BUDDY_ORDERS; k++) {
        const uint8_t *lowest = memchr(m->block[k], true, (m->npages >> k) + 1);

        if (lowest != NULL) {
            size_t index = (size_t)(lowest - m->block[k]) << k;

            turn(m, index, order, false);
            return index;
        }
    }
    return BUDDY_NONE;
}

void buddy_model_free(struct buddy_model *m, size_t index, unsigned order)
{
    turn(m, index, order, true);
}

int buddy_model_order_at(const struct buddy_model *m, size_t index)
{
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        if (index % ((size_t)1 << k) == 0 && m->block[k][index >> k])
            return (int)k;
    }
    return -1;
}

bool buddy_model_any_free(const struct buddy_model *m, size_t index, size_t n)
{
    return memchr(&m->free[index], true, n) != NULL;
}

static bool counts_are_right(const struct buddy_model *m)
{
    size_t free = 0;

    for (size_t i = 0; i < m->npages; i++)
        free += m->free[i];
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        size_t blocks = 0;

        for (size_t place = 0; place <= m->npages >> k; place++) {
            uint32_t n = 0;

            for (size_t i = place << k; i < (place + 1) << k && i < m->npages; i++)
                n += m->free[i];
            if (n != m->count[k][place] || m->block[k][place] != is_block(m, k, place))
                return false;
            blocks += m->block[k][place];
        }
        if (blocks != m->blocks[k])
            return false;
    }
    return free == m->free_pages;
}

/* The listing of an order, and of the free pages the part that lies in blocks below it. */
static const char *order_differs(const struct buddy_model *m, const struct buddy *b, unsigned k)
{
    size_t at = 0, below = 0, whole = (size_t)1 << k;

    if (b->blocks[k] != m->blocks[k])
        return "number of blocks";
    for (size_t place = 0; place < m->npages >> k; place++) {
        if (!m->block[k][place])
            continue;
        if (buddy_next_block(b, k, at) != place << k || buddy_next_block(b, k, place << k) != place << k)
            return "listing of the blocks";
        at = (place << k) + 1;
    }
    if (buddy_next_block(b, k, at) != BUDDY_NONE || buddy_next_block(b, k, m->npages) != BUDDY_NONE)
        return "end of the listing";
    for (size_t i = 0; i < m->npages; i++) {
        size_t first = i - i % whole;

        if (m->free[i] && (first + whole > m->npages || m->count[k][i >> k] != whole))
            below++;
    }
    if (buddy_fragmentation(b, k) != (m->free_pages == 0 ? 0 : below * 100 / m->free_pages))
        return "fragmentation";
    return NULL;
}

const char *buddy_model_differs(const struct buddy_model *m, const struct buddy *b)
{
    if (!counts_are_right(m))
        return "the model";
    if (b->free_pages != m->free_pages)
        return "number of free pages";
    for (size_t i = 0; i < m->npages; i++) {
        if (buddy_order_at(b, i) != buddy_model_order_at(m, i))
            return "order of a block";
    }
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        const char *what = order_differs(m, b, k);

        if (what != NULL)
            return what;
    }
    return NULL;
}
