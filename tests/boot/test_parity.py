"""test_parity.py - one behaviour, three machines: demo=parity leaves the same log on all of them.

The message of a failure names the first event that differs. Planted and caught: an
alarm that rings 3 ms late on arm64.
"""

from itertools import product

import pytest
from harness import PORTS, Console

import parity_log  # noqa: E402, which harness makes possible

# 3: what the log is compared with elsewhere. A shift makes a machine slower by two; none may matter.
SHIFTS = (0, 2, 4)


def log_of(port, words="", cmdline="maxcpus=1", **more):
    words = f"demo=parity panic=poweroff {cmdline} {words}".strip()
    with Console(port, words, tests=False, timeout=120, **more) as console:
        return parity_log.parse(console.prompt(), port.arch)


@pytest.fixture(scope="module")
def reference():
    return log_of(PORTS[0], icount=3)


def check(**logs):
    found = parity_log.difference(logs)
    assert found == "", f"the same scenario, and not the same log\n{found}"


@pytest.mark.parametrize("shift", SHIFTS)
def test_ports(shift):
    """Not with sched=fair: there it matters how much of a turn one has had, and so how fast a machine is."""
    check(**{port.arch: log_of(port, icount=shift) for port in PORTS})


def test_speed_does_not_matter(port, reference):
    for shift in SHIFTS:
        check(**{"x86 at shift 3": reference, f"{port.arch} at shift {shift}": log_of(port, icount=shift)})


@pytest.mark.parametrize("variant", ["debug", "llvm"])
def test_neither_do_compilers_and_checks(port, variant, reference):
    check(**{"x86": reference, f"{port.arch}, {variant}": log_of(port, variant=variant, icount=3)})


def test_neither_do_other_cpus(port, reference):
    smp = {} if port.arch == "arm64" else {"smp": 3}
    check(**{"x86": reference, f"{port.arch}, several CPUs": log_of(port, cmdline="", icount=3, **smp)})


def test_from_the_monitor_and_again(x86, reference):
    """Other PIDs; and the event log is on afterwards if it was before.

    Only here: under -icount, exact as it has to be, the others do not wait for a key but jump far ahead.
    """
    with Console(x86, "maxcpus=1", tests=False, timeout=60, icount=3) as console:
        console.prompt()
        for state in ("off, no rings", "trace: on"):
            check(booted=reference, typed=parity_log.parse(console.command("demo parity"), "typed"))
            assert state in console.command("trace")
            console.command("trace on")


def test_what_it_does(reference):
    """It is no scenario if nothing happens in it."""
    kinds = {event.split(" ")[0] for event in reference}
    assert kinds == {"mark", "spawn", "wake", "sleep", "switch", "exit", "irq"}
    for wanted in ("mark m-late gets -110", "mark m-killed gets -4", "wake init in f-orphan",
                   "spawn w-worker#2 by keeper", "exit f-parent code -3", "mark f-parent tries -10",
                   "switch t-one to t-two, READY", "switch q-one to q-two, READY",
                   "mark director cancels 1", "mark director counts 3"):
        assert wanted in reference, wanted
    parts = [n for n, event in enumerate(reference) if event.startswith("mark director begins ")]
    assert [reference[n].rsplit(" ", 1)[1] for n in parts] == list("123456")
    for kind, part in product(("mark", "switch", "irq"), range(6)):
        end = parts[part + 1] if part < 5 else None
        assert any(event.startswith(kind) for event in reference[parts[part]:end]), (kind, part + 1)
