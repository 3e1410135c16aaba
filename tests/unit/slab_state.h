/* slab_state.h - what holds of a cache between any two operations. */
#pragma once
#include <kernel/slab.h>

/*
 * Each slab is on the list for what is out of it; magazines in the depot are full, or empty; none is lost.
 * By host_check().
 */
void slab_state_check(const struct cache *c);
