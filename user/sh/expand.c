/* expand.c - from the words that were written to those that a command gets: $, quotes, splitting. */
#include "sh.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct expansion {
    char **words;
    size_t count;
    struct text word; /* that is being made */
    bool exists;      /* it is there, even if it is empty: something was quoted */
    bool splits;      /* blanks of a value that is not quoted end a word */
};

void text_add(struct text *t, char c)
{
    if (t->length + 1 >= t->room) {
        t->room = t->room == 0 ? 32 : t->room * 2;
        char *bigger = scratch(t->room);
        if (t->length > 0)
            memcpy(bigger, t->s, t->length);
        t->s = bigger;
    }
    t->s[t->length++] = c;
    t->s[t->length] = '\0';
}

static void end_word(struct expansion *x)
{
    if (!x->exists)
        return;
    char **words = scratch((x->count + 2) * sizeof(char *));
    if (x->count > 0)
        memcpy(words, x->words, x->count * sizeof(char *));
    words[x->count++] = x->word.s == NULL ? scratch_copy("", 0) : x->word.s;
    x->words = words;
    x->word = (struct text){ NULL, 0, 0 };
    x->exists = false;
}

static void add(struct expansion *x, char c)
{
    text_add(&x->word, c);
    x->exists = true;
}

static void add_value(struct expansion *x, const char *value, bool quoted)
{
    for (; value != NULL && *value != '\0'; value++) {
        if (x->splits && !quoted && isspace(*value))
            end_word(x);
        else
            add(x, *value);
    }
}

/* $@: each argument is a word, also within double quotes. */
static void add_arguments(struct expansion *x, bool quoted)
{
    for (int i = 1; i < shell.argc; i++) {
        if (i > 1 && x->splits)
            end_word(x);
        else if (i > 1)
            add(x, ' ');
        add_value(x, shell.argv[i], quoted);
        x->exists |= quoted;
    }
}

static void add_number(struct expansion *x, int n)
{
    char digits[16];

    snprintf(digits, sizeof(digits), "%d", n);
    add_value(x, digits, true);
}

/* What begins with the $ at p. Returns behind it. */
static const char *add_dollar(struct expansion *x, const char *p, bool quoted)
{
    bool braces = *++p == '{';
    const char *name = p + braces, *end = name;

    if (isalpha(*end) || *end == '_') {
        while (isalnum(*end) || *end == '_')
            end++;
    } else if (*end != '\0' && strchr("?$!#@0123456789", *end) != NULL) {
        end++;
    }
    if (end == name || (braces && *end != '}')) {
        add(x, '$');
        return p;
    }
    if (*name == '?')
        add_number(x, shell.status);
    else if (*name == '$')
        add_number(x, shell.pid);
    else if (*name == '!' && shell.last_background != 0)
        add_number(x, shell.last_background);
    else if (*name == '#')
        add_number(x, shell.argc - 1);
    else if (*name == '@')
        add_arguments(x, quoted);
    else if (isdigit(*name) && *name - '0' < shell.argc)
        add_value(x, shell.argv[*name - '0'], quoted);
    else if (isalpha(*name) || *name == '_')
        add_value(x, var_get(scratch_copy(name, (size_t)(end - name))), quoted);
    return end + braces;
}

/* Behind the " at p; a \ there takes the meaning of $, ", \ and ` only. */
static const char *add_quoted(struct expansion *x, const char *p)
{
    bool only_arguments = strncmp(p, "\"$@\"", 4) == 0;

    x->exists |= !only_arguments;
    for (p++; *p != '"';) {
        if (*p == '$') {
            p = add_dollar(x, p, true);
        } else if (*p == '\\' && p[1] == '\n') {
            p += 2;
        } else {
            if (*p == '\\' && strchr("$\"\\`", p[1]) != NULL)
                p++;
            add(x, *p++);
        }
    }
    return p + 1;
}

static void expand(struct expansion *x, const char *p)
{
    while (*p != '\0') {
        if (*p == '\'') {
            x->exists = true;
            for (p++; *p != '\''; p++)
                add(x, *p);
            p++;
        } else if (*p == '"') {
            p = add_quoted(x, p);
        } else if (*p == '$') {
            p = add_dollar(x, p, false);
        } else if (*p == '\\' && p[1] == '\n') {
            p += 2;
        } else {
            if (*p == '\\' && p[1] != '\0')
                p++;
            add(x, *p++);
        }
    }
    end_word(x);
}

char **expand_words(char **words, size_t count, size_t *expanded)
{
    struct expansion x = { .words = scratch(sizeof(char *)), .splits = true };

    for (size_t i = 0; i < count; i++)
        expand(&x, words[i]);
    *expanded = x.count;
    return x.words;
}

char *expand_one(const char *word)
{
    struct expansion x = { .splits = false };

    expand(&x, word);
    return x.count == 0 ? scratch_copy("", 0) : x.words[0];
}
