"""tools/machines.py - the machines that the kernel runs on, as data, and the QEMU command that starts one.

tools/run, tools/debug, the tests and the benches all start QEMU through this file. Whatever a caller or user
gets wrong ends in a MachineError whose text says what to do.
"""

import ctypes
import functools
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import packages

ROOT = Path(__file__).resolve().parent.parent
WAYS_OUT = """If this system packages no newer QEMU: Debian 12 and 13, Ubuntu 24.10 and Fedora 41 do, and a
container of one of them will serve. The other ports may run here all the same: "make doctor" tells."""
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class MachineError(Exception):
    """What is wrong, and what to do about it."""


def size(text):
    """Bytes in a size such as 512K, 64M or 2G."""
    number, unit = text[:-1], text[-1:].upper()
    if not number.isdigit() or unit not in UNITS:
        raise MachineError(f"'{text}' is not a size: give a number and K, M or G, such as 64M")
    return int(number) * UNITS[unit]


@dataclass(frozen=True)
class Machine:
    """One machine. A range of one value means that QEMU fixes it."""
    arch: str
    board: str
    title: str
    tool: str                   # its row in tools/packages.list, which has the oldest QEMU that will do
    qemu: str
    options: tuple              # what every start of it needs
    cpu: str                    # '' where the machine fixes it
    smp: int
    smp_range: tuple
    mem: str
    mem_range: tuple
    image: str                  # what QEMU boots, in the build directory
    test_image: str
    gdb_arch: str

    @property
    def min_version(self):
        return packages.tools()[self.tool].min

    @property
    def name(self):
        return f"{self.arch}-{self.board}"

    def build_dir(self, variant=""):
        """Where the Makefile puts this port; variant as in build/x86-pc/llvm."""
        return ROOT / "build" / self.name / variant

    def command(self, image=None, cmdline="", smp=None, mem=None, serial="stdio", icount=None, gdb_port=None,
                disk=None, initrd=None, dtb=None, cpu=None, display=False, extra=()):
        """The argument list that starts QEMU.

        serial: 'stdio' is plain standard input and output; 'mux' is for a person, with QEMU's monitor behind
        Ctrl-A C and quitting by Ctrl-A X; anything else is handed to -serial. icount: N of -icount shift=N,
        which makes the run repeatable. gdb_port: QEMU waits there for gdb before the first instruction. disk:
        the PC boots it instead of an image. initrd: the programs. extra: more arguments for QEMU.
        """
        # Without -nic none the timers of a network that nobody uses keep virtual time running when idle.
        argv = [find_qemu(self), *self.options, "-nic", "none"]
        argv += self._processor(smp, cpu) + self._memory(mem) + self._boot(image, cmdline, disk, initrd, dtb)
        argv += self._serial(serial)
        argv += ["-display", self._window() if display else "none"]
        if icount is not None:
            if icount not in range(11):
                raise MachineError(f"icount {icount}: give a shift from 0 to 10")
            # At a person's console an idle guest waits for the person; alone, it goes on to what is due next.
            sleep = "on" if serial == "mux" else "off"
            argv += ["-icount", f"shift={icount},sleep={sleep}", "-seed", "1",
                     "-rtc", "base=2024-01-01,clock=vm"]
        if gdb_port is not None:
            argv += ["-gdb", f"tcp:127.0.0.1:{gdb_port}", "-S"]
        return argv + list(extra)

    def _processor(self, smp, cpu):
        low, high = self.smp_range
        count = self.smp if smp is None else smp
        if not low <= count <= high:
            allowed = f"has {low} CPUs, always: leave SMP out" if low == high else f"takes {low} to {high}"
            raise MachineError(f"SMP={count}: {self.title} {allowed}")
        if cpu and not self.cpu:
            raise MachineError(f"cpu {cpu}: QEMU gives {self.title} its own CPU, there is no choice")
        model = cpu or self.cpu
        return ["-smp", str(count)] + (["-cpu", model] if model else [])

    def _memory(self, mem):
        low, high = self.mem_range
        given = mem or self.mem
        if not size(low) <= size(given) <= size(high):
            allowed = f"has {low}, always: leave it out" if low == high else f"takes {low} to {high}"
            raise MachineError(f"MEM={given}: {self.title} {allowed} (mem=SIZE in CMDLINE lets it use less)")
        return ["-m", given]

    def _boot(self, image, cmdline, disk, initrd, dtb):
        if (image is None) == (disk is None):
            raise MachineError("give either a kernel image or a disk image")
        for path in filter(None, (image, disk, initrd, dtb)):
            if not Path(path).is_file():
                target = {str(disk): "disk", str(initrd): "user"}.get(str(path), "image")
                raise MachineError(f"no file {path}: build it with make ARCH={self.arch} {target}")
        if disk:
            if self.arch != "x86":
                raise MachineError(f"{self.title} does not boot from a disk image: leave the disk out")
            if initrd:
                raise MachineError("the boot loader of the disk reads a kernel only: leave the initrd out")
            if cmdline:
                raise MachineError("a disk image has its command line inside: make disk CMDLINE=...")
            return ["-drive", f"file={comma(disk)},format=raw,if=ide,index=0,media=disk"]
        if dtb and self.arch == "x86":
            raise MachineError("a PC has no device tree: leave the dtb out")
        return (["-kernel", str(image)] + (["-append", cmdline] if cmdline else []) +
                (["-initrd", str(initrd)] if initrd else []) + (["-dtb", str(dtb)] if dtb else []))

    def _serial(self, serial):
        if serial != "mux":
            return ["-monitor", "none", "-serial", serial]
        argv = ["-chardev", "stdio,id=c,mux=on,signal=off", "-mon", "chardev=c", "-serial", "chardev:c"]
        if self.arch == "arm64":
            # The second UART, the mini-UART, prints to the same place. It cannot share the chardev: as the
            # last to join it would get the keyboard, and the kernel listens to the PL011.
            argv += ["-chardev", "file,id=mini,path=/dev/fd/1,append=on", "-serial", "chardev:mini"]
        return argv

    def _window(self):
        if self.arch != "x86":
            raise MachineError(f"{self.title} has no screen that the kernel writes to: leave DISPLAY out")
        offered = (packages.run(find_qemu(self), "-display", "help") or "").split()
        for window in ("gtk", "sdl", "cocoa"):
            if window in offered:
                return window
        raise MachineError("this QEMU cannot open a window: install its graphics (Debian: qemu-system-gui)")


MACHINES = {(m.arch, m.board): m for m in (
    Machine(arch="x86", board="pc", title="the PC", tool="qemu-x86", qemu="qemu-system-i386",
            options=("-M", "pc", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
            cpu="qemu32,+nx", smp=4, smp_range=(1, 8), mem="128M", mem_range=("64M", "8G"),
            image="triptych.elf", test_image="triptych-test.elf", gdb_arch="i386"),
    # -semihosting is its only way to exit with a status.
    Machine(arch="arm64", board="rpi4", title="the Raspberry Pi 4", tool="qemu-arm64",
            qemu="qemu-system-aarch64", options=("-M", "raspi4b", "-no-reboot", "-semihosting"),
            cpu="", smp=4, smp_range=(4, 4), mem="2G", mem_range=("2G", "2G"),
            image="kernel8.img", test_image="kernel8-test.img", gdb_arch="aarch64"),
    # Never with -semihosting: OpenSBI would take that for its console.
    Machine(arch="riscv", board="qemu-virt", title="the RISC-V virt machine", tool="qemu-riscv",
            qemu="qemu-system-riscv64", options=("-M", "virt", "-no-reboot"),
            cpu="rv64", smp=4, smp_range=(1, 8), mem="128M", mem_range=("64M", "8G"),
            image="triptych.elf", test_image="triptych-test.elf", gdb_arch="riscv:rv64"),
)}


def machine(arch, board=None):
    """The machine of a port; without a board the one that ARCH implies."""
    known = [m for m in MACHINES.values() if m.arch == arch]
    if not known:
        raise MachineError(f"ARCH={arch}: there is no such port, take {' or '.join(a for a, _ in MACHINES)}")
    for m in known:
        if board in (None, "", m.board):
            return m
    raise MachineError(f"BOARD={board}: {arch} has no such board, take {' or '.join(m.board for m in known)}")


@functools.cache
def find_qemu(m):
    """Path of the QEMU of a machine, once it is known to be new enough."""
    path = shutil.which(m.qemu)
    if not path:
        raise MachineError(f"{m.qemu} is not installed. Install it with: {packages.remedy(m.tool)}")
    version = packages.version(path)
    if not version:
        raise MachineError(f"{path} does not tell its version, so it cannot run. Install it anew with: "
                           f"{packages.remedy(m.tool)}")
    if packages.older(version, m.min_version):
        raise MachineError(f"{path} is version {version}; {m.title} needs {m.min_version} or newer.\n"
                           f"Update it with: {packages.remedy(m.tool)}\n{WAYS_OUT}")
    return path


def objdump(m):
    """The disassembler of a machine."""
    prefixes = {"x86": ("i686-linux-gnu-", "i686-elf-", ""),
                "arm64": ("aarch64-linux-gnu-", "aarch64-none-elf-", "aarch64-elf-"),
                "riscv": ("riscv64-unknown-elf-", "riscv64-linux-gnu-", "riscv64-elf-")}[m.arch]
    return next((p + "objdump" for p in prefixes if shutil.which(p + "objdump")), "llvm-objdump")


def comma(path):
    """A file name inside an option with commas: QEMU reads two of them as one."""
    return str(path).replace(",", ",,")


def die_with_parent():
    """In a new child, before exec: Linux kills it when its parent goes, whatever ends that."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def start(argv, **options):
    """Starts QEMU as a subprocess.Popen, in a session and process group of its own."""
    return subprocess.Popen(argv, start_new_session=True, preexec_fn=die_with_parent, **options)


def stop(process, grace=2):
    """Ends what start() began: asks QEMU, waits, then kills what is left of its group. Returns the status."""
    if grace and process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass                    # nobody is left (macOS says so by the second)
    return process.wait()
