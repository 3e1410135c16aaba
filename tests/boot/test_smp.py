"""test_smp.py - four CPUs on three ports: the tests of kernel/smp.c and the scheduler, and all CPUs against
each other, free-running and in repeatable interleavings (-icount, another one for each shift).

Seen to fail: smp_flush() left out; a sleeper placed by what the running process had had long ago; a child
that begins with its parent's bonus.
"""

import re

import pytest

from harness import PANIC, run
from test_kernel import check_ktap

# name of the stress: percent of it that is run free, and that is run in each interleaving
STRESS = {"lock-torture": (5, 2), "life-storm pid_max=300": (3, 2), "fork-bomb mem=32M": (100, 100),
          "move-storm": (2, 1), "timeout-storm": (1, 1), "flush-storm": (1, 1)}
SHIFTS = range(2, 10)
# Each CPU there calls the firmware for each interrupt to another, and waits in it, which QEMU does not see.
SLOW_IN_TURNS = {"riscv": ("flush-storm", "fork-bomb mem=32M")}


def four(port, words, **options):
    return run(port, words, smp=4, **options)


@pytest.mark.parametrize("words", ("", "sched=fair"))
@pytest.mark.parametrize("variant", ("", "debug"), ids=("release", "debug"))
def test_suite(port, variant, words):
    check_ktap(four(port, f"test=smp-* {words}", variant=variant, icount=0))
    check_ktap(four(port, f"test=share-* quantum=1 {words}", variant=variant, icount=0))


@pytest.mark.parametrize("most", (1, 2, 3))
def test_some_cpus(port, most):
    result = four(port, f"test=smp-* maxcpus={most}", icount=0)
    check_ktap(result)
    assert f"{most} of 4 CPUs in use" in result.output


@pytest.mark.parametrize("words", ("", "sched=fair"))
def test_equal_shares(x86, arm64, words):
    """Ten seconds of five, six and seven on four."""
    for port in (x86, arm64):
        check_ktap(four(port, f"test=share-equals-long {words}", icount=8, timeout=200))


@pytest.mark.parametrize("test", STRESS)
def test_free(port, test):
    for words, variant in (("", ""), ("sched=fair", "debug")):
        check_ktap(four(port, f"test={test} stress={STRESS[test][0]} {words}", variant=variant, timeout=200))


@pytest.mark.parametrize("shift", SHIFTS)
def test_interleavings(port, shift):
    """Release and DEBUG, both policies and failing allocations by turns."""
    for number, test in enumerate(STRESS, shift):
        if test in SLOW_IN_TURNS.get(port.arch, ()):
            continue
        words = ("sched=rr", "sched=fair", "sched=rr failalloc=1/50,3", "sched=fair quantum=1")[number % 4]
        check_ktap(four(port, f"test={test} stress={STRESS[test][1]} seed={shift} {words}",
                        variant="debug" if number % 3 == 0 else "", icount=shift, timeout=200))


def dies(port, test, patterns, **options):
    """One panic is told, whole, and the machine stops."""
    result = four(port, f"test={test} panic=poweroff", timeout=60, **options)
    assert result.status == PANIC, result
    for pattern in patterns:
        assert re.search(pattern, result.output, re.S), f"{pattern!r} is missing\n{result}"
    assert result.output.count("PANIC:") == 1 and "panic inside a panic" not in result.output, result
    assert "the machine stops here" in result.output, result


ONE, TWO, THREE = (rf"CPU {n} was in team \(PID {n + 3}\).*{name}\+0x" for n, name in
                   ((1, "busy_elsewhere"), (2, "busy_elsewhere"), (3, "wait_for_lock")))
MODES = ({}, {"icount": 3}, {"variant": "debug"})


@pytest.mark.parametrize("options", MODES, ids=("free", "turns", "debug"))
def test_panic_stops_others(port, options):
    dies(port, "panic-stops-others",
         (r"PANIC: one for all\n.*in main \(PID 3\), CPU 0\n", f"{ONE}.*{TWO}.*{THREE}"), **options)


@pytest.mark.parametrize("options", MODES, ids=("free", "turns", "debug"))
def test_panic_not_heard(port, options):
    dies(port, "panic-not-heard", (f"{ONE}.*CPU 2 does not answer.*{THREE}",), **options)


@pytest.mark.parametrize("options", MODES, ids=("free", "turns", "debug"))
def test_panic_at_once(port, options):
    """The first is told; the others are stopped where they are, also on the way into their own panic."""
    dies(port, "panic-at-once", (r"PANIC: number \d\n",), **options)
