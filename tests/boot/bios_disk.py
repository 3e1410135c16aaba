"""bios_disk.py - what the tests of the boot sector work with: assemble, make images, run, judge."""
import importlib.machinery
import importlib.util
import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOT = ROOT / "boards/pc/boot"
PAYLOAD = Path(__file__).resolve().parent / "payload"
SECTOR = 512
LIMIT = 30                          # seconds for a run that takes 0.3; a hang is what reaches it
PROBE_PASSED = 33
CMDLINE = "demo=539 quantum=1"
PATTERN = random.Random(539).randbytes(400_000)
DIRT = 8 << 20                      # so many bytes from 1 MiB up are not zero when the machine starts
QEMU = ("qemu-system-i386 -display none -serial stdio -no-reboot -nic none "
        "-device isa-debug-exit,iobase=0xf4,iosize=4").split()
LINKERS = ("i686-elf-ld", "i686-linux-gnu-ld", "ld.lld", "ld")
ERROR = re.compile(r"^Triptych boot: (?!loading)[^\n]+\.\r\n[^\n]+\.\r\n", re.M)


def load_mkdisk():
    """tools/mkdisk as a module."""
    loader = importlib.machinery.SourceFileLoader("mkdisk", str(ROOT / "tools/mkdisk"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mkdisk", loader))
    loader.exec_module(module)
    return module


mkdisk = load_mkdisk()


def assemble(source, target, *options):
    """NASM, warnings are errors."""
    subprocess.run(["nasm", "-Werror", *options, "-I", f"{source.parent}/", "-o", target, source], check=True,
                   timeout=LIMIT)
    return target.read_bytes()


def assemble_boot(where, edits=()):
    """(boot sector, stage two), with edits (file, old, new) made in copies of the sources."""
    sources = where / "boot"
    shutil.copytree(BOOT, sources)
    for name, old, new in edits:
        text = (sources / name).read_text()
        assert text.count(old) == 1, f"{name} does not have this once: {old}"
        (sources / name).write_text(text.replace(old, new))
    return tuple(assemble(sources / f"{name}.asm", where / f"{name}.bin", "-f", "bin")
                 for name in ("sector", "loader"))


def link_probe(where, pattern, entry="start"):
    """The probe as an ELF file that carries these bytes."""
    (where / "pattern.bin").write_bytes(pattern)
    assemble(PAYLOAD / "multiboot_probe.asm", where / "probe.o", "-f", "elf32",
             f'-DPATTERN="{where}/pattern.bin"')
    linker = next(tool for tool in LINKERS if shutil.which(tool))
    subprocess.run([linker, "-m", "elf_i386", "-T", PAYLOAD / "multiboot_probe.ld", "-e", entry,
                    "-o", where / "probe.elf", where / "probe.o"], check=True, timeout=LIMIT)
    return where / "probe.elf"


def patch(data, old, new):
    """data with old, which is there once, replaced by new."""
    assert data.count(old) == 1 and len(old) == len(new)
    return data.replace(old, new)


def read_screen(monitor, where):
    """The text screen, through the monitor; ends QEMU."""
    dump = where / "screen.bin"
    monitor.settimeout(LIMIT)
    monitor.sendall(f'pmemsave 0xb8000 4000 "{dump}"\nquit\n'.encode())
    while monitor.recv(4096):
        pass
    cells = dump.read_bytes()[::2].decode("cp437")
    return "\n".join(cells[i:i + 80].rstrip() for i in range(0, 2000, 80))


def read_serial(process, limit):
    """What comes from COM1, until QEMU exits, the boot code has stopped with an error, or time is up."""
    end = time.monotonic() + limit
    result = SimpleNamespace(serial="", status=None, timed_out=False, screen="")
    while not ERROR.search(result.serial):
        left = end - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            result.timed_out = True
            break
        data = os.read(process.stdout.fileno(), 65536)
        result.serial += data.decode(errors="replace")
        if not data:
            result.status = process.wait(LIMIT)
            break
    return result


def run(where, *options, screen=False, limit=LIMIT):
    """Runs QEMU. Returns .serial, .status (None: we ended it), .timed_out and, if asked for, .screen."""
    ours, theirs = socket.socketpair()
    monitor = ["-chardev", f"socket,id=monitor,fd={theirs.fileno()}", "-mon", "chardev=monitor"]
    process = subprocess.Popen([*QEMU, *monitor, *map(str, options)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               pass_fds=[theirs.fileno()], start_new_session=True)
    theirs.close()
    try:
        result = read_serial(process, limit)
        if screen:
            result.screen = read_screen(ours, where)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        ours.close()
    return result


def run_image(where, image, *options, interface="ide", **more):
    """Writes the image and boots it."""
    path = where / "disk.img"
    path.write_bytes(image)
    return run(where, "-drive", f"file={path},format=raw,if={interface}", *options, **more)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """.boot = (boot sector, stage two), .probe = its ELF file, .kernel = the same as mkdisk writes it,
    .dirt = options that fill the memory where the probe goes, so that its .bss is not zero by itself."""
    where = tmp_path_factory.mktemp("lab")
    (where / "dirt.bin").write_bytes(b"\xa5" * DIRT)
    probe = link_probe(where, PATTERN)
    return SimpleNamespace(boot=assemble_boot(where), probe=probe, limit=LIMIT,
                           kernel=mkdisk.prepare_kernel(probe.read_bytes()),
                           dirt=("-device", f"loader,file={where}/dirt.bin,addr=0x100000,force-raw=on"))


def make(lab, **more):
    """A whole image of the probe."""
    return mkdisk.build(*lab.boot, lab.kernel, CMDLINE, **more)


def boot_floppy(where, lab, **more):
    """Boots from a floppy disk, which has no packets."""
    return run_image(where, make(lab, floppy=True), *lab.dirt, interface="floppy", **more)


def boot_awkward(where, image, faults, *options, **more):
    """Boots from a hard disk by way of awkward_bios.asm with these faults."""
    first = assemble(PAYLOAD / "awkward_bios.asm", where / "awkward_bios.bin", "-f", "bin",
                     *(f"-D{fault}" for fault in faults.split()), f"-DLAST_LBA={len(image) // SECTOR}")
    return run_image(where, first + image[SECTOR:] + image[:SECTOR], *options, **more)


def boot_narrow_disk(where, lab, **more):
    """Boots by CHS from a disk of which the kernel takes more than 256 cylinders."""
    return boot_awkward(where, make(lab), "NO_PACKETS", *lab.dirt, "-device",
                        "ide-hd,drive=d,cyls=1009,heads=1,secs=3", interface="none,id=d", **more)


def boot_flaky_disk(where, image, sector, once, **more):
    """Boots from a disk that reports an error whenever, or once when, this sector is read."""
    (where / "disk.img").write_bytes(image)
    rule = ["[inject-error]", 'event = "read_aio"', 'errno = "5"', f'sector = "{sector}"']
    (where / "rules").write_text("\n".join(rule + ['once = "on"'] * once + [""]))
    disk = f"blkdebug:{where}/rules:{where}/disk.img"
    return run(where, "-drive", f"file={disk},format=raw,rerror=report", **more)


def kernel_place(image):
    """(first sector of the kernel, first sector behind it) in an image."""
    first, count = struct.unpack_from("<II", image, SECTOR + 12)
    return first, first + count


def flip(image, at):
    """The image with one bit wrong."""
    return image[:at] + bytes([image[at] ^ 4]) + image[at + 1:]


def put(data, at, value):
    """data with another 32-bit word."""
    return data[:at] + struct.pack("<I", value & 0xFFFFFFFF) + data[at + 4:]


def parse(text):
    """What the probe said: a dictionary, with lists under "segment" and "map"."""
    values = {"segment": [], "map": []}
    for line in re.findall(r"^PROBE (\w+=.*?)\r?$", text, re.M):
        name, value = line.split("=", 1)
        if name == "segment":
            values[name].append(value)
        elif name == "map":
            base, length, kind = re.fullmatch(r"(\w+) length=(\w+) type=(\w+)", value).groups()
            values[name].append((int(base, 16), int(length, 16), int(kind, 16)))
        else:
            values[name] = value
    return values


def check_map(ranges, mib):
    """The map is sorted, without overlaps, and has the RAM of the machine, all but the BIOS's share."""
    assert ranges and all(length for _, length, _ in ranges)
    for (base, length, _), (following, _, _) in zip(ranges, ranges[1:]):
        assert base + length <= following
    ram = [entry for entry in ranges if entry[2] == 1]
    assert [base for base, _, _ in ram[:2]] == [0, 1 << 20]
    assert 512 << 10 <= ram[0][1] <= 640 << 10
    total = sum(length for _, length, _ in ram)
    assert (mib - 2) << 20 <= total <= mib << 20


def check_probe(result, mib=128, cmdline=CMDLINE):
    """The probe ran in the machine state of Multiboot 3.2, was loaded whole, and its information is right."""
    assert not result.timed_out and result.status == PROBE_PASSED, result.serial
    assert re.search(r"^Triptych boot: loading 399 KiB\r$", result.serial, re.M)
    said = parse(result.serial)
    assert said["magic"] == "2badb002"
    assert said["flags"] == "00000245"
    assert int(said["cr0"], 16) & 0x80000001 == 1
    assert int(said["eflags"], 16) & (1 << 9 | 1 << 17) == 0
    rights = {"cs": "00c09a00"}
    assert said["segment"] == [f"{name} limit=ffffffff rights={rights.get(name, '00c09200')}"
                               for name in ("cs", "ds", "es", "fs", "gs", "ss")]
    assert said["a20_masked"] == "00000000"
    assert said["bss_nonzero"] == "00000000"
    assert said["crc"] == f"{zlib.crc32(PATTERN):08x}"
    assert said["cmdline"] == cmdline
    assert said["loader"] == "triptych boot sector"
    check_map(said["map"], mib)
    low, high = said["map"][0], next(entry for entry in said["map"] if entry[0] == 1 << 20)
    assert int(said["mem_lower"], 16) == low[1] >> 10
    assert int(said["mem_upper"], 16) == high[1] >> 10
    return said


def check_error(result, expected):
    """The boot code said so in words, said what to do, and stopped there."""
    assert not result.timed_out, f"no error text in time: {result.serial}"
    assert "PROBE" not in result.serial
    found = ERROR.search(result.serial)
    assert found, result.serial
    assert re.search(expected, found[0]), result.serial
    assert re.search(r"Rewrite the whole image|more memory|with tools/mkdisk|BIOS setup", found[0])
