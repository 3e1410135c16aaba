/* ctype.c - kinds of ASCII characters. */
#include <ctype.h>

static int within(int c, int first, int last)
{
    return c >= first && c <= last;
}

int isdigit(int c)
{
    return within(c, '0', '9');
}

int isupper(int c)
{
    return within(c, 'A', 'Z');
}

int islower(int c)
{
    return within(c, 'a', 'z');
}

int isalpha(int c)
{
    return isupper(c) || islower(c);
}

int isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}

int isspace(int c)
{
    return c == ' ' || within(c, '\t', '\r');
}

int isprint(int c)
{
    return within(c, ' ', '~');
}

int iscntrl(int c)
{
    return within(c, 0, 31) || c == 127;
}

int ispunct(int c)
{
    return isprint(c) && c != ' ' && !isalnum(c);
}

int isxdigit(int c)
{
    return isdigit(c) || within(c, 'a', 'f') || within(c, 'A', 'F');
}

int toupper(int c)
{
    return islower(c) ? c - 'a' + 'A' : c;
}

int tolower(int c)
{
    return isupper(c) ? c - 'A' + 'a' : c;
}
