/* signal_fault.c - what a program did that it may not: a signal; or its end, and a message that says why. */
#include <hal/signal.h>
#include <kernel/aspace.h>
#include <kernel/group.h>
#include <kernel/printk.h>
#include <kernel/proc.h>
#include <kernel/user.h>
#include <kernel/user_symbol.h>
#include <lib/fmt.h>

static const char *access_name(unsigned prot)
{
    return prot & PROT_X ? "execute" : prot & PROT_W ? "write" : "read";
}

/* Tells what was touched, from where, and why it was refused. */
static void tell(int signo, int code, uintptr_t addr, const struct hal_frame *f, const struct trap_info *t)
{
    const struct proc *p = current();
    uintptr_t pc = hal_frame_pc(f), offset;
    char name[USER_SYMBOL_SIZE], where[USER_SYMBOL_SIZE + 24] = "";
    if (user_symbol(pc, name, &offset))
        fmt_snprintf(where, sizeof(where), " (in %s+%#lx)", name, (unsigned long)offset);
    if (t->kind == TRAP_PAGE_FAULT) {
        const char *why = addr >= aspace_end()  ? "it is the kernel's"
                          : signo == SIGBUS     ? "there is no memory for it"
                          : code == SEGV_MAPERR ? "nothing is mapped there"
                                                : "it is not mapped for that";
        printk(KERN_WARN "%s (PID %d): tried to %s %#lx at %#lx, but %s%s\n", p->name, p->pid,
               access_name(t->prot), (unsigned long)addr, (unsigned long)pc, why, where);
    } else {
        printk(KERN_WARN "%s (PID %d): %s at %#lx%s\n", p->name, p->pid, t->what, (unsigned long)pc, where);
    }
}

void signal_fault(int signo, int code, uintptr_t addr, const struct hal_frame *f, const struct trap_info *t)
{
    struct user *u = current_user();
    struct group *g = u->group;
    struct signal_story story = { .code = code, .addr = addr };
    unsigned long s = spin_lock(&g->lock);
    void (*handler)(int) = group_action(g, signo)->sa_handler;
    bool ends = handler == SIG_DFL || handler == SIG_IGN || (u->signals.blocked & signal_bit(signo));
    spin_unlock(&g->lock, s);
    if (ends) {
        tell(signo, code, addr, f, t);
        group_end(g, signo);
    } else {
        signal_send_thread(u, signo, &story);
    }
}
