"""test_coverage.py - coverage counts right on kernels that QEMU really ran, and fails below its limits."""
import re
import shutil
import subprocess

import pytest
from conftest import beside, compiler, run_tool, write

C = {
    "kernel/step.c": """
int counter = 1;
__attribute__((noinline)) int dead(int x) { counter = x; return x * 3; }
__attribute__((noinline)) static void loop(int n) { while (n--) *(volatile int *)&counter += n; }
void step(void) { loop(3); loop(4); if (counter > 99) dead(1); }
""",
    "tests/kernel/t.c": "int unused_test(int x) { return x * 5; }\n",
    "lib/never.c": "int never(int x) { return x + 7; }\n",
}
# Each kernel: call step(), then end the machine. The port has one more function that never runs.
MACHINES = {
    "x86": {
        "flags": ["-m32", "-march=i686"], "base": 0x100000, "high": 0xC0000000,
        "boot": ".long 0x1BADB002, 0, -0x1BADB002\n.globl _start\n_start: mov $stack - HIGH, %esp\n"
                " call step\n mov $0x10, %al\n out %al, $0xf4\n1: hlt\n jmp 1b\n",
        "qemu": "qemu-system-i386 -M pc -kernel k.elf -device isa-debug-exit,iobase=0xf4,iosize=4",
    },
    "arm64": {
        "flags": ["-mgeneral-regs-only", "-mstrict-align"], "base": 0x80000, "high": 0xFFFFFFC000000000,
        "boot": ".globl _start\n_start: adr x0, stack\n mov sp, x0\n bl step\n adr x1, code\n mov w0, #0x20\n"
                " hlt #0xf000\n1: b 1b\n.balign 8\ncode: .quad 0x20026, 33\n",
        "qemu": "qemu-system-aarch64 -M raspi4b -kernel k.img -semihosting",
    },
    "riscv": {
        "flags": ["-mcmodel=medany", "-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-mno-relax"],
        "base": 0x80200000, "high": 0xFFFFFFC000000000,
        "boot": ".globl _start\n_start: lla sp, stack\n call step\n li t0, 0x100000\n li t1, 0x213333\n"
                " sw t1, 0(t0)\n1: wfi\n j 1b\n",
        "qemu": "qemu-system-riscv64 -M virt -kernel k.elf",
    },
}
SCRIPT = """
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
    . = BASE + HIGH;
    .text : AT(ADDR(.text) - HIGH) { *(.boot) . = ALIGN(64); *(.text) } :text
    . = ALIGN(4096);
    .data : AT(ADDR(.data) - HIGH) { *(.data .data.* .sdata) } :data
    .bss : AT(ADDR(.bss) - HIGH) { *(.bss .sbss COMMON) . = ALIGN(16) + 4096; stack = .; } :data
    /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame) }
}
"""


def boot(root, arch, high=0, debug="-g"):
    """Builds the kernel, linked at its load address or in the upper half, and runs it; gives the log."""
    machine = MACHINES[arch]
    if not shutil.which(machine["qemu"].split()[0]):
        pytest.skip(f"no {machine['qemu'].split()[0]}")
    flags = [*compiler(arch), *machine["flags"], debug, "-O1", "-fno-pic", "-fno-pie", "-ffreestanding",
             "-fno-asynchronous-unwind-tables", "-fno-stack-protector"]
    boot_text = f'.section .boot, "ax"\n{machine["boot"]}.globl idle\nidle: nop\n nop\n'
    write(root, C | {f"arch/{arch}/boot.S": boot_text.replace("HIGH", hex(high)),
                     "k.ld": SCRIPT.replace("BASE", hex(machine["base"])).replace("HIGH", hex(high))})
    subprocess.run([*flags, "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-T", "k.ld",
                    f"arch/{arch}/boot.S", *C, "-o", "k.elf"], cwd=root, check=True)
    subprocess.run([beside(arch, "objcopy"), "-O", "binary", "k.elf", "k.img"], cwd=root, check=True)
    run = subprocess.run([*machine["qemu"].split(), "-display", "none", "-monitor", "none", "-serial", "null",
                          "-no-reboot", "-d", "in_asm", "-D", "in.log"], cwd=root, timeout=20)
    assert run.returncode == 33
    return root / "in.log"


def rows(text):
    """[core done, core total, port done, port total] of the row."""
    row = re.search(r"core +(\d+)/(\d+) +([\d.]+) % +port +(\d+)/(\d+) +([\d.]+) %", text)
    assert row, text
    return [int(row[i]) for i in (1, 2, 4, 5)]


def cover(root, arch, *args):
    return run_tool("coverage", "--name", arch, "--objdump", beside(arch, "objdump"), "--src", root, *args)


@pytest.mark.parametrize("arch", MACHINES)
def test_really_run(tmp_path, arch):
    log = boot(tmp_path, arch)
    status, text = cover(tmp_path, arch, "--missing", "--image", tmp_path / "k.elf", log)
    assert status == 0, text
    missing = dict(re.findall(r"never executed: \S+: (\w+)\(\) (\d+) instructions", text))
    assert set(missing) == {"dead", "never", "idle"}, text
    assert "lib/never.c: never()" in text and "unused_test" not in text and "kernel/step.c: dead()" in text
    done, total, port_done, port_total = rows(text)
    # step() calls dead() only above 99: the instructions of that call are the others that did not run.
    assert int(missing["dead"]) + int(missing["never"]) < total - done <= int(missing["dead"]) + 8, text
    assert 0 < port_done < port_total


@pytest.mark.parametrize("arch", ["arm64", "riscv"])
def test_linked_high_but_run_low(tmp_path, arch):
    """Position-independent code in the upper half, run at its physical address as before the MMU is on."""
    low, high = tmp_path / "low", tmp_path / "high"
    texts = [cover(root, arch, "--image", root / "k.elf", boot(root, arch, half))[1]
             for root, half in ((low, 0), (high, MACHINES[arch]["high"]))]
    assert rows(texts[0]) == rows(texts[1]) and rows(texts[0])[0] > 0


@pytest.fixture
def booted(tmp_path):
    return tmp_path, boot(tmp_path, "riscv")


def test_below_the_limits(booted):
    root, log = booted
    image = ["--image", root / "k.elf", log]
    assert cover(root, "riscv", "--min-core", 10, "--min-port", 10, *image)[0] == 0
    status, text = cover(root, "riscv", "--min-core", 99.5, *image)
    assert status == 1 and re.search(r"riscv core [\d.]+ % is below 99.5 %", text) and "port %" not in text
    status, text = cover(root, "riscv", "--min-port", 99.5, *image)
    assert status == 1 and re.search(r"riscv port [\d.]+ % is below 99.5 %", text)


def test_a_cut_log_covers_less(booted):
    root, log = booted
    full = rows(cover(root, "riscv", "--image", root / "k.elf", log)[1])
    cut = root / "cut.log"
    cut.write_text(log.read_text().split("IN: loop")[0])
    less = rows(cover(root, "riscv", "--image", root / "k.elf", cut)[1])
    assert less[0] < full[0] and less[1] == full[1]


def test_several_logs_and_images_join(booted):
    """Two halves of a log make the whole, in one image or in two of the same objects at other addresses."""
    root, log = booted
    full = rows(cover(root, "riscv", "--image", root / "k.elf", log)[1])
    blocks = log.read_text().split("----------------\n")
    write(root, {"odd.log": "".join(blocks[1::2]), "even.log": "".join(blocks[::2])})
    halves = root / "odd.log", root / "even.log"
    assert rows(cover(root, "riscv", "--image", root / "k.elf", *halves)[1]) == full

    (root / "k.elf").rename(root / "low.elf")
    boot(root, "riscv", 0xFFFFFFC000000000)
    moved = re.sub(r"(?m)^0x(802\w{5}):", lambda m: f"0x{int(m[1], 16) + 0xFFFFFFC000000000:016x}:",
                   (root / "even.log").read_text())
    write(root, {"moved.log": moved})
    joined = cover(root, "riscv", "--image", root / "low.elf", root / "odd.log",
                   "--image", root / "k.elf", root / "moved.log")[1]
    assert rows(joined) == full


def test_without_debug_information(tmp_path):
    log = boot(tmp_path, "riscv", debug="-g0")
    status, text = cover(tmp_path, "riscv", "--image", tmp_path / "k.elf", log)
    assert status == 2 and "build with -g" in text


def test_objdump_of_llvm_says_the_same(booted):
    root, log = booted
    if not shutil.which("llvm-objdump"):
        pytest.skip("no llvm-objdump")
    texts = [run_tool("coverage", "--objdump", objdump, "--src", root, "--image", root / "k.elf", log)[1]
             for objdump in (beside("riscv", "objdump"), "llvm-objdump")]
    assert rows(texts[0])[:3] == rows(texts[1])[:3]         # they differ over the padding in assembly


def test_empty_log(booted):
    root, log = booted
    log.write_text("")
    status, text = cover(root, "riscv", "--image", root / "k.elf", log)
    assert status == 2 and "no instructions in the logs" in text


def test_without_logs(booted):
    status, text = cover(booted[0], "riscv", "--image", booted[0] / "k.elf")
    assert status == 2 and "no logs given" in text


def test_stripped(booted):
    root, log = booted
    subprocess.run([beside("riscv", "objcopy"), "-S", "k.elf", "stripped.elf"], cwd=root, check=True)
    status, text = cover(root, "riscv", "--image", root / "stripped.elf", log)
    assert status == 2 and "no symbol table" in text


@pytest.mark.parametrize("broken", ["objdump", "addr2line"])
def test_program_that_fails(booted, broken):
    root, log = booted
    for name in ("objdump", "addr2line"):
        command = "exit 3" if name == broken else f'exec {beside("riscv", name)} "$@"'
        write(root, {f"my-{name}": f"#!/bin/sh\n{command}\n"})
        (root / f"my-{name}").chmod(0o755)
    status, text = run_tool("coverage", "--objdump", root / "my-objdump", "--src", root, "--image",
                            root / "k.elf", log)
    assert status == 2 and f"my-{broken} failed" in text
