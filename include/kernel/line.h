/* kernel/line.h - a line of input with editing and history. */
#pragma once
#include <stddef.h>

/*
 * Thread; sleeps. Prints prompt, reads until CR or LF, stores the line without it. Arrows, Home, End,
 * Backspace, Delete, ^A ^E ^B ^F ^P ^N ^D ^K ^U ^W ^L edit; ^C gives an empty line. Returns its length, at
 * most size - 1.
 */
size_t line_read(const char *prompt, char *buf, size_t size);
