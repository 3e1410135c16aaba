/* lib/fmt.c - formatted text: parse a conversion, then print its argument. */
#include <lib/fmt.h>

#include <stdbool.h>
#include <stdint.h>

#include <lib/string.h>
#include <lib/util.h>

/* The arguments still to come. A structure, because va_list itself may be an array. */
struct args {
    va_list ap;
};

struct output {
    fmt_put *put;
    void *ctx;
    uint64_t count;
};

struct spec {
    bool left, zero, plus, space, alternate;
    int width;
    int precision; /* negative: none */
    unsigned size; /* bytes of the integer, as the length says */
    char conversion;
};

/* The integer argument is fetched as unsigned or as uint64_t, by its size. */
_Static_assert(sizeof(long long) == sizeof(uint64_t) && sizeof(size_t) == sizeof(long), "see parse_length");

static void emit(struct output *out, const char *text, size_t n)
{
    for (; n > 0; n--, text++) {
        out->put(out->ctx, *text);
        out->count++;
    }
}

static void emit_repeated(struct output *out, char c, size_t n)
{
    for (; n > 0; n--)
        emit(out, &c, 1);
}

/* [spaces][prefix][zeros][text][spaces], together at least as wide as spec says. */
static void emit_field(struct output *out, const struct spec *spec, const char *prefix, size_t nzeros,
                       const char *text, size_t n)
{
    size_t used = strlen(prefix) + nzeros + n;
    size_t pad = (size_t)spec->width - min_size(used, (size_t)spec->width);

    emit_repeated(out, ' ', spec->left ? 0 : pad);
    emit(out, prefix, strlen(prefix));
    emit_repeated(out, '0', nzeros);
    emit(out, text, n);
    emit_repeated(out, ' ', spec->left ? pad : 0);
}

/* Divides *n by ten and returns the remainder: four steps of 16 bits, since i386 has no 64-bit division. */
static unsigned divide_by_ten(uint64_t *n)
{
    uint64_t quotient = 0;
    uint32_t rest = 0;

    for (int shift = 48; shift >= 0; shift -= 16) {
        rest = rest << 16 | (uint16_t)(*n >> shift);
        quotient |= (uint64_t)(rest / 10) << shift;
        rest %= 10;
    }
    *n = quotient;
    return rest;
}

/* Writes the digits of n in front of end and returns the first; none for 0. */
static char *write_digits(char *end, uint64_t n, char conversion)
{
    const char *digits = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    bool decimal = conversion == 'd' || conversion == 'i' || conversion == 'u';
    unsigned bits = conversion == 'o' ? 3 : 4;

    while (n != 0) {
        *--end = digits[decimal ? divide_by_ten(&n) : n & ((1u << bits) - 1)];
        n = decimal ? n : n >> bits;
    }
    return end;
}

static void emit_integer(struct output *out, const struct spec *spec, const char *prefix, uint64_t n)
{
    char buf[22]; /* 64 bits in octal */
    char *digits = write_digits(buf + sizeof(buf), n, spec->conversion);
    size_t ndigits = (size_t)(buf + sizeof(buf) - digits);
    size_t least = spec->precision < 0 ? 1 : (size_t)spec->precision;

    if (spec->precision < 0 && spec->zero && !spec->left)
        least = max_size(least, (size_t)spec->width - min_size(strlen(prefix), (size_t)spec->width));
    if (spec->conversion == 'o' && spec->alternate)
        least = max_size(least, ndigits + 1);
    emit_field(out, spec, prefix, least - min_size(ndigits, least), digits, ndigits);
}

/* The next argument, narrowed to the size that the length says, extended by its sign or by zeros. */
static uint64_t next_integer(struct args *args, unsigned size, bool is_signed)
{
    uint64_t n = size == sizeof(uint64_t) ? va_arg(args->ap, uint64_t) : va_arg(args->ap, unsigned);
    unsigned unused = 64 - 8 * size;

    n <<= unused;
    return is_signed ? (uint64_t)((int64_t)n >> unused) : n >> unused;
}

static void convert_integer(struct output *out, const struct spec *spec, struct args *args)
{
    char c = spec->conversion;
    bool is_signed = c == 'd' || c == 'i';
    uint64_t n = next_integer(args, spec->size, is_signed);
    const char *prefix = "";

    if (is_signed && (int64_t)n < 0) {
        prefix = "-";
        n = -n;
    } else if (is_signed) {
        prefix = spec->plus ? "+" : spec->space ? " " : "";
    } else if (spec->alternate && n != 0 && (c == 'x' || c == 'X')) {
        prefix = c == 'x' ? "0x" : "0X";
    }
    emit_integer(out, spec, prefix, n);
}

static void convert_pointer(struct output *out, const struct spec *spec, struct args *args)
{
    uintptr_t p = (uintptr_t)va_arg(args->ap, void *);

    if (p == 0)
        emit_field(out, spec, "", 0, "(nil)", 5);
    else
        emit_integer(out, spec, "0x", p);
}

/* The text may lack its 0, if it is at least as long as the precision. */
static void convert_string(struct output *out, const struct spec *spec, struct args *args)
{
    const char *text = va_arg(args->ap, const char *);
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;

    if (text == NULL)
        text = max >= strlen("(null)") ? "(null)" : "";
    emit_field(out, spec, "", 0, text, strnlen(text, max));
}

/* Prints one argument; false if there is no such conversion. */
static bool convert(struct output *out, const struct spec *spec, struct args *args)
{
    char c = spec->conversion;

    if (c != '\0' && strchr("diuoxX", c) != NULL) {
        convert_integer(out, spec, args);
    } else if (c == 's') {
        convert_string(out, spec, args);
    } else if (c == 'p') {
        convert_pointer(out, spec, args);
    } else if (c == 'c') {
        c = (char)va_arg(args->ap, int);
        emit_field(out, spec, "", 0, &c, 1);
    } else if (c == '%') {
        emit(out, "%", 1);
    } else {
        return false;
    }
    return true;
}

static const char *parse_flags(struct spec *spec, const char *fmt)
{
    for (; *fmt != '\0' && strchr("-0+ #", *fmt) != NULL; fmt++) {
        spec->left |= *fmt == '-';
        spec->zero |= *fmt == '0';
        spec->plus |= *fmt == '+';
        spec->space |= *fmt == ' ';
        spec->alternate |= *fmt == '#';
    }
    return fmt;
}

/* Digits, of which there may be none (0), or the argument for a *. NULL if it does not fit in an int. */
static const char *parse_number(int *number, const char *fmt, struct args *args)
{
    if (*fmt == '*') {
        *number = va_arg(args->ap, int);
        return fmt + 1;
    }
    *number = 0;
    for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
        int digit = *fmt - '0';
        if (*number > (INT32_MAX - digit) / 10)
            return NULL;
        *number = *number * 10 + digit;
    }
    return fmt;
}

/* [width][.precision] */
static const char *parse_widths(struct spec *spec, const char *fmt, struct args *args)
{
    fmt = parse_number(&spec->width, fmt, args);
    if (fmt == NULL || spec->width == INT32_MIN)
        return NULL;
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*fmt == '.')
        fmt = parse_number(&spec->precision, fmt + 1, args);
    return fmt;
}

static const char *parse_length(struct spec *spec, const char *fmt)
{
    bool twice = (*fmt == 'h' || *fmt == 'l') && fmt[1] == fmt[0];

    spec->size = sizeof(int);
    if (*fmt == 'h')
        spec->size = twice ? sizeof(char) : sizeof(short);
    else if (*fmt == 'j' || twice)
        spec->size = sizeof(intmax_t);
    else if (*fmt == 'l' || *fmt == 'z' || *fmt == 't')
        spec->size = sizeof(long);
    else
        return fmt;
    return fmt + (twice ? 2 : 1);
}

/* One conversion; fmt is at its %. Returns where the text goes on, or NULL for a number too large. */
static const char *format_one(struct output *out, const char *fmt, struct args *args)
{
    const char *start = fmt;
    struct spec spec = { .precision = -1 };

    fmt = parse_widths(&spec, parse_flags(&spec, fmt + 1), args);
    if (fmt == NULL)
        return NULL;
    fmt = parse_length(&spec, fmt);
    spec.conversion = *fmt;
    fmt += *fmt != '\0' ? 1 : 0;
    if (!convert(out, &spec, args))
        emit(out, start, (size_t)(fmt - start));
    return fmt;
}

int fmt_format(fmt_put *put, void *ctx, const char *fmt, va_list ap)
{
    struct output out = { put, ctx, 0 };
    struct args args;

    va_copy(args.ap, ap);
    while (fmt != NULL && *fmt != '\0') {
        if (*fmt == '%')
            fmt = format_one(&out, fmt, &args);
        else
            emit(&out, fmt++, 1);
    }
    va_end(args.ap);
    return fmt == NULL || out.count > INT32_MAX ? -1 : (int)out.count;
}

struct buffer {
    char *next;
    size_t left; /* room, the 0 at the end not counted */
};

static void put_in_buffer(void *ctx, char c)
{
    struct buffer *buffer = ctx;

    if (buffer->left > 0) {
        *buffer->next++ = c;
        buffer->left--;
    }
}

int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct buffer buffer = { buf, size > 0 ? size - 1 : 0 };
    int length = fmt_format(put_in_buffer, &buffer, fmt, ap);

    if (size > 0)
        *buffer.next = '\0';
    return length;
}

int fmt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int length = fmt_vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return length;
}
