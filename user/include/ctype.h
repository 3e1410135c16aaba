/* ctype.h - kinds of ASCII characters. */
#pragma once

int isalpha(int c);
int isdigit(int c);
int isalnum(int c);
int isspace(int c);
int isupper(int c);
int islower(int c);
int isprint(int c);
int isxdigit(int c);
int ispunct(int c);
int iscntrl(int c);
int toupper(int c);
int tolower(int c);
