"""coverage.py - which instructions of core and ports the tests execute: QEMU's log of what it translates, and
tools/coverage. A line per port, `ok PORT ...`, if both figures reach their targets."""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PORTS, PROMPT, ROOT, Console, machines  # noqa: E402

CORE, PORT = 85, 75     # percent
SESSION = ("help", "ps", "uptime", "irq", "mem", "dmesg", "demo", "demo threads", "nonsense", "x\x7f\x1b[D\x15ps",
           "ps\x01x\x05\x17\x15\x1b[A\x1b[B\x0b")
RUNS = ("test=all", "test=fault-stack-overflow panic=poweroff", "test=fault-text-write panic=poweroff",
        "test=fault-unaligned-atomic panic=poweroff", "test=fault-state panic=poweroff",
        "demo=539 seconds=1 exit quantum=0 mem=1 panic=what")
OBJDUMP = {"x86": ("i686-linux-gnu-objdump", "i686-elf-objdump", "objdump"),
           "arm64": ("aarch64-linux-gnu-objdump", "aarch64-none-elf-objdump"),
           "riscv": ("riscv64-unknown-elf-objdump", "riscv64-linux-gnu-objdump")}


def objdump(port):
    import shutil
    return next((p for p in OBJDUMP[port.arch] if shutil.which(p)), "llvm-objdump")


def record(port, directory):
    """Runs the guest with the log on; returns the logs of the plain image and of the one with tests."""
    plain, tests = [], []
    log = directory / "session.log"
    with Console(port, tests=False, extra=("-d", "in_asm", "-D", str(log))) as console:
        console.prompt()
        for line in SESSION:
            console.command(line)
        console.child.send("poweroff\r")
        console.finish()
    plain.append(log)
    for number, words in enumerate(RUNS):
        log = directory / f"run-{number}.log"
        with Console(port, words, timeout=300, icount=0, extra=("-d", "in_asm", "-D", str(log))) as console:
            console.finish()
        tests.append(log)
    return plain, tests


def main():
    good = True
    for port in PORTS:
        directory = ROOT / "build" / "test" / f"coverage-{port.arch}"
        directory.mkdir(parents=True, exist_ok=True)
        plain, tests = record(port, directory)
        argv = [sys.executable, "tools/coverage", "--name", port.name, "--objdump", objdump(port), "--missing",
                "--min-core", str(CORE), "--min-port", str(PORT),
                "--image", str(port.build_dir() / "triptych.elf"), *map(str, plain),
                "--image", str(port.build_dir() / "triptych-test.elf"), *map(str, tests)]
        result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        (directory / "report.txt").write_text(result.stdout + result.stderr, encoding="utf-8")
        for log in plain + tests:
            log.unlink()
        summary = [line for line in result.stdout.splitlines() if re.search(r"%", line)]
        print("\n".join(f"{'ok' if result.returncode == 0 else 'not ok'} {line}" for line in summary[:1])
              or result.stdout + result.stderr)
        if result.returncode != 0:
            print(result.stdout + result.stderr)
        good = good and result.returncode == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
