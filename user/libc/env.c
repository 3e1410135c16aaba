/* env.c - the environment: an array of name=value. Strings that were replaced are not freed: who has them? */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **ours; /* the array, if it is from malloc */

/* Index of name in environ, or that of the NULL at its end. */
static size_t find(const char *name, size_t length)
{
    size_t i = 0;

    while (environ[i] != NULL && (strncmp(environ[i], name, length) != 0 || environ[i][length] != '='))
        i++;
    return i;
}

char *getenv(const char *name)
{
    char *entry = environ[find(name, strlen(name))];

    return entry == NULL ? NULL : entry + strlen(name) + 1;
}

/* An array with room for one more. */
static bool grow(size_t count)
{
    char **bigger = malloc((count + 2) * sizeof(char *));

    if (bigger == NULL)
        return false;
    memcpy(bigger, environ, (count + 1) * sizeof(char *));
    free(ours);
    environ = ours = bigger;
    return true;
}

int setenv(const char *name, const char *value, int overwrite)
{
    size_t length = strlen(name);

    if (length == 0 || strchr(name, '=') != NULL) {
        errno = EINVAL;
        return -1;
    }
    size_t i = find(name, length);
    bool is_new = environ[i] == NULL;
    if (!is_new && !overwrite)
        return 0;
    char *entry = malloc(length + 1 + strlen(value) + 1);
    if (entry == NULL || (is_new && !grow(i))) {
        free(entry);
        errno = ENOMEM;
        return -1;
    }
    strcpy(entry, name);
    entry[length] = '=';
    strcpy(entry + length + 1, value);
    environ[i] = entry;
    if (is_new)
        environ[i + 1] = NULL;
    return 0;
}

int unsetenv(const char *name)
{
    for (size_t i = find(name, strlen(name)); environ[i] != NULL; i++)
        environ[i] = environ[i + 1];
    return 0;
}
