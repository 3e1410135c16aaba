/* uname.c - the name of the system; -s system, -n node, -r release, -v version, -m machine, -a all. */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct utsname u;
    char wanted[8] = "";

    for (int c; (c = getopt(argc, argv, "snrvma")) != -1;) {
        if (c == '?')
            return 2;
        if (c == 'a')
            strcpy(wanted, "snrvm");
        else if (strchr(wanted, c) == NULL)
            wanted[strlen(wanted)] = (char)c;
    }
    if (wanted[0] == '\0')
        wanted[0] = 's';
    if (uname(&u) < 0)
        err(1, "uname");
    const struct {
        char letter;
        const char *text;
    } parts[] = {
        { 's', u.sysname }, { 'n', u.nodename }, { 'r', u.release }, { 'v', u.version }, { 'm', u.machine }
    };
    const char *separator = "";
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strchr(wanted, parts[i].letter) != NULL) {
            printf("%s%s", separator, parts[i].text);
            separator = " ";
        }
    }
    putchar('\n');
    return 0;
}
