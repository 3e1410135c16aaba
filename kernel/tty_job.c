/* tty_job.c - the terminal: its settings, whose it is, and who is in the foreground. */
#include <kernel/file.h>
#include <kernel/group.h>
#include <kernel/job.h>
#include <kernel/signal.h>
#include <kernel/tty.h>
#include <kernel/tty_job.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>

enum { TTY_NUMBER = 4 << 8 | 64 }; /* /dev/ttyS0 */

/* Whose caller this is. Of a kernel thread: nobody's, and nothing is forbidden to it. */
struct job {
    bool program;
    int pid, pgid, sid;
};

static struct job my_job(void)
{
    struct user *u = current_user();
    if (u == NULL)
        return (struct job){ .program = false };
    return (struct job){
        .program = true,
        .pid = u->group->pid,
        .pgid = atomic_load_explicit(&u->group->pgid, memory_order_relaxed),
        .sid = atomic_load_explicit(&u->group->sid, memory_order_relaxed),
    };
}

/* Has its session the terminal? */
static bool has_terminal(const struct job *j)
{
    unsigned long s = spin_lock(&tty.lock);
    bool has = j->program && j->sid == tty.session;
    spin_unlock(&tty.lock, s);
    return has;
}

static bool in_background(const struct job *j)
{
    unsigned long s = spin_lock(&tty.lock);
    bool is = tty.foreground != 0 && j->pgid != tty.foreground;
    spin_unlock(&tty.lock, s);
    return is && has_terminal(j);
}

static int check(int signo, int if_ignored)
{
    const struct job j = my_job();
    if (!in_background(&j))
        return 0;
    if (signal_is_ignored(signo))
        return if_ignored;
    if (job_is_orphaned(current_user()->group))
        return -EIO;
    signal_send_pgrp(j.pgid, signo);
    return -EINTR;
}

int tty_check_reader(void)
{
    return check(SIGTTIN, -EIO);
}

int tty_check_writer(void)
{
    unsigned long s = spin_lock(&tty.lock);
    bool stop = (tty.ldisc.termios.c_lflag & TOSTOP) != 0;
    spin_unlock(&tty.lock, s);
    return stop ? check(SIGTTOU, 0) : 0;
}

static long get_settings(uintptr_t arg)
{
    unsigned long s = spin_lock(&tty.lock);
    struct termios t = tty.ldisc.termios;
    spin_unlock(&tty.lock, s);
    return copy_to_user(arg, &t, sizeof(t));
}

static long set_settings(uintptr_t arg, bool flush)
{
    struct termios t;
    int error = check(SIGTTOU, 0);
    if (error == 0)
        error = copy_from_user(&t, arg, sizeof(t));
    if (error != 0)
        return error;
    mutex_lock(&tty.screen); /* what is being written is written with the old ones */
    unsigned long s = spin_lock(&tty.lock);
    if (flush)
        ldisc_flush(&tty.ldisc);
    ldisc_set(&tty.ldisc, &t);
    spin_unlock(&tty.lock, s);
    mutex_unlock(&tty.screen);
    waitq_wake_all(&tty.readers);
    return 0;
}

static long get_size(uintptr_t arg)
{
    unsigned long s = spin_lock(&tty.lock);
    struct winsize size = tty.size;
    spin_unlock(&tty.lock, s);
    return copy_to_user(arg, &size, sizeof(size));
}

static long set_size(uintptr_t arg)
{
    struct winsize size;
    int error = copy_from_user(&size, arg, sizeof(size));
    if (error != 0)
        return error;
    unsigned long s = spin_lock(&tty.lock);
    bool other = size.ws_row != tty.size.ws_row || size.ws_col != tty.size.ws_col;
    int group = tty.foreground;
    tty.size = size;
    spin_unlock(&tty.lock, s);
    if (other && group > 0)
        signal_send_pgrp(group, SIGWINCH);
    return 0;
}

static long get_group(uintptr_t arg, bool of_session)
{
    const struct job j = my_job();
    unsigned long s = spin_lock(&tty.lock);
    int number = of_session ? tty.session : tty.foreground;
    spin_unlock(&tty.lock, s);
    return has_terminal(&j) ? copy_to_user(arg, &number, sizeof(number)) : -ENOTTY;
}

static long set_foreground(uintptr_t arg)
{
    const struct job j = my_job();
    int group;
    if (!has_terminal(&j))
        return -ENOTTY;
    int error = check(SIGTTOU, 0);
    if (error == -EIO)
        return -ENOTTY; /* as Linux says it here */
    if (error == 0)
        error = copy_from_user(&group, arg, sizeof(group));
    if (error != 0)
        return error;
    if (group <= 0)
        return -EINVAL;
    unsigned long s = spin_lock(&tty.lock);
    tty.foreground = group;
    spin_unlock(&tty.lock, s);
    return 0;
}

/* The caller's session gets the terminal, if it has none and nobody has this one. arg 1: takes it away. */
static long take_terminal(uintptr_t arg)
{
    const struct job j = my_job();
    long error = -EPERM;
    if (!j.program || j.pid != j.sid)
        return error;
    unsigned long s = spin_lock(&tty.lock);
    if (tty.session == 0 || tty.session == j.sid || arg == 1) {
        if (tty.session != j.sid) {
            tty.session = j.sid;
            tty.foreground = j.pgid;
        }
        error = 0;
    }
    spin_unlock(&tty.lock, s);
    return error;
}

static long leave_terminal(void)
{
    const struct job j = my_job();
    if (!has_terminal(&j))
        return -ENOTTY;
    if (j.pid == j.sid)
        tty_end_session(j.sid);
    return 0;
}

static long count_input(uintptr_t arg)
{
    unsigned long s = spin_lock(&tty.lock);
    int n = (int)ldisc_count(&tty.ldisc);
    spin_unlock(&tty.lock, s);
    return copy_to_user(arg, &n, sizeof(n));
}

long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
    (void)f;
    switch (cmd) {
    case TCGETS:
        return get_settings(arg);
    case TCSETS:
    case TCSETSW:
        return set_settings(arg, false);
    case TCSETSF:
        return set_settings(arg, true);
    case TIOCGWINSZ:
        return get_size(arg);
    case TIOCSWINSZ:
        return set_size(arg);
    case TIOCGPGRP:
        return get_group(arg, false);
    case TIOCGSID:
        return get_group(arg, true);
    case TIOCSPGRP:
        return set_foreground(arg);
    case TIOCSCTTY:
        return take_terminal(arg);
    case TIOCNOTTY:
        return leave_terminal();
    case FIONREAD:
        return count_input(arg);
    default:
        return -ENOTTY;
    }
}

int tty_open_own(struct file *f)
{
    const struct job j = my_job();
    if (j.program && !has_terminal(&j))
        return -ENXIO;
    return tty_open(f);
}

/* The terminal of a serial line becomes that of a session leader who opens it and has none. */
int tty_open_line(struct file *f, bool take)
{
    if (take)
        take_terminal(0);
    return tty_open(f);
}

void tty_end_session(int sid)
{
    unsigned long s = spin_lock(&tty.lock);
    bool its = sid != 0 && tty.session == sid;
    int group = tty.foreground;
    if (its)
        tty.session = tty.foreground = 0;
    spin_unlock(&tty.lock, s);
    if (its && group > 0) {
        signal_send_pgrp(group, SIGHUP);
        signal_send_pgrp(group, SIGCONT);
    }
}

unsigned tty_number(int sid)
{
    unsigned long s = spin_lock(&tty.lock);
    unsigned number = sid != 0 && tty.session == sid ? TTY_NUMBER : 0;
    spin_unlock(&tty.lock, s);
    return number;
}

int tty_foreground(int sid)
{
    unsigned long s = spin_lock(&tty.lock);
    int group = sid != 0 && tty.session == sid ? tty.foreground : -1;
    spin_unlock(&tty.lock, s);
    return group;
}
