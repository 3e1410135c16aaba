/*
 * kernel/tty.h - the terminal: the console as programs see it.
 *
 * Bytes come from the console's ring by a thread, go through the line discipline, and wait for readers. It
 * belongs to one session at a time, and one process group of that is in the foreground.
 */
#pragma once
#include <stdbool.h>

struct file;

/* PID 1, once. Starts the thread that takes what is typed. 0, -ENOMEM, -EAGAIN. */
int tty_init(void);

/*
 * Thread. For an inode's open(): f is the terminal. _own: if it is the caller's (/dev/tty), else -ENXIO.
 * _line: if `take` is set, it becomes that of the caller's session, where that has none and the caller leads
 * it.
 */
int tty_open(struct file *f);
int tty_open_own(struct file *f);
int tty_open_line(struct file *f, bool take);

/* Thread, no lock held. The leader of session sid ends: SIGHUP, SIGCONT to the foreground; nobody's now. */
void tty_end_session(int sid);
/*
 * Any context. Of /proc/PID/stat: its number if session sid has it, else 0; and its foreground group or -1.
 */
unsigned tty_number(int sid);
int tty_foreground(int sid);
