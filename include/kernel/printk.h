/*
 * kernel/printk.h - messages.
 *
 * printk("...") logs at level INFO; printk(KERN_ERR "...") at another. Each message is one line or more,
 * stamped with the uptime, kept in a ring (`dmesg`) and shown if its level is below the console's. Any
 * context, any lock held.
 */
#pragma once

#define KERN_SOH   "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ERR   KERN_SOH "3"
#define KERN_WARN  KERN_SOH "4"
#define KERN_INFO  KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_CONT  KERN_SOH "c" /* goes on where the last message stopped: no stamp */

enum { LOGLEVEL_INFO = 6, LOGLEVEL_DEFAULT = 7, LOGLEVEL_ALL = 8 };

void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Any context. From now on messages of a level below this one are shown. */
void printk_set_level(unsigned level);
/* Any context. The ring once more. */
void printk_dump(void);

/*
 * The end: message, registers if there was a trap, backtrace, then what `panic=` on the command line says.
 * Any context.
 */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
