/*
 * kernel/job.h - process groups as jobs: who has stopped, and groups that nobody looks after.
 *
 * A process group is orphaned when no member has a parent in another group of its session: there is no shell
 * that would continue it after a stop.
 */
#pragma once
#include <stdbool.h>

struct group;

/* g's lock held. g has stopped by that signal; 0: it has not, any more. */
void job_set_stop(struct group *g, int signo);

/* Thread, no lock held. Is the process group of g orphaned? */
bool job_is_orphaned(const struct group *g);

/* Thread, no lock held. SIGHUP to the process group of g, then SIGCONT. */
void job_hang_up(const struct group *g);

/* Thread of g, its last, no lock held. It ends: groups that it leaves alone with stopped members are told. */
void job_leave(struct group *g);
