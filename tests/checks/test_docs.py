"""test_docs.py - check-docs passes a clean tree and catches each planted fault."""
import pytest
from conftest import assert_caught, assert_clean, plant, run_tool, write

PLANTED = {
    "file": ("README.md", "`kernel/gone.c`", "README.md:2: kernel/gone.c does not exist"),
    "folder": ("docs/hal.md", "`gone/`", "gone/ does not exist"),
    "file as a folder": ("docs/hal.md", "`kernel/sched.c/`", "kernel/sched.c/ does not exist"),
    "header": ("docs/hal.md", "`hal/gone.h`", "hal/gone.h does not exist"),
    "one of several": ("docs/hal.md", "`arch/{x86,mips}/cpu.c`", "arch/mips/cpu.c does not exist"),
    "nothing fits": ("docs/hal.md", "`arch/<a>/gone.c`", "arch/<a>/gone.c does not exist"),
    "tool": ("docs/hal.md", "`tools/gone`", "tools/gone does not exist"),
    "function": ("README.md", "`gone()`", "README.md:2: gone() is in no source"),
    "function with arguments": ("docs/deep/er.md", "`gone(p, 1)`",
                                "docs/deep/er.md:1: gone() is in no source"),
    "in the README of a port": ("arch/x86/README.md", "`arch/x86/gone.c`", "arch/x86/README.md:1"),
}


def test_clean(tree):
    write(tree,
          {"docs/more.md": "`build/x86-pc/x.elf` `https://a.b/c.html` `sched_yield(void)` `include/*/cpu.h` "
                                 "`and/or` `10.0/8` kernel/unquoted.c `-d in_asm` `/chosen/x.y`\n"})
    assert_clean(*run_tool("check-docs", tree))


@pytest.mark.parametrize("name, text, words", PLANTED.values(), ids=PLANTED)
def test_planted(tree, name, text, words):
    plant(tree, name, "", text + "\n")
    assert_caught(*run_tool("check-docs", tree), words)
