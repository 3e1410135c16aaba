/* free.c - memory of the machine in KiB, as /proc/meminfo has it. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char line[128];
    unsigned long total = 0, unused = 0, available = 0;
    const struct {
        const char *name;
        unsigned long *value;
    } wanted[] = { { "MemTotal:", &total }, { "MemFree:", &unused }, { "MemAvailable:", &available } };
    FILE *f = fopen("/proc/meminfo", "r");

    if (f == NULL)
        err(1, "/proc/meminfo");
    while (fgets(line, sizeof(line), f) != NULL) {
        for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
            size_t n = strlen(wanted[i].name);
            if (strncmp(line, wanted[i].name, n) == 0)
                *wanted[i].value = strtoul(line + n, NULL, 10);
        }
    }
    fclose(f);
    printf("%12s %10s %10s %10s\n", "total", "used", "free", "available");
    printf("%8lu KiB %10lu %10lu %10lu\n", total, total - unused, unused, available);
    return 0;
}
