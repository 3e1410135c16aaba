"""test_mkinitrd.py - tools/mkinitrd: what lies on top, and every mistake that it has to refuse.

tests/user/test_initrd.py lets cpio read the archive of each port.
"""
import subprocess
import sys

import machines
import pytest

MKINITRD = machines.ROOT / "tools/mkinitrd"


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "tree/etc").mkdir(parents=True)
    (tmp_path / "tree/etc/motd").write_text("below")
    return tmp_path / "tree"


def make(folder, *trees, devices=None):
    """(status, what it said, archive or None)"""
    archive, given = folder / "archive", []
    if devices is not None:
        (folder / "list").write_text(devices)
        given = ["--devices", folder / "list"]
    done = subprocess.run([sys.executable, MKINITRD, *given, "-o", archive, *trees], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout, archive.read_bytes() if archive.exists() else None


def members(archive):
    """{name: (mode, content)}"""
    found, at = {}, 0
    while at < len(archive) and archive[at:at + 6] == b"070701":
        fields = [int(archive[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13)]
        name = archive[at + 110:at + 110 + fields[11] - 1].decode()
        start = at + (110 + fields[11] + 3) // 4 * 4
        found[name] = (fields[1], archive[start:start + fields[6]])
        at = start + (fields[6] + 3) // 4 * 4
    return found


def test_the_last_tree_lies_on_top(tmp_path, tree):
    over = tmp_path / "over/etc"
    over.mkdir(parents=True)
    (over / "motd").write_text("above")
    status, text, archive = make(tmp_path, tree, tmp_path / "over")
    assert (status, text) == (0, "") and members(archive)["etc/motd"] == (0o100644, b"above")


def test_devices(tmp_path, tree):
    """A device brings the folders above it."""
    status, _, archive = make(tmp_path, tree, devices="dev/null c 1 3 666   # holds nothing\n\ntmp d 1777\n")
    found = members(archive)
    assert status == 0
    assert [found[n][0] for n in ("dev", "dev/null", "tmp")] == [0o40755, 0o20666, 0o41777]


@pytest.mark.parametrize("line", ["dev/null c 1 3", "dev/null c 1 3 666 more", "dev/null x 1 3 666",
                                  "tmp e 777", "tmp d 9", "tmp d 10000", "dev/null c one 3 666",
                                  "dev/null c 1 -3 666", "/dev/null c 1 3 666", "dev/../null c 1 3 666"])
def test_list_not_understood(tmp_path, tree, line):
    status, text, archive = make(tmp_path, tree, devices=f"proc d 555\n{line}\n")
    assert status == 1 and f"list: what is '{line}'?" in text and "Traceback" not in text
    assert archive is None


def test_no_such_tree(tmp_path, tree):
    status, text, archive = make(tmp_path, tree, tmp_path / "none")
    assert status == 1 and f"mkinitrd: no folder {tmp_path / 'none'}" in text and archive is None


def test_no_such_list(tmp_path, tree):
    done = subprocess.run([sys.executable, MKINITRD, "--devices", tmp_path / "none", "-o",
                           tmp_path / "archive", tree], text=True, stderr=subprocess.PIPE)
    assert done.returncode == 1 and f"mkinitrd: no file {tmp_path / 'none'}" in done.stderr
