"""test_user.py - programs in the machine: the cases that Linux passes, too (tests/user/cases.py); a session.

All cases of a port run in one boot: a script in the initial RAM disk has them. Whatever they were, the
machine then has as much memory in use for programs as before, and its account of pages is exact.

Planted and caught: a case whose status is another; a pipe that keeps a page. Found: Ctrl-C in the middle of a
fork() missed the child, which stayed.
"""

import re
import shlex
import sys

import pytest

from harness import OK, ROOT
from userland import KERNEL_LINE, Shell, make_initrd

sys.path.insert(0, str(ROOT / "tests" / "user"))

from cases import CASES, PROGRAMS  # noqa: E402

# What Triptych does otherwise than Linux, and why: {name: (standard output, status, reason)}.
DIFFERENCES = {}

LIMIT = 600


def script(cases):
    """Each case in an empty folder; what it prints is kept apart from errors and messages of the kernel."""
    lines = []
    for name, command in cases:
        lines.append(f"mkdir /tmp/{name}; cd /tmp/{name}; echo; echo '@begin {name}'")
        lines.append(f"{command} </dev/null >/tmp/out; X=$?; cd /; echo '@output'; cat /tmp/out")
        lines.append(f"echo; echo @status $X; rm -r /tmp/{name}")
    lines.append("rm /tmp/out; echo @end")
    return "\n".join(lines) + "\n"


def results(output):
    """{name: (standard output, status)}"""
    found = re.findall(r"^@begin (\S+)\n.*?^@output\n(.*?)\n@status (\d+)$", KERNEL_LINE.sub("", output),
                       re.M | re.S)
    return {name: (text, int(status)) for name, text, status in found}


def check_cases(port, tmp_path, cases, cmdline="", **options):
    """Runs them; returns what they printed. Everything that they used is given back."""
    archive = make_initrd(port, tmp_path, {"suite": script(cases)}, options.get("variant", ""))
    with Shell(port, f"panic=poweroff {cmdline}", initrd=archive, **options) as shell:
        before = shell.settle()
        shell.type("sh /suite")
        shell.expect("\n@end", timeout=LIMIT)
        shell.wait()
        after = shell.settle(before)
        result = shell.power_off()
    assert result.status == OK, result
    account = re.search(r"memory: .*: exact$", result.output, re.M)
    assert account and "initrd" not in account[0], result
    assert after == before, result
    assert "PANIC" not in result.output and "suspicious" not in result.output, result
    return results(result.output), result


def check_all(port, tmp_path, cmdline="", **options):
    cases = [(name, f"sh -c {shlex.quote(command)}") for name, command, _, _ in CASES]
    cases += [(name, f"/test/{name}") for name in PROGRAMS]
    found, result = check_cases(port, tmp_path, cases, cmdline, **options)
    expected = {name: (output, status) for name, _, output, status in CASES}
    expected |= {name: (output, status) for name, (output, status, _) in DIFFERENCES.items()}
    wrong = {name: (found.get(name), right) for name, right in expected.items() if found.get(name) != right}
    assert not any("there are no endpoints" in output for output, _ in found.values()), result
    for name in PROGRAMS:
        output, status = found.get(name, ("nothing", -1))
        bad = [line for line in output.splitlines() if not line.endswith(": ok")]
        if bad or status != 0 or not output.endswith(f"{name}: ok\n"):
            wrong[name] = (bad, status)
    assert wrong == {}, f"{wrong}\n{result}"


@pytest.mark.parametrize("cmdline", ("maxcpus=1", "sched=fair"))
def test_cases(port, tmp_path, cmdline):
    check_all(port, tmp_path, cmdline)


def test_cases_debug(port, tmp_path):
    check_all(port, tmp_path, variant="debug")


def test_session(port):
    """Somebody at the keyboard: jobs, keys that send signals, history, the end."""
    with Shell(port, "panic=poweroff") as shell:
        before = shell.settle()
        assert shell.say("echo one two | wc -w; echo a >/tmp/f; cat </tmp/f; rm /tmp/f") == "2\na"
        shell.start("sleep 100")
        shell.child.send("\x03")
        shell.wait()
        assert shell.say("echo $?") == "130"
        shell.type("cat")
        shell.child.send("hello\r")
        shell.expect("hello\r*\nhello\r*\n")
        shell.child.send("\x1a")
        shell.expect(r"\[1\]  Stopped    cat")
        shell.wait()
        assert shell.say("jobs") == "[1]  Stopped    cat"
        shell.type("fg")
        shell.expect(r"cat\r*\n")
        shell.child.send("again\r")
        shell.expect("again\r*\nagain\r*\n")
        shell.child.send("\x04")
        shell.wait()
        assert shell.say("jobs; echo none") == "none"
        shell.start("sleep 1")
        shell.child.send("\x1a")
        shell.expect("Stopped")
        shell.wait()
        assert re.fullmatch(r"\[1\] \d+", shell.say("bg"))
        shell.say("wait")
        assert re.match(r"\[1\] \d+", shell.say("sleep 100 &"))
        assert "[1]  Running    sleep 100" in shell.say("jobs")
        assert "[1]  Terminated sleep 100" in shell.say("kill %1; wait")
        shell.start("sleep 100")
        shell.child.send("\x1a")
        shell.expect("Stopped")
        shell.wait()
        assert "[1]  Stopped " in shell.say("kill -INT %1; jobs")    # which waits,
        assert "[1]  Interrupt  sh -c" in shell.say("kill %1; wait")
        shell.start("cat | cat")
        shell.child.send("\x03")
        shell.wait()
        shell.type("/test/t_signal")
        shell.expect(r"tried to write 0x10 at \S+, but nothing is mapped there \(in write_to_nowhere\+0x")
        shell.wait()
        assert shell.say("/test/t_job tty").endswith("t_job: ok")
        assert shell.say("echo first") == "first"
        shell.child.send("\x1b[A\x1b[A\x1b[B")      # up, up, down: the last line again
        shell.child.send("\r")
        shell.expect("\nfirst\r*\n")
        shell.wait()
        assert shell.settle(before) == before
        result = shell.power_off()
    assert result.status == OK, result
    assert re.search(r"memory: .*: exact$", result.output, re.M), result


def test_monitor(port):
    """The kernel's monitor from the shell and back, twice, in the same thread; demos find their children."""
    with Shell(port, "panic=poweroff") as shell:
        threads = []
        for _ in range(2):
            shell.type("monitor; echo back $?")
            shell.prompt()
            threads += re.findall(r"^ +(\d+) +\d+  RUNNING .*  monitor$", shell.command("ps"), re.M)
            assert re.search(r"^the cache is new ", shell.command("demo slab"), re.M)
            assert "exit" in shell.command("help")
            shell.child.send("exit\r")
            assert shell.wait().endswith("back 0")
        assert len(threads) == 2 and threads[0] == threads[1], threads
        assert "none reads" in shell.say("cat </dev/monitor & sleep 0.5; kill -9 %1; wait; echo none reads")
        shell.command("")                           # the monitor goes on without its reader
        shell.child.send("exit\r")
        assert shell.say("echo again").endswith("again")
        result = shell.power_off()
    assert result.status == OK, result
