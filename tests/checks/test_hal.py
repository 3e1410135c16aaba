"""test_hal.py - check-hal passes clean objects and catches each planted fault; with the real compilers."""
import subprocess

import pytest
from checklib import PORTS
from conftest import assert_caught, assert_clean, beside, compiler, run_tool, write

CONTRACT = {
    "include/hal/cpu.h": """
#pragma once
struct hal_ops { int (*hal_not_a_name)(void); };
static inline unsigned long hal_irq_save(void);
_Noreturn void hal_halt(void);     /* hal_comment() */
#include <arch/cpu.h>
""",
    "include/hal/info.h": """
#pragma once
struct hal_info { int a; };
extern const struct hal_info hal_info;
void hal_putc(char c);
""",
}
CLEAN = {
    "kernel/main.c": "#include <hal/info.h>\nvoid hal_halt(void); int lib_add(int, int); extern char __end[];"
                     "void kernel_main(void) { hal_putc(lib_add(hal_info.a, *__end)); hal_halt(); }\n"
                     "void printk(void) { } void panic(void) { } void secret(void) { } int core_data = 1;\n",
    "kernel/other.c": "void secret(void); void other(void) { secret(); }\n",
    "lib/add.c": "void memset(char *p, int c, unsigned long n) { while (n--) *p++ = c; }"
                 "int lib_more(int); int lib_add(int a, int b) { return lib_more(a) + b; }\n",
    "lib/more.c": "struct s { char c[900]; }; void use(struct s *);\n"
                  "int lib_more(int a) { volatile struct s x = { { 0 } }; return x.c[a]; }\n",
    "arch/A/boot.c": "void kernel_main(void); void printk(void); int lib_add(int, int); int A_private;\n"
                     "void _start(void) { printk(); lib_add(1, A_private); kernel_main(); }\n",
    "arch/A/cpu.c": "#include <hal/info.h>\nconst struct hal_info hal_info = { 1 };\n"
                    "void panic(void); void hal_halt(void) { hal_putc('x'); panic(); }\n",
    "boards/B/console.c": "extern int A_private; void hal_putc(char c) { A_private = c; }\n",
    "tests/kernel/t.c": "void secret(void); void hal_halt(void); void t(void) { secret(); hal_halt(); }\n",
}
PLANTED = {
    "port uses the core": ({"arch/A/cpu.c": "\nvoid secret(void); void bad(void) { secret(); }\n"},
                           ["arch/A/cpu.c.o", "uses secret of kernel/main.c.o", "ports call up only through",
                            "panic"]),
    "port uses data of the core": ({"boards/B/console.c": "\nextern int core_data; int *bad = &core_data;\n"},
                                   ["boards/B/console.c.o", "core_data", "ports call up only through"]),
    "core uses the port": ({"kernel/other.c": "\nextern int A_private; int x(void) { return A_private; }\n"},
                           ["kernel/other.c.o", "uses A_private of arch/A/boot.c.o", "only through hal_*"]),
    "core uses the tests": ({"kernel/other.c": "\nvoid t(void); void bad(void) { t(); }\n"},
                            ["only tests may use"]),
    "test uses the port": ({"tests/kernel/t.c": "\nextern int A_private; int *bad = &A_private;"},
                           ["tests/kernel/t.c.o", "only through hal_*"]),
    "lib uses the core": ({"lib/add.c": "\nvoid printk(void); void bad(void) { printk(); }\n"},
                          ["lib/add.c.o", "uses printk", "lib knows nobody"]),
    "lib uses the port": ({"lib/add.c": "\nvoid hal_halt(void); void bad(void) { hal_halt(); }\n"},
                          ["uses hal_halt", "lib knows nobody"]),
    "lib uses the unknown": ({"lib/add.c": "\nvoid nobody(void); void bad(void) { nobody(); }\n"},
                             ["uses nobody, which lib does not define"]),
    "contract not fulfilled": ({"include/hal/cpu.h": "void hal_forgotten(int a,\n   int b);\n"},
                               ["include/hal/cpu.h: declares hal_forgotten", "no object of this port"]),
    "data of the contract missing": ({"include/hal/info.h": "extern int hal_number;\n"},
                                     ["declares hal_number"]),
    "array of the contract missing": ({"include/hal/info.h": "extern const char hal_names[];\n"},
                                      ["declares hal_names"]),
    "defined by port and board": ({"boards/B/console.c": "\nvoid hal_halt(void) { }\n"},
                                  ["hal_halt is defined more than once",
                                   "arch/A/cpu.c.o, boards/B/console.c.o"]),
    "not in the contract": ({"arch/A/cpu.c": "\nvoid hal_comment(void) { }\n"},
                            ["defines hal_comment, which no header in include/hal declares"]),
    "inline in the contract": ({"arch/A/boot.c": "\nvoid hal_irq_save(void) { }\n"},
                               ["declares as static inline"]),
    "hal in the core": ({"kernel/main.c": "\nvoid hal_core(void) { }\n"}, ["belongs to arch and boards"]),
    "weak definition": ({"arch/A/cpu.c": "\n__attribute__((weak)) void w(void) { }\n"},
                        ["arch/A/cpu.c.o: w is a weak symbol (defined)"]),
    "weak reference": ({"kernel/main.c": "\n__attribute__((weak)) void w(void); void *x(void) { return w; }"},
                       ["kernel/main.c.o: w is a weak symbol (undefined)"]),
}


def build(root, arch, extra=()):
    """Compiles the clean sources, with text added to some of them, into root/build/obj."""
    board = PORTS[arch][0]

    def here(name):
        return name.replace("arch/A", f"arch/{arch}").replace("boards/B", f"boards/{board}")
    files = {here(n): t for n, t in (CONTRACT | CLEAN).items()}
    for name, text in dict(extra).items():
        files[here(name)] += text
    write(root, files | {f"arch/{arch}/include/arch/cpu.h": "static inline unsigned long hal_irq_save(void) "
                                                            "{ return 0; }\n"})
    for name in files:
        if name.endswith(".c"):
            obj = root / "build/obj" / f"{name}.o"
            obj.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([*compiler(arch), "-w", "-O1", "-ffreestanding", "-fno-pic", "-fno-pie",
                            "-Iinclude",
                            f"-Iarch/{arch}/include", "-c", name, "-o", obj], cwd=root, check=True)
    return run_tool("check-hal", root / "build", "--nm", beside(arch, "nm"), "--src", root), here


@pytest.mark.parametrize("arch", PORTS)
def test_clean(tmp_path, arch):
    assert_clean(*build(tmp_path, arch)[0])


@pytest.mark.parametrize("extra, words", PLANTED.values(), ids=PLANTED)
def test_planted(tmp_path, extra, words):
    result, here = build(tmp_path, "riscv", extra)
    assert_caught(*result, *map(here, words))


@pytest.mark.parametrize("arch", ["x86", "arm64"])
def test_planted_on_the_other_ports(tmp_path, arch):
    extra, words = PLANTED["port uses the core"]
    result, here = build(tmp_path, arch, extra)
    assert_caught(*result, *map(here, words))


def test_nothing_built(tmp_path):
    write(tmp_path, CONTRACT)
    status, text = run_tool("check-hal", tmp_path / "build", "--src", tmp_path)
    assert status == 2 and "build first" in text


def test_nm_that_fails(tmp_path):
    build(tmp_path, "riscv")
    status, text = run_tool("check-hal", tmp_path / "build", "--nm", "false", "--src", tmp_path)
    assert status == 2 and "false failed" in text


def test_no_contract(tmp_path):
    build(tmp_path, "riscv")
    status, text = run_tool("check-hal", tmp_path / "build", "--src", tmp_path / "arch")
    assert status == 2 and "no contract in" in text
