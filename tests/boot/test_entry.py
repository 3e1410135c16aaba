"""test_entry.py - every way into the kernel: exception levels, boot harts, device trees; and what is refused.

The debugger makes what QEMU's own loader does not: another exception level, a device tree that QEMU has not
changed, the hart that comes first.

Seen to fail: without the comparison of addresses in boot.S; without the drop from EL3, or from EL2; without
the /memreserve/ list; with the PLIC context of hart 0 for all harts; with PAE struck from what boot.asm
asks of the CPU.
"""

import re
import struct
import subprocess

import pytest

from guest import Guest, elf_at, symbols, wait_until
from harness import OK, Console
from memory_map import LOAD, check_memory, ranges

WRONG_PLACE = "Triptych: loaded at the wrong address; this image must lie at "
ARM64_ENTRY, RISCV_ENTRY, X86_KERNEL_BASE = LOAD["arm64"], LOAD["riscv"], 0x80000000
SBI_HSM = 0x48534D
TREE_PA, STUB_PA, AWAY_PA = 0x8200000, 0x1000000, 0x80400000


def use(port, console):
    """All is there: input, time, memory, the way out. Returns the text before the prompt, and `mem`."""
    before = console.prompt()
    assert re.search(r"^up \d+\.\d{3} s, \d+ processes", console.command("uptime"), re.M)
    console.command("sleep 20")
    assert re.search(r"^ +\d+ +[1-9]\d* +timer$", console.command("irq"), re.M)
    shown = console.command("mem")
    if console.gdb:
        console.gdb.stop()
        check_memory(port, console, shown)
        console.gdb.resume()
    console.child.send("poweroff\r")
    assert console.finish().status == OK
    return before, shown


def level(gdb):
    """The exception level of arm64."""
    return gdb.register("cpsr") >> 2 & 3


# --- arm64 --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, entered_at", (("kernel8.img", 2), ("triptych.elf", 3)))
def test_entry_by_image(arm64, name, entered_at):
    """QEMU enters the raw image as the firmware does; an ELF file in EL3, with all four cores at once."""
    with Guest(arm64, "hello=1", kernel=arm64.build_dir() / name, gdb=True) as console:
        console.gdb.run_to(ARM64_ENTRY)
        assert level(console.gdb) == entered_at
        console.gdb.resume()
        before, _ = use(arm64, console)
        assert entered_at == 3 or "command line: hello=1" in before
        assert "4 of 4 CPUs in use" in before


def test_entry_at_el1(arm64):
    """As from a hypervisor. QEMU has no way there, so a few instructions at EL2 make one."""
    enter_el1 = (0xD2B00001,        # mov  x1, #1 << 31        HCR_EL2.RW: EL1 is AArch64
                 0xD51C1101,        # msr  hcr_el2, x1
                 0xD2800061,        # mov  x1, #3              EL1 may use its timers
                 0xD51CE101,        # msr  cnthctl_el2, x1
                 0xD51CE07F,        # msr  cntvoff_el2, xzr
                 0xD28078A1,        # mov  x1, #0x3c5          EL1h, everything masked
                 0xD51C4001,        # msr  spsr_el2, x1
                 0xD2A00101,        # mov  x1, #0x80000
                 0xD51C4021,        # msr  elr_el2, x1
                 0xD69F03E0)        # eret
    with Guest(arm64, "hello=1", gdb=True) as console:
        console.gdb.run_to(ARM64_ENTRY)
        console.gdb.write(STUB_PA, struct.pack("<10I", *enter_el1))
        console.gdb.set_register("pc", STUB_PA)
        console.gdb.run_to(ARM64_ENTRY)
        assert level(console.gdb) == 1
        console.gdb.resume()
        before, _ = use(arm64, console)
        assert "command line: hello=1" in before and "4 of 4 CPUs in use" in before


@pytest.fixture
def tree(tmp_path):
    """tests/boot/dts/rpi4.dts, compiled."""
    source = tmp_path.joinpath("rpi4.dtb"), __file__.replace("test_entry.py", "dts/rpi4.dts")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", *source], check=True, timeout=30)
    return source[0]


def check_tree(before, shown):
    """What the tree says, is known: command line, names, and what is not free."""
    assert "command line: hello=tree quantum=7" in before and "Rev 1.1 of the tests, 2 CPUs" in before
    assert "2 of 2 CPUs in use" in before
    reserved = ranges(shown, "reserved")
    for wanted in ((0, 0x1000), (0x1000000, 0x1123000), (0x2000000, 0x2200000)):
        assert wanted in reserved, shown
    assert ranges(shown, "hidden") == [(0x3000000, 0x3300000)], shown
    return reserved


def test_device_tree(arm64, tree, tmp_path):
    """By way of QEMU, which writes memory and initrd into the tree, and puts it behind the initrd."""
    (tmp_path / "initrd").write_bytes(b"initrd" * 2000)
    with Guest(arm64, dtb=tree, gdb=True, extra=["-initrd", tmp_path / "initrd"]) as console:
        console.gdb.resume()
        before, shown = use(arm64, console)
        reserved = check_tree(before, shown)
        assert ranges(shown, "RAM") == [(0, 0x3C000000)]
        (first, end), = ranges(shown, "initrd")
        assert end - first == 12000
        assert any(at <= TREE_PA < behind for at, behind in reserved), shown


def test_device_tree_as_it_is(arm64, tree):
    """Two nodes of memory, and /chosen without an initrd."""
    with Guest(arm64, gdb=True) as console:
        console.gdb.run_to(ARM64_ENTRY)
        data = tree.read_bytes()
        for at in range(0, len(data), 512):
            console.gdb.write(TREE_PA + at, data[at:at + 512])
        console.gdb.set_register("x0", TREE_PA)
        console.gdb.resume()
        before, shown = use(arm64, console)
        assert (TREE_PA, TREE_PA + len(data)) in check_tree(before, shown)
        assert ranges(shown, "RAM") == [(0, 0x20000000), (0x40000000, 0x50000000)]
        assert not ranges(shown, "initrd")
        assert "768 MiB of RAM" in before


def test_no_parameters(arm64):
    """x0 points nowhere: the board's own facts are enough."""
    with Guest(arm64, "hello=1", gdb=True) as console:
        console.gdb.run_to(ARM64_ENTRY)
        console.gdb.set_register("x0", 0xFFFF_FFFF_FFFF_FFF8)
        console.gdb.resume()
        before, shown = use(arm64, console)
        assert "command line: (none)" in before and "4 CPUs" in before
        assert ranges(shown, "RAM") == [(0, 0x3C000000), (0x40000000, 0x80000000)]


# --- riscv --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("hart", range(4))
def test_boot_hart(riscv, hart):
    """Any hart may win the firmware's race, but hart 0 nearly always does: it starts another, and stops."""
    start_and_stop = (0x00000073,   # ecall                    HSM: start hart a0 at a1, with a2 in its a1
                      0x00100813,   # li   a6, 1
                      0x00000073)   # ecall                    HSM: stop this hart
    with Guest(riscv, smp=4, gdb=True) as console:
        gdb = console.gdb
        gdb.run_to(RISCV_ENTRY)
        if gdb.register("a0") != hart:
            gdb.write(AWAY_PA, struct.pack("<3I", *start_and_stop))
            for name, value in {"a2": gdb.register("a1"), "a0": hart, "a1": RISCV_ENTRY, "a6": 0,
                                "a7": SBI_HSM, "pc": AWAY_PA}.items():
                gdb.set_register(name, value)
            gdb.run_to(RISCV_ENTRY)
        assert gdb.register("a0") == hart
        gdb.boot_cpu = hart
        gdb.resume()
        before, _ = use(riscv, console)
        assert "4 of 4 CPUs in use" in before


def test_raw_image(riscv):
    with Guest(riscv, kernel=riscv.build_dir() / "Image") as console:
        use(riscv, console)


# --- What is refused ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("way", ("arm64-el2", "arm64-el3", "riscv"))
def test_wrong_address(arm64, riscv, tmp_path, way):
    """A word of advice instead of silence."""
    port = riscv if way == "riscv" else arm64
    raw = (port.build_dir() / ("Image" if way == "riscv" else "kernel8.img")).read_bytes()
    image = {"arm64-el2": raw[:8] + bytes(8) + raw[16:],        # the header's offset from the start of RAM
             "arm64-el3": elf_at(AWAY_PA >> 8, raw, machine=183),
             "riscv": elf_at(AWAY_PA, raw, machine=243)}[way]
    (tmp_path / "image").write_bytes(image)
    with Console(port, kernel=tmp_path / "image") as console:
        entry = RISCV_ENTRY if way == "riscv" else ARM64_ENTRY
        console.expect(rf"{WRONG_PLACE}{entry:#x}\r*\n")
        assert console.child.isalive()


def check_refusal(console, text):
    """On the serial line and on the screen; and then the machine stands."""
    console.expect(re.escape(text))
    wait_until(console.monitor.halted)
    assert console.screen()[0].startswith(text) and "Triptych 0." not in console.output


@pytest.mark.parametrize("cpu", ("486", "qemu32,-pae", "qemu32,-apic", "qemu32,-tsc"))
def test_old_cpu(x86, cpu):
    with Guest(x86, cpu=cpu) as console:
        check_refusal(console, "Triptych: this CPU is too old")


def test_not_multiboot(x86):
    with Guest(x86, gdb=True) as console:
        console.gdb.run_to(symbols(x86.build_dir() / "triptych.elf")["_start"] % X86_KERNEL_BASE)
        console.gdb.set_register("eax", 0)
        console.gdb.resume()
        check_refusal(console, "Triptych: not loaded by ")
