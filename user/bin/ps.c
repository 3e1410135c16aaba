/* ps.c - all processes, as /proc/<pid>/stat has them (proc(5) of Linux). */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATE = 0, /* fields behind the name, which stands in parentheses and may have any character */
    PPID = 1,
    PGRP = 2,
    UTIME = 11,
    STIME = 12,
    FIELDS = 13,
    TICKS = 100, /* in a second */
    MAX_PIDS = 32768,
};

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* A process may have ended since its name was read: then there is nothing to print. */
static void print(int pid)
{
    char path[32], line[512], *field[FIELDS], *rest;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return;
    char *got = fgets(line, sizeof(line), f);
    fclose(f);
    char *name = got == NULL ? NULL : strchr(line, '(');
    char *end = got == NULL ? NULL : strrchr(line, ')');
    if (name == NULL || end == NULL)
        return;
    *end = '\0';
    for (int i = 0; i < FIELDS; i++) {
        field[i] = strtok_r(i == 0 ? end + 1 : NULL, " \n", &rest);
        if (field[i] == NULL)
            return;
    }
    unsigned long ticks = strtoul(field[UTIME], NULL, 10) + strtoul(field[STIME], NULL, 10);
    printf("%5d %5s %5s %-4s %3lu:%02lu.%02lu %s\n", pid, field[PPID], field[PGRP], field[STATE],
           ticks / TICKS / 60, ticks / TICKS % 60, ticks % TICKS, name + 1);
}

int main(void)
{
    static int pids[MAX_PIDS];
    size_t count = 0;
    DIR *dir = opendir("/proc");

    if (dir == NULL)
        err(1, "/proc");
    for (struct dirent *e; (e = readdir(dir)) != NULL && count < MAX_PIDS;) {
        if (isdigit(e->d_name[0]))
            pids[count++] = atoi(e->d_name);
    }
    closedir(dir);
    qsort(pids, count, sizeof(pids[0]), compare);
    puts("  PID  PPID  PGRP STAT      TIME COMMAND");
    for (size_t i = 0; i < count; i++)
        print(pids[i]);
    return 0;
}
