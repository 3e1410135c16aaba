"""test_faults.py - each way to die, on three ports: the right words, the right status, no hang."""

import re

import pytest

from harness import PANIC, run

NULL = "it is the page of NULL pointers"
REFUSED = "which does not allow it"
READ, WRITE, EXECUTE = "tried to read", "tried to write", "tried to execute"
WHO = r"in main \(PID 3\), CPU 0"

# name of the test: what has to be printed on every port, in this order
EVERYWHERE = {
    "fault-null-read": (r"at +0x[0-9a-f]+  fault_null_read\+0x", READ, NULL, WHO),
    "fault-null-write": (r"at +0x[0-9a-f]+  fault_null_write\+0x", WRITE, NULL, WHO),
    "fault-null-call": ("fault_null_call", EXECUTE + r" address 0x0+ ", NULL, WHO),
    "fault-text-write": (r"at +0x[0-9a-f]+  fault_text_write\+0x", WRITE, "R-X, " + REFUSED, WHO),
    "fault-rodata-write": (r"at +0x[0-9a-f]+  fault_rodata_write\+0x", WRITE, "R--, " + REFUSED, WHO),
    "fault-data-execute": (EXECUTE, "RW-, " + REFUSED, WHO, "run_copy|fault_data_execute"),
    "fault-stack-execute": (EXECUTE, "RW-, " + REFUSED, WHO, "run_copy|fault_stack_execute"),
    "fault-page-execute": (EXECUTE, "RW-, " + REFUSED, WHO, "run_copy|fault_page_execute"),
    "fault-stack-overflow": (r"PANIC: kernel stack overflow in deep-thread \(PID 4\)", "deeper",
                             "not present", r"in deep-thread \(PID 4\)", "#0 .*deeper", "#5 .*deeper"),
    "fault-boot-stack-overflow": (r"PANIC: kernel stack overflow in idle \(PID 0\)", "deeper",
                                  "not present"),
    "fault-no-room-for-interrupt": (r"PANIC: kernel stack overflow in deep-thread \(PID 4\)",
                                    r"in deep-thread \(PID 4\)"),
    "fault-kmap-write": ("fault_read_only", WRITE, "R--, " + REFUSED, WHO),
    "fault-kmap-unmapped": ("fault_unmapped", READ, "walk: level 0, .*: not present", WHO),
    "fault-illegal": (r"PANIC: (illegal|undefined|invalid)", r"hal_regs_illegal\+0x0", WHO),
    "fault-assert": (r"PANIC: assertion failed: lives == 9, tests/kernel/test_fault.c:\d+", WHO,
                     "#0 .* fault_assert"),
    "fault-state": (r"PANIC: main \(PID 3\) cannot go from RUNNING to DEAD", WHO, "fault_state"),
}

# and where the machines differ by nature
PER_PORT = {
    "fault-divide": {"x86": (r"PANIC: divide error", r"fault_divide\+0x", WHO),
                     "arm64": ("a division by zero gave 0",), "riscv": ("a division by zero gave -1",)},
    "fault-unaligned-atomic": {"x86": ("an unaligned atomic gave 256",),
                               "arm64": (r"PANIC: .*alignment fault", "misaligned address", WHO),
                               "riscv": (r"PANIC: .*address misaligned", "misaligned address", WHO)},
}

# what only a DEBUG build sees
DEBUG = {
    "debug-lock-order": (r"PANIC: lock order: low \(rank \d+\) taken while holding high \(rank \d+\)", WHO),
    "debug-sleep-with-lock": (r"PANIC: sched_sleep\(\) may sleep, but low is held", WHO),
    "debug-undefined-behaviour": (r"PANIC: (illegal|undefined|invalid|breakpoint|BRK)",
                                  "fault_undefined_behaviour"),
}


def check(port, test, expected, variant=""):
    result = run(port, f"test={test} panic=poweroff", variant=variant, timeout=30)
    assert result.status == PANIC, result
    at = 0
    for pattern in expected:
        found = re.compile(pattern).search(result.output, at)
        assert found, f"{pattern!r} is missing behind offset {at}\n{result}"
        at = found.end()
    assert "panic inside a panic" not in result.output, result
    assert "the machine stops here (panic=poweroff)" in result.output, result
    backtrace = r"#\d+ .*(thread_start|deeper|down_to_the_end)|in idle"
    assert re.search(backtrace, result.output), f"no backtrace\n{result}"


@pytest.mark.parametrize("test", EVERYWHERE)
def test_fault(port, test):
    check(port, test, EVERYWHERE[test])


@pytest.mark.parametrize("test", PER_PORT)
def test_fault_by_machine(port, test):
    check(port, test, PER_PORT[test][port.arch])


@pytest.mark.parametrize("test", DEBUG)
def test_debug(port, test):
    check(port, test, DEBUG[test], variant="debug")


def test_ubsan_of_clang(port):
    check(port, "debug-undefined-behaviour", DEBUG["debug-undefined-behaviour"], variant="llvm-debug")


@pytest.mark.parametrize("test", DEBUG)
def test_release_does_not_mind(port, test):
    """The control: without DEBUG nothing is noticed, so that the words above are the checks' own."""
    result = run(port, f"test={test} panic=poweroff", timeout=30)
    assert "nobody minded" in result.output, result
