"""conftest.py - the programs of each port in a folder like the RAM disk, ready to run on this Linux.

i386 programs run by themselves. For the others each program is a small script that starts it under qemu-user:
so execve() of one of them by another works, too. `make ARCH=... user` has to have run.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

PORTS = {"x86": "x86-pc", "arm64": "arm64-rpi4", "riscv": "riscv-qemu-virt"}
EMULATORS = {"x86": "qemu-i386", "arm64": "qemu-aarch64", "riscv": "qemu-riscv64"}
LIMIT = 120


class UserLand:
    """Programs of one port: run them, or find them."""

    def __init__(self, arch, folder):
        self.arch, self.folder = arch, folder
        built = ROOT / "build" / PORTS[arch] / "user" / "root"
        assert (built / "bin" / "sh").exists(), f"make ARCH={arch} user"
        self.emulated = arch != "x86" or not self.runs(built / "bin" / "true")
        for program in built.glob("*/*"):
            self.install(program, folder / program.relative_to(built))

    @staticmethod
    def runs(program):
        try:
            return subprocess.run([program], check=False).returncode == 0
        except OSError:
            return False

    def install(self, program, place):
        place.parent.mkdir(parents=True, exist_ok=True)
        if self.emulated:
            emulator = shutil.which(EMULATORS[self.arch])
            assert emulator, f"no {EMULATORS[self.arch]}: make setup"
            place.write_text(f'#!/bin/sh\nexec {emulator} -0 "$0" {program} "$@"\n')
            place.chmod(0o755)
        else:
            place.symlink_to(program)

    def path(self, program):
        return str(self.folder / program)

    def environment(self):
        return {"PATH": f"{self.folder / 'bin'}:{self.folder / 'test'}", "HOME": "/", "TERM": "vt100"}

    def run(self, argv, cwd):
        """Status and output of a program; its errors are shown if a test fails."""
        done = subprocess.run([self.path(argv[0]), *argv[1:]], cwd=cwd, env=self.environment(), timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, umask=0o022)
        return done.returncode, done.stdout.decode("latin-1")


@pytest.fixture(scope="session", params=list(PORTS))
def land(request, tmp_path_factory):
    os.umask(0o022)
    return UserLand(request.param, tmp_path_factory.mktemp(request.param))
