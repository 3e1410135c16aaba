"""test_demo_jikei.py - demo=jikei: programs A and B as chapters 6 to 8 of jikei have them, line by line.

Virtual time follows the instructions, so that a slow host does not end a turn between two lines.

Planted and caught: a letter lost on its way; a sleep that takes no time.
"""

import re

import pytest

from harness import Console

END = r"jikei, chapter 8:.*all processes exited\r*\n"


def initrd(port):
    file = port.build_dir() / "initrd.cpio"
    assert file.exists(), f"make ARCH={port.arch} user"
    return ["-initrd", str(file)]


def demo(port, **more):
    with Console(port, "demo=jikei " + more.pop("words", ""), tests=False, icount=0, timeout=100,
                 extra=initrd(port), **more) as console:
        before, match = console.expect("(?s)" + END)
        return (before + match[0]).replace("\r", "")


def lines_of(number, chapter, cpus):
    """The lines of that chapter; PIDs count from the first of it."""
    start = {6: [r"Heap: 0x[0-9a-f]+ \(\d+ KiB\)"], 7: [], 8: ["created endpoint 0"]}[chapter]
    online = [] if chapter == 6 else [f"CPU {i} online" for i in range(1, cpus)]
    letters = ["IP"] if chapter == 8 else []
    return [*start, f"spawned pid {number}", f"spawned pid {number + 1}", *online, *letters, "A1", "B1", "A2",
            f"pid {number}: exited", "B2", f"pid {number + 1}: exited", "all processes exited"]


def check(text):
    cpus = int(re.search(r"(\d+) of \d+ CPUs? in use", text)[1])
    chapters = re.split(r"^jikei, chapter (\d):\n", text, flags=re.M)[1:]
    assert chapters[::2] == ["6", "7", "8"], text
    for chapter, said in zip(chapters[::2], chapters[1::2]):
        first = int(re.search(r"spawned pid (\d+)", said)[1])
        lines = said.splitlines()
        expected = lines_of(first, int(chapter), cpus)
        assert len(lines) == len(expected), text
        for line, pattern in zip(lines, expected):
            assert re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}\n{text}"


def test_jikei(port):
    check(demo(port))


@pytest.mark.parametrize("policy", ["rr", "fair"])
def test_jikei_one_cpu(port, policy):
    check(demo(port, words=f"maxcpus=1 sched={policy}"))
