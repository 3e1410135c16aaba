/* syscall.c - the table of calls: Linux's numbers on this machine, and what happens to a call's result. */
#include <hal/info.h>
#include <kernel/config.h>
#include <kernel/kassert.h>
#include <kernel/printk.h>
#include <kernel/syscall.h>
#include <kernel/trace.h>
#include <kernel/user.h>
#include <lib/util.h>
#include <uapi/errno.h>

struct call {
    syscall_fn *fn;
    const char *name;
    int number[2]; /* by enum hal_abi */
};

#define SYSCALL_ENTRY(name, generic, i386, args) { sys_##name, #name, { generic, i386 } },
static const struct call calls[] = { SYSCALL_LIST(SYSCALL_ENTRY) };

/* These are made again after a signal, if its action says so (signal(7) of Linux). */
static syscall_fn *const again[] = {
    sys_read,   sys_readv, sys_write, sys_writev, sys_open,    sys_openat,  sys_wait4,
    sys_waitid, sys_ioctl, sys_fcntl, sys_futex,  sys_waitpid, sys_fcntl64,
};

syscall_fn *syscall_table[SYSCALL_PLACES]; /* `unknown` where there is none */
static const char *names[SYSCALL_PLACES];

static syscall_fn unknown;

void syscall_init(void)
{
    for (unsigned at = 0; at < SYSCALL_PLACES; at++)
        syscall_table[at] = unknown;
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        int nr = calls[i].number[hal_info.abi];
        unsigned at = syscall_place((unsigned long)nr);
        KASSERT(nr < 0 || (at < SYSCALL_PLACES - 1 && syscall_table[at] == unknown));
        if (nr >= 0) {
            syscall_table[at] = calls[i].fn;
            names[at] = calls[i].name;
        }
    }
}

const char *syscall_name(unsigned nr)
{
    return names[syscall_place(nr)];
}

/* Out of the way of all the other calls. */
static __attribute__((noinline)) long unknown(const unsigned long a[6])
{
    (void)a;
    struct user *u = current_user();
    if (CONFIG_DEBUG && !u->told_unknown)
        printk(KERN_INFO "%s (PID %d) makes a call that there is not\n", current()->name, current()->pid);
    u->told_unknown = true;
    return -ENOSYS;
}

void syscall_record(unsigned long nr, unsigned long first)
{
    trace_any(TRACE_SYSCALL, current()->pid, nr, first);
}

/* signal_take() decides whether it is made again, if it may be. */
void syscall_interrupted(struct hal_frame *f, syscall_fn *fn)
{
    for (unsigned i = 0; i < ARRAY_SIZE(again); i++) {
        if (fn == again[i]) {
            current_user()->again = true;
            return;
        }
    }
    hal_frame_set_result(f, -EINTR);
}
