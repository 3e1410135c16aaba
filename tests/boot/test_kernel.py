"""test_kernel.py - the suite inside the kernel, on three ports, in virtual time.

Planted once: a wake-up that leaves no token, a register that entry does not save, a page that exit leaks: see
tests/mutants.
"""

import re

import pytest

from harness import FAIL, PASS, run

VARIANTS = ("", "debug", "llvm", "llvm-debug", "llvm-O0")    # the other three: stress_kernel.py


def check_ktap(result):
    """The lines, the count and the exit status have to agree."""
    plan = re.search(r"^1\.\.(\d+)$", result.output, re.M)
    assert plan, result
    total = int(plan[1])
    passed = re.findall(r"^ok (\d+) - (\S+)", result.output, re.M)
    assert not re.search(r"^not ok", result.output, re.M), result
    assert [int(number) for number, _ in passed] == list(range(1, total + 1)), result
    assert f"DONE {total}/{total}\n" in result.output, result
    assert result.status == PASS, result
    return [name for _, name in passed]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v or "release")
def test_suite(port, variant):
    """Plain, with all memory that there is; in a variant, which is slower, with some of it."""
    words = "test=all" + (" mem=32M" if variant else "")
    names = check_ktap(run(port, words, variant=variant, icount=0, timeout=600))
    assert len(names) >= 40


def one_cpu(port, words):
    """The command line and QEMU's options for one CPU; the Pi has always four."""
    return (f"{words} maxcpus=1", {}) if port.arch == "arm64" else (words, {"smp": 1})


def check_one_cpu(port, words):
    words, options = one_cpu(port, f"test=all mem=64M {words}")
    result = run(port, words, icount=0, timeout=600, **options)
    check_ktap(result)
    assert "1 of " in result.output and " in use" in result.output, result


def check_fair(port, variant=""):
    result = run(port, "test=all mem=64M sched=fair", variant=variant, icount=3, timeout=600)
    check_ktap(result)
    assert "4 of 4 CPUs in use" in result.output, result


def test_suite_on_one_cpu(port):
    check_one_cpu(port, "")


def test_suite_fair(port):
    check_fair(port)


@pytest.mark.parametrize("sched", ("rr", "fair"))
def test_suite_in_parallel(port, sched):
    """CPUs that are threads of the host: what is exact only in virtual time is left out."""
    for tests in ("mem-*", "proc-*", "vm-*"):
        check_ktap(run(port, f"test={tests} mem=64M sched={sched}", timeout=600))


@pytest.mark.parametrize("shift", (2, 5))
def test_suite_at_other_speeds(port, shift):
    """Another ratio of instructions to time is another interleaving of the timer with the code.

    What is to be on time, on one CPU: QEMU lets one CPU run at a time, and who waits for another uses up
    what it was allotted, which is time for all.
    """
    words, options = one_cpu(port, "test=sched-* quantum=1")
    check_ktap(run(port, words, icount=shift, **options))
    check_ktap(run(port, "test=mem-* quantum=1 mem=64M", icount=shift))


@pytest.mark.parametrize("words", ("pid_max=300", "pid_max=100 quantum=1", "pid_max=4194304", "mem=16M"))
def test_processes(port, words):
    """Few numbers, which wrap and run out; many; little memory."""
    tests = "proc-e* " if "4194304" in words or "=100" in words else "proc-* "
    check_ktap(run(port, f"test={tests}{words}", icount=0))


def test_a_failure_is_told(port):
    """A name that selects nothing is not a pass."""
    result = run(port, "test=no-such-test", icount=0)
    assert "DONE 0/0" in result.output and result.status == FAIL, result
