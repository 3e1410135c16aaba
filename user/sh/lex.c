/* lex.c - a line as words and operators. Words keep their quotes: expand.c has to see them. */
#include "sh.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *text;
    enum token token;
} operators[] = {
    { "&&", AND_IF },   { "||", OR_IF }, { "|", PIPE },  { ";", SEMICOLON },
    { "&", AMPERSAND }, { "(", OPEN },   { ")", CLOSE }, { "\n", NEWLINE },
};

/* The longest come first. */
static const struct {
    const char *text;
    enum redirect_kind kind;
    int fd;
} redirects[] = {
    { ">>", TO_APPEND, 1 }, { ">&", TO_COPY, 1 }, { "<&", TO_COPY, 0 },
    { ">", TO_WRITE, 1 },   { "<", TO_READ, 0 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Behind a word that begins at p; NULL if a quote has no end. */
static const char *word_end(const char *p)
{
    while (*p != '\0' && strchr(" \t\n|&;<>()", *p) == NULL) {
        char quote = *p++;

        if (quote == '\\' && *p != '\0')
            p++;
        if (quote != '\'' && quote != '"')
            continue;
        while (*p != quote) {
            if (quote == '"' && *p == '\\' && p[1] != '\0')
                p++;
            if (*p++ == '\0')
                return NULL;
        }
        p++;
    }
    return p;
}

/* < or > and their like, with a digit before it or without. */
static bool lex_redirect(struct lexer *lex)
{
    const char *p = lex->start + (isdigit(*lex->start) ? 1 : 0);

    for (size_t i = 0; i < COUNT(redirects); i++) {
        size_t n = strlen(redirects[i].text);
        if (strncmp(p, redirects[i].text, n) == 0) {
            lex->token = REDIRECT;
            lex->redirect.kind = redirects[i].kind;
            lex->redirect.fd = p == lex->start ? redirects[i].fd : *lex->start - '0';
            lex->at = p + n;
            return true;
        }
    }
    return false;
}

static bool lex_operator(struct lexer *lex)
{
    for (size_t i = 0; i < COUNT(operators); i++) {
        size_t n = strlen(operators[i].text);
        if (strncmp(lex->start, operators[i].text, n) == 0) {
            lex->token = operators[i].token;
            lex->at = lex->start + n;
            return true;
        }
    }
    return false;
}

void lex_next(struct lexer *lex)
{
    const char *p = lex->at;

    while (*p == ' ' || *p == '\t' || (*p == '\\' && p[1] == '\n'))
        p += *p == '\\' ? 2 : 1;
    if (*p == '#')
        p += strcspn(p, "\n");
    lex->start = lex->at = p;
    lex->token = END;
    if (*p == '\0' || lex_redirect(lex) || lex_operator(lex))
        return;
    lex->at = word_end(p);
    if (lex->at == NULL ||
        (lex->at[-1] == '\n' && *lex->at == '\0' && lex->at - p >= 2 && lex->at[-2] == '\\')) {
        lex->at = p + strlen(p);
        lex->token = UNFINISHED;
        return;
    }
    lex->token = lex->at - p == 1 && *p == '!' ? BANG : WORD;
    lex->word = scratch_copy(p, (size_t)(lex->at - p));
}
