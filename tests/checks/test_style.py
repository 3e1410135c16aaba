"""test_style.py - check-style passes a clean tree and catches each planted fault."""
import re
import shutil

import pytest
from conftest import TOOLS, assert_caught, assert_clean, plant, run_tool, write

LONG = "x" * 111
PLANTED = {
    "indent of two": ("kernel/sched.c", "    turns =", "  turns =", ["kernel/sched.c:16",
                                                                     "clang-format would write"]),
    "brace of a function": ("lib/bits.c", "x)\n{", "x) {", ["lib/bits.c:4", "clang-format would write"]),
    "brace of a block": ("kernel/sched.c", "    for (;;)\n        sched_yield();",
                         "    for (;;)\n    {\n        sched_yield();\n    }", ["kernel/sched.c",
                                                                                "would write: for"]),
    "pointer to the left": ("kernel/sched.c", "", "\nchar* name;\n", ["would write: char *name;"]),
    "no blank after if": ("arch/arm64/cpu.c", "if (helper(1))", "if(helper(1))",
                          ["would write: if (helper(1))"]),
    "two statements on a line": ("kernel/sched.c", "    hal_cpu_idle();", "    hal_cpu_idle(); turns++;",
                                 ["kernel/sched.c:19", "clang-format"]),
    "long line in C": ("kernel/sched.c", "", f"/* {LONG} */\n", ["117 columns, at most 110"]),
    "long line in NASM": ("arch/x86/boot.asm", "", f"; {LONG}\n", ["arch/x86/boot.asm:2: 113 columns"]),
    "long line in assembly": ("arch/riscv/boot.S", "", f"// {LONG}\n", ["114 columns"]),
    "long line in Python": ("tests/x.py", "", f'"""x.py - x."""\n# {LONG}\n', ["tests/x.py:2: 113 columns"]),
    "long line in a tool": ("tools/check", "", f"# {LONG}\n", ["tools/check:3: 113 columns"]),
    "tab": ("include/lib/bits.h", "uint32_t bits", "uint32_t\tbits", ["include/lib/bits.h:5: tab"]),
    "blanks at the end": ("arch/arm64/boot.S", "", "    nop  \n", ["boot.S:2: blanks at the end"]),
    "promise": ("kernel/sched.c", "", "/* TO" + "DO later */\n", ["TO" + "DO: do it, or say why not"]),
    "other promise": ("tools/check", "", "# FIX" + "ME\n", ["do it, or say why not"]),
    "shame": ("arch/x86/boot.asm", "", "; XX" + "X\n", ["do it, or say why not"]),
    "more shame": ("Makefile", "", "# Makefile - builds.\n# HA" + "CK\n", ["do it, or say why not"]),
    "typedef": ("include/lib/bits.h", "", "typedef  struct bits { int a; } bits_t;\n",
                ["typedef only for function"]),
    "typedef in a program": ("user/sh/job.h", "",
                             "/* job.h - jobs. */\n#pragma once\ntypedef struct job { int a; } job_t;\n",
                             ["user/sh/job.h:3", "typedef only for function"]),
    "no pragma once": ("include/lib/bits.h", "#pragma once\n", "", ["include/lib/bits.h: no #pragma once"]),
    "no first line": ("lib/bits.c", "/* lib/bits.c - bits. */\n", "",
                      ["lib/bits.c:1: must begin with its name"]),
    "another name in the first line": ("lib/bits.c", "/* lib/bits.c", "/* lib/rest.c",
                                       ["must begin with its name"]),
    "half a name": ("lib/bits.c", "/* lib/bits.c", "/* its.c", ["must begin with its name"]),
    "only a name": ("arch/x86/boot.asm", " - the first step.", "", ["must begin with its name"]),
    "tool without a sentence": ("tools/check", '"""check - a tool."""\n', "", ["tools/check:1: must begin"]),
    "includes unsorted": ("kernel/sched.c", "#include <hal/console.h>\n#include <hal/cpu.h>\n",
                          "#include <hal/cpu.h>\n#include <hal/console.h>\n",
                          ["hal/console.h belongs before hal/cpu.h"]),
    "own header late": ("arch/riscv/cpu.c", "#include <arch/cpu.h>\n",
                        "#include <hal/info.h>\n#include <arch/cpu.h>\n",
                        ["arch/cpu.h belongs before hal/info.h"]),
    "no newline at the end": ("lib/bits.c", "", "int x;", ["ends without a newline"]),
    "empty line at the end": ("arch/riscv/boot.S", "", "\n",
                              ["ends without a newline, or with an empty line"]),
    "too long": ("arch/arm64/boot.S", "", "// more\n" * 350, ["351 lines, at most 350"]),
}
ALONE = {
    "neutral header": ("include/lib/bits.h", "#include <stdint.h>\n", "", ["does not compile alone for x86",
                                                                           "uint32_t"], 6),
    "header of a port": ("arch/arm64/include/arch/cpu.h", "unsigned long", "uint64_t", ["alone for arm64",
                                                                                        "uint64_t"], 2),
    "header of a board": ("boards/pc/include/board/board.h", "", "extern size_t x;\n",
                          ["boards/pc/include/board/board.h: does not compile alone for x86", "size_t"], 1),
    "for one port only": ("arch/riscv/include/arch/cpu.h", "hal_irq_save", "hal_other",
                          ["include/hal/cpu.h: does not compile alone for riscv"], 1),
}


def test_clean(tree):
    plant(tree, "kernel/sched.c", "",
          "\n/* clang-format off */\nstatic  int  table[]={1,\n 2};\n/* clang-format on */\n")
    plant(tree, "user/include/stdio.h", "",             # what the standard calls so
          "/* stdio.h - files. */\n#pragma once\ntypedef struct file FILE;\n")
    status, text = run_tool("check-style", tree)
    assert_clean(status, text)


@pytest.mark.parametrize("name, old, new, words", PLANTED.values(), ids=PLANTED)
def test_planted(tree, name, old, new, words):
    plant(tree, name, old, new)
    status, text = run_tool("check-style", tree, *[f"--cc={arch}=true" for arch in ("x86", "arm64", "riscv")])
    assert status == 1, text
    for word in (name, *words):
        assert word in text, text
    assert len({line.split(":")[0] for line in text.splitlines()} - {"check-style"}) == 1, text


@pytest.mark.parametrize("name, old, new, words, faults", ALONE.values(), ids=ALONE)
def test_header_alone(tree, name, old, new, words, faults):
    plant(tree, name, old, new)
    assert_caught(*run_tool("check-style", tree), *words, faults=faults)


def test_long_file_is_listed(tree):
    plant(tree, "arch/arm64/boot.S", "", "// more\n" * 300)
    status, text = run_tool("check-style", tree)
    assert status == 0 and "look for the seam: arch/arm64/boot.S (301)" in text


def test_layout_without_a_rule(tree):
    write(tree, {".clang-format": None})
    assert_caught(*run_tool("check-style", tree), ".clang-format: missing")


def test_another_clang_format_decides_nothing(tree, tmp_path):
    """A wrong layout passes when only another version is there, and the tool says so."""
    other = tmp_path / "clang-format"
    other.write_text("#!/bin/sh\necho clang-format version 19.1.7\n")
    other.chmod(0o755)
    plant(tree, "kernel/sched.c", "    turns =", "  turns =")
    status, text = run_tool("check-style", tree, "--clang-format", other)
    assert status == 0 and "layout not checked" in text


def test_missing_compiler_is_said(tree):
    status, text = run_tool("check-style", tree, "--cc=x86=no-such-compiler")
    assert status == 1 and "no-such-compiler" in text


def test_the_checks_themselves():
    """The tools and these tests keep the rules that they check."""
    if not shutil.which("clang-format-14"):
        pytest.skip("no clang-format 14")
    text = run_tool("check-style", TOOLS.parent)[1]
    names = r"(?:tools/(?:check-|checklib|coverage)|tests/checks/)"
    assert not re.findall(rf"^{names}.*", text, re.M)
