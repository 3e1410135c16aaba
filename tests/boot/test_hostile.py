"""test_hostile.py - programs that attack the kernel end, alone, for the right reason; or their call fails.

tests/user/prog/hostile.c has the attacks, each with the signal and with the message that the kernel has to
print. All of a port run in one boot, with little memory, so that it can be used up. What QEMU does not
refuse is not here: a misaligned stack pointer on arm64, wbinvd and errors of SSE on x86.

Planted and caught: a kernel page that programs may read; a frame whose segments, or whose mode, is not looked
at; a message with another address; a page table of a program that is not freed.
"""

import re

import pytest

from guest import symbols
from harness import OK
from userland import Shell

# Attacks that all ports have, and those that each has for itself.
OF_ALL = 41
OF_PORT = {"x86": 51, "arm64": 34, "riscv": 23}

MESSAGE = re.compile(r"^\[ *\d+\.\d+\] (?:hostile|bad) \(PID \d+\): (.*)$", re.M)
ANY_ADDRESS = "(?:0|0x[0-9a-f]+)"


def fault_of(text):
    """What is wrong with what the kernel said during one attack, or None. The text is what came meanwhile."""
    expected = re.search(r"^@attack [^:\n]+: (.*)$", text, re.M)[1]
    said = MESSAGE.findall(text)
    if expected == "...":
        return None
    if expected == "-":
        return f"said {said}" if said else None
    at = re.search(r"^@at (\S+)$", text, re.M)
    pattern = re.escape(expected).replace(r"\*", at[1] if at else "no address").replace(r"\?", ANY_ADDRESS)
    pattern = pattern.replace(",\\ ", rf"\ at\ {ANY_ADDRESS},\ ", 1)
    return None if len(said) == 1 and re.match(pattern, said[0]) else f"said {said}, not {pattern}"


@pytest.mark.parametrize("cmdline", ("maxcpus=1", ""))
def test_attacks(port, cmdline):
    at = symbols(port.build_dir() / "triptych.elf")
    with Shell(port, f"panic=poweroff mem=64M {cmdline}", timeout=600) as shell:
        before = shell.settle()
        shell.type(f"/test/hostile {at['kernel_main']:x} {at['cpus']:x}")
        shell.wait()
        assert shell.say("echo alive") == "alive"
        after = shell.settle(before)
        result = shell.power_off()
    assert result.status == OK, result
    assert "PANIC" not in result.output and re.search(r"memory: .*: exact$", result.output, re.M), result
    attacks = re.findall(r"^@attack .*?^@end ([^\n]+) \(\d+\): (\w+)$", result.output, re.M | re.S)
    texts = [m[0] for m in re.finditer(r"^@attack .*?^@end [^\n]*$", result.output, re.M | re.S)]
    wrong = {name: verdict for name, verdict in attacks if verdict != "ok"}
    for (name, _), text in zip(attacks, texts):
        fault = fault_of(text)
        if fault:
            wrong.setdefault(name, fault)
    assert wrong == {}, f"{wrong}\n{result}"
    assert len(attacks) >= OF_ALL + OF_PORT[port.arch], attacks
    assert "hostile: ok" in result.output, result
    assert after == before, result
