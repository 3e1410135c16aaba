/* builtin.c - the commands that the shell is itself, because they change it. */
#include "sh.h"

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <signames.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int do_cd(int argc, char **argv)
{
    const char *to = argc > 1 ? argv[1] : var_get("HOME");
    char now[PATH_MAX];

    if (to == NULL || chdir(to) < 0) {
        if (to != NULL)
            warn("cd: %s", to);
        else
            warnx("cd: no HOME");
        return 1;
    }
    if (getcwd(now, sizeof(now)) != NULL)
        var_set("PWD", now);
    return 0;
}

static int do_pwd(int argc, char **argv)
{
    char now[PATH_MAX];

    (void)argc;
    if (getcwd(now, sizeof(now)) == NULL) {
        warn("%s", argv[0]);
        return 1;
    }
    puts(now);
    return 0;
}

static int do_exit(int argc, char **argv)
{
    exit(argc > 1 ? atoi(argv[1]) & 0xff : shell.status);
}

static int do_export(int argc, char **argv)
{
    if (argc == 1) {
        for (char **e = environ; *e != NULL; e++)
            puts(*e);
    }
    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals != NULL) {
            *equals = '\0';
            var_set(argv[i], equals + 1);
        }
        var_export(argv[i]);
    }
    return 0;
}

static int do_unset(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        var_unset(argv[i]);
    return 0;
}

static int do_exec(int argc, char **argv)
{
    if (argc == 1)
        return 0;
    execvp(argv[1], argv + 1);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}

static int do_jobs(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    jobs_print();
    return 0;
}

static int do_fg(int argc, char **argv)
{
    struct job *job = job_find(argc > 1 ? argv[1] : NULL);

    return job == NULL ? 1 : job_foreground(job, true);
}

static int do_bg(int argc, char **argv)
{
    struct job *job = job_find(argc > 1 ? argv[1] : NULL);

    if (job == NULL)
        return 1;
    job_background(job, true);
    return 0;
}

static int do_wait(int argc, char **argv)
{
    int status = argc == 1 ? jobs_wait(NULL) : 0;

    for (int i = 1; i < argc; i++) {
        struct job *job = job_find(argv[i]);
        status = job == NULL ? 127 : jobs_wait(job);
    }
    return status;
}

static int do_history(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    history_print();
    return 0;
}

/* Here, too, because of %1; and it works when no process more can be made. */
static int do_kill(int argc, char **argv)
{
    int first = argc > 1 && argv[1][0] == '-' ? 2 : 1, status = 0;
    int sig = first == 2 ? signal_number(argv[1] + 1) : SIGTERM;

    if (sig < 0 || first == argc) {
        warnx("usage: kill [-SIGNAL] PID or %%JOB...");
        return 2;
    }
    for (int i = first; i < argc; i++) {
        struct job *job = argv[i][0] == '%' ? job_find(argv[i]) : NULL;
        if (argv[i][0] == '%' && job == NULL) {
            status = 1;
        } else if ((job != NULL ? job_kill(job, sig) : kill(atoi(argv[i]), sig)) < 0) {
            warn("kill: %s", argv[i]);
            status = 1;
        }
    }
    return status;
}

static int do_shift(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1;

    if (n < 0 || n >= shell.argc)
        return 1;
    shell.argv[n] = shell.argv[0];
    shell.argv += n;
    shell.argc -= n;
    return 0;
}

static int do_nothing(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static const struct {
    const char *name;
    builtin_function *function;
} builtins[] = {
    { ":", do_nothing },   { "bg", do_bg },         { "cd", do_cd },   { "exec", do_exec },
    { "exit", do_exit },   { "export", do_export }, { "fg", do_fg },   { "history", do_history },
    { "jobs", do_jobs },   { "kill", do_kill },     { "pwd", do_pwd }, { "shift", do_shift },
    { "unset", do_unset }, { "wait", do_wait },
};

builtin_function *builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strcmp(builtins[i].name, name) == 0)
            return builtins[i].function;
    }
    return NULL;
}
