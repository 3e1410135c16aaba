"""test_ksyms.py - tools/ksyms: from the text of `nm -n` to a symbol table that assembles.

Planted and caught: labels of the assembler taken for functions, the last name of an address, local
functions left out, weak symbols let in, what lies before or behind the text, not sorted, short lines, names
that overlap or do not end, offsets and names mixed up, a wrong count, a table that is not aligned.
"""

import shutil
import struct
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

KSYMS = Path(__file__).resolve().parents[2] / "tools" / "ksyms"


@pytest.fixture(scope="module")
def ksyms():
    sys.dont_write_bytecode = True
    loader = SourceFileLoader("ksyms", str(KSYMS))
    module = module_from_spec(spec_from_loader("ksyms", loader))
    loader.exec_module(module)
    return module


def run(text):
    return subprocess.run([sys.executable, KSYMS], input=text, capture_output=True, text=True)


def numbers(assembly, label):
    """What the .long directives behind a label say."""
    found, inside = [], False
    for line in assembly.splitlines():
        if line.endswith(":"):
            inside = line == label + ":"
        elif inside and line.strip().startswith(".long"):
            found += [int(word) for word in line.split(None, 1)[1].split(",")]
    return found


START, END = "0000000000001000 T __text_start", "0000000000002000 T __text_end"


def lines(*middle):
    return [START, *middle, END]


# --- Which symbols ------------------------------------------------------------------------------------------

def test_functions_global_and_local(ksyms):
    assert ksyms.functions(lines("0000000000001000 T _start", "0000000000001010 t helper")) == [
        (0, "_start"), (0x10, "helper")]


@pytest.mark.parametrize("kind", "aAbBdDrRvVwWuU?")
def test_what_is_not_text(ksyms, kind):
    assert ksyms.functions(lines(f"0000000000001010 {kind} thing")) == []


@pytest.mark.parametrize("name", ["$x", "$d", "$xrv64i2p1", ".L12", ".hidden"])
def test_labels_of_the_tools(ksyms, name):
    assert ksyms.functions(lines(f"0000000000001010 t {name}")) == []


def test_first_of_one_address(ksyms):
    assert ksyms.functions(lines("0000000000001010 T memcpy", "0000000000001010 t alias")) == [
        (0x10, "memcpy")]


def test_only_between_start_and_end(ksyms):
    assert ksyms.functions(["0000000000000fff T before", START, "0000000000001000 T first",
                            "0000000000001fff t last", "0000000000002000 T behind", END,
                            "0000000000003000 T far"]) == [(0, "first"), (0xfff, "last")]


def test_any_order_is_sorted(ksyms):
    """nm sorts; but a table that did not rise would be searched in vain."""
    assert ksyms.functions([END, "0000000000001020 T b", START, "0000000000001010 T a"]) == [
        (0x10, "a"), (0x20, "b")]


def test_lines_of_another_form(ksyms):
    assert ksyms.functions(lines("", "                 U extern", "triptych.elf:",
                                 "0000000000001010 T a")) == [(0x10, "a")]


def test_addresses_of_32_bits(ksyms):
    assert ksyms.functions(["80100000 T __text_start", "8010000c T _start", "80101000 T __text_end"]) == [
        (12, "_start")]


def test_image_without_text(ksyms):
    assert ksyms.functions([]) == []
    assert ksyms.functions(["0000000000001010 T a"]) == []


# --- The output ---------------------------------------------------------------------------------------------

def test_table():
    result = run("\n".join(lines("0000000000001000 T _start", "0000000000001010 t b",
                                 "0000000000001020 t later")))
    assert result.returncode == 0 and result.stderr == ""
    assert numbers(result.stdout, "__ksyms_count") == [3]
    assert numbers(result.stdout, "__ksyms_table") == [0, 0, 0x10, 7, 0x20, 9]
    assert [x.split('"')[1] for x in result.stdout.splitlines() if ".asciz" in x] == ["_start", "b", "later"]


def test_empty_table():
    """The first link of the kernel: the symbols are there, and say that there are none."""
    result = run("")
    assert result.returncode == 0
    assert numbers(result.stdout, "__ksyms_count") == [0] and numbers(result.stdout, "__ksyms_table") == []
    for symbol in ("__ksyms_count", "__ksyms_table", "__ksyms_names"):
        assert f".globl {symbol}\n{symbol}:" in result.stdout


def test_image_without_an_end_is_an_error():
    assert run(START + "\n0000000000001010 T a\n").returncode != 0


def test_assembles_as_the_kernel_reads_it(tmp_path):
    """Through the assembler of the host: aligned words of 32 bits, then strings that end with 0."""
    cc = shutil.which("gcc") or shutil.which("cc")
    objcopy = shutil.which("objcopy")
    if not cc or not objcopy:
        pytest.skip("no assembler on this host")
    names = ["_start", "a", "name.with.dots"]
    text = "\n".join(lines(*(f"{0x1000 + 8 * i:016x} T {name}" for i, name in enumerate(names))))
    (tmp_path / "t.S").write_text(run(text).stdout)
    subprocess.run([cc, "-c", "t.S", "-o", "t.o"], cwd=tmp_path, check=True)
    subprocess.run([objcopy, "-O", "binary", "-j", ".ksyms", "t.o", "t.bin"], cwd=tmp_path, check=True)
    blob = (tmp_path / "t.bin").read_bytes()
    count, = struct.unpack_from("=I", blob)
    table = [struct.unpack_from("=II", blob, 4 + 8 * i) for i in range(count)]
    strings = blob[4 + 8 * count:]
    assert [(offset, strings[at:].split(b"\0")[0].decode()) for offset, at in table] == [
        (8 * i, name) for i, name in enumerate(names)]
