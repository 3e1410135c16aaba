"""test_session.py - the shell on a terminal: editing, history, jobs, keys that send signals."""
import re

import pexpect
import pytest

PROMPT = r"\$ "


@pytest.fixture
def sh(land, tmp_path):
    child = pexpect.spawn(land.path("bin/sh"), cwd=str(tmp_path), env=land.environment(), timeout=20,
                          encoding="latin-1", dimensions=(24, 80))
    child.expect(PROMPT)
    yield child
    child.close(force=True)


def say(sh, line, expected=""):
    """Types a line, waits for what it prints and for the next prompt."""
    sh.send(line + "\r")
    sh.expect("\r\n" + expected if expected else "\r\n")
    sh.expect(PROMPT)


def test_commands(sh):
    say(sh, "echo one", "one\r\n")
    say(sh, "X=5", "")
    say(sh, "echo $X$X", "55\r\n")
    say(sh, "cd / && pwd", "/\r\n")


def test_editing(sh):
    say(sh, "echo ac\x1b[Db", "abc\r\n")                  # left, insert
    say(sh, "cho xy\x7fz\x01e", "xz\r\n")                 # backspace, to the start
    say(sh, "echo a bb\x17c", "a c\r\n")                  # a word back
    say(sh, "rubbish\x15echo d", "d\r\n")                 # all of it
    say(sh, "echo efg\x1b[H\x1b[F\x1b[D\x1b[3~", "ef\r\n")


def test_history(sh):
    say(sh, "echo first", "first\r\n")
    say(sh, "echo second", "second\r\n")
    say(sh, "\x1b[A\x1b[A", "first\r\n")
    say(sh, "\x1b[A\x1b[A\x1b[Bx", "firstx\r\n")
    say(sh, "history", r"   1  echo first\r\n   2  echo second\r\n   3  echo first\r\n")


def test_interrupt(sh):
    sh.send("sleep 100\r")
    sh.expect("\r\n")
    sh.expect(pexpect.TIMEOUT, timeout=0.5)
    sh.sendintr()
    sh.expect(PROMPT)
    say(sh, "echo $?", "130\r\n")
    sh.send("rubbish\x03")                                # in the editor
    sh.expect(PROMPT)
    say(sh, "echo ok", "ok\r\n")


def test_stop_and_go_on(sh):
    sh.send("cat\r")
    sh.expect("\r\n")
    sh.send("hello\r")
    sh.expect("hello\r\nhello\r\n")
    sh.send("\x1a")
    sh.expect(r"\[1\]  Stopped    cat\r\n")
    sh.expect(PROMPT)
    say(sh, "jobs", r"\[1\]  Stopped    cat\r\n")
    sh.send("fg\r")
    sh.expect("\r\n")
    sh.send("again\r")
    sh.expect("again\r\nagain\r\n")
    sh.send("\x04")
    sh.expect(PROMPT)
    say(sh, "jobs; echo none", "none\r\n")


def test_background(sh):
    say(sh, "sleep 100 &", r"\[1\] \d+\r\n")
    say(sh, "jobs", r"\[1\]  Running    sleep 100 *&?\r\n")
    say(sh, "kill %1; wait", "")
    say(sh, "jobs; echo none", "none\r\n")


def test_background_is_stopped_by_reading(sh):
    say(sh, "cat &", r"\[1\] \d+\r\n")
    say(sh, "wait", "")
    say(sh, "jobs", r"[\s\S]*Stopped    cat")
    say(sh, "kill -KILL %1; wait; echo over", r"[\s\S]*over\r\n")


def test_stopped_goes_on_in_the_background(sh):
    sh.send("sleep 1\r")
    sh.expect("\r\n")
    sh.expect(pexpect.TIMEOUT, timeout=0.3)
    sh.send("\x1a")
    sh.expect("Stopped")
    sh.expect(PROMPT)
    say(sh, "bg", r"\[1\] \d+\r\n")
    say(sh, "wait; echo over", r"[\s\S]*over\r\n")


def test_pipeline_is_one_job(sh):
    sh.send("cat | cat\r")
    sh.expect("\r\n")
    sh.expect(pexpect.TIMEOUT, timeout=0.5)
    sh.sendintr()
    sh.expect(PROMPT)
    say(sh, "jobs; echo none", "none\r\n")


def test_end(sh):
    sh.send("\x04")
    sh.expect(pexpect.EOF)
    sh.wait()
    assert sh.exitstatus == 0 and not re.search("error", sh.before)


def test_orphans_do_not_read(land, sh):
    say(sh, f"{land.path('test/t_job')} tty", r".*: ok\r\nt_job: ok\r\n")
