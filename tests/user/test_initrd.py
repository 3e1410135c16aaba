"""test_initrd.py - the RAM disk: what cpio finds in it, and that it is the same each time."""
import subprocess

import pytest

from conftest import PORTS, ROOT

MKINITRD = ROOT / "tools" / "mkinitrd"


@pytest.mark.parametrize("arch", PORTS)
def test_content(arch):
    archive = (ROOT / "build" / PORTS[arch] / "initrd.cpio").read_bytes()
    listing = subprocess.run(["cpio", "-tv", "--quiet", "-n"], input=archive, capture_output=True, check=True)
    lines = [line.split() for line in listing.stdout.decode().splitlines()]
    names = {line[-1]: line for line in lines}
    assert names["bin/sh"][0] == "-rwxr-xr-x" and names["etc/motd"][0] == "-rw-r--r--"
    assert names["dev/console"][0] == "crw-------" and names["tmp"][0] == "drwxrwxrwt"
    assert all(line[2:4] == ["0", "0"] for line in lines)
    assert [line[-1] for line in lines] == sorted(names) and {"test/t_fork", "bin/init", "proc"} <= set(names)


def test_same_bytes(tmp_path):
    tree = tmp_path / "tree"
    (tree / "b").mkdir(parents=True)
    (tree / "b" / "file").write_text("content")
    archives = []
    for name in ("one", "two"):
        subprocess.run([MKINITRD, "-o", tmp_path / name, tree], check=True)
        (tree / "b" / "file").touch()
        archives.append((tmp_path / name).read_bytes())
    assert archives[0] == archives[1]
    content = subprocess.run(["cpio", "-i", "--to-stdout", "--quiet", "b/file"], input=archives[0],
                             capture_output=True, check=True)
    assert content.stdout == b"content"
