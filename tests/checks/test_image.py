"""test_image.py - check-image passes clean kernels and catches each planted fault; with the real linkers."""
import shutil
import subprocess

import pytest
from conftest import assert_caught, assert_clean, beside, compiler, run_tool, write

LOAD = {"x86": 0x100000, "arm64": 0x80000, "riscv": 0x80200000}
FLAGS = {"x86": ["-m32"], "arm64": [], "riscv": ["-march=rv64imac_zicsr_zifencei", "-mabi=lp64",
                                                 "-mno-relax"]}
HEADER = {
    "x86": ".long 0x1BADB002, 0, -0x1BADB002\n.globl _start\n_start: jmp _start\n",
    "arm64": ".globl _start\n_start: b _start\n",
    "riscv": ".option norvc\n.globl _start\n_start: j body\n.balign 8\n.quad 0x200000, __size, 0\n"
             ".space 0x18\n.ascii \"RSC\\x05\"\n.long 0\nbody: j body\n",
}
SCRIPT = """
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
    . = BASE;
    __start = .;
    .text : AT(ADDR(.text) - VIRTUAL) { *(.boot) *(.text) } :text
    . = ALIGN(4096);
    .data : AT(ADDR(.data) - VIRTUAL) { *(.data) } :data
    .bss : AT(ADDR(.bss) - VIRTUAL) { *(.bss) } :data
    __size = . - __start;
    /DISCARD/ : { *(.note*) *(.comment) }
}
"""
BODY = ".section .data\n.long 1\n.section .bss\n.space 0x3000\n.section .boot,\"ax\"\n"


def link(root, arch, script=lambda s: s, source=lambda s: s, virtual=0, options=(), linker=None):
    """Links a small kernel and makes its flat image; script and source plant faults."""
    text = SCRIPT.replace("BASE", hex(LOAD[arch] + virtual)).replace("VIRTUAL", hex(virtual))
    write(root, {"k.S": source(BODY + HEADER[arch]), "k.ld": script(text)})
    cc = [c for c in compiler(arch) if c != "-m32"]
    subprocess.run([*cc, *FLAGS[arch], "-c", "k.S", "-o", "k.o"], cwd=root, check=True)
    linker = linker or [*cc, *FLAGS[arch], "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none",
                        "-Wl,--no-warn-rwx-segments"]
    subprocess.run([*linker, *options, "-T", "k.ld", "k.o", "-o", "k.elf"], cwd=root, check=True)
    subprocess.run([beside(arch, "objcopy"), "-O", "binary", "k.elf", "k.raw"], cwd=root, check=True)


def check(root, arch):
    return run_tool("check-image", root / "k.elf", "--arch", arch, "--load", hex(LOAD[arch]), "--raw",
                    root / "k.raw")


def test_entry_is_a_physical_address(tmp_path):
    script = "PROVIDE(start_pa = _start - 0xc0000000);\nENTRY(start_pa)"
    link(tmp_path, "x86", lambda s: s.replace("ENTRY(_start)", script), virtual=0xC0000000)
    assert_caught(*check(tmp_path, "x86"), "not in the first executable segment", "ENTRY()")


@pytest.mark.parametrize("arch", LOAD)
@pytest.mark.parametrize("high", [False, True], ids=["low", "high half"])
def test_clean(tmp_path, arch, high):
    link(tmp_path, arch, virtual=high and (0xC0000000 if arch == "x86" else 0xFFFFFFC000000000))
    assert_clean(*check(tmp_path, arch))


def test_multiboot_header_missing(tmp_path):
    link(tmp_path, "x86", source=lambda s: s.replace("0x1BADB002, 0", "0x1BADB003, 0"))
    assert_caught(*check(tmp_path, "x86"), "no Multiboot header (0x1badb002)", "first 8192 bytes",
                  "link script")


def test_multiboot_header_too_late(tmp_path):
    link(tmp_path, "x86", source=lambda s: s.replace(".long 0x1B", ".space 8192\n.long 0x1B"))
    assert_caught(*check(tmp_path, "x86"), "one lies at 0x3000", "put its section first")


def test_multiboot_header_unaligned(tmp_path):
    link(tmp_path, "x86", source=lambda s: s.replace(".long 0x1B", ".space 2\n.long 0x1B"))
    assert_caught(*check(tmp_path, "x86"), "not 4-aligned")


def test_multiboot_checksum(tmp_path):
    link(tmp_path, "x86", source=lambda s: s.replace("0x1BADB002, 0", "0x1BADB002, 4"))
    assert_caught(*check(tmp_path, "x86"), "magic + flags + checksum")


@pytest.mark.parametrize("arch", ["arm64", "riscv"])
def test_segment_below_the_load_address(tmp_path, arch):
    low = f".low {LOAD[arch] - 0x1000:#x} : {{ LONG(1) }} :low\n    .text"
    link(tmp_path, arch, lambda s: s.replace("PHDRS { ", "PHDRS { low PT_LOAD FLAGS(4); ").replace(
        "    .text", "    " + low, 1).replace(". = " + hex(LOAD[arch]) + ";\n", "", 1).replace(
        ".text : AT(ADDR(.text) - 0x0)", f".text {LOAD[arch]:#x} : AT({LOAD[arch]:#x})"))
    status, text = check(tmp_path, arch)
    assert status == 1, text
    assert f"segment at physical {LOAD[arch] - 0x1000:#x} lies below the load address {LOAD[arch]:#x}" in text


@pytest.mark.parametrize("arch", ["arm64", "riscv"])
def test_linked_too_high(tmp_path, arch):
    link(tmp_path, arch, lambda s: s.replace(f". = {LOAD[arch]:#x}", f". = {LOAD[arch] + 0x1000:#x}"))
    assert_caught(*check(tmp_path, arch), f"lowest LOAD segment is at physical {LOAD[arch] + 0x1000:#x}",
                  f"{LOAD[arch]:#x}")


@pytest.mark.parametrize("arch", LOAD)
def test_writable_and_executable(tmp_path, arch):
    link(tmp_path, arch, lambda s: s.replace("FLAGS(5)", "FLAGS(7)"))
    assert_caught(*check(tmp_path, arch), "writable and executable", "PHDRS")


def test_entry_outside_of_the_text(tmp_path):
    link(tmp_path, "x86", lambda s: s.replace("ENTRY(_start)", "ENTRY(__size)"))
    assert_caught(*check(tmp_path, "x86"), "not in the first executable segment", "ENTRY()")


@pytest.mark.parametrize("arch", ["arm64", "riscv"])
def test_entry_not_at_the_first_byte(tmp_path, arch):
    link(tmp_path, arch, source=lambda s: s + ".globl second\nsecond: nop\n",
         script=lambda s: s.replace("ENTRY(_start)", "ENTRY(second)"))
    assert_caught(*check(tmp_path, arch), "entered at its first byte", "boot section first")


@pytest.mark.parametrize("weak", ["weak ", ""])
@pytest.mark.parametrize("arch", LOAD)
def test_undefined_symbol(tmp_path, arch, weak):
    """GNU ld leaves such a symbol out, and check-hal finds it in the objects; lld writes it down."""
    if not shutil.which("ld.lld"):
        pytest.skip("no ld.lld")
    directive = ".weak missing\n" if weak else ""
    link(tmp_path, arch, source=lambda s: f"{s}{directive}.section .data\n.long missing\n",
         linker=["ld.lld", "--unresolved-symbols=ignore-all"])
    assert_caught(*check(tmp_path, arch), f"undefined {weak}symbol missing")


def test_got(tmp_path):
    link(tmp_path, "arm64", source=lambda s: s + "adrp x0, :got:thing\nldr x0, [x0, :got_lo12:thing]\n"
                                                 ".section .data\n.globl thing\nthing: .quad 1\n",
         script=lambda s: s.replace("*(.data) }", "*(.data) } :data\n    .got : { *(.got) *(.got.plt) }"))
    assert_caught(*check(tmp_path, "arm64"), ".got has", "-fno-pic")


def test_eh_frame(tmp_path):
    link(tmp_path, "x86", source=lambda s: s + ".section .eh_frame,\"a\"\n.long 0\n",
         script=lambda s: s.replace(":data\n", ":data\n    .eh_frame : { KEEP(*(.eh_frame)) }\n", 1))
    assert_caught(*check(tmp_path, "x86"), ".eh_frame is loaded", "-fno-asynchronous-unwind-tables")


def test_dynamic_relocations(tmp_path):
    link(tmp_path, "riscv", source=lambda s: s + ".section .rela.dyn,\"a\",@4\n.quad 0, 0, 0\n",
         script=lambda s: s.replace(":data\n", ":data\n    .rela.dyn : { KEEP(*(.rela.dyn)) }\n", 1))
    assert_caught(*check(tmp_path, "riscv"), "dynamic relocations or symbols in .rela.dyn", "-no-pie")


def test_image_header_missing(tmp_path):
    link(tmp_path, "riscv", source=lambda s: s.replace("RSC", "RSX"))
    assert_caught(*check(tmp_path, "riscv"), "k.raw: no Image header", "0x38")


def test_image_size_without_bss(tmp_path):
    link(tmp_path, "riscv", lambda s: s.replace("    __size = . - __start;\n", "").replace(
        "    .bss", "    __size = . - __start;\n    .bss"))
    assert_caught(*check(tmp_path, "riscv"), "image_size", "does not cover .bss")


def test_raw_of_another_kernel(tmp_path):
    link(tmp_path, "arm64")
    (tmp_path / "k.raw").write_bytes(bytes(0x100000))
    assert_caught(*check(tmp_path, "arm64"), "k.raw: 1048576 bytes", "objcopy")


def test_stripped(tmp_path):
    link(tmp_path, "arm64", options=["-s"])
    assert_caught(*check(tmp_path, "arm64"), "no symbol table")


def test_kernel_of_another_port(tmp_path):
    link(tmp_path, "arm64")
    status, text = check(tmp_path, "arm64")[0], run_tool("check-image", tmp_path / "k.elf", "--arch", "riscv")
    assert status == 0 and text[0] == 2 and "EM_AARCH64" in text[1]


def test_nothing_executable(tmp_path):
    link(tmp_path, "x86", lambda s: s.replace("FLAGS(5)", "FLAGS(4)"))
    assert_caught(*check(tmp_path, "x86"), "no executable segment")


def test_nothing_to_load(tmp_path):
    link(tmp_path, "x86", lambda s: s.replace("PT_LOAD", "PT_NOTE"))
    assert_caught(*check(tmp_path, "x86"), "nothing to load")
