/*
 * test_cap.c - tables of capabilities, and the trees of what was derived from what, against a model.
 *
 * The model knows of each capability its parent, so that it finds descendants by looking upwards; the kernel
 * has lists of children. The endpoints here only count: what is held and dropped has to be what the model
 * says. Planted and caught: children that go with a capability that is closed; only children revoked; a right
 * that is not looked at; a generation that stays; a revoked gift that is placed; an endpoint that is not
 * freed.
 */
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/kmalloc.h>
#include <uapi/errno.h>

enum { TABLES = 6, MODELS = 4096, OPERATIONS = 200000, ENDPOINTS_MOST = 24, RAM = 8 << 20 };

/* --- Endpoints that count --- */

static unsigned endpoints;

struct endpoint *endpoint_create(void)
{
    struct endpoint *ep = kzalloc(sizeof(*ep));
    assert_non_null(ep);
    endpoints++;
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

/* --- The model --- */

struct model {
    bool used;
    int parent; /* -1: none */
    unsigned rights;
    int table; /* -1: on its way */
    int handle;
    struct endpoint *ep;
};

static struct model model[MODELS];
static struct caps *tables[TABLES];
static int was[TABLES][CAPS_MOST]; /* the handle that this slot had last, and one more; 0: none */

static int model_new(int parent, unsigned rights, struct endpoint *ep)
{
    for (int i = 0; i < MODELS; i++) {
        if (!model[i].used) {
            model[i] = (struct model){ true, parent, rights, -1, -1, ep };
            return i;
        }
    }
    fail();
    return -1;
}

static void model_gone(int m)
{
    for (int i = 0; i < MODELS; i++) {
        if (model[i].used && model[i].parent == m)
            model[i].parent = model[m].parent;
    }
    model[m].used = false;
}

static bool descends(int m, int from)
{
    for (int at = model[m].parent; at >= 0; at = model[at].parent) {
        if (at == from)
            return true;
    }
    return false;
}

static int model_at(int table, int handle)
{
    for (int i = 0; i < MODELS; i++) {
        if (model[i].used && model[i].table == table && model[i].handle == handle)
            return i;
    }
    return -1;
}

static unsigned model_count(int table)
{
    unsigned n = 0;
    for (int i = 0; i < MODELS; i++)
        n += model[i].used && model[i].table == table;
    return n;
}

/* Everything that both know is the same. */
static void compare(void)
{
    for (int i = 0; i < MODELS; i++) {
        if (model[i].used && model[i].table >= 0)
            assert_int_equal(cap_rights(tables[model[i].table], (unsigned)model[i].handle), model[i].rights);
    }
    for (int t = 0; t < TABLES; t++) {
        unsigned n = 0;
        for (unsigned s = 0; s < CAPS_MOST; s++) {
            struct cap *c = tables[t]->slot[s];
            if (c == NULL)
                continue;
            n++;
            unsigned users = 0, senders = 0;
            for (int i = 0; i < MODELS; i++) {
                users += model[i].used && model[i].ep == c->ep;
                senders += model[i].used && model[i].ep == c->ep && (model[i].rights & IPC_SEND) != 0;
            }
            assert_int_equal(c->ep->refs, users);
            assert_int_equal(c->ep->senders, senders);
        }
        assert_int_equal(n, model_count(t));
    }
}

/* A handle that is there, if chance wants so. */
static int some_handle(uint64_t *seed, int table)
{
    unsigned slot = (unsigned)(unit_random(seed) % CAPS_MOST);
    unsigned step = unit_random(seed) % 8 == 0 ? 1 : 0; /* a generation that is not, or is no more */
    return (int)((tables[table]->generation[slot] + step) * CAPS_MOST + slot);
}

static void place(struct cap *c, int m, int table)
{
    bool full = model_count(table) == CAPS_MOST;
    int handle = cap_place(tables[table], c);
    if (full) {
        assert_int_equal(handle, -EMFILE);
        model_gone(m);
        return;
    }
    assert_true(handle >= 0 && handle <= IPC_HANDLE);
    assert_int_equal(model_at(table, handle), -1);
    assert_int_not_equal(was[table][handle % CAPS_MOST], handle + 1);
    was[table][handle % CAPS_MOST] = handle + 1;
    model[m].table = table;
    model[m].handle = handle;
}

static void do_create(int table)
{
    struct cap *c;
    if (endpoints == ENDPOINTS_MOST)
        return;
    struct endpoint *ep = endpoint_create();
    assert_int_equal(cap_first(ep, &c), 0);
    place(c, model_new(-1, IPC_RIGHTS, ep), table);
}

static void do_revoke(int table, int handle)
{
    int m = model_at(table, handle), result = cap_revoke(tables[table], (unsigned)handle);
    bool may = m >= 0 && (model[m].rights & IPC_REVOKE) != 0;
    assert_int_equal(result, m < 0 ? -EBADF : may ? 0 : -EPERM);
    bool doomed[MODELS] = { false };
    for (int i = 0; may && i < MODELS; i++)
        doomed[i] = model[i].used && descends(i, m);
    for (int i = 0; may && i < MODELS; i++)
        model[i].used &= !doomed[i];
}

/* Derives, and gives to another table; on the way the giver's may be revoked. */
static void do_derive(uint64_t *seed, int table, int handle)
{
    struct cap *c;
    unsigned need = unit_random(seed) % 2 != 0 ? IPC_GRANT : IPC_DUPLICATE;
    unsigned rights = (unsigned)(unit_random(seed) % (2 * IPC_KEEP));
    int m = model_at(table, handle), to = (int)(unit_random(seed) % TABLES);
    if (m >= 0 && unit_random(seed) % 4 != 0)
        rights &= model[m].rights | IPC_KEEP;
    int expected = (rights & IPC_RIGHTS) == 0 ? -EINVAL : m < 0 ? -EBADF : 0;
    if (expected == 0 && ((model[m].rights & need) == 0 || (rights & IPC_RIGHTS & ~model[m].rights) != 0))
        expected = -EPERM;
    assert_int_equal(cap_derive(tables[table], (unsigned)handle, rights, need, &c), expected);
    if (expected != 0)
        return;
    int child = model_new(m, rights, model[m].ep);
    if (unit_random(seed) % 8 == 0) {
        do_revoke(table, handle);
        if (!model[child].used) {
            assert_int_equal(cap_place(tables[to], c), -ENOENT);
            return;
        }
    }
    if (unit_random(seed) % 16 == 0) {
        cap_discard(c);
        model_gone(child);
    } else {
        place(c, child, to);
    }
}

static void do_close(int table, int handle)
{
    int m = model_at(table, handle);
    assert_int_equal(cap_close(tables[table], (unsigned)handle), m < 0 ? -EBADF : 0);
    if (m >= 0)
        model_gone(m);
}

static void drop_all(int table, bool keep)
{
    for (int i = 0; i < MODELS; i++) {
        if (model[i].used && model[i].table == table && !(keep && (model[i].rights & IPC_KEEP) != 0))
            model_gone(i);
    }
}

/* The process that had the table ends, and another is forked, perhaps from itself. */
static void do_fork(int from, int to)
{
    struct caps *old = tables[to], *copy = caps_copy(tables[from]);
    assert_non_null(copy);
    int made[CAPS_MOST], n = 0;
    for (int i = 0; i < MODELS; i++) {
        if (model[i].used && model[i].table == from && (model[i].rights & IPC_DUPLICATE) != 0)
            made[n++] = i;
    }
    int handles[CAPS_MOST];
    for (int i = 0; i < n; i++) {
        handles[i] = model[made[i]].handle;
        made[i] = model_new(made[i], model[made[i]].rights, model[made[i]].ep);
    }
    caps_destroy(old);
    drop_all(to, false);
    tables[to] = copy;
    memset(was[to], 0, sizeof(was[to]));
    for (int i = 0; i < n; i++) {
        model[made[i]].table = to;
        model[made[i]].handle = handles[i];
    }
}

static void test_model(void **state)
{
    (void)state;
    uint64_t seed = unit_seed();
    memory_host_settle();
    size_t used = cache_objects();
    for (int t = 0; t < TABLES; t++)
        assert_non_null(tables[t] = caps_create());
    for (unsigned i = 0; i < OPERATIONS; i++) {
        int table = (int)(unit_random(&seed) % TABLES), handle = some_handle(&seed, table);
        unsigned what = (unsigned)(unit_random(&seed) % 64);
        if (what < 6)
            do_create(table);
        else if (what < 48)
            do_derive(&seed, table, handle);
        else if (what < 58)
            do_close(table, handle);
        else if (what < 62)
            do_revoke(table, handle);
        else if (what == 62)
            do_fork((int)(unit_random(&seed) % TABLES), table);
        else if (unit_random(&seed) % 4 == 0) {
            caps_close_exec(tables[table]);
            drop_all(table, true);
        }
        if (i % 64 == 0)
            compare();
    }
    for (int t = 0; t < TABLES; t++)
        caps_destroy(tables[t]);
    assert_int_equal(endpoints, 0);
    memory_host_settle();
    memory_host_exact();
    assert_int_equal(cache_objects(), used);
}

/* Each allocation in turn fails: nothing is lost, and nothing has changed. */
static void test_no_memory(void **state)
{
    (void)state;
    struct cap *c;
    struct caps *t = caps_create();
    struct endpoint *ep = endpoint_create();
    assert_int_equal(cap_first(ep, &c), 0);
    int handle = cap_place(t, c);
    for (unsigned n = 1; n < 4; n++)
        cap_place(t, cap_derive(t, (unsigned)handle, IPC_RIGHTS, IPC_DUPLICATE, &c) == 0 ? c : NULL);
    memory_host_settle();
    size_t used = cache_objects();
    bool failed = false;
    for (unsigned long at = 1; at < 12; at++) {
        atomic_store(&host_memory.asked, 0);
        host_memory.fails_at = at;
        struct caps *copy = caps_copy(t);
        host_memory.fails_at = 0;
        failed |= copy == NULL;
        if (copy != NULL)
            caps_destroy(copy);
        assert_int_equal(cache_objects(), used);
        assert_int_equal(ep->refs, 4);
    }
    assert_true(failed);
    caps_destroy(t);
    assert_int_equal(endpoints, 0);
}

int main(void)
{
    memory_host_start(RAM);
    cap_init();
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_no_memory), cmocka_unit_test(test_model) };
    return UNIT_RUN("cap", tests);
}
