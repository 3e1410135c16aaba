/* err.h - complaints: "program: text: why", on stderr. */
#pragma once

extern const char *__progname;               /* last part of argv[0] */

void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));             /* with strerror(errno) */
void warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));            /* without */
void err(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
void errx(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
