/* fuzz_cmdline.c - a key and a line of any bytes, against strtok and strtoull of the C library.
 *
 * Planted and caught from the corpus within a minute: a match that ends or begins inside of a word; a flag
 * that matches by its beginning; the first word instead of the last; a value cut to fit; a digit too many, a
 * shift too far, garbage behind a number; K as 1000.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/cmdline.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good, const char *what, const char *key, const char *line)
{
    if (!good) {
        fprintf(stderr, "fuzz_cmdline: %s of '%s' in '%s'\n", what, key, line);
        abort();
    }
}

/* The value of the last word key=value in the copy of a line, or NULL; *flag: is the bare word there? */
static const char *find(char *copy, const char *key, bool *flag)
{
    const char *value = NULL;
    size_t n = strlen(key);

    *flag = false;
    for (char *word = strtok(copy, " \t\r\n"); word != NULL; word = strtok(NULL, " \t\r\n")) {
        if (strncmp(word, key, n) == 0 && word[n] == '=')
            value = word + n + 1;
        if (strcmp(word, key) == 0)
            *flag = true;
    }
    return value;
}

/* A number without sign and blanks that fits in 64 bits; *rest is what stands behind it. */
static bool to_number(const char *text, uint64_t *number, char **rest)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

    if (!isdigit((unsigned char)text[0]) || (hex && !isxdigit((unsigned char)text[2])))
        return false;
    errno = 0;
    *number = strtoull(text, rest, hex ? 16 : 10);
    return errno == 0;
}

static bool to_size(const char *text, uint64_t *bytes)
{
    static const char suffixes[] = "kKmMgG";
    char *rest;

    if (!to_number(text, bytes, &rest))
        return false;
    if (*rest == '\0')
        return true;
    const char *suffix = strchr(suffixes, *rest);
    return suffix != NULL && rest[1] == '\0' &&
           !__builtin_mul_overflow(*bytes, UINT64_C(1) << (10 * ((suffix - suffixes) / 2 + 1)), bytes);
}

static void compare(const char *key, const char *line, size_t room)
{
    char *copy = strdup(line);
    char *out = malloc(room);
    bool flag;
    const char *value = find(copy, key, &flag);
    unsigned long number = 0;
    uint64_t want = 0, bytes = 0;
    char *rest;

    bool fits = value != NULL && strlen(value) < room;
    check(cmdline_get(line, key, out, room) == fits, "get", key, line);
    check(!fits || strcmp(out, value) == 0, "value", key, line);
    check(cmdline_has(line, key) == flag, "has", key, line);

    bool good = value != NULL && to_size(value, &want);
    check(cmdline_get_size(line, key, &bytes) == good, "get_size", key, line);
    check(!good || bytes == want, "size", key, line);

    good = value != NULL && to_number(value, &want, &rest) && *rest == '\0' && want <= ULONG_MAX;
    check(cmdline_get_uint(line, key, &number) == good, "get_uint", key, line);
    check(!good || number == want, "number", key, line);
    free(out);
    free(copy);
}

/* One byte for the room, the key, a 0, the line. Keys that are no words cannot be looked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;

    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    size_t key_length = strlen(text);
    const char *line = key_length < size - 1 ? text + key_length + 1 : "";

    if (key_length > 0 && strpbrk(text, " \t\r\n=") == NULL)
        compare(text, line, data[0] % 32);
    free(text);
    return 0;
}
