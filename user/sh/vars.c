/* vars.c - variables: those that are exported live in the environment, the others in a list. */
#include "sh.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

struct var {
    char *name, *value;
    struct var *next;
};
static struct var *vars;

static struct var **find(const char *name)
{
    struct var **link = &vars;

    while (*link != NULL && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

const char *var_get(const char *name)
{
    struct var *v = *find(name);

    return v != NULL ? v->value : getenv(name);
}

void var_set(const char *name, const char *value)
{
    if (getenv(name) != NULL) {
        setenv(name, value, 1);
        return;
    }
    struct var *v = malloc(sizeof(*v));
    char *own_name = strdup(name), *own_value = strdup(value);
    if (v == NULL || own_name == NULL || own_value == NULL)
        err(2, "memory");
    var_unset(name);
    *v = (struct var){ own_name, own_value, vars };
    vars = v;
}

void var_export(const char *name)
{
    const char *value = var_get(name);
    char *copy = strdup(value == NULL ? "" : value);

    if (copy == NULL)
        err(2, "memory");
    var_unset(name);
    setenv(name, copy, 1);
    free(copy);
}

void var_unset(const char *name)
{
    struct var **link = find(name), *v = *link;

    unsetenv(name);
    if (v == NULL)
        return;
    *link = v->next;
    free(v->name);
    free(v->value);
    free(v);
}

const char *assignment_value(const char *word)
{
    const char *p = word;

    while (isalpha(*p) || *p == '_' || (p > word && isdigit(*p)))
        p++;
    return p > word && *p == '=' ? p + 1 : NULL;
}

void assign(const char *word)
{
    const char *value = assignment_value(word);

    var_set(scratch_copy(word, (size_t)(value - word - 1)), expand_one(value));
}
