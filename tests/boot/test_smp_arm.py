"""test_smp_arm.py - the other CPUs of arm64: out of the firmware's loop, started or left waiting, and idle.

Seen to fail: without the GIC opened while a CPU waits. With places taken for numbers, test_entry.py fails.
"""

import re

import pytest

from guest import Guest, symbols, wait_until

LOOP_PA = 0x300                     # where QEMU lets CPUs 1 to 3 wait for the spin table: eleven instructions
STAY = 5 * b"\x7f\x20\x03\xd5\xff\xff\xff\x17" + b"\x7f\x20\x03\xd5"      # wfi; b .-4
KERNEL_BASE = 0xFFFFFF8000000000


def places(console, names):
    """Where each CPU of the board stands: in hal_cpu_idle(), at the wait in boot.S, or the address."""
    idle, wait = names["hal_cpu_idle"], names["wait"] - KERNEL_BASE
    pcs = [int(pc, 16) for pc in re.findall(r"\bPC=([0-9a-f]+)", console.monitor("info registers -a"))]
    return ["idle" if idle < pc <= idle + 16 else "wait" if wait < pc <= wait + 128 else hex(pc)
            for pc in pcs]


def check(console, arm64, wanted):
    """At the prompt all that are in use are idle, and the others wait."""
    names = symbols(arm64.build_dir() / "triptych.elf")
    wait_until(lambda: places(console, names) == wanted, lambda: f"{places(console, names)}, not {wanted}")


@pytest.mark.parametrize("image, most", (("kernel8.img", 1), ("kernel8.img", 2), ("kernel8.img", 3),
                                         ("kernel8.img", 8), ("triptych.elf", 8)))
def test_start(arm64, image, most):
    """At EL2 by the spin table; an ELF file at EL3, where all come by themselves (and no command line)."""
    in_use = min(most, 4)
    with Guest(arm64, f"maxcpus={most}", kernel=arm64.build_dir() / image) as console:
        assert f"{in_use} of 4 CPUs in use" in console.prompt()
        check(console, arm64, ["idle"] * in_use + ["wait"] * (4 - in_use))


def test_secure_gic(arm64):
    """As on the board: lines belong to the secure world until somebody gives them away, each CPU its own."""
    options = ["-global", "arm_gic.has-security-extensions=on"]
    with Guest(arm64, kernel=arm64.build_dir() / "triptych.elf", extra=options) as console:
        assert "4 of 4 CPUs in use" in console.prompt()
        check(console, arm64, ["idle"] * 4)


def test_cpu_does_not_come(arm64):
    """The firmware keeps it. The others are started all the same."""
    with Guest(arm64, gdb=True) as console:
        console.gdb.run_to(0x80000)
        console.gdb.write(LOOP_PA, STAY)
        console.gdb.resume()
        before = console.prompt()
        for cpu in (1, 2, 3):
            assert f"CPU {cpu} does not start" in before
        assert "1 of 4 CPUs in use" in before
        console.command("sleep 20")
