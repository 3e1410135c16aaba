"""shortage.py - a shell and programs on a machine where allocations fail, up to its end.

A program may fail in any way, and wait for ever for what could not be made: then it is interrupted. But the
machine goes on, whoever does not get what it asks for ends, and all that was taken comes back.
"""

import re
import sys
import time

import pexpect

from harness import OK, ROOT, Result
from userland import PROMPT, Shell

sys.path.insert(0, str(ROOT / "tests" / "user"))

from cases import PROGRAMS  # noqa: E402

TORTURES = ("cycles", "cow", "ends", "storm", "families")
ACCOUNT = r"^(?:torture: \w+|sysfuzz: seed \d+): .*, account exact"
# Typed at who does not end, one after the other: interrupt, quit, and stop.
KEYS = ("\x03", "\x1c", "\x1akill -9 %1\r", "")


def torture(rounds):
    """Commands, each with what it prints when it has got as far as its end."""
    return [(f"/test/torture -n {rounds} {name}", ACCOUNT) for name in TORTURES]


SHELL = [("ls -l / | grep bin | wc -l", r"^\d+$"), ("(echo a; cat /proc/meminfo) >/tmp/x & wait", "Done"),
         ("cp /bin/sh /tmp/x && cat /tmp/x | wc -c; rm /tmp/x", r"^\d+$"),
         ("forktest 50", "children: ok")]
TESTS = [(f"/test/{name}", rf"^{name}: ") for name in PROGRAMS]


class Session(Shell):
    """Each command is waited for so many seconds; after `most` seconds in all there is no further one."""

    def __init__(self, port, words, patience, most, **options):
        super().__init__(port, f"{words} panic=poweroff", timeout=120, **options)
        self.patience = patience
        self.end = time.monotonic() + most

    def watch(self, patterns, patience=-1):
        """As pexpect's expect(), which knows no other output than ours."""
        which = self.child.expect(patterns, timeout=patience)
        if isinstance(self.child.after, str):
            self.output += self.child.before + self.child.after
        return which

    def command(self, line):
        """What it printed up to the next prompt, interrupted or not."""
        start = len(self.output)
        self.child.send(line + "\r")
        answer = re.escape(line) + r"[^\n]*\n(?s:.*?)" + PROMPT
        for keys in KEYS:
            if self.watch([answer, pexpect.TIMEOUT], self.patience) == 0:
                return self.output[start:].replace("\r", "")
            self.child.send(keys)
        text = f"{line} does not end\n{self.output}{self.child.before}\nrepeat with: {self.how}"
        raise AssertionError(text)

    def until(self, line, verdict, tries):
        for _ in range(tries):
            if time.monotonic() > self.end or re.search(verdict, self.command(line), re.M):
                return

    def power_off(self):
        """There may be no memory for the program that asks for it; or a test asked for it already."""
        which = 0
        while which == 0:
            self.child.send("poweroff\r")
            which = self.watch([r"poweroff[^\n]*\n(?s:.*?)" + PROMPT, "init: power off"])


def survive(port, words, commands, tries=3, patience=20, most=600, **options):
    """Tries all commands: (line, verdict). Returns faults, how many accounts were exact, and the Result."""
    with Session(port, words, patience, most, **options) as session:
        try:
            for line, verdict in commands:
                session.until(line, verdict, tries)
            session.power_off()
            result = session.finish()
        except pexpect.EOF:  # a panic
            session.child.close()
            output = (session.output + session.child.before).replace("\r", "")
            result = Result(output, session.child.exitstatus, session.how)
    faults = re.findall(r"^.*(?:PANIC|NOT exact).*$", result.output, re.M)
    if result.status != OK or not re.search(r"memory: .*: exact$", result.output, re.M):
        faults.append(f"status {result.status}")
    return faults, len(re.findall(ACCOUNT, result.output, re.M)), result
