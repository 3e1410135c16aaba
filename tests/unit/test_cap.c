/*
 * test_cap.c - tables of capabilities, and the trees of what was derived from what, against a model.
 *
 * The model knows of each capability its parent, so that it finds descendants by looking upwards; the kernel
 * has lists of children. Endpoints only count who holds them, with which rights: as many have to be in the
 * model. Planted and caught: children revoked with a capability that is closed; those of one that was closed
 * not revoked later; a right that the call needs not looked at; rights added; a generation that stays; a
 * revoked gift that is placed, or freed twice; a copy of what may not be copied, or under another handle;
 * everything closed by execve().
 */
#include "cap_check.h"
#include "memory_host.h"
#include "unit.h"

#include <string.h>

#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/slab.h>
#include <uapi/errno.h>

enum { TABLES = 6, MODELS = 4096, OPERATIONS = 200000, ENDPOINTS_MOST = 24, RAM = 8 << 20 };

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
            unsigned users = 0, senders = 0, receivers = 0;
            for (int i = 0; i < MODELS; i++) {
                bool counts = model[i].used && model[i].ep == c->ep;
                users += counts;
                senders += counts && (model[i].rights & IPC_SEND) != 0;
                receivers += counts && (model[i].rights & IPC_RECEIVE) != 0;
            }
            assert_int_equal(c->ep->refs, users);
            assert_int_equal(c->ep->senders, senders);
            assert_int_equal(c->ep->receivers, receivers);
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

int main(void)
{
    host_memory.fail_wanted = true; /* nothing is kept at hand: each call for an object can fail */
    memory_host_start(RAM);
    cap_init();
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cap_test_generations),
        cmocka_unit_test(cap_test_no_memory),
        cmocka_unit_test(test_model),
    };
    return UNIT_RUN("cap", tests);
}
