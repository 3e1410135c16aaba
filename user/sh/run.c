/* run.c - running what was parsed: lists, pipelines, commands. */
#include "sh.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file that is no program for this machine may be a script: if there is no zero byte at its beginning. */
static void run_script(const char *name, int argc, char **argv)
{
    char begin[128];
    struct input in = { .fd = open(name, O_RDONLY | O_CLOEXEC) };
    ssize_t n = in.fd < 0 ? -1 : read(in.fd, begin, sizeof(begin));

    if (n < 0 || memchr(begin, '\0', (size_t)n) != NULL) {
        errno = ENOEXEC;
        return;
    }
    lseek(in.fd, 0, SEEK_SET);
    shell.argc = argc;
    shell.argv = argv;
    exit(run_input(&in));
}

/* In a process of its own: never comes back. */
static _Noreturn void execute(struct command *c)
{
    size_t argc, i = 0;

    if (!redirect_apply(c->redirects, NULL))
        exit(1);
    if (c->group != NULL)
        exit(run_list(c->group));
    for (; i < c->count && assignment_value(c->words[i]) != NULL; i++) {
        assign(c->words[i]);
        var_export(scratch_copy(c->words[i], strcspn(c->words[i], "=")));
    }
    char **argv = expand_words(c->words + i, c->count - i, &argc);
    if (argc == 0)
        exit(0);
    builtin_function *builtin = builtin_find(argv[0]);
    if (builtin != NULL)
        exit(builtin((int)argc, argv));
    execvp(argv[0], argv);
    if (errno == ENOEXEC && strchr(argv[0], '/') != NULL)
        run_script(argv[0], (int)argc, argv);
    if (errno == ENOENT && strchr(argv[0], '/') == NULL)
        errx(127, "%s: not found", argv[0]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[0]);
}

/* In the new process: its place in the pipeline, then its command. */
static _Noreturn void child(struct command *c, struct job *job, const int from, const int to[2],
                            bool background)
{
    bool job_control = shell.interactive;

    jobs_child(job_group(job), !background);
    if (background && !job_control && from < 0) {
        close(STDIN_FILENO);
        open("/dev/null", O_RDONLY);
    }
    if (from >= 0) {
        dup2(from, STDIN_FILENO);
        close(from);
    }
    if (to[1] >= 0) {
        dup2(to[1], STDOUT_FILENO);
        close(to[0]);
        close(to[1]);
    }
    execute(c);
}

/* A process per command, from the first to the last; each reads what the one before it writes. */
static int run_processes(struct pipeline *p, const char *text, bool background)
{
    struct job *job = job_new(text);
    int from = -1;

    fflush(stdout);
    for (struct command *c = p->commands; c != NULL; c = c->next) {
        int to[2] = { -1, -1 };
        pid_t pid = -1;
        if (c->next == NULL || pipe2(to, O_CLOEXEC) == 0)
            pid = fork();
        if (pid == 0)
            child(c, job, from, to, background);
        if (pid < 0)
            warn("%s", text);
        else
            job_add(job, pid);
        if (from >= 0)
            close(from);
        if (to[1] >= 0)
            close(to[1]);
        from = to[0];
        if (pid < 0)
            break;
    }
    if (from >= 0)
        close(from);
    if (background) {
        job_background(job, false);
        return 0;
    }
    return job_foreground(job, false);
}

/* What the shell does itself: assignments alone, and builtins that are not part of a pipeline.
 * False if it is something else. */
static bool run_here(struct command *c, int *status)
{
    struct saved *undo = NULL;
    size_t argc, first = 0;

    while (first < c->count && assignment_value(c->words[first]) != NULL)
        first++;
    if (c->group != NULL || c->next != NULL)
        return false;
    char **argv = expand_words(c->words + first, c->count - first, &argc);
    builtin_function *builtin = argc == 0 ? NULL : builtin_find(argv[0]);
    if (argc > 0 && builtin == NULL)
        return false;
    bool for_good = argc > 0 && strcmp(argv[0], "exec") == 0;
    *status = 1;
    if (redirect_apply(c->redirects, for_good ? NULL : &undo)) {
        for (size_t i = 0; i < first; i++)
            assign(c->words[i]);
        *status = builtin == NULL ? 0 : builtin((int)argc, argv);
    }
    if (fflush(stdout) != 0)
        clearerr(stdout);
    redirect_undo(undo);
    return true;
}

static int run_pipeline(struct pipeline *p, const char *text)
{
    int status;

    if (!run_here(p->commands, &status))
        status = run_processes(p, text, false);
    return p->inverted ? !status : status;
}

static struct pipeline *chain_end(struct pipeline *p)
{
    do
        p = p->next;
    while (p != NULL && p->when != ALWAYS);
    return p;
}

/* A chain in the background, or one with !, has a shell of its own, as if it were in parentheses. */
static void run_background(struct pipeline *p, struct pipeline *end)
{
    struct pipeline copy = *p, *last = p;

    if (p->next == end && !p->inverted) {
        run_processes(p, p->text, true);
        return;
    }
    while (last->next != end)
        last = last->next;
    struct pipeline *rest = last->next;
    last->next = NULL;
    p->background = false;
    struct list list = { p };
    struct command group = { .group = &list };
    copy.commands = &group;
    run_processes(&copy, p->text, true);
    last->next = rest;
}

int run_list(struct list *list)
{
    for (struct pipeline *p = list->pipelines, *end; p != NULL && !shell.interrupted; p = end) {
        end = chain_end(p);
        if (p->background) {
            run_background(p, end);
            shell.status = 0;
            continue;
        }
        for (struct pipeline *q = p; q != end && !shell.interrupted; q = q->next) {
            if (q->when == ALWAYS || (q->when == IF_TRUE) == (shell.status == 0))
                shell.status = run_pipeline(q, p->text);
        }
    }
    return shell.status;
}

/* Lines are joined until they are something complete. */
static bool read_commands(struct input *in, struct list **list)
{
    char *text = input_line(in, shell.interactive ? "$ " : "");

    while (text != NULL) {
        enum parsed result = parse(text, list);
        if (result != INCOMPLETE) {
            if (in->edit)
                history_add(text);
            if (result == WRONG) {
                shell.status = 2;
                *list = NULL;
            }
            return true;
        }
        char *more = input_line(in, "> ");
        if (shell.interrupted) {
            *list = NULL;
            return true;
        }
        if (more == NULL)
            break;
        char *joined = scratch(strlen(text) + strlen(more) + 1);
        strcpy(joined, text);
        text = strcat(joined, more);
    }
    if (text != NULL) {
        warnx("syntax error: the end of the input came too early");
        shell.status = 2;
    }
    return false;
}

int run_input(struct input *in)
{
    struct list *list;

    shell.input = in;
    while (read_commands(in, &list)) {
        if (list != NULL && list->pipelines != NULL)
            run_list(list);
        else if (shell.status == 2 && list == NULL && !shell.interactive)
            break;
        if (shell.interrupted)
            shell.status = 130;
        shell.interrupted = false;
        scratch_free();
        jobs_report();
    }
    return shell.status;
}
