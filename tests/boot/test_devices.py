"""test_devices.py - no device is used wrongly, and an idle guest leaves the host alone.

QEMU writes a line for each access that a device does not know, that breaks its rules or meets no device.

Seen to fail: an idle loop without hlt or wfi on each port; on arm64 the cores 1 to 3 left in the firmware's
wfe, which QEMU does not wait in. And test_misuse_is_noticed() is a control in every run.
"""

import re
import time

import pytest

from guest import Guest
from harness import OK, PASS, PANIC, run

# Lines that are no fault of the kernel, with the reason.
ALLOWED = {
    "x86": (),
    # power-off and reset: QEMU stores the value, and says that a board would do more with it
    "arm64": ("bcm2835_powermgt_write: (RSTS|WDOG)",),
    "riscv": (),
}
SECONDS, MOST_SHARE = 2, 0.1        # of one of the host's CPUs


def check_log(port, path, result):
    lines = [line for line in path.read_text(errors="replace").splitlines()
             if not any(re.fullmatch(allowed, line) for allowed in ALLOWED[port.arch])]
    assert not lines, "\n".join(sorted(set(lines))[:20]) + f"\nin all {len(lines)} lines\n{result}"


def logged(path):
    return ["-d", "guest_errors,unimp,invalid_mem", "-D", path]


def test_session(port, tmp_path):
    """Boot, commands, typing, the end."""
    log = tmp_path / "log"
    with Guest(port, "hello=1", extra=logged(log)) as console:
        console.prompt()
        for line in ("help", "ps", "uptime", "irq", "mem", "dmesg", "sleep 20", "demo threads", "x" * 200):
            console.command(line)
        console.child.send("poweroff\r")
        result = console.finish()
    assert result.status == OK, result
    check_log(port, log, result)


@pytest.mark.parametrize("test, status", (("all", PASS), ("fault-null-read", PANIC)))
def test_tests(port, tmp_path, test, status):
    cmdline = f"test={test} mem=256M panic=poweroff"
    result = run(port, cmdline, icount=3, timeout=300, extra=logged(f"{tmp_path}/log"))
    assert result.status == status, result
    check_log(port, tmp_path / "log", result)


def test_reboot(port, tmp_path):
    with Guest(port, extra=logged(tmp_path / "log")) as console:
        console.prompt()
        console.child.send("reboot\r")
        result = console.finish()
    check_log(port, tmp_path / "log", result)


def test_misuse_is_noticed(port, tmp_path):
    """The control: the monitor reads where no device is."""
    with Guest(port, extra=logged(tmp_path / "log")) as console:
        console.prompt()
        console.monitor("xp /1wx 0xf0000000")
        console.child.send("poweroff\r")
        result = console.finish()
    with pytest.raises(AssertionError, match="Invalid read at addr 0xF0000000"):
        check_log(port, tmp_path / "log", result)


def share(console):
    """Of a CPU of the host, while the guest does whatever it does."""
    before = console.cpu_seconds()
    time.sleep(SECONDS)
    return (console.cpu_seconds() - before) / SECONDS


@pytest.mark.parametrize("cmdline", ("", "maxcpus=1"))
def test_idle(port, cmdline):
    """At the prompt; and after a panic, when all is halted for good. CPUs that are not in use wait, too."""
    with Guest(port, cmdline, smp=4) as console:
        console.prompt()
        console.command("sleep 1")
        assert share(console) < MOST_SHARE
        console.child.send("panic\r")
        console.expect("the machine stops here")
        assert share(console) < MOST_SHARE
