"""test_programs.py - the cases of cases.py on this Linux."""
import pytest

from cases import CASES, PROGRAMS, QEMU_DIFFERS


@pytest.mark.parametrize("name, command, output, status", CASES, ids=[c[0] for c in CASES])
def test_case(land, tmp_path, name, command, output, status):
    assert land.run(["bin/sh", "-c", command], tmp_path) == (status, output)


def faults(output, emulated):
    """The lines that do not say ok, but for those that an emulator may have."""
    return [line for line in output.splitlines()[:-1]
            if not line.endswith(": ok") and not (emulated and line.split(":")[0] in QEMU_DIFFERS)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(land, tmp_path, program):
    status, output = land.run([f"test/{program}"], tmp_path)
    assert faults(output, land.emulated) == []
    assert output.splitlines()[-1].startswith(f"{program}: ")
    if not land.emulated:
        assert (status, output.splitlines()[-1]) == (0, f"{program}: ok")
