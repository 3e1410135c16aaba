/*
 * keyboard.c - the PS/2 keyboard, US layout: scan code set 1, to which the 8042 translates (IBM PS/2 Hardware
 * Interface Technical Reference, "Keyboard and Auxiliary Device Controller"). The firmware has set both up.
 */
#include <arch/sysreg.h>
#include <board/board.h>
#include <lib/util.h>

enum { DATA = 0x60, STATUS = 0x64, STATUS_FULL = 1 << 0, STATUS_MOUSE = 1 << 5 };
enum { PREFIX = 0xe0, RELEASED = 0x80 };
enum { CTRL_MASK = 0x1f };
enum { KEY_CTRL = 0x1d, KEY_LEFT_SHIFT = 0x2a, KEY_RIGHT_SHIFT = 0x36, KEY_CAPS_LOCK = 0x3a };

/* By scan code, from 0 on; the blank of a key without a character is a 0. */
static const char plain[] = "\0\0331234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 "
                            "\0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.";
static const char shifted[] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 "
                              "\0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.";

/* Keys behind PREFIX, as a terminal sends them. */
static const struct {
    uint8_t     code;
    const char *text;
} extended[] = {
    { 0x1c, "\r" },      { 0x35, "/" },      { 0x47, "\033[H" }, { 0x48, "\033[A" }, { 0x4b, "\033[D" },
    { 0x4d, "\033[C" }, { 0x4f, "\033[F" }, { 0x50, "\033[B" }, { 0x53, "\033[3~" },
};

static bool shift, ctrl, caps_lock, prefixed;
static const char *rest = ""; /* of what the last key means */

static void plain_key(uint8_t code)
{
    static char text[2];
    if (code == KEY_CAPS_LOCK)
        caps_lock = !caps_lock;
    if (code >= sizeof(plain) - 1)
        return;
    bool letter = plain[code] >= 'a' && plain[code] <= 'z';
    text[0] = shift != (caps_lock && letter) ? shifted[code] : plain[code];
    if (ctrl && shifted[code] >= '@' && shifted[code] <= '_')
        text[0] = shifted[code] & CTRL_MASK;
    rest = text;
}

static void extended_key(uint8_t code)
{
    for (unsigned i = 0; i < ARRAY_SIZE(extended); i++) {
        if (extended[i].code == code)
            rest = extended[i].text;
    }
}

static void take(uint8_t byte)
{
    uint8_t code = byte & (uint8_t)~RELEASED;
    bool pressed = byte == code;
    bool was_prefixed = prefixed;
    prefixed = byte == PREFIX;
    if (prefixed)
        return;
    if (code == KEY_CTRL)
        ctrl = pressed;
    else if ((code == KEY_LEFT_SHIFT || code == KEY_RIGHT_SHIFT) && !was_prefixed)
        shift = pressed;
    else if (pressed && was_prefixed)
        extended_key(code);
    else if (pressed)
        plain_key(code);
}

/* A byte that came before the 8259A kept edges would keep out all others. */
void keyboard_init(void)
{
    while (keyboard_getc() >= 0) {
    }
}

int keyboard_getc(void)
{
    while (board.keyboard && *rest == 0) {
        uint8_t status = inb(STATUS);
        if ((status & STATUS_FULL) == 0)
            break;
        uint8_t byte = inb(DATA);
        if ((status & STATUS_MOUSE) == 0)
            take(byte);
    }
    return *rest != 0 ? (uint8_t)*rest++ : -1;
}
