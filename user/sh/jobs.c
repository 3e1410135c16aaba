/* jobs.c - the processes that a line has started, together a job.
 *
 * With job control (an interactive shell) each job is a process group, and one of them has the terminal
 * (terminal.c). Without, all are in the group of the shell.
 */
#include "sh.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
    pid_t pid;
    int status; /* as wait() says it; if ended or stopped */
    bool ended, stopped;
    struct process *next;
};

struct job {
    int number; /* %1, %2 ... */
    char *text;
    bool changed; /* since it was last said */
    bool in_background;
    struct process *processes, *last; /* newest first; the last of the pipeline, whose status is the job's */
    pid_t group;
    struct job *next;
};

static struct job *jobs; /* newest first */

static bool has_ended(const struct job *job)
{
    for (const struct process *p = job->processes; p != NULL; p = p->next) {
        if (!p->ended)
            return false;
    }
    return true;
}

/* Does none of it run, though not all have ended? */
static bool has_stopped(const struct job *job)
{
    for (const struct process *p = job->processes; p != NULL; p = p->next) {
        if (!p->ended && !p->stopped)
            return false;
    }
    return !has_ended(job);
}

static int exit_status(const struct job *job)
{
    const struct process *p = job->last;

    if (p == NULL)
        return 1;
    if (p->stopped)
        return 128 + WSTOPSIG(p->status);
    return WIFSIGNALED(p->status) ? 128 + WTERMSIG(p->status) : WEXITSTATUS(p->status);
}

struct job *job_new(const char *text)
{
    struct job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        err(2, "memory");
    job->text = strdup(text == NULL ? "" : text);
    job->number = 1;
    for (const struct job *other = jobs; other != NULL; other = other->next) {
        if (other->number >= job->number)
            job->number = other->number + 1;
    }
    job->next = jobs;
    jobs = job;
    return job;
}

void job_add(struct job *job, pid_t pid)
{
    struct process *p = calloc(1, sizeof(*p));

    if (p == NULL)
        err(2, "memory");
    if (job->group == 0)
        job->group = pid;
    if (shell.interactive)
        setpgid(pid, job->group); /* the child does it, too: whoever comes first */
    p->pid = pid;
    p->next = job->processes;
    job->processes = job->last = p;
}

static void forget(struct job *job)
{
    struct job **link = &jobs;

    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    while (job->processes != NULL) {
        struct process *p = job->processes;
        job->processes = p->next;
        free(p);
    }
    free(job->text);
    free(job);
}

pid_t job_group(const struct job *job)
{
    return job->group;
}

/* For wait(): without job control a job that stops is still the one to wait for; the shell stops with it. */
static int stops(void)
{
    return shell.interactive ? WUNTRACED : 0;
}

/* Takes what one child has to say; false if there is none, or an interruption. */
static bool look(int options)
{
    int status;
    pid_t pid = waitpid(-1, &status, options);

    if (pid <= 0)
        return false;
    for (struct job *job = jobs; job != NULL; job = job->next) {
        for (struct process *p = job->processes; p != NULL; p = p->next) {
            if (p->pid != pid)
                continue;
            p->status = status;
            p->stopped = WIFSTOPPED(status);
            p->ended = !p->stopped && !WIFCONTINUED(status);
            job->changed = true;
            return true;
        }
    }
    return true;
}

static void print(const struct job *job)
{
    const char *state = "Running";
    char done[32];

    if (has_stopped(job)) {
        state = "Stopped";
    } else if (has_ended(job)) {
        int status = job->last == NULL ? 0 : job->last->status;
        snprintf(done, sizeof(done), WEXITSTATUS(status) == 0 ? "Done" : "Exit %d", WEXITSTATUS(status));
        state = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : done;
    }
    printf("[%d]  %-10s %s\n", job->number, state, job->text);
}

/*
 * As kill(), to those of it that have not ended: numbers of the others may be somebody else's by now, and a
 * group that nobody came into is that of the shell.
 */
static int kill_living(const struct job *job, int sig)
{
    int result = -1;

    errno = ESRCH;
    if (shell.interactive && !has_ended(job))
        return kill(-job->group, sig);
    for (const struct process *p = job->processes; p != NULL && !shell.interactive; p = p->next) {
        if (!p->ended && kill(p->pid, sig) == 0)
            result = 0;
    }
    return result;
}

static void go_on(struct job *job)
{
    for (struct process *p = job->processes; p != NULL; p = p->next)
        p->stopped = false;
    kill_living(job, SIGCONT);
}

/* All that children have to say by now. */
static void look_at_all(void)
{
    while (look(WNOHANG | WUNTRACED | WCONTINUED))
        continue;
}

int job_kill(struct job *job, int sig)
{
    if (kill_living(job, sig) < 0)
        return -1;
    look_at_all();
    if ((sig == SIGTERM || sig == SIGHUP) && has_stopped(job))
        go_on(job);
    return 0;
}

int job_foreground(struct job *job, bool stopped)
{
    job->in_background = false;
    if (stopped) {
        puts(job->text);
        fflush(stdout);
    }
    if (shell.interactive && job->group != 0)
        terminal_give(job->group);
    if (stopped)
        go_on(job);
    while (!has_ended(job) && !has_stopped(job)) {
        if (!look(stops()) && errno != EINTR)
            break;
    }
    if (shell.interactive)
        terminal_take_back();
    int status = exit_status(job);
    int wait_status = job->last == NULL ? 0 : job->last->status;
    if (has_stopped(job)) {
        putchar('\n');
        print(job);
        job->changed = false;
        job->in_background = true;
        return status;
    }
    if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGINT && shell.interactive) {
        putchar('\n');
        shell.interrupted = true;
    } else if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) != SIGINT &&
               WTERMSIG(wait_status) != SIGPIPE) {
        fprintf(stderr, "%s\n", strsignal(WTERMSIG(wait_status)));
    }
    forget(job);
    return status;
}

void job_background(struct job *job, bool stopped)
{
    job->in_background = true;
    if (stopped)
        go_on(job);
    shell.last_background = job->last == NULL ? 0 : job->last->pid;
    if (shell.interactive)
        printf("[%d] %d\n", job->number, (int)shell.last_background);
}

struct job *job_find(const char *name)
{
    int number = name == NULL ? 0 : atoi(*name == '%' ? name + 1 : name);

    for (struct job *job = jobs; job != NULL; job = job->next) {
        if (name == NULL || (*name == '%' && job->number == number))
            return job;
        for (struct process *p = job->processes; p != NULL && *name != '%'; p = p->next) {
            if (p->pid == number)
                return job;
        }
    }
    warnx("%s: no such job", name == NULL ? "%" : name);
    return NULL;
}

static void print_from(struct job *job)
{
    if (job == NULL)
        return;
    print_from(job->next);
    print(job);
    job->changed = false;
}

/* Removes those that have ended; prints them before, if anybody wants to know. */
static void bury(bool say)
{
    for (struct job *job = jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (say && job->changed && (has_ended(job) || has_stopped(job)))
            print(job);
        job->changed = false;
        if (has_ended(job))
            forget(job);
    }
}

void jobs_print(void)
{
    look_at_all();
    print_from(jobs);
    bury(false);
}

void jobs_report(void)
{
    if (!shell.interactive)
        return;
    look_at_all();
    bury(true);
}

static bool any_runs(void)
{
    for (struct job *job = jobs; job != NULL; job = job->next) {
        if (!has_ended(job) && !has_stopped(job))
            return true;
    }
    return false;
}

int jobs_wait(struct job *wanted)
{
    while (wanted != NULL ? !has_ended(wanted) && !has_stopped(wanted) : any_runs()) {
        if (!look(stops()) && (errno != EINTR || shell.interrupted))
            return 128 + SIGINT;
    }
    return wanted == NULL ? 0 : exit_status(wanted);
}

void jobs_child(pid_t group, bool foreground)
{
    if (shell.interactive)
        terminal_leave(group, foreground);
    shell.interactive = false; /* whatever it runs is part of this job */
    while (jobs != NULL)
        forget(jobs); /* they are the children of another */
}
