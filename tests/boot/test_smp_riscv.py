"""test_smp_riscv.py - the other harts: as many as there are, in the order of the device tree, and idle.

Seen to fail: with hart ids taken for numbers of CPUs.
"""

import re
import subprocess

import pytest

from guest import Guest, symbols, wait_until


def check(console, riscv, wanted):
    """At the prompt so many harts are idle; who is not, is not in the kernel."""
    idle = symbols(riscv.build_dir() / "triptych.elf")["hal_cpu_idle"]

    def places():
        pcs = re.findall(r"\bpc\s+([0-9a-f]+)", console.monitor("info registers -a"))
        return [hart for hart, pc in enumerate(pcs) if idle < int(pc, 16) <= idle + 16]
    if isinstance(wanted, int):
        wait_until(lambda: len(places()) == wanted, lambda: f"{places()} are idle")
    else:
        wait_until(lambda: places() == wanted, lambda: f"{places()} are idle")


@pytest.mark.parametrize("smp, most", ((1, 8), (2, 8), (3, 8), (4, 8), (8, 8), (4, 1), (4, 2), (4, 3)))
def test_start(riscv, smp, most):
    in_use = min(smp, most)
    with Guest(riscv, f"maxcpus={most}", smp=smp) as console:
        assert f"{in_use} of {smp} CPU{'s' * (smp > 1)} in use" in console.prompt()
        check(console, riscv, in_use)


@pytest.mark.parametrize("cpu", ("rv64,sstc=off", "sifive-u54", "max"))
def test_processors(riscv, cpu):
    """Each hart has its own alarm, by whatever way."""
    with Guest(riscv, smp=4, cpu=cpu) as console:
        assert "4 of 4 CPUs in use" in console.prompt()
        check(console, riscv, 4)
        console.command("sleep 20")


def tree(riscv, tmp_path, smp, edit):
    """QEMU's own device tree for so many harts, edited as text."""
    blob, text = tmp_path / "tree.dtb", tmp_path / "tree.dts"
    argv = riscv.command(riscv.build_dir() / riscv.image, "", smp=smp)
    subprocess.run([*argv, "-M", f"dumpdtb={blob}"], check=True, timeout=30, capture_output=True)
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "-o", text, blob], check=True, timeout=30)
    text.write_text(edit(text.read_text()))
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, text], check=True, timeout=30)
    return blob


def test_gap(riscv, tmp_path):
    """A hart that the tree says is not to be used: numbers go on behind it."""
    def disable(text):
        at = text.index('status = "okay"', text.index("cpu@1 {"))
        return text[:at] + 'status = "disabled"' + text[at + len('status = "okay"'):]
    with Guest(riscv, smp=4, dtb=tree(riscv, tmp_path, 4, disable)) as console:
        assert "3 of 3 CPUs in use" in console.prompt()
        check(console, riscv, [0, 2, 3])


def test_hart_is_not_there(riscv, tmp_path):
    """The tree lists four, the machine has two."""
    with Guest(riscv, smp=2, dtb=tree(riscv, tmp_path, 4, lambda text: text)) as console:
        before = console.prompt()
        assert "CPU 2 does not start" in before and "CPU 3 does not start" in before
        assert "2 of 4 CPUs in use" in before
        console.command("sleep 20")
