"""test_machines.py - tools/machines.py: the QEMU commands, and every mistake that it has to catch."""

import os
import signal
import socket
import subprocess
import time

import machines
import packages
import pytest


@pytest.fixture
def image(tmp_path, fake_qemu):
    """A file to boot, and QEMUs that are new enough."""
    fake_qemu()
    path = tmp_path / "image"
    path.write_bytes(b"")
    return path


def pairs(argv):
    """All neighbours in a command, to look for option and value."""
    return list(zip(argv, argv[1:]))


# --- The command ------------------------------------------------------------------------------------------

def test_x86(image):
    argv = machines.machine("x86", "pc").command(image, cmdline="demo=539 quantum=1")
    assert argv[0].endswith("/qemu-system-i386")
    for pair in (("-M", "pc"), ("-cpu", "qemu32,+nx"), ("-m", "128M"), ("-kernel", str(image)),
                 ("-append", "demo=539 quantum=1"), ("-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
                 ("-display", "none"), ("-serial", "stdio"), ("-monitor", "none")):
        assert pair in pairs(argv)
    assert "-no-reboot" in argv and "-semihosting" not in argv


def test_arm64(image):
    argv = machines.machine("arm64", "rpi4").command(image, dtb=image)
    assert ("-M", "raspi4b") in pairs(argv) and "-semihosting" in argv and "-cpu" not in argv
    assert ("-dtb", str(image)) in pairs(argv)


def test_riscv_never_gets_semihosting(image):
    argv = machines.machine("riscv").command(image, serial="mux", icount=0, gdb_port=1)
    assert ("-M", "virt") in pairs(argv) and "-semihosting" not in argv


@pytest.mark.parametrize("arch", ["x86", "arm64", "riscv"])
def test_initrd(image, arch):
    assert ("-initrd", str(image)) in pairs(machines.machine(arch).command(image, initrd=image))
    assert "-initrd" not in machines.machine(arch).command(image)


def test_default_board():
    assert [machines.machine(arch).board for arch in ("x86", "arm64", "riscv")] == ["pc", "rpi4", "qemu-virt"]


def test_disk_takes_the_place_of_the_image(image):
    argv = machines.machine("x86").command(disk=image)
    assert ("-drive", f"file={image},format=raw,if=ide,index=0,media=disk") in pairs(argv)
    assert "-kernel" not in argv


def test_comma_in_a_file_name(tmp_path, image):
    disk = tmp_path / "a,b"
    disk.touch()
    assert any("a,,b" in word for word in machines.machine("x86").command(disk=disk))


def test_mux_keeps_the_keyboard_on_the_first_uart(image):
    """The mini-UART prints to the same place, by a chardev of its own."""
    argv = machines.machine("arm64").command(image, serial="mux")
    assert [b for a, b in pairs(argv) if a == "-serial"] == ["chardev:c", "chardev:mini"]
    assert ("-mon", "chardev=c") in pairs(argv)
    assert [b for a, b in pairs(machines.machine("x86").command(image, serial="mux")) if a == "-serial"] == [
        "chardev:c"]


def test_icount_makes_runs_the_same(image):
    argv = machines.machine("riscv").command(image, icount=3)
    for pair in (("-icount", "shift=3,sleep=off"), ("-seed", "1"), ("-rtc", "base=2024-01-01,clock=vm")):
        assert pair in pairs(argv)


def test_gdb_port_stops_the_machine(image):
    argv = machines.machine("x86").command(image, gdb_port=1234, extra=["-d", "int"])
    assert ("-gdb", "tcp:127.0.0.1:1234") in pairs(argv) and "-S" in argv and argv[-2:] == ["-d", "int"]


def test_other_cpu_and_sizes(image):
    argv = machines.machine("riscv").command(image, cpu="sifive-u54", smp=8, mem="1G", serial="file:log")
    for pair in (("-cpu", "sifive-u54"), ("-smp", "8"), ("-m", "1G"), ("-serial", "file:log")):
        assert pair in pairs(argv)


def test_window_for_the_pc(image, fake_qemu):
    fake_qemu('[ "$2" = help ] && echo "Available display backend types:" && echo none && echo sdl')
    machines.find_qemu.cache_clear()
    assert ("-display", "sdl") in pairs(machines.machine("x86").command(image, display=True))


# --- Mistakes ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arch, options, words", [
    ("x86", {"smp": 0}, "1 to 8"), ("x86", {"smp": 9}, "1 to 8"), ("riscv", {"smp": 9}, "1 to 8"),
    ("arm64", {"smp": 1}, "4 CPUs, always"),
    ("x86", {"mem": "63M"}, "64M to 8G"), ("riscv", {"mem": "9G"}, "64M to 8G"),
    ("arm64", {"mem": "1G"}, "2G, always"),
    ("x86", {"mem": "64"}, "not a size"), ("x86", {"mem": "lots"}, "not a size"),
    ("arm64", {"cpu": "max"}, "own CPU"), ("x86", {"dtb": __file__}, "no device tree"),
    ("arm64", {"disk": __file__}, "either a kernel image or a disk"),
    ("arm64", {"display": True}, "no screen"), ("x86", {"display": True}, "cannot open a window"),
    ("x86", {"icount": 99}, "0 to 10"),
])
def test_mistakes(image, arch, options, words):
    with pytest.raises(machines.MachineError, match=words):
        machines.machine(arch).command(image, **options)


def test_missing_image(image, tmp_path):
    with pytest.raises(machines.MachineError, match="make ARCH=riscv image"):
        machines.machine("riscv").command(tmp_path / "none")
    with pytest.raises(machines.MachineError, match="make ARCH=x86 disk"):
        machines.machine("x86").command(disk=tmp_path / "none")
    with pytest.raises(machines.MachineError, match="make ARCH=arm64 user"):
        machines.machine("arm64").command(image, initrd=tmp_path / "none")


def test_disks_are_for_the_pc_and_bring_their_command_line(image):
    with pytest.raises(machines.MachineError, match="does not boot from a disk"):
        machines.machine("riscv").command(disk=image)
    with pytest.raises(machines.MachineError, match="command line inside"):
        machines.machine("x86").command(disk=image, cmdline="mem=64M")
    with pytest.raises(machines.MachineError, match="leave the initrd out"):
        machines.machine("x86").command(disk=image, initrd=__file__)


@pytest.mark.parametrize("arch, board, words", [("mips", None, "x86 or arm64 or riscv"),
                                                ("x86", "rpi4", "take pc")])
def test_wrong_port(arch, board, words):
    with pytest.raises(machines.MachineError, match=words):
        machines.machine(arch, board)


def test_missing_qemu(image, fake, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/nowhere")
    machines.find_qemu.cache_clear()
    with pytest.raises(machines.MachineError, match="qemu-system-i386 is not installed. Install it with: "):
        machines.machine("x86").command(image)


@pytest.mark.parametrize("version, good", [("8.2.2", ["x86", "riscv"]), ("7.1.0", []), ("9.0.0", "all"),
                                           ("10.0", "all")])
def test_old_qemu(image, fake_qemu, version, good):
    """8.2, as in Ubuntu 24.04, has no Raspberry Pi 4; the message says what to do about it."""
    fake_qemu(version=version)
    machines.find_qemu.cache_clear()
    for arch, _ in machines.MACHINES:
        if good == "all" or arch in good:
            machines.machine(arch).command(image)
        else:
            words = rf"(?s)version {version}.*Update it with: .*container"
            with pytest.raises(machines.MachineError, match=words):
                machines.machine(arch).command(image)


def test_qemu_without_a_version(image, fake):
    fake("qemu-system-i386", "exit 1")
    machines.find_qemu.cache_clear()
    with pytest.raises(machines.MachineError, match="does not tell its version"):
        machines.machine("x86").command(image)


@pytest.mark.parametrize("a, b, older", [
    ("9.0", "10.0", True), ("10.0.2", "9.0", False), ("9.0", "9.0", False),
    ("8.2.99", "9.0", True), ("", "9.0", False), ("1.0", "", False),
])
def test_order_of_versions(a, b, older):
    assert packages.older(a, b) == older


# --- Real QEMUs take the commands -------------------------------------------------------------------------

@pytest.mark.parametrize("arch", ["x86", "arm64", "riscv"])
@pytest.mark.parametrize("serial", ["mux", "stdio", "null"])
def test_qemu_accepts_the_command(arch, serial, tmp_path):
    """Stopped before its first instruction and asked to quit, so that every option has been looked at."""
    m = machines.machine(arch)
    machines.find_qemu.cache_clear()
    try:
        machines.find_qemu(m)
    except machines.MachineError as error:
        pytest.skip(str(error))
    image = tmp_path / "image"
    image.write_bytes(bytes.fromhex("02b0ad1b" + "00000000" + "fe4f52e4") + bytes(4096))
    kernel, disk = (None, image) if arch == "x86" else (image, None)
    with socket.socket(socket.AF_UNIX) as qmp:
        qmp.settimeout(10)
        qmp.bind(f"{tmp_path}/qmp")
        qmp.listen()
        process = machines.start(m.command(kernel, disk=disk, serial=serial, icount=2,
                                           extra=["-S", "-qmp", f"unix:{tmp_path}/qmp"]),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            connection = qmp.accept()[0]
            connection.sendall(b'{"execute": "qmp_capabilities"} {"execute": "quit"}')
            assert process.wait(20) == 0, process.stderr.read().decode()
        finally:
            machines.stop(process)


# --- Start and stop ---------------------------------------------------------------------------------------

def alive(pid):
    """Is the process there, and not only as a zombie?"""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid):
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "])
def test_stop_ends_children_too(trap):
    """Also those that do not want to hear of SIGTERM."""
    script = f"{trap}sleep 60 & echo $!; wait; sleep 60"
    process = machines.start(["sh", "-c", script], stdout=subprocess.PIPE)
    child = int(process.stdout.readline())
    assert alive(child) and os.getpgid(child) == process.pid != os.getpgid(0)
    machines.stop(process, grace=0.3)
    assert gone(child) and process.returncode in (-signal.SIGTERM, -signal.SIGKILL)


def test_stop_of_what_has_ended():
    process = machines.start(["sh", "-c", "exit 7"])
    process.wait()
    assert machines.stop(process) == 7


def test_dies_with_its_parent(tmp_path):
    """Even when the parent is killed in a way that lets it do nothing."""
    script = f"""import sys; sys.path.insert(0, {str(machines.ROOT / 'tools')!r})
import machines, time
print(machines.start(["sleep", "60"]).pid, flush=True)
time.sleep(60)"""
    parent = subprocess.Popen([os.sys.executable, "-c", script], stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    assert gone(child)
