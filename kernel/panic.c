/*
 * panic.c - the end: what happened, where, in whose name, how it came there.
 *
 * Nothing here takes a lock or trusts more memory than it must. A panic inside a panic stops at once.
 */
#include <hal/info.h>
#include <hal/power.h>
#include <kernel/console.h>
#include <kernel/image.h>
#include <kernel/ksyms.h>
#include <kernel/page.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/vm.h>
#include <lib/fmt.h>
#include <lib/string.h>
#include <stdatomic.h>

enum {
    BACKTRACE_MOST = 24,
    OTHERS_MOST = 10, /* of a CPU that had nothing to do with it */
    FRAME_MOST = 512, /* bytes that a trap frame takes on any port */
};

static const char *const actions[] = { "halt", "poweroff", "reboot" };
static unsigned action;
static atomic_uint panicking;

bool panic_set_action(const char *word)
{
    for (unsigned i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i]) == 0) {
            action = i;
            return true;
        }
    }
    return false;
}

/* The first panic goes on, and stops the other CPUs; a second one stops. */
static void enter(void)
{
    hal_irq_save();
    while (sched_started() && !smp_stop_others())
        smp_answer(); /* another CPU was faster */
    unsigned depth = atomic_fetch_add_explicit(&panicking, 1, memory_order_seq_cst);
    if (depth > 0) {
        if (depth == 1)
            console_panic_puts("\n[panic inside a panic: stopped]\n");
        hal_halt();
    }
    console_panic();
}

static void print_others(void)
{
    if (!sched_started())
        return;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        const struct cpu *cpu = &cpus[i];
        if ((smp_online() >> i & 1) == 0 || cpu == this_cpu())
            continue;
        if (!atomic_load_explicit(&cpu->stopped, memory_order_acquire)) {
            printk(KERN_EMERG "CPU %u does not answer\n", i);
            continue;
        }
        const struct proc *p = kstack_top(cpu->stopped_fp)->proc;
        printk(KERN_EMERG "CPU %u was in %s (PID %d)\n", i, p->name, p->pid);
        if (p != cpu->rq.idle) /* whose story is known, and would take the place of ours on a screen */
            backtrace(cpu->stopped_fp, OTHERS_MOST);
    }
}

static _Noreturn void leave(void)
{
    print_others();
    printk(KERN_EMERG "the machine stops here (panic=%s)\n", actions[action]);
    if (strcmp(actions[action], "poweroff") == 0)
        hal_power_off(EXIT_STATUS_PANIC);
    if (strcmp(actions[action], "reboot") == 0)
        hal_reboot();
    hal_halt();
}

static void print_who(void)
{
    if (sched_started())
        printk(KERN_EMERG "  in %s (PID %d), CPU %u\n", current()->name, current()->pid, this_cpu()->index);
}

static bool in_text(uintptr_t addr)
{
    return addr >= (uintptr_t)__text_start && addr < (uintptr_t)__text_end;
}

static void print_place(const char *label, uintptr_t addr, uintptr_t look_up)
{
    char name[64];
    printk(KERN_EMERG "  %-4s 0x%0*lx  %s\n", label, (int)(2 * sizeof(addr)), (unsigned long)addr,
           ksyms_name(look_up, name, sizeof(name)));
}

/*
 * Each frame lies above the last and in the same stack slot, so a broken chain ends the walk instead of the
 * kernel.
 */
void backtrace(uintptr_t fp, unsigned most)
{
    uintptr_t slot = fp & ~(uintptr_t)(KSTACK_SLOT - 1);
    uintptr_t low = slot + PAGE_SIZE;
    uintptr_t high = slot + KSTACK_SLOT - KSTACK_RESERVED;
    printk(KERN_EMERG "backtrace:\n");
    for (unsigned number = 0; number < most;) {
        uintptr_t ret_at = fp + (uintptr_t)hal_info.fp_to_ret;
        uintptr_t prev_at = fp + (uintptr_t)hal_info.fp_to_prev;
        if (fp < low || fp > high || ret_at >= high || prev_at < low || fp % sizeof(uintptr_t) != 0)
            return;
        uintptr_t ret = *(const uintptr_t *)ret_at;
        uintptr_t prev = *(const uintptr_t *)prev_at;
        if (number == 0 && !in_text(ret) && ret > fp && ret < high) {
            fp = ret; /* a leaf function of RISC-V saves its caller's frame pointer where others save ret */
            continue;
        }
        if (!in_text(ret))
            return;
        /* ret is behind the call; one byte before it is in the caller, even if the caller ends there. */
        char label[8];
        fmt_snprintf(label, sizeof(label), "#%u", number++);
        print_place(label, ret, ret - 1);
        if (prev <= fp)
            return;
        fp = prev;
    }
}

void panic(const char *fmt, ...)
{
    enter();
    char text[192];
    va_list ap;
    va_start(ap, fmt);
    fmt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    printk(KERN_EMERG "PANIC: %s\n", text);
    print_who();
    backtrace((uintptr_t)__builtin_frame_address(0), BACKTRACE_MOST);
    leave();
}

static const char *access_name(unsigned prot)
{
    return prot & PROT_X ? "execute" : prot & PROT_W ? "write" : "read";
}

/* The process in whose stack slot addr lies, guard page included. NULL: in nobody's. */
static const struct proc *stack_owner(uintptr_t addr)
{
    if (!sched_started())
        return NULL;
    bool in_kmap = addr >= hal_info.kmap_base && addr < page_map_base();
    bool in_boot_stack = (addr & ~(uintptr_t)(KSTACK_SLOT - 1)) == cpus[0].rq.idle->stack;
    if ((!in_kmap && !in_boot_stack) || !vm_is_mapped((uintptr_t)kstack_top(addr)))
        return NULL;
    return kstack_top(addr)->proc;
}

/*
 * Who has used up his stack, if that is what happened: the fault is in a guard page, or no frame fits above
 * it.
 */
static const struct proc *overflowed(const struct hal_frame *f, const struct trap_info *t)
{
    uintptr_t at = t->kind == TRAP_PAGE_FAULT ? t->addr : hal_frame_sp(f);
    unsigned room = t->kind == TRAP_PAGE_FAULT ? 0 : FRAME_MOST;
    if ((t->kind != TRAP_PAGE_FAULT && !t->emergency) || at % KSTACK_SLOT >= PAGE_SIZE + room)
        return NULL;
    return stack_owner(at);
}

static void print_trap(const struct hal_frame *f, const struct trap_info *t)
{
    const struct proc *owner = overflowed(f, t);
    if (owner != NULL)
        printk(KERN_EMERG "PANIC: kernel stack overflow in %s (PID %d)\n", owner->name, owner->pid);
    else
        printk(KERN_EMERG "PANIC: %s\n", t->what);
    print_place("at", hal_frame_pc(f), hal_frame_pc(f));
    uintptr_t link = hal_frame_link(f);
    if (link == 0 && !in_text(hal_frame_pc(f)) && vm_is_mapped(hal_frame_sp(f)))
        link = *(const uintptr_t *)hal_frame_sp(f); /* a call to nowhere: it pushed where it came from */
    if (in_text(link))
        print_place("link", link, link - 1);
    if (owner != NULL)
        printk(KERN_EMERG "  %s\n", t->what);
    if (t->kind == TRAP_PAGE_FAULT) {
        printk(KERN_EMERG "  tried to %s address 0x%0*lx (raw cause 0x%lx)\n", access_name(t->prot),
               (int)(2 * sizeof(t->addr)), (unsigned long)t->addr, t->code);
        vm_explain(t->addr, t->prot);
    } else if (t->kind == TRAP_ALIGNMENT) {
        printk(KERN_EMERG "  misaligned address 0x%lx (raw cause 0x%lx)\n", (unsigned long)t->addr, t->code);
    } else {
        printk(KERN_EMERG "  raw cause 0x%lx\n", t->code);
    }
}

void panic_trap(const struct hal_frame *f, const struct trap_info *t)
{
    if (t->emergency) {
        /* This is the port's spare stack; from here on it belongs to the thread whose own was unusable. */
        struct kstack_top nobodys = { cpus[0].rq.idle, &cpus[0] };
        uintptr_t sp = hal_frame_sp(f);
        *kstack_top(stack_here()) = stack_owner(sp) != NULL ? *kstack_top(sp) : nobodys;
    }
    enter();
    print_trap(f, t);
    print_who();
    hal_frame_dump(f);
    backtrace(hal_frame_fp(f), BACKTRACE_MOST);
    leave();
}
