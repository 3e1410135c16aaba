"""test_screen.py - the PC's screen and keyboard: beside the serial line, and alone where there is none.

QEMU's monitor reads video memory and the registers of the CRT controller, which has the cursor, and presses
keys.

Seen to fail: no scrolling; a cursor that stays; keys without Shift; a screen that stops early; input taken
from a UART that is not there.
"""

import re

import pytest

from guest import Guest, wait_until
from harness import OK, PANIC, PROMPT

CRTC_INDEX, CRTC_DATA, CURSOR_HIGH, CURSOR_LOW = 0x3D4, 0x3D5, 14, 15
ROWS, COLUMNS = 25, 80
KEYS = {" ": "spc", "\r": "ret", "\b": "backspace", "!": "shift-1", "_": "shift-minus"}


def lay_out(text):
    """What a screen shows of this text: its last lines, long ones broken, and where the cursor stands."""
    text = re.sub(r"\r+\n", "\n", text)
    assert "\r" not in text and "\x1b" not in text
    lines = [line[at:at + COLUMNS]
             for line in text.split("\n") for at in range(0, max(len(line), 1), COLUMNS)]
    return [line.rstrip() for line in lines[-ROWS:]], (min(len(lines), ROWS) - 1, len(lines[-1]))


def cursor(console):
    """(row, column)"""
    at = 0
    for register in (CURSOR_HIGH, CURSOR_LOW):
        console.monitor(f"o /b {CRTC_INDEX:#x} {register}")
        at = at << 8 | console.monitor.port(CRTC_DATA, "b")
    return divmod(at, COLUMNS)


def press(console, text):
    for char in text:
        key = f"shift-{char.lower()}" if char.isupper() else KEYS.get(char, char)
        console.monitor(f"sendkey {key} 1")


def wait_for(console, text):
    """Until the screen has it."""
    wait_until(lambda: any(text in line for line in console.screen()), lambda: "\n".join(console.screen()))


def last_line(console):
    return [line for line in console.screen() if line][-1]


def check_screen(console):
    """The same as came over the serial line so far, which is always a character ahead."""
    lines, at = lay_out(console.output)
    lines += [""] * (ROWS - len(lines))
    wait_until(lambda: (console.screen(), cursor(console)) == (lines, at),
               lambda: "\n".join([f"{cursor(console)}:", *console.screen(), f"instead of {at}:", *lines]))


def uptime(console):
    """The answer to that command."""
    console.expect(r"\nup \d+\.\d{3} s, 7 processes, \d+ switches\r*\n")
    console.prompt()


def test_banner_and_prompt(x86):
    with Guest(x86, "hello=1") as console:
        console.prompt()
        check_screen(console)
        assert any("] Triptych " in line and " on x86/pc: " in line for line in console.screen())
        assert console.screen()[cursor(console)[0]] == PROMPT.rstrip()


def test_scrolling(x86):
    with Guest(x86) as console:
        console.prompt()
        for line in ("help", "ps", "help", "mem", "uptime", "x" * 90, "help"):
            console.command(line)
            check_screen(console)


def test_keyboard(x86):
    """Letters, Shift, Backspace, Return, arrows; both consoles show what is typed and the answer."""
    with Guest(x86) as console:
        console.prompt()
        press(console, "uptime\r")
        uptime(console)
        check_screen(console)
        press(console, "A!b_C\r")
        assert "A!b_C: no such command" in console.prompt()
        check_screen(console)
        press(console, "upx\btime\r")
        uptime(console)
        press(console, "ptime")
        console.monitor("sendkey home 1")
        wait_until(lambda: cursor(console)[1] == len(PROMPT))
        press(console, "u\r")
        uptime(console)
        for key in ("up", "ret"):
            console.monitor(f"sendkey {key} 1")
        uptime(console)
        wait_for(console, PROMPT.rstrip())
        # the first has gone up and away: the list of commands takes most of the screen
        assert console.screen().count(f"{PROMPT}uptime") == 3, console.screen()


def test_both_inputs_at_once(x86):
    """Serial line and keyboard go to the same prompt, and neither keeps the other out."""
    with Guest(x86) as console:
        console.prompt()
        for _ in range(5):
            console.child.send("upt")
            console.expect("upt")
            press(console, "ime\r")
            uptime(console)


def test_panic(x86):
    with Guest(x86, "panic=halt") as console:
        console.prompt()
        press(console, "panic because\r")
        console.expect(r"the machine stops here \(panic=halt\)\r*\n")
        check_screen(console)
        shown = "\n".join(console.screen())
        assert "PANIC: asked for by the monitor: because" in shown and "cmd_panic" in shown


@pytest.mark.parametrize("words, status", (("poweroff\r", OK), ("panic\r", PANIC)))
def test_no_serial_port(x86, words, status):
    """As on most laptops: screen and keyboard are enough, and nothing hangs."""
    with Guest(x86, "panic=poweroff", serial="none") as console:
        wait_for(console, PROMPT.rstrip())
        assert any("] Triptych " in line for line in console.screen())
        press(console, "ps\r")
        wait_for(console, "monitor")
        wait_until(lambda: last_line(console) == PROMPT.rstrip())
        press(console, words)
        result = console.finish()
        assert result.status == status and result.output == ""
