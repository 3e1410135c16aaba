/* assert.c - what is done when something does not hold. */
#include <assert.h>

#include <stdio.h>
#include <stdlib.h>

void __assert_fail(const char *expression, const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expression);
    abort();
}
