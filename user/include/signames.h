/* signames.h - signals by name, for kill and the shell. */
#pragma once

const char *signal_name(int sig);            /* without SIG; NULL if it has none */
int signal_number(const char *name);         /* of a name, with or without SIG, or of digits; -1 if none */
