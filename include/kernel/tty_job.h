/* kernel/tty_job.h - what the two files of the terminal share: tty.c bytes, tty_job.c settings and owners. */
#pragma once
#include <kernel/ldisc.h>
#include <kernel/mutex.h>
#include <kernel/waitq.h>

struct file;

struct tty {
    struct spinlock lock;
    /* lock */
    struct ldisc ldisc;
    struct winsize size;
    int session;    /* that has it; 0: none */
    int foreground; /* its process group in the foreground; 0: none */

    struct mutex screen; /* taken before lock */
    struct waitq readers;
};

extern struct tty tty;

/*
 * Thread, no lock held. May the caller read or write now? 0; or -EINTR: its group, which is in the
 * background, was sent SIGTTIN or SIGTTOU; or -EIO: that would be of no use.
 */
int tty_check_reader(void);
int tty_check_writer(void);
long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg);
