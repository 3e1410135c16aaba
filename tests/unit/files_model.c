/* files_model.c - a model of a tree of files: an array of nodes, of which each knows its children. */
#include "files_model.h"
#include "unit.h"

#include <string.h>

#include <uapi/errno.h>

struct node nodes[NODES];
uint64_t files_seed;

void files_model_start(void)
{
    nodes[0] = (struct node){ .used = true, .dir = true, .links = 1 };
    memset(nodes[0].child, -1, sizeof(nodes[0].child));
}

unsigned any(unsigned n)
{
    return (unsigned)(unit_random(&files_seed) % n);
}

static int new_node(bool dir, int parent)
{
    for (int i = 1; i < NODES; i++) {
        if (nodes[i].used)
            continue;
        memset(&nodes[i], 0, sizeof(nodes[i]));
        nodes[i].used = true;
        nodes[i].dir = dir;
        nodes[i].parent = parent;
        memset(nodes[i].child, -1, sizeof(nodes[i].child));
        return i;
    }
    abort();
}

unsigned nodes_left(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < NODES; i++)
        n += !nodes[i].used;
    return n;
}

void let_go(int i)
{
    if (nodes[i].links == 0 && nodes[i].opened == 0)
        nodes[i].used = false;
}

static bool is_empty(int i)
{
    for (unsigned n = 0; n < NAMES; n++) {
        if (nodes[i].child[n] >= 0)
            return false;
    }
    return true;
}

struct at choose(void)
{
    struct at a = { .parent = 0, .node = 0, .path = "" };
    unsigned depth = 1 + any(DEPTH);
    for (unsigned i = 0; i < depth; i++) {
        unsigned name = any(NAMES);
        if (any(8) == 0)
            strcat(a.path, "/."); /* says nothing */
        sprintf(a.path + strlen(a.path), any(8) == 0 ? "//%c" : "/%c", 'a' + (int)name);
        if (a.error == 0 && a.node < 0)
            a.error = -ENOENT;
        else if (a.error == 0 && !nodes[a.node].dir)
            a.error = -ENOTDIR;
        if (a.error != 0)
            continue;
        a.parent = a.node;
        a.name = (int)name;
        a.node = nodes[a.parent].child[name];
    }
    if (strstr(a.path, "/./") == NULL && any(10) == 0 && a.error == 0 && a.node >= 0 && nodes[a.node].dir)
        strcat(a.path, "/");
    return a;
}

static bool within(int i, int top)
{
    while (i != 0 && i != top)
        i = nodes[i].parent;
    return i == top;
}

static void put_child(const struct at *a, int i)
{
    nodes[a->parent].child[a->name] = i;
}

static void drop(const struct at *a, int i)
{
    put_child(a, -1);
    nodes[i].links--;
    let_go(i);
}

static int model_renames(const struct at *a, const struct at *b)
{
    int i = a->node, old = b->node;
    if (b->error != 0)
        return b->error;
    if (i < 0)
        return -ENOENT;
    if (i == old)
        return 0;
    if (b->path[strlen(b->path) - 1] == '/' && !nodes[i].dir)
        return -ENOTDIR;
    if (nodes[i].dir && within(b->parent, i))
        return -EINVAL;
    if (old >= 0 && nodes[old].dir && within(a->parent, old))
        return -ENOTEMPTY;
    if (old >= 0 && nodes[i].dir != nodes[old].dir)
        return nodes[i].dir ? -ENOTDIR : -EISDIR;
    if (old >= 0 && nodes[old].dir && !is_empty(old))
        return -ENOTEMPTY;
    if (old >= 0)
        drop(b, old);
    put_child(a, -1);
    put_child(b, i);
    if (nodes[i].dir)
        nodes[i].parent = b->parent;
    return 0;
}

static int model_removes(const struct at *a, bool dir)
{
    if (a->node < 0)
        return -ENOENT;
    if (dir != nodes[a->node].dir)
        return dir ? -ENOTDIR : -EISDIR;
    if (dir && !is_empty(a->node))
        return -ENOTEMPTY;
    drop(a, a->node);
    return 0;
}

static int model_links(const struct at *a, const struct at *b)
{
    if (a->node < 0)
        return -ENOENT;
    if (b->error != 0)
        return b->error;
    if (b->node >= 0)
        return -EEXIST;
    if (nodes[a->node].dir)
        return -EPERM;
    put_child(b, a->node);
    nodes[a->node].links++;
    return 0;
}

/* n: bytes that were written, or the size. */
static long model_writes(const struct call *c, size_t n, bool cut)
{
    int i = c->a.node;
    if (i < 0 && cut)
        return -ENOENT;
    if (i >= 0 && nodes[i].dir)
        return -EISDIR;
    if (i < 0) {
        i = new_node(false, c->a.parent);
        nodes[i].links = 1;
        put_child(&c->a, i);
    }
    struct node *f = &nodes[i];
    if (!cut)
        memcpy(f->data + c->from, c->data, n);
    else
        memset(f->data + c->from, 0, SIZE_MOST - c->from);
    f->size = cut ? c->from : n > 0 ? max_size(f->size, c->from + n) : f->size;
    return cut ? 0 : (long)n;
}

long model_does(const struct call *c, size_t n)
{
    if (c->a.error != 0)
        return c->a.error;
    switch (c->what) {
    case UNLINK:
        return model_removes(&c->a, false);
    case RMDIR:
        return model_removes(&c->a, true);
    case RENAME:
        return model_renames(&c->a, &c->b);
    case LINK:
        return model_links(&c->a, &c->b);
    case WRITE:
        return model_writes(c, n, false);
    case TRUNCATE:
        return model_writes(c, 0, true);
    default:
        break;
    }
    if (c->a.node >= 0)
        return -EEXIST;
    int i = new_node(true, c->a.parent);
    nodes[i].links = 1;
    put_child(&c->a, i);
    return 0;
}
