/* parse.c - the grammar, one function per rule (recursive descent):
 *
 *   list      chain { (; | & | newline) chain }
 *   chain     pipeline { (&& | ||) pipeline }
 *   pipeline  [!] command { | command }
 *   command   { word | redirection }   or   ( list ) { redirection }
 *
 * A line that ends where something must follow is INCOMPLETE: then it is parsed again with the next one.
 */
#include "sh.h"

#include <ctype.h>
#include <err.h>
#include <string.h>

struct parser {
    struct lexer lex;
    enum parsed result;
};

/* Something else was expected here. Returns NULL, so that the rules may return it. */
static void *fail(struct parser *p)
{
    if (p->result != PARSED)
        return NULL;
    bool unfinished = p->lex.token == END || p->lex.token == UNFINISHED;
    p->result = unfinished ? INCOMPLETE : WRONG;
    if (!unfinished && p->lex.token == NEWLINE)
        warnx("syntax error at the end of the line");
    else if (!unfinished)
        warnx("syntax error at '%.*s'", (int)(p->lex.at - p->lex.start), p->lex.start);
    return NULL;
}

static void skip_newlines(struct parser *p)
{
    while (p->lex.token == NEWLINE)
        lex_next(&p->lex);
}

static void add_word(struct command *c, char *word)
{
    char **words = scratch((c->count + 2) * sizeof(char *));

    if (c->count > 0)
        memcpy(words, c->words, c->count * sizeof(char *));
    words[c->count++] = word;
    c->words = words;
}

static bool parse_redirect(struct parser *p, struct command *c)
{
    struct redirect *r = scratch(sizeof(*r)), **link = &c->redirects;

    *r = p->lex.redirect;
    lex_next(&p->lex);
    if (p->lex.token != WORD) {
        fail(p);
        return false;
    }
    r->word = p->lex.word;
    r->next = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    *link = r;
    lex_next(&p->lex);
    return true;
}

static struct list *parse_list(struct parser *p, enum token end);

static struct command *parse_command(struct parser *p)
{
    struct command *c = scratch(sizeof(*c));

    if (p->lex.token == OPEN) {
        lex_next(&p->lex);
        c->group = parse_list(p, CLOSE);
        if (c->group == NULL)
            return NULL;
        lex_next(&p->lex);
    }
    for (;;) {
        if (p->lex.token == REDIRECT) {
            if (!parse_redirect(p, c))
                return NULL;
        } else if ((p->lex.token == WORD || (p->lex.token == BANG && c->count > 0)) && c->group == NULL) {
            add_word(c, scratch_copy(p->lex.start, (size_t)(p->lex.at - p->lex.start)));
            lex_next(&p->lex);
        } else {
            break;
        }
    }
    return c->count == 0 && c->redirects == NULL && c->group == NULL ? fail(p) : c;
}

static struct pipeline *parse_pipeline(struct parser *p)
{
    struct pipeline *pipeline = scratch(sizeof(*pipeline));
    struct command **link = &pipeline->commands;

    while (p->lex.token == BANG) {
        pipeline->inverted = !pipeline->inverted;
        lex_next(&p->lex);
    }
    for (;;) {
        *link = parse_command(p);
        if (*link == NULL)
            return NULL;
        if (p->lex.token != PIPE)
            return pipeline;
        link = &(*link)->next;
        lex_next(&p->lex);
        skip_newlines(p);
    }
}

/* Puts a chain at *link; returns where the next goes, or NULL. */
static struct pipeline **parse_chain(struct parser *p, struct pipeline **link)
{
    struct pipeline **first = link;
    const char *start = p->lex.start;
    enum when when = ALWAYS;

    for (;;) {
        *link = parse_pipeline(p);
        if (*link == NULL)
            return NULL;
        (*link)->when = when;
        link = &(*link)->next;
        if (p->lex.token != AND_IF && p->lex.token != OR_IF)
            break;
        when = p->lex.token == AND_IF ? IF_TRUE : IF_FALSE;
        lex_next(&p->lex);
        skip_newlines(p);
    }
    const char *end = p->lex.start;
    while (end > start && isspace(end[-1]))
        end--;
    (*first)->text = scratch_copy(start, (size_t)(end - start));
    (*first)->background = p->lex.token == AMPERSAND;
    return link;
}

static struct list *parse_list(struct parser *p, enum token end)
{
    struct list *list = scratch(sizeof(*list));
    struct pipeline **link = &list->pipelines;

    skip_newlines(p);
    while (p->lex.token != end) {
        link = parse_chain(p, link);
        if (link == NULL)
            return NULL;
        if (p->lex.token == SEMICOLON || p->lex.token == AMPERSAND || p->lex.token == NEWLINE)
            lex_next(&p->lex);
        else if (p->lex.token != end)
            return fail(p);
        skip_newlines(p);
    }
    return list->pipelines == NULL && end == CLOSE ? fail(p) : list;
}

enum parsed parse(const char *text, struct list **list)
{
    struct parser p = { .lex = { .at = text }, .result = PARSED };

    lex_next(&p.lex);
    *list = parse_list(&p, END);
    return p.result;
}
