"""test_bios_disk.py - the PC's own boot sector and stage two, in QEMU, with a probe as the kernel.

What must work is judged by check_probe(), what must be refused by check_error(). That these can fail is shown
by test_bios_disk_mutants.py.
"""
import struct
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("bios_disk")

from bios_disk import (CMDLINE, PATTERN, SECTOR, boot_awkward, boot_flaky_disk, boot_floppy,
                       boot_narrow_disk, check_error, check_probe, flip, kernel_place, lab, link_probe, make,
                       mkdisk, parse, patch, put, run, run_image)

PORT_92 = (b"\xe6\x92", b"\x90\x90")       # out to it -> nop: what no hook in the BIOS can catch
STAGE_UNREAD, STAGE_BAD = r"stage two, BIOS code 0x(?!00)[0-9a-f]{2}\.", r"stage two, BIOS code 0x00\."
KERNEL_UNREAD = r"cannot read from sector \d+, BIOS code 0x(?!00)[0-9a-f]{2}\."
KERNEL_BAD = r"the kernel is damaged"
NO_ROOM, NO_ELF, NO_A20 = r"does not fit in the memory", r"not an ELF file for this", r"A20 stays off"

FIRST, SECOND = 52, 52 + 32         # program headers of the probe: type, offset, vaddr, paddr, filesz, memsz


@pytest.mark.parametrize("mib", [64, 512, 3584])
def test_lba(tmp_path, lab, mib):
    log = tmp_path / "log"
    said = check_probe(run_image(tmp_path, make(lab), "-m", mib, *lab.dirt,
                                 "-d", "guest_errors,unimp", "-D", log), mib)
    assert log.read_text() == ""
    assert said["map"] == parse(run(tmp_path, "-kernel", lab.probe, "-m", mib).serial)["map"]
    assert any(base >= 1 << 32 for base, _, kind in said["map"] if kind == 1) == (mib > 3072)


@pytest.mark.parametrize("options, interface", [
    (("-M", "q35"), "ide"), ((), "virtio"),
    (("-device", "qemu-xhci", "-device", "usb-storage,drive=d"), "none,id=d")])
def test_other_disks(tmp_path, lab, options, interface):
    check_probe(run_image(tmp_path, make(lab), *lab.dirt, *options, interface=interface))


def test_chs(tmp_path, lab):
    check_probe(boot_floppy(tmp_path, lab))
    check_probe(boot_narrow_disk(tmp_path, lab))
    check_probe(boot_awkward(tmp_path, make(lab), "NO_PACKETS ONE_TRACK"))


def test_short_reads(tmp_path, lab):
    check_probe(boot_awkward(tmp_path, make(lab), "SHORT_READS"))
    check_error(boot_awkward(tmp_path, make(lab), "SHORT_READS FEW=0"), STAGE_BAD)


def test_physical_entry(tmp_path, lab):
    elf = link_probe(tmp_path, PATTERN, "start_physical").read_bytes()
    assert struct.unpack_from("<I", elf, 24)[0] < 2 << 20
    check_probe(run_image(tmp_path, mkdisk.build(*lab.boot, mkdisk.prepare_kernel(elf), CMDLINE), *lab.dirt))


@pytest.mark.parametrize("mib, faults", [(128, "NO_E820"), (8, "NO_E820"), (32, "NO_E820 NO_E801")])
def test_old_memory_calls(tmp_path, lab, mib, faults):
    said = check_probe(boot_awkward(tmp_path, make(lab), faults, "-m", mib), mib)
    assert len(said["map"]) == 2


def test_a20(tmp_path, lab):
    no_port = mkdisk.build(lab.boot[0], patch(lab.boot[1], *PORT_92), lab.kernel, CMDLINE)
    check_probe(boot_awkward(tmp_path, no_port, "A20_OFF"))
    check_probe(boot_awkward(tmp_path, make(lab), "A20_OFF NO_2401"))
    check_error(boot_awkward(tmp_path, no_port, "A20_OFF NO_2401"), NO_A20)


def test_long_cmdline(tmp_path, lab):
    longest = "x" * (mkdisk.CMDLINE_MAX - 9) + " demo=539"
    check_probe(run_image(tmp_path, mkdisk.build(*lab.boot, lab.kernel, longest)), cmdline=longest)
    check_probe(run_image(tmp_path, mkdisk.set_cmdline(make(lab), longest)), cmdline=longest)
    assert mkdisk.set_cmdline(mkdisk.set_cmdline(make(lab), longest), CMDLINE) == make(lab)
    for bad in (longest + "x", "two\nlines", "caf\xe9"):
        with pytest.raises(mkdisk.Refused, match="command line"):
            mkdisk.set_cmdline(make(lab), bad)


# Places in an image: k = first sector of the kernel, e = the one behind it. A hard disk reports what it does
# not have. A floppy drive in QEMU reads zeros there.
CUTS = [
    ("ide", lambda k, e: 1 * SECTOR, STAGE_UNREAD),
    ("ide", lambda k, e: 1 * SECTOR + 100, STAGE_UNREAD),
    ("ide", lambda k, e: (k - 1) * SECTOR, STAGE_UNREAD),
    ("ide", lambda k, e: k * SECTOR, KERNEL_UNREAD),
    ("ide", lambda k, e: k * SECTOR + 1, KERNEL_UNREAD),
    ("ide", lambda k, e: 300 * SECTOR + 9, KERNEL_UNREAD),
    ("ide", lambda k, e: (e - 1) * SECTOR, KERNEL_UNREAD),
    ("ide", lambda k, e: (e - 1) * SECTOR + 20, KERNEL_BAD),
    ("floppy", lambda k, e: 1 * SECTOR, STAGE_BAD),
    ("floppy", lambda k, e: 2 * SECTOR, STAGE_BAD),
    ("floppy", lambda k, e: (k - 2) * SECTOR, STAGE_BAD),
    ("floppy", lambda k, e: k * SECTOR, KERNEL_BAD),
    ("floppy", lambda k, e: 300 * SECTOR + 9, KERNEL_BAD),
    ("floppy", lambda k, e: (e - 1) * SECTOR, KERNEL_BAD)]
FLIPS = [
    (lambda k, e: SECTOR, STAGE_BAD),
    (lambda k, e: SECTOR + 4, STAGE_BAD),
    (lambda k, e: SECTOR + 12, STAGE_BAD),
    (lambda k, e: SECTOR + 64, STAGE_BAD),
    (lambda k, e: 2 * SECTOR, STAGE_BAD),
    (lambda k, e: k * SECTOR - 1, STAGE_BAD),
    (lambda k, e: k * SECTOR, KERNEL_BAD),
    (lambda k, e: 200_000, KERNEL_BAD),
    (lambda k, e: e * SECTOR - 1, KERNEL_BAD)]


@pytest.mark.parametrize("interface, where, expected", CUTS, ids=range(len(CUTS)))
def test_truncated(tmp_path, lab, interface, where, expected):
    image = make(lab)
    check_error(run_image(tmp_path, image[:where(*kernel_place(image))], interface=interface), expected)


@pytest.mark.parametrize("where, expected", FLIPS, ids=range(len(FLIPS)))
def test_corrupted(tmp_path, lab, where, expected):
    image = make(lab)
    check_error(run_image(tmp_path, flip(image, where(*kernel_place(image)))), expected)


@pytest.mark.parametrize("at, lines", [
    (SECTOR, ["Triptych boot: cannot load stage two, BIOS code 0x00.", "Rewrite the whole image."]),
    (200_000, ["Triptych boot: loading 399 KiB", "Triptych boot: the kernel is damaged (checksum)."])])
def test_texts_on_screen(tmp_path, lab, at, lines):
    result = run_image(tmp_path, flip(make(lab), at), screen=True)
    for line in lines:
        assert line in result.screen.split("\n") and line in result.serial.split("\r\n")


@pytest.mark.parametrize("sector, expected", [(2, STAGE_UNREAD), (500, KERNEL_UNREAD)])
def test_read_error(tmp_path, lab, sector, expected):
    check_probe(boot_flaky_disk(tmp_path, make(lab), sector, once=True))
    check_error(boot_flaky_disk(tmp_path, make(lab), sector, once=False), expected)


BAD_ELF = {                         # file offset, value, what the loader says, what mkdisk says
    "magic": (0, 0x464C4580, NO_ELF, "not an ELF file"),
    "class": (4, 0x00010102, NO_ELF, "ELF64"),
    "machine": (16, 0x00280002, NO_ELF, "machine 40"),
    "no headers": (44, 0x00280000, NO_ELF, "no program headers"),
    "headers outside": (28, 0xFFFFFFF0, NO_ELF, "ends within its program headers"),
    "file size": (FIRST + 16, 0x7FFFFFFF, NO_ELF, "more than that"),
    "offset": (FIRST + 4, 0xFFFFFF00, NO_ELF, "ends before it"),
    "too low": (FIRST + 12, 0xF0000, NO_ELF, "outside physical"),
    "too high": (FIRST + 12, 0x40000000, NO_ROOM, "outside physical"),
    "too big": (SECOND + 20, 0x7F00000, NO_ROOM, "outside physical")}


@pytest.mark.parametrize("name", BAD_ELF)
def test_bad_elf(tmp_path, lab, name):
    at, value, said_at_boot, said_before = BAD_ELF[name]
    with pytest.raises(mkdisk.Refused, match=said_before):
        mkdisk.prepare_kernel(put(lab.probe.read_bytes(), at, value))
    image = mkdisk.build(*lab.boot, put(lab.kernel, at, value), CMDLINE)
    check_error(run_image(tmp_path, image), said_at_boot)


def test_too_little_memory(tmp_path, lab):
    check_error(run_image(tmp_path, make(lab), "-m", 2), NO_ROOM)


def test_mkdisk_refuses(lab):
    sector, loader = lab.boot
    elf = lab.probe.read_bytes()
    header = elf.index(b"\x02\xb0\xad\x1b")
    big = put(put(elf, SECOND + 16, 17 << 20), SECOND + 20, 17 << 20) + bytes(17 << 20)
    for bad, text in ((put(elf, header, 0), "no Multiboot 1 header"), (big, "to load, at most"),
                      (put(elf, FIRST + 12, 0x180000), "overlap"),
                      (put(elf, 24, 16), "entry 0x10 lies in no segment"),
                      (put(put(elf, header + 4, 7), header + 8, -0x1BADB002 - 7), "flags 0x7"),
                      (put(put(elf, header + 4, 1 << 16), header + 8, -0x1BADB002 - (1 << 16)), "bit 16")):
        with pytest.raises(mkdisk.Refused, match=text):
            mkdisk.prepare_kernel(bad)
    assert mkdisk.prepare_kernel(elf + bytes(17 << 20)) == lab.kernel      # more, but nothing to load
    for parts, text in (((sector[:-1], loader), "511 bytes"), ((sector[:-2] + b"\0\0", loader), "55 aa"),
                        ((bytes(510) + sector[-2:], loader), "no disk packet"), ((sector, sector), "TRI2"),
                        ((put(sector, 0x1BE, 1), loader), "partition table"),
                        ((sector, loader[:-1]), "whole sectors"),
                        ((sector, loader + bytes(2048)), "at most")):
        with pytest.raises(mkdisk.Refused, match=text):
            mkdisk.build(*parts, lab.kernel, CMDLINE)
    with pytest.raises(mkdisk.Refused, match="a floppy has 2880"):
        mkdisk.build(sector, loader, lab.kernel + bytes(1440 << 10), CMDLINE, floppy=True)


def test_mkdisk_command(tmp_path, lab):
    for name, data in zip(("sector", "loader"), lab.boot):
        (tmp_path / name).write_bytes(data)
    output = tmp_path / "disk.img"
    command = [sys.executable, mkdisk.__file__, "--sector", tmp_path / "sector", "--loader",
               tmp_path / "loader", "-o", output, "--cmdline", CMDLINE, "--kernel"]
    good = subprocess.run([*command, lab.probe], capture_output=True, text=True, check=True)
    assert output.read_bytes() == make(lab) and good.stdout.count("\n") == 1 and not good.stderr
    assert CMDLINE in good.stdout
    output.unlink()
    bad = subprocess.run([*command, tmp_path / "sector"], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout, bad.stderr) == (1, "", "mkdisk: kernel: not an ELF file\n")
    assert not output.exists()


def test_partition_entry(lab):
    image, cylinder = make(lab), 16 * 63 * SECTOR
    assert len(image) >= 1 << 20 and len(image) % cylinder == 0 and image[510:512] == b"\x55\xaa"
    active, first, kind, last, start, count = struct.unpack_from("<B3sB3sII", image, 0x1BE)
    assert (active, kind, start, start + count) == (0x80, 0x7F, 1, len(image) // SECTOR)
    assert (first, last) == (bytes((0, 2, 0)), bytes((15, 63, len(image) // cylinder - 1)))
    assert not any(image[0x1CE:510])
