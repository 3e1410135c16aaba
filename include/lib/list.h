/* lib/list.h - circular doubly linked lists, linked through a member of the elements.
 *
 * The head is a struct list of its own. A node outside of any list points at itself, so that list_empty()
 * of a node tells whether it is in a list, and list_del() of a node outside is harmless.
 * Nothing here locks: the owner of the list does.
 */
#pragma once
#include <stdbool.h>

#include <lib/util.h>

struct list {
    struct list *next, *prev;
};

/* For heads and nodes with static storage: static struct list ready = LIST_INIT(ready); */
#define LIST_INIT(name) { &(name), &(name) }

static inline void list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

/* True for a head without elements and for a node outside of any list. */
static inline bool list_empty(const struct list *l) { return l->next == l; }

/* Of a head, without its lock: how it was a moment ago. */
static inline bool list_seems_empty(const struct list *l)
{
    return *(struct list *const volatile *)&l->next == l;
}

/* Put node, which is in no list, between two neighbours. For the two functions below. */
static inline void list_insert(struct list *prev, struct list *node, struct list *next)
{
    node->prev = prev;
    node->next = next;
    prev->next = node;
    next->prev = node;
}

/* Put node, which is in no list, last or first. */
static inline void list_add_tail(struct list *head, struct list *node)
{
    list_insert(head->prev, node, head);
}

static inline void list_add_head(struct list *head, struct list *node)
{
    list_insert(head, node, head->next);
}

/* Take node out of its list, which has others; it is left as it was, and has to be put somewhere next. */
static inline void list_unlink(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

/* Take node out of its list, if it is in one; it is left linked to itself. */
static inline void list_del(struct list *node)
{
    list_unlink(node);
    list_init(node);
}

/* Take the first node out of a list that is not empty; only list_empty() may be asked of it then. */
static inline struct list *list_take_first(struct list *head)
{
    struct list *node = head->next, *second = node->next;
    head->next = second;
    second->prev = head;
    node->next = node;
    return node;
}

#define list_entry(node, type, member) container_of(node, type, member)

/* The first or last element; the list is not empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)

/* for each element e (a pointer variable) from first to last; the body leaves e in the list. */
#define list_for_each_entry(e, head, member)                                                  \
    for (e = list_first_entry(head, __typeof__(*e), member); &e->member != (head);            \
         e = list_entry(e->member.next, __typeof__(*e), member))

/* The same, and the body may take e (no other element) out of the list or free it. */
#define list_for_each_entry_safe(e, after, head, member)                                      \
    for (e = list_first_entry(head, __typeof__(*e), member),                                  \
        after = list_entry(e->member.next, __typeof__(*e), member);                           \
         &e->member != (head);                                                                \
         e = after, after = list_entry(e->member.next, __typeof__(*e), member))
