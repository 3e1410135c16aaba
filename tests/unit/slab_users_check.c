/* slab_users_check.c - whose the objects are that nobody freed: the listings of DEBUG builds. */
#include "memory_check.h"
#include "memory_host.h"
#include "slab_callers.h"
#include "unit.h"

#include <string.h>

#include <kernel/kmalloc.h>
#include <kernel/slab.h>

enum { RAM_SIZE = 0x1000000 };

/* Whose the objects are that were never freed, cache by cache, and by who took them. */
static void run_users(void *arg)
{
    (void)arg;
    memory_host_start(RAM_SIZE);
    slab_callers_name();
    struct cache *toys = cache_create("toys", 100, 0, NULL), *tools = cache_create("tools", 100, 0, NULL);
    for (unsigned i = 0; i < 70; i++)
        cache_free(toys, taker(toys));
    for (unsigned i = 0; i < 70; i++)
        i % 10 < 3 ? other_taker(toys) : taker(toys);
    taker(tools);
    kmaller(60);
    host_memory.text[0] = 0;
    cache_print_users("toys");
    const char *text = host_memory.text;
    host_check(strstr(text, "  toys                 49 taken by taker\n") != NULL);
    host_check(strstr(text, "  toys                 21 taken by other_taker\n") != NULL);
    host_check(strlen(text) == strlen("  toys                 49 taken by taker\n") +
                                   strlen("  toys                 21 taken by other_taker\n"));
    host_memory.text[0] = 0;
    cache_print_users(NULL);
    host_check(strstr(text, "  tools                 1 taken by taker\n") != NULL);
    host_check(strstr(text, "  kmalloc-64            1 taken by kmaller\n") != NULL);
    host_memory.text[0] = 0;
    host_check(cache_destroy(tools) != 0);
    host_check(strcmp(text, "  tools                 1 taken by taker\n") == 0);
}

void slab_check_users(void **state)
{
    (void)state;
    host_in_child(run_users, NULL, NULL);
}
