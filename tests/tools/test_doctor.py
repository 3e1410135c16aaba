"""test_doctor.py - tools/doctor on hosts that lack something: what it says, and what its exit status says."""

import os
import shutil
import subprocess
import sys

import machines
import packages
import pexpect
import pytest

TOOLS = machines.ROOT / "tools"

# What the scripts themselves need of the host.
BASE = ("bash", "sh", "env", "awk", "dirname", "uname", "id", "cat", "sed")


@pytest.fixture
def host(tmp_path):
    """A host that has every tool in the list, as scripts that tell a version, and nothing else."""
    return Host(tmp_path)


class Host:
    def __init__(self, path):
        self.bin = path / "bin"
        self.bin.mkdir()
        for name in BASE:
            (self.bin / name).symlink_to(shutil.which(name))
        for tool in packages.tools().values():
            name = tool.found.split("|")[-1]
            if name not in packages.PROBES and not name.startswith(("py:", "python")) and name[-2:] != ".h":
                self.tool(name, tool.min or "1.0")
        (path / "opensbi-riscv64-generic-fw_dynamic.bin").touch()
        self.tool("qemu-system-riscv64", "10.0.2", f'[ "$2" = help ] && echo {path}')
        # As a preprocessor it finds every header; as a compiler it makes every program.
        preprocess = "sed -n 's/#include <\\(.*\\)>/# 1 \"\\/inc\\/\\1\"/p'"
        self.tool("gcc", "12.2.0", f'case "$*" in *-E*) {preprocess} ;; esac')
        self.tool("clang", "14.0.6")
        (self.bin / "python3").symlink_to(sys.executable)

    def tool(self, name, version, body=""):
        (self.bin / name).unlink(missing_ok=True)
        answer = f'[ "$1" = --version ] && echo "{name} {version}" && exit'
        (self.bin / name).write_text(f"#!/bin/sh\n{answer}\n{body}\nexit 0\n")
        (self.bin / name).chmod(0o755)

    def doctor(self, *arguments, python=(sys.executable,)):
        """(status, text) of one run."""
        done = subprocess.run([*python, TOOLS / "doctor", *arguments], text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": str(self.bin), "PYTHON": sys.executable})
        return done.returncode, done.stdout


def row(text, name):
    """The line of a tool in the table."""
    return next(line for line in text.splitlines() if line.split()[:1] == [name])


def port(text, arch):
    """The last line about a port before the verdict: what it can be used for."""
    return next(line for line in text.splitlines() if line.startswith(arch) and "run:" in line)


def test_everything_is_there(host):
    status, text = host.doctor("--all")
    assert status == 0, text
    assert {line.split()[0] for line in text.splitlines() if line} >= set(packages.tools())
    for arch in ("x86", "arm64", "riscv"):
        assert "no" not in port(text, arch).split()
    assert "\033" not in text


def test_missing_tool_of_one_port(host):
    """The others still run, and the exit status is that of the port asked about."""
    (host.bin / "nasm").unlink()
    status, text = host.doctor("--arch", "x86")
    assert status == 1
    assert "missing" in row(text, "nasm") and "nasm" in row(text, "nasm").split("any")[1]
    assert "run: no, for lack of nasm" in port(text, "x86") and "run: yes" in port(text, "riscv")
    assert "x86 pc cannot run here. Needed: nasm." in text
    assert host.doctor("--arch", "riscv")[0] == 0
    assert host.doctor("--arch", "riscv", "--all")[0] == 1


def test_old_qemu(host):
    """Ubuntu 24.04: the message names the ways out, the other ports still run."""
    host.tool("qemu-system-aarch64", "8.2.2")
    status, text = host.doctor("--arch", "arm64", "--board", "rpi4")
    assert status == 1
    assert "8.2.2" in row(text, "qemu-arm64") and "9.0" in row(text, "qemu-arm64")
    assert "Ubuntu 24.10" in text and "run: yes" in port(text, "x86")
    assert host.doctor("--arch", "x86")[0] == 0


def test_tools_for_tests_are_not_needed_to_run(host):
    (host.bin / "mtools").unlink()
    status, text = host.doctor()
    assert status == 0
    assert "run: yes" in port(text, "x86") and "test: no, for lack of mtools" in port(text, "x86")


def test_firmware_of_riscv(host, tmp_path):
    (tmp_path / "opensbi-riscv64-generic-fw_dynamic.bin").unlink()
    status, text = host.doctor("--arch", "riscv")
    assert status == 1 and "Needed: opensbi." in text


def test_either_compiler(host):
    (host.bin / "aarch64-elf-gcc").unlink()
    assert host.doctor("--arch", "arm64")[0] == 1
    assert host.doctor("--arch", "arm64", "--llvm")[0] == 0
    (host.bin / "ld.lld").unlink()
    assert host.doctor("--arch", "arm64", "--llvm")[0] == 1


def test_any_of_several_names_will_do(host):
    """gcc -m32 counts where there is no cross compiler for x86, and does not where it cannot link."""
    assert host.doctor("--arch", "x86")[0] == 0
    host.tool("gcc", "12.2.0", 'case "$*" in *-m32*) exit 1 ;; esac')
    status, text = host.doctor("--arch", "x86")
    assert status == 1 and "Needed: gcc-x86." in text
    host.tool("i686-linux-gnu-gcc", "12.2.0")
    assert host.doctor("--arch", "x86")[0] == 0


def test_missing_header(host):
    host.tool("gcc", "12.2.0", 'case "$*" in *-E*) exit 1 ;; esac')
    status, text = host.doctor()
    assert status == 0 and "test: no, for lack of cmocka libfdt" in port(text, "x86")


def test_wrong_port(host):
    status, text = host.doctor("--arch", "mips")
    assert status == 2 and "x86 or arm64 or riscv" in text


def test_bare_python(host):
    """Without site-packages, as on a host where nothing was set up."""
    status, text = host.doctor(python=(sys.executable, "-S"))
    assert status == 0, text


def test_missing_modules(monkeypatch):
    monkeypatch.setattr(packages, "python_modules", lambda: (sys.executable, {"elftools": "0.29"}))
    assert packages.find(packages.tools()["pyelftools"]).version == "0.29"
    assert packages.find(packages.tools()["pexpect"]) is None


@pytest.mark.parametrize("no_color", [False, True])
def test_colour_on_a_terminal(host, no_color):
    (host.bin / "nasm").unlink()
    environment = {"PATH": str(host.bin), "TERM": "xterm"} | ({"NO_COLOR": "1"} if no_color else {})
    text, status = pexpect.run(f"{sys.executable} {TOOLS}/doctor", env=environment, withexitstatus=True,
                               timeout=60)
    assert status == 1
    assert (b"\033[31m" in text) != no_color


def test_this_host_agrees_with_the_tools(tmp_path):
    """What is found really is there: each path exists, and each version has the look of one."""
    for tool in packages.tools().values():
        found = packages.find(tool)
        if found:
            assert os.path.exists(found.path.split()[0]), tool
            assert packages.older(found.version, "1000.0") or not found.version
