/* memory_model.c - things that somebody has, and what he wrote there. */
#include "memory_model.h"

#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDS = 12, BETWEEN = 8, STEP = 256, PLACES = 16, FILLED_WHOLE = 16 };

void things_init(struct things *t, size_t most)
{
    *t = (struct things){ .thing = malloc(most * sizeof(struct thing)), .most = most };
}

void things_done(struct things *t)
{
    free(t->thing);
    *t = (struct things){ .n = 0 };
}

static unsigned char byte_at(uint64_t hash, size_t offset)
{
    return (unsigned char)((hash >> offset % 8 * 8) + offset);
}

/* Writes, or looks at, bytes `from` to `to`. */
static void stretch(const struct thing *g, size_t from, size_t to, bool write)
{
    uint64_t hash = g->number * 0x9e3779b97f4a7c15;
    for (size_t i = from; i < to; i++) {
        if (write) {
            g->at[i] = byte_at(hash, i);
        } else if (g->at[i] != byte_at(hash, i)) {
            fprintf(stderr, "# %p, %zu bytes, kind %u: byte %zu is 0x%02x\n", (void *)g->at, g->size, g->kind,
                    i, g->at[i]);
            host_check_failed("its contents survive", __FILE__, __LINE__);
        }
    }
}

static void pass_over(const struct thing *g, size_t size, bool write)
{
    if (g->number % FILLED_WHOLE == 0 && g->size <= STEP) {
        stretch(g, g->kept, size, write);
        return;
    }
    size_t step = g->size / PLACES > STEP ? g->size / PLACES : STEP;
    size_t tail = g->size > g->kept + ENDS ? g->size - ENDS : g->kept;
    stretch(g, g->kept, g->kept + ENDS < size ? g->kept + ENDS : size, write);
    for (size_t i = step; i + BETWEEN <= size; i += step)
        stretch(g, i, i + BETWEEN, write);
    stretch(g, tail, size, write);
}

void things_add(struct things *t, void *at, size_t size, unsigned kind, unsigned kept)
{
    host_check(t->n < t->most);
    struct thing *g = &t->thing[t->n++];
    *g = (struct thing){ .at = at, .size = size, .kind = kind, .kept = kept, .number = ++t->numbers };
    t->bytes += size;
    pass_over(g, size, true);
}

void things_look(const struct things *t, size_t i, size_t size)
{
    pass_over(&t->thing[i], size, false);
}

struct thing things_take(struct things *t, size_t i)
{
    struct thing g = t->thing[i];
    pass_over(&g, g.size, false);
    t->thing[i] = t->thing[--t->n];
    t->bytes -= g.size;
    return g;
}

void things_look_at_all(const struct things *t)
{
    for (size_t i = 0; i < t->n; i++)
        things_look(t, i, t->thing[i].size);
}
