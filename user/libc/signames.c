/* signames.c - signals by name. */
#include <signames.h>

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char names[][8] = {
    "0",    "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};
enum { COUNT = sizeof(names) / sizeof(names[0]) };

const char *signal_name(int sig)
{
    return sig > 0 && sig < COUNT ? names[sig] : NULL;
}

int signal_number(const char *name)
{
    if (isdigit(*name))
        return atoi(name);
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int sig = 1; sig < COUNT; sig++) {
        if (strcmp(names[sig], name) == 0)
            return sig;
    }
    return -1;
}
