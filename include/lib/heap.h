/*
 * lib/heap.h - a pairing heap, linked through a member of the elements: the smallest first.
 *
 * Insertion and a look at the smallest cost O(1), removal of any element O(log n) amortised. No allocation,
 * no recursion. Elements with equal keys come out in any order. Nothing here locks: the owner of the heap
 * does.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    uint64_t key;
    struct heap_node *child; /* the first of those below */
    struct heap_node *next;  /* the next of those beside */
    /* the one before, or the one above if this is a first child; NULL: root or outside */
    struct heap_node *prev;
};

struct heap {
    struct heap_node *root;  /* the smallest, NULL if the heap is empty */
};

void heap_insert(struct heap *h, struct heap_node *n, uint64_t key); /* n is in no heap */
void heap_remove(struct heap *h, struct heap_node *n);               /* n is in h */
