/* memory_model.h - what somebody has who allocated: where it lies, how long it is, and what he wrote there.
 *
 * A thing is written to at its beginning, at its end and at places between, with bytes of its own number: if
 * it is handed out twice, or another reaches into it, one of them finds something else when it looks.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thing {
    unsigned char *at;
    size_t size;
    unsigned kind;        /* the user's: an order, a class, ... */
    unsigned kept;        /* bytes at its beginning that are not the model's */
    uint64_t number;
};

struct things {
    struct thing *thing;
    size_t n, most, bytes;
    uint64_t numbers;     /* given so far */
};

/* None yet, and room for `most`. */
void things_init(struct things *t, size_t most);
void things_done(struct things *t);
/* There is room. Writes to it. */
void things_add(struct things *t, void *at, size_t size, unsigned kind, unsigned kept);
/* Looks what became of thing i as far as `size` bytes; host_check(). */
void things_look(const struct things *t, size_t i, size_t size);
/* The same of all of it, and forgets it. */
struct thing things_take(struct things *t, size_t i);
/* Of all of them. */
void things_look_at_all(const struct things *t);
