"""test_debug.py - tools/debug and the commands of tools/gdb/triptych.py, on each port that is built.

The kernel comes from the build directory: make image for each ARCH first.
"""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import machines
import pytest

DEBUG = machines.ROOT / "tools/debug"
TO_THE_PROMPT = ("thbreak monitor_run", "continue")


@pytest.fixture(params=["x86", "arm64", "riscv"])
def port(request):
    m = machines.machine(request.param)
    if not (m.build_dir() / m.image).exists():
        pytest.skip(f"no kernel: make ARCH={m.arch} image")
    return m


def argv(m, log, *commands, initrd=None):
    programs = ["--initrd", str(initrd)] if initrd else []
    return [sys.executable, str(DEBUG), "--arch", m.arch, "--log", str(log), *programs, "--batch", *commands]


def qemus(log):
    """Process IDs of the QEMUs that write this log."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text()
        except OSError:
            continue            # it has ended meanwhile
        if "qemu-system" in words and str(log) in words:
            found.append(int(path.parts[2]))
    return found


def debug(m, log, *commands, **options):
    """What gdb says to these commands."""
    return subprocess.run(argv(m, log, *commands, **options), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=30).stdout


def test_commands(port, tmp_path):
    log = tmp_path / "serial"
    text = debug(port, log, *TO_THE_PROMPT, "t procs", "echo =runq\\n", "t runq", "echo =bt\\n", "t bt 1",
                 "echo =running\\n", "t bt 4", "echo =thread\\n", "t 1")
    procs, runq, sleeper, running, thread = re.split(r"=(?:runq|bt|running|thread)\n", text)
    assert str(log) in procs.splitlines()[0]
    assert re.search(r"^ +1 +(SLEEPING|READY) .* init$", procs, re.M)
    assert re.search(r"^ +4 +RUNNING .* monitor$", procs, re.M)
    assert re.search(r"CPU \d: 4 monitor runs", runq) and re.search(r"priority \d+: 4 monitor", runq)
    # The monitor may be faster than init, whom a CPU still has then, on its way to sleep: gdb says where.
    assert re.search(r"^#0 .*\bkernel/sched\w*\.[ch]:\d+$|^Thread \d+ ", sleeper, re.M)
    assert re.search(r"kernel/proc_life\.c:\d+", sleeper) and "thread_start" in sleeper
    assert "monitor_run" in running and "thread_start" in running
    assert "Switching to thread 1" in thread
    assert "warning" not in text and "Traceback" not in text and "Error" not in text
    assert b"Triptych " in log.read_bytes()
    assert not qemus(log)


def test_from_a_parked_cpu(port, tmp_path):
    """A CPU that the kernel has not started has no page tables; the commands look through another one."""
    text = debug(port, tmp_path / "serial", *TO_THE_PROMPT, f"thread {port.smp}", "t procs", "t bt 1",
                 "thread")
    assert "monitor" in text and "thread_start" in text
    assert f"[Current thread is {port.smp} " in text


def test_frame_of_the_trap_at_hand(port, tmp_path):
    """The first interrupt starts the first thread; the pc of its frame is where the idle code goes on."""
    text = debug(port, tmp_path / "serial", "thbreak irq_dispatch", "continue", "t frame")
    assert re.search(r"\b(sepc|elr|eip) +[0-9a-f]+", text)
    assert re.search(r"^at \w+", text, re.M)


def test_frame_of_a_program(port, tmp_path):
    """The first system call: the frame has the pc of the program, which lies in no function of the kernel."""
    initrd = port.build_dir() / "initrd.cpio"
    if not initrd.exists():
        pytest.skip(f"no programs: make ARCH={port.arch} user")
    text = debug(port, tmp_path / "serial", "thbreak user_trap", "continue", "t frame", initrd=initrd)
    pc = re.search(r"\b(?:sepc|elr|eip) +([0-9a-f]+)", text)
    assert pc and 0x400000 <= int(pc[1], 16) < 0x500000, text
    assert "Traceback" not in text and "Error" not in text, text


def test_too_early(port, tmp_path):
    """Before the first instruction there are no processes yet, and the command says so."""
    assert re.search("let it run to kernel_main first", debug(port, tmp_path / "serial", "procs"))


def test_wrong_arguments(port, tmp_path):
    text = debug(port, tmp_path / "serial", *TO_THE_PROMPT, "t bt 77", "t bt", "t frame")
    for words in ("no process has PID 77", "usage: t bt PID", "give the address of a frame"):
        assert words in text


def test_signal_ends_both(port, tmp_path):
    log = tmp_path / "serial"
    process = subprocess.Popen(argv(port, log, "python import time; time.sleep(60)"), stdout=subprocess.PIPE)
    process.stdout.readline()
    assert len(qemus(log)) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 128 + signal.SIGTERM
    deadline = time.monotonic() + 5
    while qemus(log) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not qemus(log)


def test_no_kernel(tmp_path):
    done = subprocess.run([sys.executable, DEBUG, "--arch", "x86", "--image", tmp_path / "none.elf"],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "make ARCH=x86 image" in done.stderr


def test_no_programs(port, tmp_path):
    text = debug(port, tmp_path / "serial", "help", initrd=tmp_path / "none")
    assert f"make ARCH={port.arch} user" in text and not qemus(tmp_path / "serial")


def test_no_gdb(port, monkeypatch, tmp_path, fake_qemu):
    """None that knows the processor: said before QEMU starts."""
    fake_qemu()
    for name in ("bash", "sh", "awk", "dirname", "uname", "id", "cat", "env"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = subprocess.run(argv(port, tmp_path / "serial", "help"), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 1 and f"no gdb for {port.arch} here. Install one with: " in done.stdout
