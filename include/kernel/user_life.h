/*
 * kernel/user_life.h - programs: how they begin, become others, and end. kernel/{exec,fork,user_exit}.c
 */
#pragma once
#include <kernel/group.h>
#include <kernel/user.h>

/*
 * Thread of a program, its own, no lock held. Ends this thread; the leader waits for all others first.
 * Returns in the leader, if one of them has left it another program: its frame begins that.
 */
void user_exit(void);
/* The same for the thread's own end, not its group's: exit(). */
void user_exit_thread(int code);

/* Thread. The parent of g's leader gets SIGCHLD with that story, and looks again if it waits. */
void group_tell_parent(struct group *g, int code, int status);
/* Process-table lock held. The same when child has ended. */
void group_child_ended(struct group *parent, const struct proc *child);

/*
 * Process-table lock held; p is about to end. If its parent's program wants to hear of no children (SIGCHLD
 * ignored, SA_NOCLDWAIT), heir is its parent.
 */
void group_disown(struct proc *p, struct proc *heir);

/* Thread. Gives back threads of the caller's group that have ended. */
void group_bury_threads(void);
/* The leader. The same, until no other thread is left. */
void group_wait_threads(void);

/* Thread, its own, no lock held. Whoever waits for it in vfork() goes on. */
void user_vfork_over(struct user *u);

/* Thread, its own. From now on it has this address space, a reference, and gives back the one it had. */
void user_set_aspace(struct user *u, struct aspace *as);

/*
 * Thread of a program. Replaces its image by that of the file; on failure a negative error number, and
 * nothing has changed. -EINTR: it ends, for its leader or for another reason. argv and envp: user addresses,
 * or arrays of the kernel.
 */
struct exec_strings {
    const char *const *kernel; /* NULL: */
    uintptr_t          user;   /*   the address of an array of addresses; 0: empty */
};
int exec(const char *path, const struct exec_strings *argv, const struct exec_strings *envp);
/* The leader, when nobody else of its group is left. True: it has become what one of them asked for. */
bool exec_inherit(struct user *leader);

/* Boot CPU. A process that runs fn(arg) in the kernel, and may become a program. As proc_spawn(). */
int user_spawn_first(const char *name, void (*fn)(void *), void *arg);
/*
 * Thread. The same, of a session of its own, as the caller's child; and it is still NEW: sched_start(u->proc)
 * has it begin, after it was given what it is to have.
 */
int user_create(const char *name, void (*fn)(void *), void *arg, struct user **made);
/*
 * Its thread: runs the program at path, with the console as its terminal. Returns only if it cannot: as
 * exec().
 */
int user_begin(const char *path);
/* The same with these arguments, words[0] among them, and NULL at the end. */
int user_begin_with(const char *path, const char *const *words);
