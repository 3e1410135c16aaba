"""test_bios_disk_mutants.py - breaks the boot code in one place at a time: test_bios_disk's checks must see.

A mutant is (file, what stands there once, what then stands there, the scene that must notice). First of all,
each scene has to pass with the code as it is. If the code changes and a mutant no longer fits, write another.
"""
from types import SimpleNamespace

import pytest

pytest.register_assert_rewrite("bios_disk")

from bios_disk import (CMDLINE, SECTOR, assemble_boot, boot_awkward, boot_flaky_disk, boot_floppy,
                       boot_narrow_disk, check_error, check_probe, flip, lab, make, mkdisk, patch, put,
                       run_image)
from test_bios_disk import (BAD_ELF, KERNEL_BAD, KERNEL_UNREAD, PORT_92, STAGE_BAD)

HANG = 5                            # seconds that a hang of a mutant costs; a run takes 0.3


def whole(where, lab):
    check_probe(run_image(where, make(lab), "-m", 3584, *lab.dirt, limit=lab.limit), 3584)


def floppy(where, lab):
    check_probe(boot_floppy(where, lab, limit=lab.limit))


def narrow(where, lab):
    check_probe(boot_narrow_disk(where, lab, limit=lab.limit))


def one_track(where, lab):
    check_probe(boot_awkward(where, make(lab), "NO_PACKETS ONE_TRACK", limit=lab.limit))


def short_reads(where, lab):
    check_probe(boot_awkward(where, make(lab), "SHORT_READS", limit=lab.limit))


def no_reads(where, lab):
    check_error(boot_awkward(where, make(lab), "SHORT_READS FEW=0", limit=lab.limit), STAGE_BAD)


def no_e820(where, lab):
    check_probe(boot_awkward(where, make(lab), "NO_E820", limit=lab.limit))


def no_e801(where, lab):
    check_probe(boot_awkward(where, make(lab), "NO_E820 NO_E801", "-m", 32, limit=lab.limit), 32)


def a20_by_bios(where, lab):
    image = mkdisk.build(lab.boot[0], patch(lab.boot[1], *PORT_92), lab.kernel, CMDLINE)
    check_probe(boot_awkward(where, image, "A20_OFF", limit=lab.limit))


def a20_by_port(where, lab):
    check_probe(boot_awkward(where, make(lab), "A20_OFF NO_2401", limit=lab.limit))


def one_read_error(where, lab):
    check_probe(boot_flaky_disk(where, make(lab), 500, once=True, limit=lab.limit))


def bad_stage(where, lab):
    check_error(run_image(where, flip(make(lab), 1024), limit=lab.limit), STAGE_BAD)


def no_stage(where, lab):
    check_error(run_image(where, make(lab)[:SECTOR], interface="floppy", limit=lab.limit), STAGE_BAD)


def bad_kernel(where, lab):
    check_error(run_image(where, flip(make(lab), 200_000), limit=lab.limit), KERNEL_BAD)


def short_kernel(where, lab):
    check_error(run_image(where, make(lab)[:300 * SECTOR], limit=lab.limit), KERNEL_UNREAD)


def screen(where, lab):
    result = run_image(where, flip(make(lab), 200_000), screen=True, limit=lab.limit)
    assert "Triptych boot: loading 399 KiB" in result.screen


def misplaced(where, lab, name):
    at, value, expected, _ = BAD_ELF[name]
    image = mkdisk.build(*lab.boot, put(lab.kernel, at, value), CMDLINE)
    check_error(run_image(where, image, limit=lab.limit), expected)


def too_low(where, lab):
    misplaced(where, lab, "too low")


def too_high(where, lab):
    misplaced(where, lab, "too high")


MUTANTS = [
    ("sector.asm", "    jne     failed\n    mov     si", "    mov     si", no_stage),
    ("sector.asm", "    jnz     failed\n", "", bad_stage),
    ("sector.asm", "Rewrite the whole image", "Have a nice day", bad_stage),
    ("disk.inc", "    mov     ah, 0x42\n", "    mov     ah, 0x44\n", whole),
    ("disk.inc", "    add     [packet.lba], ax\n", "", whole),
    ("disk.inc", "    inc     dx\n    mov     cx, dx\n", "    mov     cx, dx\n", floppy),
    ("disk.inc", "    inc     word [heads]\n", "", floppy),
    ("disk.inc", "    and     cl, 0x3f\n", "    and     cl, 0x1e\n    dec     cx\n", floppy),
    ("disk.inc", "    jbe     .on_track\n", "    jmp     .on_track\n", one_track),
    ("disk.inc", "    or      cl, ah\n", "", narrow),
    ("disk.inc", "    mov     ax, [packet.count] ", "    mov     ax, cx ", short_reads),
    ("disk.inc", "    jz      .failed ", "    nop ", no_reads),
    ("disk.inc", "    int     0x10\n", "", screen),
    ("disk.inc", "    out     dx, al\n    popa\n", "    popa\n", bad_kernel),
    ("layout.inc", "TRIES           equ 5", "TRIES           equ 1", one_read_error),
    ("memory.inc", "    mov     ax, 0x2401 ", "    mov     ax, 0x2400 ", a20_by_bios),
    ("memory.inc", "    or      al, 2\n", "", a20_by_port),
    ("memory.inc", "    mov     [info.mem_lower], ax\n", "", whole),
    ("memory.inc", "    mov     [info.mem_upper], edx\n", "", whole),
    ("memory.inc", "    shl     edx, 16\n", "    shl     edx, 15\n", no_e820),
    ("memory.inc", "    mov     ah, 0x88 ", "    mov     ah, 0x89 ", no_e801),
    ("memory.inc", "MAP_ENTRIES     equ 64", "MAP_ENTRIES     equ 6", whole),
    ("elf.inc", "    rep     stosb\n", "", whole),
    ("elf.inc", "    mov     edi, [ebx + phdr.paddr]", "    mov     edi, [ebx + phdr.vaddr]", whole),
    ("elf.inc", "    add     esi, [ebx + phdr.offset]", "    add     esi, 0x1000", whole),
    ("elf.inc", "    mov     [kernel_entry], eax\n.next:", ".next:", whole),
    ("elf.inc", "    jb      .failed\n", "", too_low),
    ("elf.inc", "    ja      .failed\n    mov     edx, ecx\n", "    mov     edx, ecx\n", too_high),
    ("loader.asm", "equ 0x2badb002", "equ 0x36d76289", whole),
    ("loader.asm", "INFO_FLAGS      equ 1 << 0 |", "INFO_FLAGS      equ", whole),
    ("loader.asm", "    dd      cmdline\n", "    dd      cmdline + 1\n", whole),
    ("loader.asm", "    dd      loader_name\n", "    dd      0x500\n", whole),
    ("loader.asm", "    sub     eax, MAP_BASE\n", "    mov     eax, range_size\n", whole),
    ("loader.asm", "    mov     [copy_to], edi\n", "", whole),
    ("loader.asm", "    cli\n", "", whole),
    ("loader.asm", "    mov     gs, eax\n", "", whole),
    ("loader.asm", "    jc      read_failed\n", "", short_kernel),
    ("loader.asm", "    mov     si, text_crc\n    jne     failed\n", "", bad_kernel)]


@pytest.mark.parametrize("scene", sorted({mutant[3] for mutant in MUTANTS}, key=lambda scene: scene.__name__))
def test_scene_passes(tmp_path, lab, scene):
    scene(tmp_path, lab)


@pytest.mark.parametrize("file, old, new, scene", MUTANTS, ids=range(len(MUTANTS)))
def test_mutant(tmp_path, lab, file, old, new, scene):
    boot = assemble_boot(tmp_path, [(file, old, new)])
    with pytest.raises(AssertionError) as caught:
        scene(tmp_path, SimpleNamespace(**{**vars(lab), "boot": boot, "limit": HANG}))
    print(f"{file}: {old!r} -> {new!r}: {caught.value}")
