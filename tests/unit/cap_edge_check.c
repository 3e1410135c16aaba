/*
 * cap_edge_check.c - capabilities: endpoints that count, a generation that wraps, allocations that fail.
 *
 * Planted and caught: a generation that does not wrap; an endpoint that is not freed; a table, or a
 * capability to spare, that is lost when there is no memory.
 */
#include "cap_check.h"

#include "memory_host.h"
#include "unit.h"

#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/kmalloc.h>
#include <kernel/slab.h>
#include <uapi/errno.h>

unsigned endpoints;

struct endpoint *endpoint_create(void)
{
    struct endpoint *ep = kzalloc(sizeof(*ep));
    endpoints += ep != NULL;
    return ep;
}

void endpoint_free(struct endpoint *ep)
{
    assert_int_equal(ep->refs + ep->senders + ep->receivers, 0);
    endpoints--;
    kfree(ep);
}

void endpoint_hold_first(struct endpoint *ep, unsigned rights)
{
    ep->refs++;
    ep->senders += (rights & IPC_SEND) != 0;
    ep->receivers += (rights & IPC_RECEIVE) != 0;
}

void endpoint_hold(struct endpoint *ep, unsigned rights)
{
    assert_true(ep->refs > 0);
    endpoint_hold_first(ep, rights);
}

bool endpoint_drop(struct endpoint *ep, const struct cap *c)
{
    ep->senders -= (c->rights & IPC_SEND) != 0;
    ep->receivers -= (c->rights & IPC_RECEIVE) != 0;
    return --ep->refs == 0;
}

/* A handle stays a small number, though its slot is used for ever. */
void cap_test_generations(void **state)
{
    (void)state;
    struct caps *t = caps_create();
    t->generation[0] = CAP_GENERATIONS - 1;
    for (unsigned i = 0; i < 2; i++) {
        int handle = cap_create_endpoint(t);
        assert_int_equal(handle, i == 0 ? (CAP_GENERATIONS - 1) * CAPS_MOST : 0);
        assert_int_equal(cap_rights(t, (unsigned)handle), IPC_RIGHTS);
        assert_int_equal(cap_close(t, (unsigned)handle), 0);
    }
    caps_destroy(t);
    assert_int_equal(endpoints, 0);
}

static unsigned long failed_before;

/* The n-th allocation from here on fails. */
static void let_fail(unsigned long n)
{
    failed_before = atomic_load(&host_memory.failed);
    host_memory.fails_at = atomic_load(&host_memory.asked) + n;
}

/* Did one? From here on none does. */
static bool has_failed(void)
{
    host_memory.fails_at = 0;
    return atomic_load(&host_memory.failed) != failed_before;
}

/* Each allocation in turn fails: nothing is lost, and nothing has changed. */
void cap_test_no_memory(void **state)
{
    (void)state;
    enum { CAPS = 4 };
    struct cap *c;
    struct caps *t = caps_create();
    struct endpoint *ep = endpoint_create();
    assert_int_equal(cap_first(ep, &c), 0);
    int handle = cap_place(t, c);
    for (unsigned n = 1; n < CAPS; n++) {
        assert_int_equal(cap_derive(t, (unsigned)handle, IPC_RIGHTS, IPC_DUPLICATE, &c), 0);
        assert_true(cap_place(t, c) >= 0);
    }
    memory_host_settle();
    size_t used = cache_objects();
    unsigned long failures = 0;
    for (bool failed = true; failed; failures += failed) {
        let_fail(failures + 1);
        struct caps *copy = caps_copy(t);
        failed = has_failed();
        assert_int_equal(copy == NULL, failed);
        if (copy != NULL)
            caps_destroy(copy);
        assert_int_equal(cache_objects(), used);
        assert_int_equal(ep->refs, CAPS);
    }
    assert_true(failures > CAPS); /* the table, and each capability */
    let_fail(1);
    assert_int_equal(cap_derive(t, (unsigned)handle, IPC_RIGHTS, IPC_DUPLICATE, &c), -ENOMEM);
    assert_true(has_failed());
    for (unsigned n = 1; n <= 2; n++) { /* the endpoint; and its capability */
        let_fail(n);
        assert_int_equal(cap_create_endpoint(t), -ENOMEM);
        assert_true(has_failed());
        assert_int_equal(endpoints, 1);
    }
    assert_int_equal(cache_objects(), used);
    assert_int_equal(ep->refs, CAPS);
    caps_destroy(t);
    assert_int_equal(endpoints, 0);
}
