"""test_layers.py - check-layers passes a clean tree and catches each planted fault."""
import pytest
from conftest import assert_caught, assert_clean, plant, run_tool

SCHED = ("kernel/sched.c", "#include <hal/cpu.h>\n")
PLANTED = {
    "core includes a port": (*SCHED, "#include <arch/cpu.h>\n", ["kernel/sched.c:5", "arch/cpu.h"]),
    "core includes a board": (*SCHED, "#include <board/board.h>\n", ["board/board.h", "hal/ kernel/ lib/"]),
    "core includes a hosted header": (*SCHED, "#include <stdio.h>\n", ["stdio.h", "freestanding"]),
    "core includes by quotes": (*SCHED, '#include "hal/cpu.h"\n', ["<folder/name.h>"]),
    "core includes by a path": (*SCHED, "#include <hal/../../arch/x86/x.h>\n", ["no paths out"]),
    "lib includes the core": ("lib/bits.c", "#include <lib/bits.h>", "#include <kernel/sched.h>",
                              ["lib/bits.c:2", "kernel/sched.h", "lib/ uapi/ and freestanding"]),
    "lib header includes hal": ("include/lib/bits.h", "#include <stdint.h>", "#include <hal/cpu.h>",
                                ["hal/cpu.h"]),
    "interface of programs includes lib": ("include/uapi/stat.h", "", "#pragma once\n#include <lib/bits.h>\n",
                                           ["include/uapi/stat.h:2", "includes uapi/ and freestanding"]),
    "port includes the core": ("arch/riscv/cpu.c", "kernel/entry.h", "kernel/sched.h",
                               ["arch/riscv/cpu.c:6", "kernel/sched.h", "a port knows", "kernel/entry.h"]),
    "port header includes the core": ("arch/x86/include/arch/cpu.h", "once\n",
                                      "once\n#include <kernel/sched.h>\n",
                                      ["a port knows"]),
    "board includes the core": ("boards/pc/console.c", "hal/console.h", "kernel/sched.h", ["a port knows"]),
    "port assembly includes the core": ("arch/arm64/boot.S", "", "#include <kernel/sched.h>\n",
                                        ["a port knows"]),
    "nasm includes the core": ("arch/x86/boot.asm", "", '%include "kernel/sched.inc"\n', ["<folder/name.h>"]),
    "port includes another port": ("arch/riscv/cpu.c", "arch/cpu.h", "arch/segments.h",
                                   ["not a header of this port"]),
    "board includes another board": ("boards/pc/console.c", "board/board.h", "board/rpi4.h",
                                     ["boards/pc/console.c:2", "not a header of this port"]),
    "inlines are not last": ("include/hal/cpu.h", "", "#include <stdint.h>\n", ["last include"]),
    "inlines without a place in the table": ("include/hal/console.h", "", "#include <arch/console.h>\n",
                                             ["include/hal/console.h:11", "arch/console.h"]),
    "atomic without an order": ("kernel/sched.c", "", "int f(void) { return atomic_load(&x); }\n",
                                ["atomic_load: say the order"]),
    "atomic without an order in a port": ("arch/riscv/cpu.c", "", "void f(void) { atomic_store(&x, 1); }\n",
                                          ["arch/riscv/cpu.c", "atomic_store: say the order"]),
    "volatile in the core": ("kernel/sched.c", "", "volatile int shared;\n", ["orders nothing between CPUs"]),
    "volatile in a core header": ("include/kernel/sched.h", "", "extern volatile int shared;\n",
                                  ["include/kernel/sched.h", "use an atomic"]),
    "ifdef in the core": (*SCHED, "#include <hal/cpu.h>\n  # ifdef X86\n", ["kernel/sched.c:6", "hal_info"]),
    "if in lib": ("lib/bits.c", "", "#if 1\n", ["lib/bits.c", "conditional compilation"]),
    "ifndef in a core header": ("include/kernel/sched.h", "", "#ifndef X\n", ["conditional compilation"]),
    "else in a hal header": ("include/hal/console.h", "", "#else\n", ["conditional compilation"]),
    "CPU macro in the core": ("kernel/sched.c", "", "int x = sizeof(__riscv_xlen);\n",
                              ["which CPU it is on"]),
    "extern function in a .c file": ("kernel/sched.c", "", "extern void other(int);\n",
                                     ["extern in a .c file"]),
    "extern data in a .c file": ("kernel/sched.c", "", "extern char image_end[];\n", ["extern in a .c file"]),
    "assembly in the core": ("kernel/sched.c", "state =", "asm volatile(\"nop\"); state =", ["no assembly"]),
    "assembly in lib": ("lib/bits.c", "", "__asm__(\"nop\");\n", ["no assembly"]),
    "sync builtin": ("kernel/sched.c", "state =", "__sync_synchronize(); state =", ["<stdatomic.h> only"]),
    "atomic builtin": ("include/kernel/sched.h", "", "#define X(p) __atomic_load_n(p, 0)\n",
                       ["<stdatomic.h> only"]),
    "weak attribute in the core": ("kernel/sched.c", "", "__attribute__((weak)) int w;\n", ["weak symbol"]),
    "weak macro in a port": ("arch/arm64/cpu.c", "", "void __weak w(void);\n", ["weak symbol"]),
    "weak symbol in assembly": ("arch/riscv/boot.S", "", "    .weak w\n", ["arch/riscv/boot.S:2",
                                                                           "weak symbol"]),
    "weak pragma": ("boards/pc/console.c", "", "#pragma weak w\n", ["weak symbol"]),
    "test includes a port": ("tests/kernel/t.c", "", "#include <arch/cpu.h>\n", ["tests/kernel/t.c:1",
                                                                                 "arch/cpu.h"]),
}


def test_clean(tree):
    plant(tree, "tests/kernel/t.c", "", '#include "t.h"\n#include <kernel/sched.h>\n')
    plant(tree, "tests/kernel/t.h", "", "#pragma once\n")
    plant(tree, "include/uapi/stat.h", "", "#pragma once\n#include <stdint.h>\n")
    plant(tree, "lib/bits.c", "#include <lib/bits.h>\n", "#include <lib/bits.h>\n\n#include <uapi/stat.h>\n")
    plant(tree, "arch/riscv/boot.S", "", "#include <arch/offsets.h>\n#ifdef ALLOWED_HERE\n#endif\n")
    assert_clean(*run_tool("check-layers", tree))


@pytest.mark.parametrize("name, old, new, words", PLANTED.values(), ids=PLANTED)
def test_planted(tree, name, old, new, words):
    plant(tree, name, old, new)
    assert_caught(*run_tool("check-layers", tree), name, *words)
