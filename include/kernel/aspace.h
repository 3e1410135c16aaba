/*
 * kernel/aspace.h - address spaces: what a program has at which address, and how its pages come to be.
 *
 * An address space is a set of areas, each a stretch of pages of one kind, and a tree of page tables, which
 * holds of them what was touched so far. The areas say what may be there; the tables are filled by page
 * faults, and by the kernel when it copies to or from a program. docs/address-spaces.md draws it.
 */
#pragma once
#include <hal/pte.h>
#include <kernel/asid.h>
#include <kernel/mutex.h>
#include <kernel/vm.h>
#include <lib/rbtree.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;
struct area_source;

/* Where the pages of an area come from: a file, or whatever can be read. */
struct area_source_ops {
    /*
     * Thread, no lock held, no address space locked; may sleep. n bytes (at most a page) at offset go to
     * kernel memory `to`. How many there were: fewer, or 0, at the end of the file; or -EIO, -ENOMEM.
     */
    int (*read)(struct area_source *src, uint64_t offset, void *to, size_t n);
    void (*get)(struct area_source *src); /* Thread; an address space is locked. One user more. */
    void (*put)(struct area_source *src); /* Thread; may sleep, with an address space locked. One less. */
};

struct area_source {
    const struct area_source_ops *ops;
};

/* For aspace_map(). */
enum {
    AREA_FIXED = 1,     /* at *at, in the place of whatever is there */
    AREA_NOREPLACE = 2, /* with AREA_FIXED: -EEXIST if there is anything */
    AREA_SHARED = 4,    /* a fork shares its pages for good. Zeros only; all its pages are made at once */
    AREA_STACK = 8,     /* grows down on a page fault */
    AREA_HEAP = 16,     /* made by aspace_brk(); only a name, for who prints it */
};

enum {
    ASPACE_LOWEST = 0x10000,      /* nothing is mapped below: NULL pointers, and a little beyond */
    ASPACE_GUARD = 256 * 4096,    /* bytes below a stack that stay free */
    ASPACE_STACK_LIMIT = 8 << 20, /* RLIMIT_STACK of the first program */
};

/* Under the lock of its address space. */
struct area {
    struct rb_node node; /* by start */
    uintptr_t start, end;
    unsigned prot;           /* PROT_R, PROT_W, PROT_X: what the program may. 0: nothing */
    unsigned flags;          /* AREA_SHARED, AREA_STACK, AREA_HEAP */
    struct area_source *src; /* NULL: zeros */
    uint64_t offset;         /* in src, of start */
    uintptr_t file_end;      /* from here on zeros, whatever src has */
};

struct aspace {
    atomic_uint users;
    struct mutex lock; /* all below, and every change of the tree */
    struct vm_tree tree;
    struct rb_tree areas;
    size_t mapped;      /* pages of all areas */
    size_t limit;       /* pages, RLIMIT_AS; SIZE_MAX: none */
    size_t stack_limit; /* bytes, RLIMIT_STACK */
    uintptr_t brk_start, brk;
    bool told_wx;     /* that there is memory to be written and executed */
    struct asid asid; /* kernel/asid.c's */
};

/* Thread. With nothing in it, and one user. NULL: no memory. */
struct aspace *aspace_create(void);
/*
 * Thread, its own or one that nobody else changes; may sleep. What `from` has: private pages are copied when
 * they are written to. NULL: no memory.
 */
struct aspace *aspace_fork(struct aspace *from);
/* Any context; the caller is a user of as. Returns as. */
struct aspace *aspace_get(struct aspace *as);
/* Thread, irqs on, no lock held; may sleep. The last user: all is freed, and no CPU has it loaded. */
void aspace_put(struct aspace *as);

/*
 * The following: thread, irqs on, no lock held; may sleep. Addresses and sizes are whole pages, but for what
 * says otherwise; they are checked, and may come from a program.
 */
/*
 * A new area of `size` bytes. *at: where to (AREA_FIXED), or a wish, or 0; then where it is. prot: PROT_R,
 * PROT_W, PROT_X. Its first file_size bytes come from src, of which the area becomes a user, from offset on,
 * a multiple of a page; all others are zeros. An AREA_STACK without a place goes to the end of the user
 * half. 0, -EINVAL, -ENOMEM (also: no room, or above a limit), -EEXIST, or -ENODEV: shared with a source.
 */
int aspace_map(struct aspace *as, uintptr_t *at, size_t size, unsigned prot, unsigned flags,
               struct area_source *src, uint64_t offset, size_t file_size);
/* Nothing is there any more. 0, -EINVAL, -ENOMEM. */
int aspace_unmap(struct aspace *as, uintptr_t at, size_t size);
/* 0, -EINVAL; -ENOMEM: there is a gap, and what lies below has changed. */
int aspace_protect(struct aspace *as, uintptr_t at, size_t size, unsigned prot);
/*
 * The area of old_size bytes at `at` gets new_size bytes: in its place, or, if it may move, elsewhere.
 * fixed: if not 0, it has to be there. Returns in *at where it is. 0, -ENOMEM; -EFAULT: no area; -EINVAL,
 * also for a stack or shared memory that is to grow.
 */
int aspace_remap(struct aspace *as, uintptr_t *at, size_t old_size, size_t new_size, bool may_move,
                 uintptr_t fixed);
/* The private pages there are as new. 0, -EINVAL; -ENOMEM: there are gaps; the rest is done. */
int aspace_forget(struct aspace *as, uintptr_t at, size_t size);

/* The heap begins at start, any address, empty. */
void aspace_set_brk(struct aspace *as, uintptr_t start);
/* It ends at `end` from now on, any address. Returns where it ends: as before, if it cannot be so. */
uintptr_t aspace_brk(struct aspace *as, uintptr_t end);

/*
 * A page fault at va, any address; prot is what was tried: one of PROT_R, PROT_W, PROT_X. 0: it is there, try
 * again. -EFAULT: nothing is there; -EACCES: it is forbidden; -ENOMEM; -EIO: the source does not have it.
 */
int aspace_fault(struct aspace *as, uintptr_t va, unsigned prot);
/*
 * n bytes, any address, as the program itself could, from or to kernel memory. 0; or what aspace_fault()
 * says, and a part may be done. In aspace_read() `to` is not to be looked at then.
 */
int aspace_read(struct aspace *as, void *to, uintptr_t from, size_t n);
int aspace_write(struct aspace *as, uintptr_t to, const void *from, size_t n);

/* irqs off, this CPU; for smp_answer(). If what is loaded has no user any more, it is unloaded. */
void aspace_answer(struct cpu *cpu);

/* Any context. Where what a program may have ends: addresses from here on are the kernel's, or nobody's. */
uintptr_t aspace_end(void);
/* Thread, no lock held; sleeps. RLIMIT_AS in pages and RLIMIT_STACK in bytes, from now on. */
void aspace_set_limit(struct aspace *as, size_t pages);
void aspace_set_stack_limit(struct aspace *as, size_t bytes);

/* Any context. Pages that are there, and pages that may be: hints, exact while nobody changes them. */
static inline size_t aspace_resident(const struct aspace *as)
{
    return as->tree.pages;
}
static inline size_t aspace_mapped(const struct aspace *as)
{
    return as->mapped;
}
