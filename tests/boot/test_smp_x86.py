"""test_smp_x86.py - the CPUs of a PC, and its interrupts, by every kind of table that firmware leaves.

Seen to fail: NX not on before the kernel's tables; an id of no APIC looked for; a CPU that does not come
counted; a table without the boot CPU believed; the 8259As left open beside the I/O APIC; LINT0 masked where
they serve.
"""

import re

import pytest

from guest import Guest, symbols

KERNEL_BASE = 0x80000000
BIOS, BIOS_END = 0xE0000, 0x100000
RAM_END = 128 << 20
NOBODY = 200                        # no local APIC has this id
SOCKETS = ["-smp", "sockets=4,cores=1"]     # SeaBIOS's MP table lists one CPU of each socket

MACHINE = {
    "pc": [], "q35": ["-M", "q35"],
    "pc-mp": ["-M", "pc,acpi=off", *SOCKETS], "q35-mp": ["-M", "q35,acpi=off", *SOCKETS],
}


def in_use(text):
    """(CPUs in use, CPUs there are)"""
    return tuple(map(int, re.search(r"(\d+) of (\d+) CPUs? in use", text).groups()))


def check_console(console, io_apic):
    """Both lines of the console reach it; returns what was said on the way."""
    def count(line):
        return int(re.search(rf"^ +{line} +(\d+)  console", console.command("irq"), re.M)[1])

    assert ("I/O APIC" in console.command("vmmap")) == io_apic
    before = count(4)
    assert count(4) > before
    before = count(1)
    for key in "uptime":
        console.monitor(f"sendkey {key}")
    console.monitor("sendkey ret")
    assert "up " in console.prompt()
    assert count(1) > before
    # Who has the lines: the 8259A keeps all masked, or it has the console's two open and the cascade.
    masks = console.monitor.port(0x21, "b"), console.monitor.port(0xA1, "b")
    assert masks == ((0xFF, 0xFF) if io_apic else (0xE9, 0xFF))


@pytest.mark.parametrize("smp", (1, 2, 4, 8))
def test_cpus(x86, smp):
    with Guest(x86, smp=smp) as console:
        assert in_use(console.prompt()) == (smp, smp)
        check_console(console, io_apic=True)


@pytest.mark.parametrize("machine", MACHINE)
def test_machines(x86, machine):
    with Guest(x86, smp=4, extra=MACHINE[machine]) as console:
        assert in_use(console.prompt()) == (4, 4)
        check_console(console, io_apic=True)


@pytest.mark.parametrize("cpu", ("qemu32", "max", "Nehalem"))
def test_models(x86, cpu):
    """With and without NX, which has to be on before the kernel's own page tables are."""
    with Guest(x86, smp=3, cpu=cpu) as console:
        assert in_use(console.prompt()) == (3, 3)


def test_most(x86):
    with Guest(x86, "maxcpus=2", smp=8) as console:
        assert in_use(console.prompt()) == (2, 8)


def test_no_io_apic(x86):
    """A PC with an ISA bus only. Its MP table tells of an I/O APIC that it does not have."""
    with Guest(x86, smp=1, extra=["-M", "isapc"]) as console:
        assert in_use(console.prompt()) == (1, 1)
        check_console(console, io_apic=False)


class Firmware:
    """A guest of four CPUs at the first C of the kernel, whose tables can be changed."""

    def __init__(self, console, x86):
        self.console = console
        console.gdb.run_to(symbols(x86.build_dir() / x86.image)["early_main"])
        self.bios = self.read(BIOS, BIOS_END - BIOS)

    def read(self, pa, size):
        return self.console.monitor.memory(pa, size, self.console.directory / "memory")

    def write(self, pa, data):
        self.console.gdb.write(KERNEL_BASE + pa, data)

    def spoil(self, signature):
        """Breaks the checksum of the root of a kind of tables."""
        at = self.bios.index(signature)
        self.write(BIOS + at + len(signature), bytes([self.bios[at + len(signature)] ^ 0x10]))

    def madt(self):
        """(Address, content) of the table called APIC, which lies at the end of RAM."""
        start = RAM_END - 0x20000
        ram = self.read(start, 0x20000)
        at = ram.index(b"APIC")
        return start + at, bytearray(ram[at:at + int.from_bytes(ram[at + 4:at + 8], "little")])

    def put_madt(self, pa, table):
        table[9] = (table[9] - sum(table)) & 0xFF
        self.write(pa, bytes(table))

    def go(self):
        self.console.gdb.resume()
        return self.console.prompt()


@pytest.fixture
def firmware(x86):
    with Guest(x86, smp=4, gdb=True, extra=SOCKETS) as console:
        yield Firmware(console, x86)


def test_falls_back_to_mp_table(firmware):
    firmware.spoil(b"RSD PTR ")
    assert in_use(firmware.go()) == (4, 4)
    check_console(firmware.console, io_apic=True)


def test_no_tables(firmware):
    """One CPU then, and the 8259As."""
    firmware.spoil(b"RSD PTR ")
    firmware.spoil(b"_MP_")
    assert in_use(firmware.go()) == (1, 1)
    check_console(firmware.console, io_apic=False)


def test_many_cpus_by_8259(firmware):
    """A table of CPUs without an I/O APIC."""
    pa, table = firmware.madt()
    at = table.index(bytes((1, 12)), 44)
    table[at] = 0x7F                # a kind of entry that nobody knows
    firmware.put_madt(pa, table)
    assert in_use(firmware.go()) == (4, 4)
    check_console(firmware.console, io_apic=False)


def cpu_entry(table, n):
    """Where the entry of CPU n begins."""
    at = 44
    assert table[at:at + 2] == bytes((0, 8))
    return at + 8 * n


def test_cpu_that_does_not_come(firmware):
    pa, table = firmware.madt()
    table[cpu_entry(table, 2) + 3] = NOBODY
    firmware.put_madt(pa, table)
    said = firmware.go()
    assert "CPU 2 does not start" in said and in_use(said) == (3, 4)
    check_console(firmware.console, io_apic=True)


def test_disabled_and_listed_twice(firmware):
    pa, table = firmware.madt()
    table[cpu_entry(table, 1) + 4] = 0
    table[cpu_entry(table, 3) + 3] = table[cpu_entry(table, 2) + 3]
    firmware.put_madt(pa, table)
    assert in_use(firmware.go()) == (2, 2)


def test_boot_cpu_not_listed(firmware):
    pa, table = firmware.madt()
    table[cpu_entry(table, 0) + 3] = NOBODY
    firmware.put_madt(pa, table)
    said = firmware.go()
    assert "lacks the one that runs" in said and in_use(said) == (1, 1)
