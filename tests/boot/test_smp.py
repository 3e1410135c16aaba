"""test_smp.py - four CPUs on three ports: the tests of kernel/smp.c and of the scheduler, and panics among
them. All CPUs against each other, for long: stress_smp.py.

Seen to fail: smp_flush() left out; a sleeper placed by what the running process had had long ago; a child
that begins with its parent's bonus.
"""

import re

import pytest

from harness import PANIC, run
from test_kernel import check_ktap


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
