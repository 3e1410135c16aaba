/*
 * vga.c - the text screen, 80 by 25 (IBM VGA Technical Reference), with the escapes of kernel/line.c.
 *
 * Video memory is slow, to read above all: what it shows is known here, and only what changes is written.
 */
#include <arch/sysreg.h>
#include <board/board.h>
#include <hal/mmu.h>
#include <stdint.h>

enum { COLUMNS = 80, ROWS = 25, CELLS = COLUMNS * ROWS, TAB = 8 };
enum { GREY_ON_BLACK = 0x0700, BLANK = GREY_ON_BLACK | ' ' };
enum { CRTC_INDEX = 0x3d4, CRTC_DATA = 0x3d5, CURSOR_HIGH = 14, CURSOR_LOW = 15 };
enum { ESC = 0x1b };

static uint16_t shown[CELLS];
static unsigned row, column; /* column may be COLUMNS: the next character begins a new line */

static enum { PLAIN, ESCAPE, SEQUENCE } state;
static unsigned number; /* of the escape sequence */

static void put_cell(unsigned i, uint16_t cell)
{
    if (shown[i] == cell)
        return;
    shown[i] = cell;
    ((volatile uint16_t *)hal_p2v(BOARD_VGA_TEXT))[i] = cell;
}

static void blank(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        put_cell(i, BLANK);
}

static void show_cursor(void)
{
    unsigned at = row * COLUMNS + (column < COLUMNS ? column : COLUMNS - 1);
    outb(CRTC_INDEX, CURSOR_HIGH);
    outb(CRTC_DATA, (uint8_t)(at >> 8));
    outb(CRTC_INDEX, CURSOR_LOW);
    outb(CRTC_DATA, (uint8_t)at);
}

static void new_line(void)
{
    if (++row < ROWS)
        return;
    row = ROWS - 1;
    for (unsigned i = 0; i < CELLS - COLUMNS; i++)
        put_cell(i, shown[i + COLUMNS]);
    blank(CELLS - COLUMNS, CELLS);
}

static void put_glyph(char c)
{
    if (column == COLUMNS) {
        column = 0;
        new_line();
    }
    put_cell(row * COLUMNS + column++, GREY_ON_BLACK | (uint8_t)c);
}

static void put_plain(char c)
{
    switch (c) {
    case ESC: state = ESCAPE; break;
    case '\r': column = 0; break;
    case '\n': new_line(); break;
    case '\b': column -= column > 0; break;
    case '\t':
        do
            put_glyph(' ');
        while (column % TAB != 0);
        break;
    default:
        if ((uint8_t)c >= ' ')
            put_glyph(c);
    }
}

/* Behind ESC [ and the number. What is not known is left out. */
static void end_sequence(char c)
{
    unsigned at = row * COLUMNS + column;
    switch (c) {
    case 'D': column -= number < column ? number : column; break;
    case 'H': row = column = 0; break;
    case 'J': blank(0, CELLS); break;
    case 'K': blank(at, (row + 1) * COLUMNS); break;
    }
    state = PLAIN;
}

void vga_init(void)
{
    row = column = 0;
    blank(0, CELLS);
    show_cursor();
}

void vga_putc(char c)
{
    if (state == PLAIN) {
        put_plain(c);
    } else if (state == ESCAPE) {
        state = c == '[' ? SEQUENCE : PLAIN;
        number = 0;
    } else if (c >= '0' && c <= '9') {
        number = number * 10 + (unsigned)(c - '0');
    } else {
        end_sequence(c);
    }
    show_cursor();
}
