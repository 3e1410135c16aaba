"""conftest.py - what the tests of the tools share: the modules in tools/, and programs that only pretend."""

import os
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """fake(name, body) puts a shell script of that name first on PATH."""
    import machines
    import packages

    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    machines.find_qemu.cache_clear()
    packages.python_modules.cache_clear()

    def make(name, body):
        path = directory / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    yield make
    machines.find_qemu.cache_clear()
    packages.python_modules.cache_clear()


@pytest.fixture
def fake_qemu(fake):
    """fake_qemu(body, version): all three QEMUs are this script, which also tells its version when asked."""
    def make(body="", version="10.0.2"):
        answer = f'[ "$1" = --version ] && echo "QEMU emulator version {version} (fake)" && exit'
        for name in ("i386", "aarch64", "riscv64"):
            path = fake(f"qemu-system-{name}", f"{answer}\n{body}")
        return path
    return make
