"""test_setup.py - tools/setup on made-up systems: which line it prints, what it runs, what it asks."""

import shutil
import subprocess

import pexpect
import pytest
from made_up import DEBIAN_12, ONE_LINE, SETUP, System

FROM_BACKPORTS = ["qemu-system-x86", "qemu-system-arm", "qemu-system-riscv", "qemu-system-common",
                  "qemu-system-data", "seabios", "opensbi"]


def packages(line):
    return line.split("--no-install-recommends ")[1].split()


def everything():
    """All packages of Debian 12, as if installed from where they should come."""
    line = subprocess.check_output([SETUP, "--distro", "debian-12"], text=True)
    return {name.split("/")[0]: "1:10.0~bpo12+1" if "/" in name else "1.0" for name in packages(line)}


# --- The line ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, start, some", [
    ("debian-12", "sudo apt-get install -y ", ["qemu-system-arm/bookworm-backports", "gcc-i686-linux-gnu"]),
    ("debian-13", "sudo apt-get install -y ", ["qemu-system-arm", "qemu-system-riscv", "libclang-rt-dev"]),
    ("ubuntu", "sudo apt-get install -y ", ["qemu-system-misc", "gdb-multiarch", "opensbi"]),
    ("fedora", "sudo dnf install -y ", ["qemu-system-riscv-core", "gcc-riscv64-linux-gnu", "ShellCheck"]),
    ("arch", "sudo pacman -Syu --needed --noconfirm ", ["qemu-system-riscv", "riscv64-elf-gdb"]),
    ("brew", "brew install ", ["qemu", "i686-elf-gcc", "llvm", "pyelftools"]),
])
def test_line_of_each_system(name, start, some):
    """One line, the right package manager, every package once."""
    done = subprocess.run([SETUP, "--distro", name], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.startswith(start) and done.stdout.count("\n") == 1
    words = done.stdout.removeprefix(start).split("&&")[0].split()
    assert set(some) <= set(done.stdout.split())
    assert len(words) == len(set(words)) and "-" not in words


def test_list_has_a_package_for_every_tool():
    """Each row of the list has all its columns, and a package on every system or an explicit -."""
    rows = [line.split() for line in (SETUP.parent / "packages.list").read_text().splitlines()
            if line.strip() and not line.startswith(("#", "suite"))]
    assert {len(row) for row in rows} == {10}


@pytest.mark.parametrize("os_release, expected", [
    (DEBIAN_12, "debian-12"),
    ("ID=debian\nVERSION_ID=13\n", "debian-13"),
    ("ID=debian\nPRETTY_NAME=sid\n", "debian-13"),
    ("ID=debian\nVERSION_ID=11\n", ""),
    ("ID=ubuntu\nVERSION_ID=24.04\nID_LIKE=debian\n", "ubuntu"),
    ("ID=ubuntu\nVERSION_ID=22.04\nID_LIKE=debian\n", ""),
    ('ID=linuxmint\nVERSION_ID=22\nID_LIKE="ubuntu debian"\n', "ubuntu"),
    ("ID=fedora\nVERSION_ID=42\n", "fedora"),
    ("ID=arch\n", "arch"),
    ("ID=manjaro\nID_LIKE=arch\n", "arch"),
    ("ID=alpine\nVERSION_ID=3.20\n", ""),
])
def test_detects(tmp_path, os_release, expected):
    assert System(tmp_path, os_release).setup("--detect")[1].strip() == expected


def test_detects_macos(tmp_path):
    system = System(tmp_path, "")
    system.tool("uname", "echo Darwin")
    assert system.setup("--detect")[1].strip() == "brew"


def test_unknown_system_lists_what_is_needed(tmp_path):
    status, text, calls = System(tmp_path, 'ID=alpine\nPRETTY_NAME="Alpine Linux"\n').setup()
    assert status == 1 and not calls
    assert "Alpine Linux" in text and "qemu-arm64" in text and "9.0" in text


def test_unknown_distro_option():
    done = subprocess.run([SETUP, "--distro", "beos"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "debian-12" in done.stderr


def test_line_for_one_tool(tmp_path):
    system = System(tmp_path, "ID=fedora\n", root=False)
    line = system.setup("--line", "gcc-riscv", "nasm")[1]
    assert line == "sudo dnf install -y nasm gcc-riscv64-linux-gnu\n"


def test_line_for_a_tool_from_backports(tmp_path):
    """No plain line would do: the suite has to be switched on first."""
    assert System(tmp_path, DEBIAN_12).setup("--line", "qemu-arm64")[1] == "make setup\n"


# --- Installing -------------------------------------------------------------------------------------------

def test_installs_as_root_without_stdin(tmp_path):
    """What CI does: no terminal, stdin closed, nothing installed, no index of packages."""
    system = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE})
    done = subprocess.run(["sh", "-c", 'exec "$0" <&-', str(SETUP)], stdout=subprocess.PIPE, text=True,
                          timeout=30, env=system.environment)
    calls = system.log.read_text().splitlines()
    assert done.returncode == 0, done.stdout
    assert calls[0] == "apt-get update -q"
    assert f"runs  {calls[1]}" in done.stdout.splitlines()
    assert [f"{name}/bookworm-backports" for name in FROM_BACKPORTS] == packages(calls[1])[-7:]
    assert len(calls) == 2


def test_uses_sudo_when_not_root(tmp_path):
    system = System(tmp_path, "ID=debian\nVERSION_ID=13\n", root=False)
    status, _, calls = system.setup()
    assert status == 0
    assert calls[:2] == ["sudo", "apt-get update -q"] and calls[2] == "sudo" and "install" in calls[3]


def test_says_so_when_there_is_no_sudo(tmp_path):
    system = System(tmp_path, "ID=fedora\n", root=False)
    (system.bin / "sudo").unlink()
    for name in ("bash", "sh", "env", "awk", "dirname", "uname", "cat", "tr", "wc", "tee"):
        if not (system.bin / name).exists():
            (system.bin / name).symlink_to(shutil.which(name))
    done = subprocess.run([SETUP], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30,
                          env=system.environment | {"PATH": str(system.bin)})
    assert done.returncode == 1
    assert "As root: dnf install -y make" in done.stdout
    assert system.log.read_text() == ""


def test_nothing_missing(tmp_path):
    system = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE}, everything())
    status, text, calls = system.setup()
    assert (status, calls) == (0, []) and "nothing is missing" in text
    assert system.sources() == {}


def test_skips_what_is_installed(tmp_path):
    installed = everything()
    del installed["nasm"]
    _, _, calls = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE}, installed).setup()
    assert packages(calls[-1]) == ["nasm"]


def test_replaces_the_old_qemu_of_the_release(tmp_path):
    """The QEMU of Debian 12 itself is installed, which has no Raspberry Pi 4."""
    system = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE},
                    everything() | {"qemu-system-arm": "1:7.2+dfsg-7+deb12u18"})
    _, _, calls = system.setup()
    assert packages(calls[-1]) == ["qemu-system-arm/bookworm-backports"]


def test_fault_of_the_package_manager(tmp_path):
    system = System(tmp_path, "ID=fedora\n")
    system.tool("dnf", "exit 1")
    status, text, _ = system.setup()
    assert status == 1 and "failed" in text and "Done" not in text


def test_broken_index_is_not_the_end(tmp_path):
    """A supplier that has nothing to do with us may be out of order."""
    system = System(tmp_path, "ID=debian\nVERSION_ID=13\n")
    system.tool("apt-get", f'[ "$1" = update ] && exit 100\necho "apt-get $*" >>"{system.log}"')
    status, _, calls = system.setup()
    assert status == 0 and calls[0].startswith("apt-get install")


def test_dry_run_does_nothing(tmp_path):
    system = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE})
    status, text, calls = system.setup("--dry-run")
    assert (status, calls, system.sources()) == (0, [], {})
    assert "adds  " in text and "runs  apt-get install" in text


@pytest.mark.parametrize("answer, installs", [("n", False), ("y", True), ("", True)])
def test_asks_on_a_terminal(tmp_path, answer, installs):
    system = System(tmp_path, DEBIAN_12, {"sources.list": ONE_LINE})
    child = pexpect.spawn(str(SETUP), timeout=20, env=system.environment)
    child.expect(r"Go on\?")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus == 0) == installs
    assert bool(system.log.read_text()) == installs == bool(system.sources())


# --- The script itself ------------------------------------------------------------------------------------

def test_names_no_host():
    """The mirror is always the one configured: no address stands in the scripts."""
    for name in ("setup", "apt-entry.awk", "packages.list"):
        assert "://" not in (SETUP.parent / name).read_text()


def test_shellcheck():
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    done = subprocess.run(["shellcheck", SETUP], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout
