/*
 * printk.c - messages: stamped, kept in a ring, shown.
 *
 * One lock of the highest rank makes each message whole, whoever holds what. After console_panic() nobody
 * takes it.
 */
#include <hal/console.h>
#include <kernel/clock.h>
#include <kernel/config.h>
#include <kernel/console.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <lib/fmt.h>
#include <lib/ratio.h>

enum { LOG_SIZE = 16384 };

static struct spinlock print_lock = SPINLOCK_INIT("print", RANK_PRINT);
static char log_ring[LOG_SIZE];
static unsigned log_end; /* bytes ever logged */
static unsigned console_level = LOGLEVEL_DEFAULT;
static bool ready;    /* the console is; before that only the ring is */
static bool no_locks; /* panicking */

static __attribute__((noinline)) unsigned long print_enter(void)
{
    if (no_locks)
        return hal_irq_save();
    return spin_lock(&print_lock);
}

static void print_leave(unsigned long s)
{
    if (no_locks)
        hal_irq_restore(s);
    else
        spin_unlock(&print_lock, s);
}

struct message {
    bool shown;
};

static void put_message(void *ctx, char c)
{
    const struct message *m = ctx;
    log_ring[log_end++ % LOG_SIZE] = c;
    if (m->shown && ready)
        console_putc(c);
}

static void format(fmt_put *put, void *ctx, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fmt_format(put, ctx, fmt, ap);
    va_end(ap);
}

static void put_stamp(struct message *m)
{
    uint32_t us;
    uint64_t seconds = div_u64(div_u64(clock_uptime_ns(), 1000, NULL), 1000000, &us);
    format(put_message, m, "[%5llu.%06u] ", (unsigned long long)seconds, us);
}

void printk(const char *fmt, ...)
{
    static bool last_shown; /* under the lock: what KERN_CONT goes on with */
    char level = '0' + LOGLEVEL_INFO;
    if (fmt[0] == KERN_SOH[0]) {
        level = fmt[1];
        fmt += 2;
    }
    unsigned long s = print_enter();
    struct message m = { level == 'c' ? last_shown : (unsigned)(level - '0') < console_level };
    if (level != 'c')
        put_stamp(&m);
    va_list ap;
    va_start(ap, fmt);
    fmt_format(put_message, &m, fmt, ap);
    va_end(ap);
    last_shown = m.shown;
    print_leave(s);
}

static void put_plain(void *ctx, char c)
{
    (void)ctx;
    console_putc(c);
}

void kprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    unsigned long s = print_enter();
    fmt_format(put_plain, NULL, fmt, ap);
    print_leave(s);
    va_end(ap);
}

void console_write(const char *text, size_t n)
{
    unsigned long s = print_enter();
    for (size_t i = 0; i < n; i++)
        hal_console_putc(text[i]);
    print_leave(s);
}

void printk_set_level(unsigned level)
{
    console_level = level;
}

void printk_dump(void)
{
    unsigned end = log_end;
    for (unsigned i = end > LOG_SIZE ? end - LOG_SIZE : 0; i != end; i++) {
        unsigned long s = print_enter();
        console_putc(log_ring[i % LOG_SIZE]);
        print_leave(s);
    }
}

void console_putc(char c)
{
    if (c == '\n')
        hal_console_putc('\r');
    hal_console_putc(c);
}

void console_init(void)
{
    hal_console_init();
    ready = true;
    for (unsigned i = 0; i < log_end; i++) /* what was said before */
        console_putc(log_ring[i % LOG_SIZE]);
}

void console_panic(void)
{
    no_locks = true;
    if (!ready)
        console_init();
    console_level = LOGLEVEL_ALL;
}

void console_panic_puts(const char *s)
{
    while (*s != 0)
        console_putc(*s++);
}
