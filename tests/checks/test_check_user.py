"""test_check_user.py - check-user passes clean programs, catches each faulty one; the real linkers."""
import struct
import subprocess

import pytest
from checklib import PORTS
from conftest import TOOLS, compiler, run_tool, write

LINKED = ["-O1", "-ffreestanding", "-fno-pic", "-fno-pie", "-fno-asynchronous-unwind-tables", "-nostdlib",
          "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096",
          "-Wl,--no-warn-rwx-segments"]
SOURCE = """int number = 1, zeros[5000]; const int fixed[] = { 2, 3 };
void _start(void) { for (;;) zeros[fixed[number & 1]] = number; }
"""
SCRIPT = (TOOLS.parent / "user/user.ld").read_text()
BY_SCRIPT = {
    "writable and executable": ("data PT_LOAD FLAGS(6)", "data PT_LOAD FLAGS(7)",
                                "can be written and executed"),
    "two segments in a page": ("    . = ALIGN(4096);\n    .data", "    .data", "share a page"),
    "headers left out": ("PT_LOAD FILEHDR PHDRS", "PT_LOAD", "no segment has the program headers: AT_PHDR"),
    "entry in the data": ("ENTRY(_start)", "ENTRY(number)", "is in no segment that can be executed"),
    "entry nowhere": ("ENTRY(_start)", "nowhere = 0x1234;\nENTRY(nowhere)", "the entry 0x1234 is in no"),
    "text only readable": ("FILEHDR PHDRS FLAGS(5)", "FILEHDR PHDRS FLAGS(4)", "the entry 0x4"),
}
TYPE, OFFSET, DATA, STACK = 0, 1, 2, 3          # fields of a program header; which of the four headers
BY_BYTES = {
    "wants a loader": (STACK, TYPE, 3, "PT_INTERP: programs are static"),
    "dynamic": (STACK, TYPE, 2, "PT_DYNAMIC: programs are static"),
    "not where its page is": (DATA, OFFSET, 0x2004, "is not where its page can be mapped"),
}


def link(root, arch, script=SCRIPT):
    write(root, {"p.c": SOURCE, "p.ld": script})
    subprocess.run([*compiler(arch), *LINKED, "-T", "p.ld", "p.c", "-o", "p"], cwd=root, check=True)
    return root / "p"


def poke(program, at, form, value):
    data = bytearray(program.read_bytes())
    struct.pack_into(form, data, at, value)
    program.write_bytes(data)


def assert_removed(program, arch, words):
    """One fault, named in these words; the program is gone, so that nobody puts it on the RAM disk."""
    status, text = run_tool("check-user", program, "--arch", arch)
    assert status == 1 and words in text and text.count("\n") == 1, text
    assert not program.exists()


@pytest.mark.parametrize("arch", PORTS)
def test_clean(tmp_path, arch):
    program = link(tmp_path, arch)
    assert run_tool("check-user", program, "--arch", arch) == (0, "") and program.exists()


@pytest.mark.parametrize("arch", PORTS)
@pytest.mark.parametrize("old, new, words", BY_SCRIPT.values(), ids=BY_SCRIPT)
def test_planted_in_the_script(tmp_path, arch, old, new, words):
    assert old in SCRIPT
    assert_removed(link(tmp_path, arch, SCRIPT.replace(old, new, 1)), arch, words)


@pytest.mark.parametrize("arch", PORTS)
@pytest.mark.parametrize("header, field, value, words", BY_BYTES.values(), ids=BY_BYTES)
def test_planted_in_the_headers(tmp_path, arch, header, field, value, words):
    """What these linkers do not make of this script."""
    program = link(tmp_path, arch)
    first, size, at_offset, form = (52, 32, 4, "<I") if arch == "x86" else (64, 56, 8, "<Q")
    at = first + header * size
    poke(program, at + (at_offset if field == OFFSET else 0), form if field == OFFSET else "<I", value)
    assert_removed(program, arch, words)


def test_shared_object(tmp_path):
    program = link(tmp_path, "arm64")
    poke(program, 16, "<H", 3)
    assert_removed(program, "arm64", "ET_DYN for EM_AARCH64: it has to be ET_EXEC for EM_AARCH64")


def test_program_of_another_port(tmp_path):
    assert_removed(link(tmp_path, "arm64"), "riscv",
                   "ET_EXEC for EM_AARCH64: it has to be ET_EXEC for EM_RISCV")
