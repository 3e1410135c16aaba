/* monitor_vmmap.c - the monitor lists what the kernel has mapped. */
#include <hal/info.h>
#include <kernel/config.h>
#include <kernel/console.h>
#include <kernel/image.h>
#include <kernel/monitor.h>
#include <kernel/page.h>
#include <kernel/proc.h>
#include <kernel/vm.h>
#include <lib/string.h>
#include <lib/util.h>

static const char direct_map[] = "direct map", stacks[] = "stack";

/* A part of the kernel half whose purpose is known. */
struct part {
    uintptr_t from, last;
    const char *what;
};

enum { PARTS = 6 };

/* The i-th part. One that does not exist ends before it begins. */
static struct part part_of(unsigned i)
{
    const struct part parts[PARTS] = {
        { (uintptr_t)__image_start, (uintptr_t)__text_start - 1, "image, head" },
        { (uintptr_t)__text_start, (uintptr_t)__text_end - 1, "image, text" },
        { (uintptr_t)__text_end, (uintptr_t)__rodata_end - 1, "image, rodata" },
        { (uintptr_t)__rodata_end, (uintptr_t)__image_end - 1, "image, data" },
        { hal_info.kmap_base, page_map_base() - 1, stacks },
        { page_map_base(), hal_info.kmap_end - 1, "memory map" },
    };
    if (i < PARTS)
        return parts[i];
    const struct hal_window *w = &hal_info.window[i - PARTS];
    if (w->size == 0)
        return (struct part){ 1, 0, NULL };
    return (struct part){ align_down(w->va, PAGE_SIZE), align_up(w->va + w->size, PAGE_SIZE) - 1, w->name };
}

/* The part that va lies in; between the parts is the direct map, up to the next. */
static struct part find_part(uintptr_t va)
{
    struct part between = { va, UINTPTR_MAX, direct_map };
    for (unsigned i = 0; i < PARTS + HAL_MAX_WINDOWS; i++) {
        struct part p = part_of(i);
        if (p.from > p.last)
            continue;
        if (va >= p.from && va <= p.last)
            return p;
        if (p.from > va && p.from - 1 < between.last)
            between.last = p.from - 1;
    }
    return between;
}

/* A line that may grow yet. */
struct line {
    uintptr_t va, pa;
    size_t size;
    unsigned prot;
    const char *what;
};

struct stack_of {
    uintptr_t slot;
    char name[PROC_NAME_SIZE];
};

static void find_owner(struct proc *p, void *arg)
{
    struct stack_of *stack = arg;
    if (p->stack == stack->slot)
        strlcpy(stack->name, p->name, sizeof(stack->name));
}

static void print_line(const struct line *l)
{
    int digits = 2 * sizeof(l->va);
    kprintf("  0x%0*lx - 0x%0*lx %9lu KiB  ", digits, (unsigned long)l->va, digits,
            (unsigned long)(l->va + l->size - 1), (unsigned long)(l->size / 1024));
    kprintf("%c%c%c %c  %s", l->prot & PROT_R ? 'r' : '-', l->prot & PROT_W ? 'w' : '-',
            l->prot & PROT_X ? 'x' : '-', l->prot & PROT_D ? 'd' : '-', l->what);
    if (l->what == stacks) {
        struct stack_of stack = { l->va & ~(uintptr_t)(KSTACK_SLOT - 1), "nobody" };
        proc_for_each(find_owner, &stack);
        kprintf(" of %s", stack.name);
    }
    kprintf("\n");
}

/* Pages in the kmap window are from anywhere; elsewhere physical addresses have to go on. */
static bool goes_on(const struct line *l, const struct line *next)
{
    bool in_kmap = next->va >= hal_info.kmap_base && next->va < hal_info.kmap_end;
    return l->size > 0 && next->va == l->va + l->size && next->prot == l->prot && next->what == l->what &&
           (in_kmap || next->pa == l->pa + l->size);
}

/* A run is cut where parts meet: the image and the RAM behind it are one to the tree. */
static void add_run(const struct vm_mapping *run, void *arg)
{
    struct line *l = arg;
    for (size_t at = 0; at < run->size;) {
        struct part p = find_part(run->va + at);
        size_t left = run->size - at;
        size_t size = p.last - (run->va + at) < left ? p.last - (run->va + at) + 1 : left;
        struct line next = { run->va + at, run->pa + at, size, run->prot, p.what };
        if (goes_on(l, &next)) {
            l->size += size;
        } else {
            if (l->size > 0)
                print_line(l);
            *l = next;
        }
        at += size;
    }
}

void monitor_vmmap(const char *arg)
{
    struct line last = { .size = 0 };
    (void)arg;
    vm_for_each_run(&vm_kernel, hal_info.kernel_base, UINTPTR_MAX, add_run, &last);
    if (last.size > 0)
        print_line(&last);
}
