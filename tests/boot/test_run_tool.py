"""test_run_tool.py - tools/run with real kernels: what is on the terminal, the ways out, and the watchdog.

tests/tools/test_run.py has the many ways in which a QEMU can end, with one that only pretends.

Seen to fail: the line about quitting left out; poweroff with status 1; a watchdog that only waits; a QEMU
left behind.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from guest import elf_at, wait_until
from harness import OK, PROMPT, ROOT
from machines import die_with_parent

STAMP = re.compile(rb"^\[ *\d+\.\d{6}\]", re.M)
RUN = str(ROOT / "tools/run")
TIMED_OUT = 124
# A kernel that prints nothing: a jump to itself.
SILENT = {"x86": b"\xeb\xfe", "arm64": b"\x00\x00\x00\x14", "riscv": b"\x6f\x00\x00\x00"}


def start(port, *options):
    argv = [RUN, "--arch", port.arch, *map(str, options)]
    child = pexpect.spawn(sys.executable, argv, timeout=60, encoding="utf-8", codec_errors="replace",
                          echo=False, preexec_fn=die_with_parent)
    child.delaybeforesend = None
    return child


def words_of(pid):
    """The command line of a process, as far as there is one."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def qemus(child):
    """What tools/run has started, but for the QEMU that only tells its version."""
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    return [pid for pid in children if b"-kernel" in words_of(pid)]


def end(child):
    """Exit status, once it has ended by itself and left nobody behind."""
    mine = qemus(child)
    child.expect(pexpect.EOF)
    child.close()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in mine)
    return child.exitstatus


def test_session(port):
    """The first line says how to quit; banner, prompt, an answer; poweroff is status 0."""
    child = start(port, "--cmdline", "hello=run")
    try:
        child.expect("\n")
        assert "Ctrl-A X" in child.before and "poweroff" in child.before and port.title in child.before
        child.expect(rf"Triptych \S+ on {port.arch}/{port.board}: ")
        child.expect(r"command line: hello=run\r*\n")
        child.expect(PROMPT)
        assert len(qemus(child)) == 1
        child.send("uptime\r")
        child.expect(r"up \d+\.\d{3} s, 7 processes")
        child.expect(PROMPT)
        child.send("poweroff\r")
        assert end(child) == OK
    finally:
        child.close(force=True)


def test_control_c_is_for_the_guest(port):
    """It gives up the line, not the kernel; Ctrl-A X quits, with status 0."""
    child = start(port)
    try:
        child.expect(PROMPT)
        child.send("nonsense\x03")
        child.expect(PROMPT)
        child.send("uptime\r")
        child.expect("up 0")
        child.send("\x01x")
        assert end(child) == OK
    finally:
        child.close(force=True)


def test_demo_and_options(port):
    """What a person adds reaches the machine: the count of instructions makes two runs the same.

    But for the stamps: how long firmware waits for its UART is up to the host, so the kernel's clock may
    begin some instructions earlier or later within a tick.
    """
    argv = [sys.executable, RUN, "--arch", port.arch, "--cmdline", "demo=539 seconds=1 exit maxcpus=1",
            "--icount", "5"]
    first, second = (subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
                     for _ in range(2))
    assert first.returncode == second.returncode == 33, first.stdout
    assert b"Process A," in first.stdout
    assert STAMP.sub(b"", first.stdout) == STAMP.sub(b"", second.stdout)


def test_watchdog(port, tmp_path):
    """No banner: QEMU is ended, and the likely causes are listed, each with what to do."""
    image = tmp_path / "silent"
    image.write_bytes(SILENT[port.arch])
    if port.arch == "riscv":
        image.write_bytes(elf_at(0x80200000, SILENT["riscv"], machine=243))
    if port.arch == "x86":
        header = 0x1BADB002, 1 << 16, -(0x1BADB002 + (1 << 16)) % 2**32, *[0x100000] * 2, 0, 0, 0x100020
        image.write_bytes(b"".join(word.to_bytes(4, "little") for word in header) + SILENT["x86"])
    child = start(port, "--image", image, "--timeout", 2)
    try:
        wait_until(lambda: qemus(child))
        mine = qemus(child)
        child.expect("run: no banner of the kernel within 2 s, QEMU was ended. Likely causes:")
        child.expect(pexpect.EOF)
        causes = re.findall(r"^  - (.*)\r$", child.before, re.M)
        assert len(causes) >= 3, child.before
        assert any("make debug" in line or "output above" in line for line in causes), child.before
        assert any(f"make ARCH={port.arch}" in line for line in causes)
        child.close()
        assert child.exitstatus == TIMED_OUT
        assert not any(os.path.exists(f"/proc/{pid}") for pid in mine)
    finally:
        child.close(force=True)


@pytest.mark.parametrize("words", ("--arch vax", "--arch arm64 --smp 2", "--arch x86 --mem 1"))
def test_what_cannot_be(words):
    """A word of advice, not a traceback."""
    done = subprocess.run([sys.executable, RUN, *words.split()], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and done.stderr.startswith("run: ") and "Traceback" not in done.stderr
