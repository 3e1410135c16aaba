"""test_run.py - tools/run with QEMUs that only pretend: banner, watchdog, terminal, and every way to end.

A fake QEMU writes the process IDs of itself and of a child into a file, so that each test can see whether
both are gone at the end.
"""

import os
import signal
import subprocess
import sys
import termios
import time

import machines
import pexpect
import pytest

RUN = machines.ROOT / "tools/run"
NOTE_PIDS = 'sleep 60 & echo $$ $! >"$PIDS"\n'
BANNER = "echo 'Triptych 0.0 on x86/pc'\n"


class Kernel:
    """What a test starts: an image, and a fake QEMU that takes it."""

    def __init__(self, tmp_path, fake_qemu):
        self.fake_qemu = fake_qemu
        self.pids = tmp_path / "pids"
        self.image = tmp_path / "image"
        self.image.touch()
        self.environment = dict(os.environ, PIDS=str(self.pids))

    def argv(self, body, *options, arch="x86", version="10.0.2"):
        self.fake_qemu(NOTE_PIDS + body, version)
        return [sys.executable, str(RUN), "--arch", arch, "--image", str(self.image), *options]

    def run(self, body, *options, stdin="", **more):
        """(status, output) of a whole run."""
        done = subprocess.run(self.argv(body, *options, **more), input=stdin, text=True, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment)
        return done.returncode, done.stdout

    def start(self, body, *options, **more):
        return subprocess.Popen(self.argv(body, *options), env=self.environment, **{
            "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | more)

    def spawn(self, body, *options):
        """On a terminal of its own."""
        argv = self.argv(body, *options)
        return pexpect.spawn(argv[0], argv[1:], env=self.environment, timeout=20)

    def nothing_left(self):
        """Are the fake QEMU and its child gone? They get a moment to be buried."""
        pids = [int(pid) for pid in self.pids.read_text().split()]
        assert len(pids) == 2
        deadline = time.monotonic() + 5
        while any(map(alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not any(map(alive, pids))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def kernel(tmp_path, fake_qemu):
    return Kernel(tmp_path, fake_qemu)


def read_until(stream, words):
    """Reads a pipe until the words have come."""
    text = b""
    while words not in text:
        data = os.read(stream.fileno(), 4096)
        assert data, text
        text += data
    return text


# --- Before the start -------------------------------------------------------------------------------------

def test_first_line_tells_how_to_quit(kernel):
    _, text = kernel.run(BANNER)
    assert "Ctrl-A X" in text.splitlines()[0] and "poweroff" in text.splitlines()[0]


def test_old_qemu_is_not_started(kernel):
    status, text = kernel.run(BANNER, arch="arm64", version="8.2.2")
    assert status == 1 and "8.2.2" in text and "9.0" in text and "Update it with" in text
    assert not kernel.pids.exists()


def test_missing_image(kernel):
    kernel.image.unlink()
    status, text = kernel.run(BANNER)
    assert status == 1 and "make ARCH=x86 image" in text and not kernel.pids.exists()


def test_missing_programs(kernel):
    status, text = kernel.run(BANNER, "--initrd", str(kernel.image.parent / "none"))
    assert status == 1 and "make ARCH=x86 user" in text and not kernel.pids.exists()


def test_options_reach_qemu(kernel):
    _, text = kernel.run(BANNER + 'echo "$*"', "--smp", "2", "--mem", "64M", "--cmdline", "demo=539",
                         "--icount", "0", "--initrd", str(kernel.image))
    assert "-smp 2" in text and "-m 64M" in text and "-append demo=539" in text and "shift=0" in text
    assert f"-initrd {kernel.image}" in text


# --- The end of a run -------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", [0, 33, 37])
def test_status_is_that_of_qemu(kernel, status):
    got, text = kernel.run(BANNER + f"printf last; exit {status}")
    assert got == status and text.endswith("last")
    assert kernel.nothing_left()


def test_qemu_killed_by_a_signal(kernel):
    assert kernel.run(BANNER + "kill -KILL $$")[0] == 128 + signal.SIGKILL
    assert kernel.nothing_left()


@pytest.mark.parametrize("qemu_status, status", [(0, 1), (33, 33)])
def test_end_without_a_banner(kernel, qemu_status, status):
    """A triple fault looks like this: QEMU ends with 0 and nothing was printed."""
    got, text = kernel.run(f"exit {qemu_status}")
    assert got == status and "before the kernel printed its banner" in text and "make debug" in text


def test_watchdog(kernel):
    before = time.monotonic()
    status, text = kernel.run("wait; sleep 60", "--timeout", "1")
    assert status == 124 and 1 <= time.monotonic() - before < 10
    assert "no banner of the kernel within 1 s" in text and "make debug" in text and "make doctor" in text
    assert kernel.nothing_left()


def test_watchdog_is_content_with_a_banner(kernel):
    """Also with one that comes in two pieces, and then the kernel may be silent."""
    status, text = kernel.run("printf Trip; sleep 0.3; echo 'tych 0.0'; sleep 2; exit 5", "--timeout", "1")
    assert status == 5 and "Triptych 0.0" in text


def test_watchdog_does_not_drown(kernel):
    """A guest that prints without end, but no banner."""
    done = subprocess.run(kernel.argv("exec yes", "--timeout", "1"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=30,
                          env=kernel.environment)
    assert done.returncode == 124 and "stopped early" in done.stderr
    assert kernel.nothing_left()


@pytest.mark.parametrize("says, cause", [("", "OpenSBI did not start"),
                                         ("echo OpenSBI v1.5", "stopped early")])
def test_causes_follow_the_evidence(kernel, says, cause):
    _, text = kernel.run(says + "\nsleep 60", "--timeout", "0.5", arch="riscv")
    assert cause in text


# --- Input ------------------------------------------------------------------------------------------------

def test_piped_input_waits_for_the_banner(kernel):
    """What comes before would be lost in a UART that nobody has set up."""
    early, late = 'echo "early:$(timeout 0.5 head -c 1)"\n', 'read line; echo "late:$line"'
    status, text = kernel.run(early + BANNER + late, stdin="poweroff\n")
    assert status == 0 and "early:\n" in text and "late:poweroff" in text


@pytest.mark.parametrize("redirection", ["<&-", "</dev/null"])
def test_without_stdin(kernel, redirection):
    argv = kernel.argv(BANNER + "sleep 0.5; echo end; exit 3")
    done = subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", *argv], stdout=subprocess.PIPE,
                          text=True, timeout=30, env=kernel.environment)
    assert done.returncode == 3 and done.stdout.endswith("end\n")
    assert kernel.nothing_left()


def test_quit_by_keys(kernel):
    process = kernel.start(BANNER + "sleep 60")
    read_until(process.stdout, b"Triptych")
    process.stdin.write(b"\x01x")
    process.stdin.flush()
    assert process.wait(10) == 0
    assert kernel.nothing_left()


def test_other_keys_of_qemu_pass(kernel):
    """Ctrl-A C, and Ctrl-A twice, are QEMU's business."""
    status, text = kernel.run(BANNER + "head -c 5 | od -An -tx1", stdin="\x01c\x01\x01z")
    assert status == 0 and "01 63 01 01 7a" in text


def test_output_that_nobody_reads_any_more(kernel):
    process = kernel.start(BANNER + "exec yes")
    read_until(process.stdout, b"Triptych")
    process.stdout.close()
    assert process.wait(10) == 128 + signal.SIGPIPE
    assert kernel.nothing_left()


# --- Signals ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_signals_take_qemu_along(kernel, number):
    process = kernel.start("trap '' TERM HUP INT\n" + BANNER + "sleep 60; sleep 60")
    read_until(process.stdout, b"Triptych")
    process.send_signal(number)
    assert process.wait(10) == 128 + number
    assert kernel.nothing_left()


@pytest.mark.parametrize("end, status", [("keys", 0), ("signal", 128 + signal.SIGTERM)])
def test_end_while_the_output_is_blocked(kernel, end, status):
    """Somebody paused the pager that we print to."""
    process = kernel.start(BANNER + "exec yes")
    read_until(process.stdout, b"Triptych")
    time.sleep(0.5)             # the pipe fills up
    if end == "keys":
        process.stdin.write(b"\x01x")
        process.stdin.flush()
    else:
        process.terminate()
    assert process.wait(10) == status
    assert kernel.nothing_left()


def test_kill_takes_qemu_along(kernel):
    """SIGKILL leaves us no say: Linux sees to it that QEMU goes, too."""
    process = kernel.start(BANNER + "exec sleep 60")
    read_until(process.stdout, b"Triptych")
    process.kill()
    process.wait()
    qemu = int(kernel.pids.read_text().split()[0])
    deadline = time.monotonic() + 5
    while alive(qemu) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(qemu)
    os.kill(int(kernel.pids.read_text().split()[1]), signal.SIGKILL)


# --- The terminal -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("end, status", [("quit", 0), ("poweroff", 0), ("kill QEMU", 128 + signal.SIGKILL),
                                         ("SIGTERM", 128 + signal.SIGTERM), ("SIGHUP", 128 + signal.SIGHUP),
                                         ("watchdog", 124)])
def test_terminal_is_restored(kernel, end, status):
    """Raw while the guest runs, then exactly as before, whatever ended the run."""
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    banner = "" if end == "watchdog" else BANNER
    process = kernel.start(banner + "echo on; read line; exit 0", "--timeout", "2", stdin=slave, stdout=slave)
    text = b""
    while b"on\r\n" not in text:
        text += os.read(master, 4096)
    raw = termios.tcgetattr(slave)
    assert not raw[3] & (termios.ICANON | termios.ECHO | termios.ISIG) and raw[1] & termios.OPOST
    qemu = int(kernel.pids.read_text().split()[0])
    {"quit": lambda: os.write(master, b"\x01x"), "poweroff": lambda: os.write(master, b"poweroff\n"),
     "kill QEMU": lambda: os.kill(qemu, signal.SIGKILL), "SIGTERM": process.terminate,
     "SIGHUP": lambda: process.send_signal(signal.SIGHUP), "watchdog": lambda: None}[end]()
    assert process.wait(10) == status
    assert termios.tcgetattr(slave) == before
    assert kernel.nothing_left()
    os.close(master)
    os.close(slave)


def test_control_c_goes_to_the_guest(kernel):
    child = kernel.spawn(BANNER + "head -c 1 | od -An -tx1; exit 4")
    child.expect("Triptych")
    child.send("\x03")
    child.expect(" 03")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 4


def test_terminal_that_hangs_up(kernel):
    """The window is closed."""
    child = kernel.spawn(BANNER + "sleep 60")
    child.expect("Triptych")
    child.close(force=False)
    assert kernel.nothing_left()
