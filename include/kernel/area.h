/* kernel/area.h - the areas of an address space: for kernel/area*.c and aspace*.c. All: it is locked. */
#pragma once
#include <kernel/aspace.h>

/* The first that ends behind va: va is in it, or it is the next one above. NULL: there is none. */
struct area *area_from(const struct aspace *as, uintptr_t va);
struct area *area_next(const struct area *a);
/* The last that begins below va. */
struct area *area_below(const struct aspace *as, uintptr_t va);

/* One like `like`, from start to end, in no address space; a user more of its source. NULL: no memory. */
struct area *area_like(const struct area *like, uintptr_t start, uintptr_t end);
void area_insert(struct aspace *as, struct area *a);
/* Out of the tree, and gone. Its pages are gone already. */
void area_free(struct aspace *as, struct area *a);
/* No area lies across va any more. 0 or -ENOMEM. */
int area_split(struct aspace *as, uintptr_t va);
/* Areas from start to end that could be one with their neighbour become one with it. */
void area_merge(struct aspace *as, uintptr_t start, uintptr_t end);
/* a is in the tree; it begins, or ends, elsewhere: nothing is in the way. */
void area_set_start(struct aspace *as, struct area *a, uintptr_t start);
void area_set_end(struct aspace *as, struct area *a, uintptr_t end);

/* Is nothing in there, and nothing right above that needs a guard? */
bool area_is_free(const struct aspace *as, uintptr_t start, uintptr_t end);
/* Room for size bytes as high as possible in the part for mappings; 0: there is none. */
uintptr_t area_find_room(const struct aspace *as, size_t size);
/* The end of all stacks. */
uintptr_t area_stack_top(void);

/* size bytes at `at` could be a program's, size > 0. */
bool area_is_range(uintptr_t at, size_t size);
/* All that lies in there goes, pages and areas. 0 or -ENOMEM. */
int area_unmap(struct aspace *as, uintptr_t start, uintptr_t end);

/* What the entries of such an area say at most. */
unsigned area_vm_prot(unsigned prot);

/*
 * kernel/aspace_fault.c. All pages from start to end, in an area of zeros that can be shared. 0 or -ENOMEM.
 */
int area_populate(struct aspace *as, const struct area *a, uintptr_t start, uintptr_t end);
