/* slab_callers.h - functions that take and free objects, and have names that messages can be searched for. */
#pragma once
#include <kernel/slab.h>
#include <stddef.h>

char *taker(struct cache *c);
char *other_taker(struct cache *c);
char *kmaller(size_t size);
void first(struct cache *c, void *object); /* first() and second() free it */
void second(struct cache *c, void *object);
void second_kfree(void *p);

/* After memory_host_start(): ksyms_name() knows them. */
void slab_callers_name(void);
