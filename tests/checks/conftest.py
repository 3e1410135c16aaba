"""conftest.py - what the tests of the checks share: running a tool, compilers, a clean tree."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

from checklib import COMPILERS, PORTS  # noqa: E402  (found through the line above)


def run_tool(name, *args, cwd=None):
    """Exit status and text of a tool."""
    run = subprocess.run([sys.executable, "-B", str(TOOLS / name), *map(str, args)], cwd=cwd, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return run.returncode, run.stdout


def assert_clean(status, text):
    assert status == 0 and re.search(r"\b0 faults\b", text), text


def assert_caught(status, text, *words, faults=1):
    """The planted fault is found, named in these words, and nothing else is found."""
    assert status == 1, text
    for word in words:
        assert word in text, text
    assert f", {faults} faults" in text, text


def compiler(arch):
    """Command of a cross compiler that is installed, as a list; the test is skipped where there is none."""
    for command in COMPILERS[arch]:
        if shutil.which(command.split()[0]):
            return command.split()
    pytest.skip(f"no compiler for {arch}")


def beside(arch, program):
    """Another tool of the same cross compiler: nm, objcopy, objdump."""
    return compiler(arch)[0].removesuffix("gcc") + program


def write(root, files):
    """Writes {path: text}; None removes the file."""
    for name, text in files.items():
        path = root / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


CLEAN = {
    "include/hal/cpu.h": """\
/* hal/cpu.h - this CPU. */
#pragma once
#include <stdbool.h>

static inline unsigned long hal_irq_save(void);   /* Any context. */
void hal_cpu_idle(void);                          /* irqs off. */

#include <arch/cpu.h>
""",
    "include/hal/console.h": """\
/* hal/console.h - one character out. */
#pragma once

struct hal_console {
    int (*never_a_declaration)(void);
};

extern const int hal_console_rate;
void hal_console_init(void);
void hal_console_putc(char c);
""",
    "include/kernel/entry.h": """\
/* kernel/entry.h - the doors. */
#pragma once

_Noreturn void kernel_main(void);
""",
    "include/kernel/sched.h": """\
/*
 * kernel/sched.h - who runs.
 */
#pragma once
#include <lib/bits.h>

void sched_yield(void);
""",
    "include/lib/bits.h": """\
/* lib/bits.h - bits. */
#pragma once
#include <stdint.h>

uint32_t bits_count(uint32_t x);
""",
    "lib/bits.c": """\
/* lib/bits.c - bits. */
#include <lib/bits.h>

uint32_t bits_count(uint32_t x)
{
    return x ? 1 + bits_count(x & (x - 1)) : 0;
}
""",
    "kernel/sched.c": """\
/* kernel/sched.c - who runs. */
#include <kernel/sched.h>

#include <hal/console.h>
#include <hal/cpu.h>
#include <kernel/entry.h>

extern char __image_end[];
static int      turns;      /* an #ifdef, asm and weak in a comment do not count */
static unsigned long state;

static int twice(int n) { return 2 * n; }

void sched_yield(void)
{
    turns = twice(turns) + __image_end[0];
    state = hal_irq_save();
    hal_console_putc("asm volatile"[0]);
    hal_cpu_idle();
}

void kernel_main(void)
{
    switch (turns) {
    case 1: return;
    case '2': turns = 1; break;
    default: break;
    }
    for (;;)
        sched_yield();
}
""",
    "README.md": "`sched_yield()` of `kernel/sched.c` calls down to `arch/<a>/cpu.c`; more in `docs/`.\n",
    "docs/hal.md": "`hal/cpu.h`, `arch/{x86,arm64,riscv}/boot.{asm,S}`, `tools/check` and `make run`.\n\n"
                   "```\n`not/this.c`\n```\n",
    "tools/check": "#!/usr/bin/env python3\n\"\"\"check - a tool.\"\"\"\n",
    ".clang-format": (TOOLS.parent / ".clang-format").read_text(),
}
for _arch, _boards in PORTS.items():
    _boot = "boot.asm" if _arch == "x86" else "boot.S"
    _comment = "; boot.asm - the first step." if _arch == "x86" else "/* boot.S - the first step. */"
    CLEAN[f"arch/{_arch}/{_boot}"] = f"{_comment}\n"
    CLEAN[f"arch/{_arch}/cpu.c"] = f"""\
/* arch/{_arch}/cpu.c - this CPU. */
#include <arch/cpu.h>
#include <board/board.h>
#include <hal/console.h>
#include <hal/cpu.h>
#include <kernel/entry.h>

static int helper(int x)
{{
    return x + BOARD_SPEED;
}}

void hal_console_init(void)
{{
    if (helper(1))
        hal_console_putc('x');
}}

void hal_cpu_idle(void)
{{
    hal_irq_save();
}}
"""
    CLEAN[f"arch/{_arch}/include/arch/cpu.h"] = """\
/* arch/cpu.h - inlines behind hal/cpu.h. */
#pragma once

static inline unsigned long hal_irq_save(void) { return 0; }
"""
    for _board in _boards:
        CLEAN[f"boards/{_board}/console.c"] = """\
/* console.c - one character out. */
#include <board/board.h>
#include <hal/console.h>

const int hal_console_rate = BOARD_SPEED;

void hal_console_putc(char c)
{
    (void)c;
}
"""
        CLEAN[f"boards/{_board}/include/board/board.h"] = """\
/* board/board.h - facts. */
#pragma once

#define BOARD_SPEED 9600
"""
CLEAN["arch/x86/segments.c"] = "/* segments.c - GDT and TSS. */\nint x86_segments;\n"
CLEAN["arch/x86/include/arch/segments.h"] = "/* arch/segments.h - GDT and TSS. */\n#pragma once\n"


@pytest.fixture
def tree(tmp_path):
    """A small tree that every check passes."""
    write(tmp_path, CLEAN)
    return tmp_path


def plant(root, name, old, new):
    """Replaces old by new in one file of the tree; old must be there. Old "" appends."""
    text = (root / name).read_text() if (root / name).is_file() else ""
    assert old in text
    write(root, {name: text.replace(old, new, 1) if old else text + new})
