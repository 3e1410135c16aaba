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
