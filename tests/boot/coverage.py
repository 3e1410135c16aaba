"""coverage.py - which instructions of core and ports the tests execute: QEMU's log of what it translates, and
tools/coverage. A line per port, `ok PORT ...`, if both figures reach their targets."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PORTS, ROOT, Console, machines  # noqa: E402
from test_user import check_all  # noqa: E402
from userland import Shell  # noqa: E402

CORE, PORT = 77, 77     # percent: what the tests of this script execute; others boot images of their own
SESSION = ("help", "ps", "uptime", "irq", "mem", "buddyinfo", "slabinfo", "slabinfo magazines", "vmmap",
           "dmesg", "sleep 5", "sleep", "trace", "trace on x", "trace on", "demo", "demo buddy",
           "demo slab", "demo threads", "trace dump",
           "trace clear", "trace off", "trace clear", "trace dumb", "nonsense",
           "cpus", "ps -t", "taskset 1", "taskset 4 1", "nice 4 3", "kill 9999", "demo work", "demo sleepers",
           "x\x7f\x1b[D\x15ps", "ps\x01x\x05\x17\x15\x1b[A\x1b[B\x0b", "x\x1b[H\x1b[3~\x1b[F")
ENDS = ("poweroff", "reboot", "panic why")
WORDS = ("", "mem=64M quantum=5", "mem=0x2000000 quantum=99999 loglevel=3")
FAULTS = ("stack-overflow", "text-write", "unaligned-atomic", "state", "null-call", "illegal", "divide",
          "assert")
MISUSE = ("page-twice", "page-order", "wrong-cache", "kfree-page")
RUNS = ("test=all", "test=s* sched=fair mem=32M", "test=mem-* failalloc=1/50,1 mem=32M",
        "demo=539 seconds=1 exit quantum=0 mem=1 panic=what",
        *(f"test=fault-{name} panic=poweroff" for name in FAULTS),
        *(f"test=misuse-{name} panic=poweroff" for name in MISUSE))
PROGRAMS = ("ps", "free", "cat /proc/meminfo /proc/1/stat /proc/1/maps", "/test/sysfuzz -s 1 -n 3000",
            "/test/torture -n 2 -s 1", "sleep 1 & jobs; kill %1; wait", "/test/t_signal")
STUBS = ("x86_trap_stubs", "arm64_vectors")     # a copy per vector
DTS = Path(__file__).parent / "dts" / "rpi4.dts"


def device_tree(directory):
    """The Pi's, which is otherwise booted without one."""
    dtb = directory / "rpi4.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(dtb), str(DTS)], check=True)
    return dtb


def record_programs(port, directory):
    """The same, with programs: those of the tests, and random calls."""
    logs = [directory / f"programs-{number}.log" for number in range(3)]
    suite, calls, demo = ({"extra": ("-d", "in_asm", "-D", str(log))} for log in logs)
    check_all(port, directory, **suite)
    with Shell(port, "panic=poweroff", **calls) as shell:
        for line in PROGRAMS:
            shell.say(line)
        shell.child.send("poweroff\r")
        shell.finish()
    with Shell(port, "demo=jikei panic=poweroff", **demo) as shell:
        shell.child.send("poweroff\r")
        shell.finish()
    return logs


def record(port, directory):
    """Runs the guest with the log on; returns the logs of the plain image and of the one with tests."""
    plain, tests = record_programs(port, directory), []
    for number, end in enumerate(ENDS):
        log = directory / f"session-{number}.log"
        options = {"dtb": device_tree(directory)} if port.arch == "arm64" and number > 0 else {}
        options["extra"] = ("-d", "in_asm", "-D", str(log))
        with Console(port, f"panic=poweroff {WORDS[number]}", tests=False, **options) as console:
            console.prompt()
            for line in SESSION if number == 0 else ():
                console.command(line)
            console.child.send(end + "\r")
            console.finish()
        plain.append(log)
    for number, words in enumerate(RUNS):
        log = directory / f"run-{number}.log"
        with Console(port, words, timeout=300, icount=3, extra=("-d", "in_asm", "-D", str(log))) as console:
            console.finish()
        tests.append(log)
    return plain, tests


def main():
    good = True
    for port in PORTS:
        directory = ROOT / "build" / "test" / f"coverage-{port.arch}"
        directory.mkdir(parents=True, exist_ok=True)
        plain, tests = record(port, directory)
        argv = [sys.executable, "tools/coverage", "--missing", "--name", port.name,
                "--objdump", machines.objdump(port),
                *(f"--leave-out={name}" for name in STUBS), "--min-core", str(CORE), "--min-port", str(PORT),
                "--image", str(port.build_dir() / "triptych.elf"), *map(str, plain),
                "--image", str(port.build_dir() / "triptych-test.elf"), *map(str, tests)]
        result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        (directory / "report.txt").write_text(result.stdout + result.stderr, encoding="utf-8")
        for log in plain + tests:
            log.unlink()
        verdict = "ok" if result.returncode == 0 else "not ok"
        print(verdict, next((line for line in result.stdout.splitlines() if "%" in line), result.stderr))
        if result.returncode != 0:
            print(result.stdout + result.stderr)
        good = good and result.returncode == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
