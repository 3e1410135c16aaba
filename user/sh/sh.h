/* sh.h - what the files of the shell share.
 *
 * A line goes through them in this order: input.c (edit.c) reads it, lex.c cuts it into words and operators,
 * parse.c makes a list of pipelines of commands; run.c runs them, with the words expanded (expand.c, vars.c)
 * and the files opened (redirect.c), by builtin.c or in processes of their own, of which jobs.c keeps book.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* --- What parse.c makes. All of it lives until scratch_free(). --- */

enum redirect_kind { TO_READ, TO_WRITE, TO_APPEND, TO_COPY };

struct redirect {
    int fd;
    enum redirect_kind kind;
    char *word;                  /* the file; for TO_COPY the other descriptor */
    struct redirect *next;
};

struct command {
    char **words;                /* as they were written: not yet expanded */
    size_t count;
    struct redirect *redirects;
    struct list *group;          /* of ( list ): then there are no words */
    struct command *next;        /* behind a | */
};

enum when { ALWAYS, IF_TRUE, IF_FALSE };

/* Pipelines that && and || join stand one behind the other; each but the first has a `when`. */
struct pipeline {
    struct command *commands;
    enum when when;
    bool inverted;               /* ! before it */
    bool background;             /* & behind the whole chain: of its first pipeline */
    char *text;                  /* as it was written; of the whole chain, if it is the first pipeline */
    struct pipeline *next;
};

struct list {
    struct pipeline *pipelines;
};

/* --- input.c, edit.c --- */

struct input {
    const char *text;            /* of -c: what is left of it */
    int fd;                      /* else a file; read by bytes, so that commands find what is behind theirs */
    bool edit;                   /* else a terminal, with line editing */
};

char *input_line(struct input *in, const char *prompt);          /* with newline; NULL at the end; scratch */
char *edit_line(const char *prompt);                             /* without; NULL for Ctrl-D; scratch */
void history_add(const char *line);
void history_print(void);

/* --- lex.c --- */

enum token { WORD, REDIRECT, PIPE, AND_IF, OR_IF, SEMICOLON, AMPERSAND, OPEN, CLOSE, BANG, NEWLINE, END,
             UNFINISHED };

struct lexer {
    const char *start, *at;      /* of the token; behind it */
    enum token token;
    char *word;                  /* of WORD, as written */
    struct redirect redirect;    /* of REDIRECT: descriptor and kind */
};

void lex_next(struct lexer *lex);

/* --- parse.c --- */

enum parsed { PARSED, INCOMPLETE, WRONG };

enum parsed parse(const char *text, struct list **list);         /* WRONG: it has complained */

/* --- expand.c, vars.c --- */

struct text {                    /* that grows; scratch */
    char *s;
    size_t length, room;
};

void text_add(struct text *t, char c);
char **expand_words(char **words, size_t count, size_t *expanded); /* ends with NULL */
char *expand_one(const char *word);                              /* into one word, whatever is in it */

const char *var_get(const char *name);                           /* NULL if there is none */
void var_set(const char *name, const char *value);
void var_export(const char *name);
void var_unset(const char *name);
const char *assignment_value(const char *word);                  /* behind NAME=, or NULL if it is none */
void assign(const char *word);                                   /* NAME=word: expanded */

/* --- run.c, redirect.c, builtin.c --- */

int run_list(struct list *list);                                 /* its status, which is also in $? */
int run_input(struct input *in);                                 /* all that is in it */
struct saved;
bool redirect_apply(struct redirect *list, struct saved **undo); /* undo NULL: for good. false: complained */
void redirect_undo(struct saved *undo);

typedef int builtin_function(int argc, char **argv);
builtin_function *builtin_find(const char *name);

/* --- jobs.c --- */

struct job *job_new(const char *text);
void job_add(struct job *job, pid_t pid);
pid_t job_group(const struct job *job);                          /* 0: nobody is in it yet */
int job_kill(struct job *job, int sig);                          /* as kill(); and what has stopped, ends */
int job_foreground(struct job *job, bool go_on);                 /* until it ends or stops: its status */
void job_background(struct job *job, bool go_on);
struct job *job_find(const char *name);                          /* %N, PID; NULL: the latest; or complains */
void jobs_print(void);
void jobs_report(void);                                          /* those that ended or stopped meanwhile */
int jobs_wait(struct job *job);                                  /* for one, or for all that run */
void jobs_child(pid_t group, bool foreground);                   /* a new process on its way to a program */

/* --- terminal.c: for an interactive shell --- */

void terminal_start(void);                                       /* it is this shell's, when it is its turn */
void terminal_give(pid_t group);
void terminal_take_back(void);                                   /* with its modes as they were */
void terminal_leave(pid_t group, bool foreground);               /* a new process on its way to a program */

/* --- main.c --- */

struct shell {
    int status;                  /* $? */
    pid_t pid;                   /* $$, also in children */
    pid_t last_background;       /* $!, 0 if there was none */
    int argc;                    /* $0, $1 ... */
    char **argv;
    bool interactive;            /* prompt, job control */
    volatile bool interrupted;   /* Ctrl-C came while it was interactive */
    struct input *input;         /* that is read now */
};
extern struct shell shell;

void *scratch(size_t size);                                      /* zeroed; ends the shell if there is none */
char *scratch_copy(const char *s, size_t n);
void scratch_free(void);                                         /* all of it, after each line */
