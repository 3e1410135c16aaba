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
    "in another file": ("README.md", "`kernel/sched.c`: `bits_count()`",
                        "README.md:2: bits_count() is not in kernel/sched.c: moved?"),
    "only called there": ("docs/hal.md", "`hal_cpu_idle()` in `kernel/sched.c`",
                          "hal_cpu_idle() is not in kernel/sched.c"),
    "over the end of a line": ("README.md", "`sched_yield()` in\n`lib/bits.c`",
                               "README.md:2: sched_yield() is not in lib/bits.c"),
    "one of two functions": ("docs/hal.md", "`sched_yield()` and `bits_count()` in `kernel/sched.c`",
                             "bits_count() is not in kernel/sched.c"),
    "not in a header": ("docs/hal.md", "`kernel/sched.h`: `twice()`",
                        "twice() is not in include/kernel/sched.h"),
    "in one of two files": ("docs/hal.md", "`bits_count()` in `{lib/bits.c,kernel/sched.c}`",
                            "bits_count() is not in kernel/sched.c"),
    "in the README of a port": ("arch/x86/README.md", "`arch/x86/gone.c`", "arch/x86/README.md:1"),
}


def test_clean(tree):
    write(tree,
          {"docs/more.md": "`build/x86-pc/x.elf` `https://a.b/c.html` `sched_yield(void)` `include/*/cpu.h` "
                                 "`and/or` `10.0/8` kernel/unquoted.c `-d in_asm` `/chosen/x.y`\n"})
    assert_clean(*run_tool("check-docs", tree))


def test_places_clean(tree):
    write(tree, {
        "arch/x86/switch.asm": "; switch.asm - a switch.\nhal_switch:\n        ret\n",
        "include/kernel/wait.h": "/* kernel/wait.h - wait. */\n#pragma once\n#define wait_for(x) (x)\n",
        "docs/more.md": "`kernel/sched.c`: `twice()`, `lib/bits.c`: `bits_count()`. `sched_yield(void)` in\n"
                        "`kernel/sched.h`; `sched_yield()`, `kernel_main()` and `twice()` in "
                        "`kernel/sched.c`;\n"
                        "`hal_cpu_idle()` in `arch/<a>/cpu.c`, `hal_switch()` in `arch/x86/switch.{asm,S}`, "
                        "`wait_for()` in `kernel/wait.h`; `twice()` in `build/x.c`.\n"})
    assert_clean(*run_tool("check-docs", tree))


@pytest.mark.parametrize("name, text, words", PLANTED.values(), ids=PLANTED)
def test_planted(tree, name, text, words):
    plant(tree, name, "", text + "\n")
    assert_caught(*run_tool("check-docs", tree), words)


CALLS = "#define SYSCALL_LIST(SYSCALL) \\\n    SYSCALL(exit, 93, 1, 1) \\\n    SYSCALL(fork, -1, 2, 0)\n"
ROWS = "| call | generic | i386 | otherwise |\n|---|---|---|---|\n| exit | 93 | 1 | |\n| fork | - | 2 | |\n"

PLANTED_CALLS = {
    "not on the page": ("| fork | - | 2 | |\n", "", "fork, which is in include/uapi/syscall.h, is missing"),
    "not in the list": ("| exit |", "| gone | 3 | 3 | |\n| exit |",
                        "docs/system-calls.md:3: gone is not in include/uapi/syscall.h"),
    "another number": ("| 93 |", "| 94 |", "docs/system-calls.md:3: exit has the numbers 93 and 1"),
    "a number that there is not": ("| - |", "| 7 |", "docs/system-calls.md:4: fork has the numbers - and 2"),
    "twice": ("| exit |", "| fork | - | 2 | |\n| exit |", "docs/system-calls.md:5: fork is there twice"),
    "no table": (ROWS[:ROWS.index("| fork")], "", "exit, which is in include/uapi/syscall.h, is missing"),
}


def write_calls(tree, rows):
    write(tree, {"include/uapi/syscall.h": "/* uapi/syscall.h - calls. */\n#pragma once\n" + CALLS,
                 "docs/system-calls.md": rows})


def test_calls_clean(tree):
    write_calls(tree, ROWS)
    assert_clean(*run_tool("check-docs", tree))


@pytest.mark.parametrize("old, new, words", PLANTED_CALLS.values(), ids=PLANTED_CALLS)
def test_planted_call(tree, old, new, words):
    assert old in ROWS
    write_calls(tree, ROWS.replace(old, new))
    assert_caught(*run_tool("check-docs", tree), words)
