/* kernel/procfs_text.h - what the two files of /proc share: procfs.c the tree, procfs_text.c the texts. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A text being written; what has no room is left out. */
struct proc_text {
    char *to;
    size_t size, len;
};

/* Adds to the text. */
void proc_text_put(struct proc_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Thread; sleeps. The texts of the files that are named so. Of a process: 0, or -ESRCH: there is none. */
int proc_text_meminfo(struct proc_text *t, int pid);
int proc_text_slabinfo(struct proc_text *t, int pid);
int proc_text_uptime(struct proc_text *t, int pid);
int proc_text_loadavg(struct proc_text *t, int pid);
int proc_text_machine_stat(struct proc_text *t, int pid);
int proc_text_version(struct proc_text *t, int pid);
int proc_text_stat(struct proc_text *t, int pid);
int proc_text_status(struct proc_text *t, int pid);
int proc_text_cmdline(struct proc_text *t, int pid);

/* Thread. Does a process, not a mere thread of one, have this PID? */
bool proc_text_is_process(int pid);
/* The lowest such PID from `from` on; 0: there is none. */
int proc_text_next(int from);
/* The PID of the caller's process. */
int proc_text_self(void);
