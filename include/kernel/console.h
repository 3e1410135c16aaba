/*
 * kernel/console.h - the console: bytes in by interrupt, text out under a lock.
 */
#pragma once
#include <stddef.h>

void console_init(void);        /* irqs off, boot CPU, once, before anything prints. */
void console_init_input(void);  /* irqs off, once, after irq_init(). */

/*
 * Thread, no lock held; sleeps. The next byte of input: for the kernel's own use, and for programs. While
 * somebody waits in the first, or the monitor has claimed the console, the second gets nothing.
 */
int console_getc(void);
int console_getc_program(void);
/* Thread. What comes in from now on is for console_getc() only; any number of times, and as often back. */
void console_claim(void);
void console_release(void);

/* Any context, locks below RANK_PRINT held. n bytes, as they are, not torn by other output. */
void console_write(const char *text, size_t n);

/* Any context, print lock held: the sink of printk() and kprintf(). LF becomes CR LF. */
void console_putc(char c);

/* Any context. Text as it is: no level, no stamp, not in the log. For the monitor, demos and tests. */
void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * For panic.c: from here on output takes no lock, since its holder may never let it go; and one that works at
 * any depth.
 */
void console_panic(void);
void console_panic_puts(const char *s);
