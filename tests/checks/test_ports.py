"""test_ports.py - check-ports passes a clean tree and catches each planted fault."""
from conftest import assert_caught, assert_clean, plant, run_tool, write

IDLE = "void hal_cpu_idle(void)\n{\n    hal_irq_save();\n}\n"


def test_clean(tree):
    write(tree, {"boards/pc/boot/sector.asm": "; sector.asm - the first sector.\n"})
    for arch in ("x86", "arm64", "riscv"):
        write(tree, {f"arch/{arch}/include/arch/{arch}.h": "#pragma once\n"})
    assert_clean(*run_tool("check-ports", tree))


def test_file_missing_in_one_port(tree):
    write(tree, {"arch/arm64/cpu.c": None})
    assert_caught(*run_tool("check-ports", tree), "arch/arm64/cpu.c: missing", "arch/x86, arch/riscv")


def test_file_in_one_port_only(tree):
    write(tree, {"arch/riscv/sbi.c": "/* sbi.c - calls of the firmware. */\n"})
    assert_caught(*run_tool("check-ports", tree), "arch/x86/sbi.c: missing", "arch/arm64/sbi.c", faults=2)


def test_extra_of_one_port_is_not_allowed_in_another(tree):
    write(tree, {"arch/riscv/segments.c": "/* segments.c - what for? */\n"})
    assert_caught(*run_tool("check-ports", tree), "arch/arm64/segments.c: missing")


def test_header_of_a_port_missing(tree):
    write(tree, {"arch/x86/include/arch/cpu.h": None})
    assert_caught(*run_tool("check-ports", tree), "arch/x86/include/arch/cpu.h: missing")


def test_file_missing_in_one_board(tree):
    write(tree, {"boards/rpi4/power.c": "/* power.c - the way out. */\n"})
    assert_caught(*run_tool("check-ports", tree), "boards/pc/power.c: missing", faults=2)


def test_functions_in_another_order(tree):
    plant(tree, "arch/riscv/cpu.c", IDLE, "")
    plant(tree, "arch/riscv/cpu.c", "void hal_console_init", IDLE + "\nvoid hal_console_init")
    assert_caught(*run_tool("check-ports", tree), "arch/riscv/cpu.c", "another order", "arch/x86/cpu.c")


def test_function_only_in_one_port(tree):
    plant(tree, "arch/arm64/cpu.c", "", "\nint hal_more(void)\n{\n    return 1;\n}\n")
    assert_caught(*run_tool("check-ports", tree), "hal_more() is here, but not in arch/x86/cpu.c")


def test_function_missing_in_one_port(tree):
    plant(tree, "boards/rpi4/console.c", "hal_console_putc(char c)", "rpi4_putc(char c)")
    assert_caught(*run_tool("check-ports", tree),
                  "hal_console_putc() is in boards/pc/console.c, but not here")


def test_header_of_the_machine_in_one_port_only(tree):
    write(tree, {"arch/riscv/include/arch/riscv.h": "#pragma once\n"})
    assert_caught(*run_tool("check-ports", tree), "arch/x86/include/arch/PORT.h: missing", faults=2)
