/* files_model.h - a model of a tree of files: what each call does and says. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAMES = 3, NODES = 200, SIZE_MOST = 12000, DEPTH = 5 };

struct node {
    bool used, dir;
    int child[NAMES]; /* -1: none */
    int parent;
    unsigned links, opened;
    size_t size;
    unsigned char data[SIZE_MOST];
};

extern struct node nodes[NODES]; /* 0 is the root */
extern uint64_t files_seed;

/* A path, and what the model finds there. */
struct at {
    char path[64];
    int parent, name, node; /* -1: not there */
    int error;              /* of the way to the parent */
};

/* A call. */
struct call {
    unsigned what;
    struct at a, b;
    size_t from, size;
    unsigned char data[SIZE_MOST];
};

enum { MKDIR, WRITE, UNLINK, RMDIR, RENAME, LINK, TRUNCATE, CALLS };

void files_model_start(void);
unsigned any(unsigned n); /* A number below n. */
/* A path of any kind. */
struct at choose(void);
unsigned nodes_left(void);
/* Node i, if nothing needs it any more, is free. */
void let_go(int i);
/* Does the call, of which n bytes are written; what it says. */
long model_does(const struct call *c, size_t n);
