/* getopt.c - options of the command line. */
#include <err.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1;
static int inside; /* of argv[optind]: how many letters were seen */

int getopt(int argc, char *const argv[], const char *letters)
{
    const char *word = optind < argc ? argv[optind] : NULL;

    if (word == NULL || word[0] != '-' || word[1] == '\0')
        return -1;
    if (strcmp(word, "--") == 0) {
        optind++;
        return -1;
    }
    int letter = word[++inside];
    const char *known = letter == ':' ? NULL : strchr(letters, letter);
    bool last = word[inside + 1] == '\0';
    if (known != NULL && known[1] == ':') {
        optarg = last ? argv[++optind] : (char *)word + inside + 1;
        if (optarg == NULL)
            known = NULL;
        last = true;
    }
    if (last) {
        optind += optind < argc ? 1 : 0;
        inside = 0;
    }
    if (known == NULL)
        warnx("unknown or incomplete option -%c", letter);
    return known == NULL ? '?' : letter;
}
