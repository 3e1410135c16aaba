"""test_failalloc.py - allocations that fail: the suite with one in fifty, and the boot with each in turn; and
a shell and programs with one in fifty.

Planted and caught: a stack slot that is not given back when its pages cannot be mapped; a spawn that PID 1
does not try again. Seen to fail: an init that waits for ever for the shell that it could not fork.
"""

import re

import pexpect
import pytest

from harness import OK, PANIC, PROMPT, Console, run
from shortage import SHELL, TESTS, survive, torture
from test_kernel import check_ktap

SEED = {"x86": 11, "arm64": 12, "riscv": 13}
BOOT_MOST = 60          # allocations that a boot up to the prompt may ask for
CLEAN_END = r"PANIC: (no memory for [^\n]+|cannot start PID 1 \(error 12\))\n"


def failures(output):
    return map(int, re.search(r"^failalloc: (\d+) of (\d+) allocations were made", output, re.M).groups())


def check_suite(port, cmdline, variant=""):
    """All tests pass, and there was something to survive."""
    result = run(port, f"{cmdline} mem=32M panic=poweroff", variant=variant, icount=0, timeout=600)
    check_ktap(result)
    assert re.search(r"^memory: .*: exact$", result.output, re.M), result
    failed, asked = failures(result.output)
    rate = int(re.search(r"failalloc=1/(\d+)", cmdline)[1])
    assert asked > 10000 and asked / rate / 2 < failed < asked / rate * 2, result


def test_suite(port):
    check_suite(port, f"test=all failalloc=1/50,{SEED[port.arch]}")


def test_programs(port):
    """As far as twenty seconds go."""
    commands = torture(3) + SHELL + TESTS[:3]
    words = f"failalloc=1/50,{SEED[port.arch]}"
    faults, accounts, result = survive(port, words, commands, tries=10, patience=8, most=20)
    assert not faults and accounts > 0, result
    failed, asked = failures(result.output)
    assert asked / 100 < failed < asked / 25 and failed > 10, result


def boot(port, n):
    """The boot in which the n-th allocation fails, up to the prompt and off; or to its clean end."""
    with Console(port, f"failalloc={n} panic=poweroff", tests=False, timeout=30) as console:
        console.expect([re.escape(PROMPT), pexpect.EOF])
        if console.child.after is not pexpect.EOF:
            console.child.send("poweroff\r")
        return console.finish()


def test_boot(port):
    """Until n is beyond what the boot asks for."""
    panics = retries = 0
    for n in range(1, BOOT_MOST):
        result = boot(port, n)
        if result.status == PANIC:
            assert re.search(CLEAN_END, result.output), result
            assert "panic inside a panic" not in result.output, result
            panics += 1
            continue
        assert result.status == OK and re.search(r"^memory: .*: exact$", result.output, re.M), result
        failed, asked = failures(result.output)
        retries += "trying again in a second" in result.output
        if failed == 0:
            assert n == asked + 1, result
            break
        assert failed == 1 and asked >= n, result
    else:
        pytest.fail(f"the boot asks for more than {BOOT_MOST} allocations")
    assert panics > 0 and retries > 0 and n > 5


@pytest.mark.parametrize("word", ("0", "x", "1/", "2/50", "1/0", "1/50,", "1/50x", "99999999999", "-1"))
def test_bad_values(riscv, word):
    with Console(riscv, f"failalloc={word}", tests=False) as console:
        before = console.prompt()
        assert f"failalloc={word} is neither N nor 1/N nor 1/N,SEED: no allocation is made to fail" in before
        console.child.send("poweroff\r")
        assert "failalloc:" not in console.finish().output
