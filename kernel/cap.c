/*
 * cap.c - tables of capabilities, and the trees of what was derived from what.
 *
 * One lock for all trees: whoever makes or takes away a capability holds it for a few steps. Who only uses
 * one holds the lock of its table, and hands over to that of the endpoint. Nothing is allocated or freed
 * under any of them.
 */
#include <kernel/cap.h>
#include <kernel/endpoint.h>
#include <kernel/kmalloc.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <uapi/errno.h>

static struct spinlock trees = SPINLOCK_INIT("capabilities", RANK_CAPS);
static struct cache *caps;

void cap_init(void)
{
    caps = cache_create("capability", sizeof(struct cap), 0, NULL);
    if (caps == NULL)
        panic("no memory for capabilities");
}

static struct cap *make(void)
{
    struct cap *c = cache_alloc(caps);
    if (c == NULL)
        return NULL;
    c->ep = NULL;
    c->table = NULL;
    list_init(&c->children);
    list_init(&c->sibling);
    return c;
}

/* Lock of the trees held. c's children take its place among its siblings. */
static void leave_tree(struct cap *c)
{
    if (!list_empty(&c->children)) {
        struct list *first = c->children.next, *last = c->children.prev, *before = c->sibling.prev;
        before->next = first;
        first->prev = before;
        last->next = &c->sibling;
        c->sibling.prev = last;
        list_init(&c->children);
    }
    list_del(&c->sibling);
}

/*
 * Lock of the trees held. Nobody finds c any more, and its endpoint counts it no more. True: *last was the
 * endpoint's last user, and is to be freed.
 */
static bool take_out(struct cap *c, struct endpoint **last)
{
    leave_tree(c);
    if (c->table != NULL) {
        struct caps *t = c->table;
        unsigned slot = c->handle % CAPS_MOST;
        spin_lock_raw(&t->lock);
        t->slot[slot] = NULL;
        t->generation[slot] = (t->generation[slot] + 1) % CAP_GENERATIONS;
        spin_unlock_raw(&t->lock);
    }
    *last = c->ep;
    c->ep = NULL;
    return endpoint_drop(*last, c);
}

/* Lock of the trees held, which is let go. Takes c out; frees it, unless somebody carries it. */
static void remove(struct cap *c, unsigned long s)
{
    struct endpoint *ep;
    bool carried = c->table == NULL;
    bool last = take_out(c, &ep);
    spin_unlock(&trees, s);
    if (last)
        endpoint_free(ep);
    if (!carried)
        cache_free(caps, c);
}

/* Lock of the trees held, so what is found stays. */
static struct cap *find(struct caps *t, unsigned long handle)
{
    spin_lock_raw(&t->lock);
    struct cap *c = cap_at(t, handle);
    spin_unlock_raw(&t->lock);
    return c;
}

struct caps *caps_create(void)
{
    struct caps *t = kzalloc(sizeof(*t));
    if (t != NULL)
        spin_init(&t->lock, "capability table", RANK_TABLE);
    return t;
}

/* Takes out those that have none of these rights. */
static void close_without(struct caps *t, unsigned rights)
{
    for (unsigned i = 0; i < CAPS_MOST; i++) {
        unsigned long s = spin_lock(&trees);
        struct cap *c = t->slot[i];
        if (c != NULL && (c->rights & rights) == 0)
            remove(c, s);
        else
            spin_unlock(&trees, s);
    }
}

void caps_destroy(struct caps *t)
{
    close_without(t, 0);
    kfree(t);
}

void caps_close_exec(struct caps *t)
{
    close_without(t, IPC_KEEP);
}

/* Lock of the trees held. c becomes `from`'s child, with these rights. */
static void derive(struct cap *c, struct cap *from, unsigned rights)
{
    c->ep = from->ep;
    c->rights = rights;
    list_add_tail(&from->children, &c->sibling);
    endpoint_hold(c->ep, rights);
}

/* Lock of the trees held. */
static void put_at(struct caps *t, unsigned slot, struct cap *c)
{
    spin_lock_raw(&t->lock);
    t->slot[slot] = c;
    c->table = t;
    c->handle = slot + (unsigned long)t->generation[slot] * CAPS_MOST;
    spin_unlock_raw(&t->lock);
}

struct caps *caps_copy(struct caps *from)
{
    struct cap *c = NULL;
    struct caps *t = caps_create();
    for (unsigned i = 0; t != NULL && i < CAPS_MOST; i++) {
        if (c == NULL && (c = make()) == NULL) {
            caps_destroy(t);
            return NULL;
        }
        unsigned long s = spin_lock(&trees);
        struct cap *old = from->slot[i];
        if (old != NULL && (old->rights & IPC_DUPLICATE) != 0) {
            t->generation[i] = from->generation[i];
            derive(c, old, old->rights);
            put_at(t, i, c);
            c = NULL;
        }
        spin_unlock(&trees, s);
    }
    if (c != NULL)
        cache_free(caps, c);
    return t;
}

int cap_first(struct endpoint *ep, struct cap **made)
{
    struct cap *c = make();
    if (c == NULL)
        return -ENOMEM;
    c->ep = ep;
    c->rights = IPC_RIGHTS;
    endpoint_hold_first(ep, c->rights);
    *made = c;
    return 0;
}

/* IPC_KEEP may be asked for, and is not inherited: it says what the holder wants. */
static int derive_found(struct cap *from, unsigned rights, unsigned need, struct cap *c)
{
    if (from == NULL)
        return -EBADF;
    if ((from->rights & need) == 0 || (rights & IPC_RIGHTS & ~from->rights) != 0)
        return -EPERM;
    derive(c, from, rights);
    return 0;
}

int cap_derive(struct caps *t, unsigned long handle, unsigned long rights, unsigned need, struct cap **made)
{
    if ((rights & IPC_RIGHTS) == 0 || (rights & ~(unsigned long)(IPC_RIGHTS | IPC_KEEP)) != 0)
        return -EINVAL;
    struct cap *c = make();
    if (c == NULL)
        return -ENOMEM;
    unsigned long s = spin_lock(&trees);
    int result = derive_found(find(t, handle), (unsigned)rights, need, c);
    spin_unlock(&trees, s);
    if (result == 0)
        *made = c;
    else
        cache_free(caps, c);
    return result;
}

static int free_slot(const struct caps *t)
{
    for (int i = 0; i < CAPS_MOST; i++) {
        if (t->slot[i] == NULL)
            return i;
    }
    return -EMFILE;
}

int cap_place(struct caps *t, struct cap *c)
{
    unsigned long s = spin_lock(&trees);
    int result = c->ep == NULL ? -ENOENT : free_slot(t);
    if (result >= 0) {
        put_at(t, (unsigned)result, c);
        result = (int)c->handle;
    }
    spin_unlock(&trees, s);
    if (result < 0)
        cap_discard(c);
    return result;
}

void cap_discard(struct cap *c)
{
    unsigned long s = spin_lock(&trees);
    if (c->ep != NULL)
        remove(c, s);
    else
        spin_unlock(&trees, s);
    cache_free(caps, c);
}

int cap_create_endpoint(struct caps *t)
{
    struct cap *c;
    struct endpoint *ep = endpoint_create();
    if (ep == NULL)
        return -ENOMEM;
    if (cap_first(ep, &c) != 0) {
        endpoint_free(ep);
        return -ENOMEM;
    }
    return cap_place(t, c);
}

int cap_close(struct caps *t, unsigned long handle)
{
    unsigned long s = spin_lock(&trees);
    struct cap *c = find(t, handle);
    if (c == NULL) {
        spin_unlock(&trees, s);
        return -EBADF;
    }
    remove(c, s);
    return 0;
}

/* One at a time: its children come to the front then. From above: who is gone derives nothing more. */
static bool revoke_one(struct caps *t, unsigned long handle, int *result)
{
    unsigned long s = spin_lock(&trees);
    struct cap *c = find(t, handle);
    *result = c == NULL ? -EBADF : (c->rights & IPC_REVOKE) == 0 ? -EPERM : 0;
    if (*result != 0 || list_empty(&c->children)) {
        spin_unlock(&trees, s);
        return false;
    }
    remove(list_first_entry(&c->children, struct cap, sibling), s);
    return true;
}

int cap_revoke(struct caps *t, unsigned long handle)
{
    int result;
    while (revoke_one(t, handle, &result)) {
    }
    return result;
}

int cap_rights(struct caps *t, unsigned long handle)
{
    unsigned long s = spin_lock(&t->lock);
    struct cap *c = cap_at(t, handle);
    int result = c != NULL ? (int)c->rights : -EBADF;
    spin_unlock(&t->lock, s);
    return result;
}
