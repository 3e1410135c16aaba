"""guest.py - a guest that can be looked at from outside: QEMU's monitor, its gdb stub, the host's time."""

import json
import os
import re
import shutil
import socket
import struct
import tempfile
import time
from pathlib import Path

from elftools.elf.elffile import ELFFile

from harness import Console

PATIENCE = 30                       # seconds for an answer that takes milliseconds; only a hang reaches it
MASK64 = (1 << 64) - 1
CLOCK = ("-rtc", "base=2024-01-01,clock=vm")    # the clock of the day stands when the guest does

# Numbers of registers in the remote protocol: the order of gdb's target descriptions, which QEMU serves.
REGISTERS = {
    "x86": {"eax": 0, "ecx": 1, "edx": 2, "ebx": 3, "esp": 4, "ebp": 5, "pc": 8},
    "arm64": {**{f"x{n}": n for n in range(31)}, "sp": 31, "pc": 32, "cpsr": 33},
    "riscv": {"ra": 1, "sp": 2, **{f"a{n}": 10 + n for n in range(8)}, "pc": 32},
}


def symbols(elf):
    """{name: address} of an ELF file."""
    with open(elf, "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def wait_until(condition, explain=lambda: "it never happened"):
    """For what nothing announces. Wall time only ends a hang."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, explain()
        time.sleep(0.01)


def connect(path):
    """QEMU makes its sockets before it runs the guest, but not at once."""
    wait_until(path.exists)
    connection = socket.socket(socket.AF_UNIX)
    wait_until(lambda: connection.connect_ex(str(path)) == 0)
    connection.settimeout(PATIENCE)
    return connection


class Monitor:
    """QEMU's monitor for people, reached through the one for programs, which says where an answer ends."""

    def __init__(self, path):
        self.file = connect(path).makefile("rwb")
        self._answer()
        self._ask("qmp_capabilities")

    def _answer(self):
        while True:
            line = self.file.readline()
            assert line, "QEMU has ended"
            answer = json.loads(line)
            if "event" not in answer:
                return answer

    def _ask(self, name, **arguments):
        self.file.write(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        self.file.flush()
        answer = self._answer()
        assert "return" in answer, answer
        return answer["return"]

    def __call__(self, line):
        """One command of the human monitor; returns its answer."""
        return self._ask("human-monitor-command", **{"command-line": line}).replace("\r", "")

    def word(self, pa):
        """32 bits at a physical address, of a device too."""
        return int(self(f"xp /1wx {pa:#x}").split(":")[1], 16)

    def port(self, number, unit="w"):
        """What the PC reads from an I/O port."""
        return int(self(f"i /{unit} {number:#x}").split("=")[1], 16)

    def halted(self):
        """Has the first CPU of a PC stopped until the next interrupt?"""
        return "HLT=1" in self("info registers")

    def memory(self, pa, size, where):
        """So many bytes of physical memory, by way of a file."""
        self(f'pmemsave {pa:#x} {size:#x} "{where}"')
        return Path(where).read_bytes()


class Gdb:
    """The remote protocol of gdb (its manual, appendix E), as far as a test needs it."""

    def __init__(self, path, arch):
        self.socket = connect(path)
        self.data = b""
        self.registers = REGISTERS[arch]
        self.arch = arch
        self.boot_cpu = 0
        self.ask("?")               # whoever connects has stopped the guest

    def _byte(self):
        while not self.data:
            self.data = self.socket.recv(4096)
            assert self.data, "QEMU has ended"
        byte, self.data = self.data[:1], self.data[1:]
        return byte

    def receive(self):
        """The next packet."""
        while self._byte() != b"$":
            pass
        body = b""
        while (byte := self._byte()) != b"#":
            body += byte
        self._byte(), self._byte()
        self.socket.sendall(b"+")
        return body.decode()

    def send(self, body):
        self.socket.sendall(b"$%s#%02x" % (body.encode(), sum(body.encode()) & 0xFF))

    def ask(self, body):
        self.send(body)
        return self.receive()

    def set_break(self, address):
        assert self.ask(f"Z0,{address:x},4") == "OK"

    def clear_break(self, address):
        assert self.ask(f"z0,{address:x},4") == "OK"

    def resume(self):
        self.send("vCont;c")

    def wait(self):
        """Until the guest has stopped."""
        reason = self.receive()
        assert reason[:1] in "TS", reason

    def stop(self):
        """Wherever the guest is. The CPU that runs the kernel answers from here on."""
        self.socket.sendall(b"\x03")
        self.wait()
        assert self.ask(f"Hg{self.boot_cpu + 1:x}") == "OK"

    def run_to(self, address):
        """Lets the guest run until it gets there."""
        self.set_break(address)
        self.resume()
        self.wait()
        self.clear_break(address)
        assert self.register("pc") == address & self.mask, f"stopped at {self.register('pc'):#x}"

    @property
    def mask(self):
        return 0xFFFFFFFF if self.arch == "x86" else MASK64

    def register(self, name):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{self.registers[name]:x}")), "little")

    def set_register(self, name, value):
        width = 4 if self.arch == "x86" else 8
        assert self.ask(f"P{self.registers[name]:x}={value.to_bytes(width, 'little').hex()}") == "OK"

    def memory(self, va, size):
        """Memory as the CPU sees it; None where nothing is mapped."""
        answer = self.ask(f"m{va & self.mask:x},{size:x}")
        return None if re.fullmatch("E..", answer) else bytes.fromhex(answer)

    def write(self, va, data):
        assert self.ask(f"M{va & self.mask:x},{len(data):x}:{data.hex()}") == "OK"

    def return_address(self):
        """At the first instruction of a function."""
        if self.arch == "x86":
            return int.from_bytes(self.memory(self.register("esp"), 4), "little")
        return self.register({"arm64": "x30", "riscv": "ra"}[self.arch])

    def result64(self):
        """Where a function that returns 64 bits has just returned."""
        if self.arch == "x86":
            return self.register("edx") << 32 | self.register("eax")
        return self.register({"arm64": "x0", "riscv": "a0"}[self.arch])


class Guest(Console):
    """A Console with .monitor and .directory, and with gdb=True also .gdb: the guest then waits at its reset.

    shift=N counts instructions like icount=N, but idle time passes as it does outside. A guest that idles at
    its prompt has nothing due, and would otherwise jump to the next timer of any device, on riscv to the end
    of time: OpenSBI leaves its own alarm there.
    """

    def __init__(self, port, cmdline="", gdb=False, shift=None, extra=(), **options):
        self.directory = Path(tempfile.mkdtemp(prefix="triptych-"))
        options.setdefault("tests", False)
        more = ["-nic", "none", *CLOCK, "-qmp", f"unix:{self.directory}/qmp,server=on,wait=off"]
        if shift is not None:
            more += ["-icount", f"shift={shift},sleep=on"]
        if gdb:
            more += ["-gdb", f"unix:{self.directory}/gdb,server=on,wait=off", "-S"]
        try:
            super().__init__(port, cmdline, extra=[*more, *map(str, extra)], **options)
            self.monitor = Monitor(self.directory / "qmp")
            self.gdb = Gdb(self.directory / "gdb", port.arch) if gdb else None
        except BaseException:
            self.close()
            raise

    def close(self):
        if hasattr(self, "child"):
            self.child.close(force=True)
        shutil.rmtree(self.directory)

    def __exit__(self, *_):
        self.close()

    def screen(self):
        """The text on the PC's screen: 25 lines of 80."""
        cells = self.monitor.memory(0xB8000, 4000, self.directory / "screen")[::2].decode("cp437")
        return [cells[at:at + 80].rstrip(" \0") for at in range(0, 2000, 80)]

    def cpu_seconds(self):
        """What QEMU has used of the host's CPUs so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def elf_at(address, content, machine):
    """An ELF file, 64 bits, of one segment that begins with the entry. machine: as in the ELF header."""
    ident = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, address, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    room = len(content) + (1 << 20)
    segment = struct.pack("<IIQQQQQQ", 1, 7, 4096, address, address, len(content), room, 4096)
    return (ident + header + segment).ljust(4096, b"\0") + content
