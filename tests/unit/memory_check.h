/* memory_check.h - tests of the memory system that builds with and without DEBUG share. */
#pragma once

/* memmap_check.c */
void memmap_check_random(void **state);
void memmap_check_edges(void **state);
/* memmap_far_check.c */
void memmap_check_failures(void **state);

/* page_check.c */
void page_check_random(void **state);
void page_check_exhaustion(void **state);
/* page_misuse.c */
void page_check_misuse(void **state);

/* slab_check.c */
void slab_check_random(void **state);
void slab_check_tight(void **state);
/* slab_edge_check.c */
void slab_check_edges(void **state);
void slab_check_names(void **state);
void slab_check_reclaim(void **state);
/* slab_misuse.c */
void slab_check_misuse(void **state);
/* slab_users_check.c; DEBUG builds */
void slab_check_users(void **state);

/* kmalloc_check.c */
void kmalloc_check_random(void **state);
void kmalloc_check_sizes(void **state);

/* memory_failure_check.c */
void memory_check_failures(void **state);
/* memory_thread_check.c */
void memory_check_threads(void **state);
