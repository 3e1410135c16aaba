"""harness.py - starts a kernel in QEMU, alone or with somebody at the console, and always ends it."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import machines  # noqa: E402

PORTS = tuple(machines.machine(arch) for arch in ("x86", "arm64", "riscv"))
PROMPT = "triptych> "

# What hal_power_off() tells the host: include/kernel/config.h.
OK, PASS, FAIL, PANIC = 0, 33, 35, 37


def of_kernel(output):
    """Without what the firmware printed."""
    at = output.find("Triptych ")
    return output[output.rfind("\n", 0, at) + 1:] if at >= 0 else output


@dataclass
class Result:
    """A finished run. `how` repeats it."""
    output: str
    status: int
    how: str

    def __str__(self):
        return f"status {self.status}\n{of_kernel(self.output)}\nrepeat with: {self.how}"


def image(port, tests=True, variant=""):
    return port.build_dir(variant) / (port.test_image if tests else port.image)


def command(port, cmdline="", tests=True, variant="", kernel=None, **options):
    disk = options.get("disk")
    options.setdefault("serial", "chardev:console")
    # ^C is the guest's.
    options["extra"] = ["-chardev", "stdio,id=console,signal=off", *options.get("extra", ())]
    return port.command(None if disk else kernel or image(port, tests, variant), cmdline, **options)


def run(port, cmdline="", timeout=100, **options):
    """Boots, waits for the end of the machine, returns what it printed. Wall time only ends a hang."""
    with Console(port, cmdline, timeout, **options) as console:
        return console.finish()


def soak(port, cmdline, icount, timeout, variant="", **options):
    """A long run without a terminal, of the image with tests. Returns its output and status; 0, which no run
    that passed has, if QEMU had to be ended after so many seconds."""
    argv = port.command(image(port, variant=variant), cmdline, icount=icount, **options)
    process = machines.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                             errors="replace")
    try:
        return process.communicate(timeout=timeout)[0], process.returncode
    except subprocess.TimeoutExpired:
        machines.stop(process, grace=0)
        return process.communicate()[0] + f"\nno end after {timeout} seconds", 0
    finally:
        machines.stop(process, grace=0)


def soak_all(fn, tasks):
    """Calls fn with each task, as many at the same time as there are CPUs; it returns a line and whether that
    is good. Prints the lines in order. Returns the status of the script."""
    results = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for line, good in pool.map(fn, tasks):
            print(("ok " if good else "not ok ") + line, flush=True)
            results.append(good)
    return 0 if results and all(results) else 1


class Console:
    """A guest with its serial line on a pseudo terminal."""

    def __init__(self, port, cmdline="", timeout=60, **options):
        argv = command(port, cmdline, **options)
        self.how = " ".join(f"'{a}'" if " " in a else a for a in map(str, argv))
        self.child = pexpect.spawn(str(argv[0]), [str(a) for a in argv[1:]], timeout=timeout,
                                   encoding="utf-8", codec_errors="replace", echo=False,
                                   preexec_fn=machines.die_with_parent)
        self.child.delaybeforesend = None
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.close(force=True)

    def expect(self, pattern, timeout=-1):
        """Waits for a regular expression; returns what came before it and the match."""
        try:
            self.child.expect(pattern, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            self.output += self.child.before
            text = f"no {pattern!r}\n{of_kernel(self.output)}\nrepeat with: {self.how}"
            raise AssertionError(text) from error
        self.output += self.child.before
        if self.child.after is not pexpect.EOF:
            self.output += self.child.after
        return self.child.before, self.child.match

    def prompt(self):
        return self.expect(re.escape(PROMPT))[0].replace("\r", "")

    def command(self, line, end="\r"):
        """Types a line at the prompt; returns what it printed up to the next prompt."""
        self.child.send(line + end)
        self.expect("\r*\n")
        return self.prompt()

    def finish(self, timeout=-1):
        """Waits for QEMU to end by itself."""
        self.expect(pexpect.EOF, timeout)
        self.child.wait()
        self.child.close()
        return Result(self.output.replace("\r", ""), self.child.exitstatus, self.how)
