/* cpio.c - "newc" archives: cpio(5), Linux Documentation/driver-api/early-userspace/buffer-format.rst. */
#include <lib/cpio.h>
#include <lib/string.h>
#include <lib/util.h>

/* A header: a magic number, then numbers of eight hex digits each. All parts begin at a multiple of 4. */
enum { MAGIC = 6, DIGITS = 8, ALIGN = 4 };
enum {
    INO,
    MODE,
    UID,
    GID,
    NLINK,
    MTIME,
    FILESIZE,
    DEVMAJOR,
    DEVMINOR,
    RDEVMAJOR,
    RDEVMINOR,
    NAMESIZE,
    CHECK,
    NUMBERS,
    HEADER = MAGIC + NUMBERS * DIGITS,
};

static const char trailer[] = "TRAILER!!!";

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int read_numbers(const char *at, uint32_t number[NUMBERS])
{
    for (unsigned i = 0; i < NUMBERS; i++) {
        number[i] = 0;
        for (unsigned d = 0; d < DIGITS; d++) {
            int value = digit(*at++);
            if (value < 0)
                return -1;
            number[i] = number[i] << 4 | (uint32_t)value;
        }
    }
    return 0;
}

/*
 * n bytes and what fills them up to ALIGN, if the archive has the n: `*at` moves behind them. NULL: it has
 * not.
 */
static const char *part(const char *archive, size_t size, size_t *at, size_t n)
{
    size_t from = *at;
    if (n > size - from)
        return NULL;
    *at = min_size(size, align_up(from + n, ALIGN)); /* from + n <= size: no overflow beyond the last 3 */
    if (*at < from + n)
        *at = size;
    return archive + from;
}

int cpio_next(const void *archive, size_t size, size_t *offset, struct cpio_entry *e)
{
    uint32_t n[NUMBERS];
    size_t at = *offset;
    if (at >= size)
        return 0; /* no trailer: what came before it is whole */
    /* the name follows the header, and only both together are filled up */
    if (size - at < HEADER || memcmp((const char *)archive + at, "07070", MAGIC - 1) != 0)
        return -1;
    const char *header = (const char *)archive + at;
    if ((header[MAGIC - 1] != '1' && header[MAGIC - 1] != '2') || read_numbers(header + MAGIC, n) != 0)
        return -1;
    if (n[NAMESIZE] == 0 || n[NAMESIZE] > size - at - HEADER)
        return -1;
    part(archive, size, &at, HEADER + (size_t)n[NAMESIZE]);
    const char *name = header + HEADER;
    const char *data = part(archive, size, &at, n[FILESIZE]);
    if (name[n[NAMESIZE] - 1] != 0 || data == NULL)
        return -1;
    size_t len = strlen(name);
    if (len == sizeof(trailer) - 1 && memcmp(name, trailer, len) == 0)
        return 0;
    *e = (struct cpio_entry){
        .name = name,
        .name_len = len,
        .data = data,
        .size = n[FILESIZE],
        .mode = n[MODE],
        .ino = n[INO],
        .links = n[NLINK],
        .mtime = n[MTIME],
        .rmajor = n[RDEVMAJOR],
        .rminor = n[RDEVMINOR],
    };
    *offset = at;
    return 1;
}
