"""test_demo_slab.py - demo=slab shows one and the same life of a cache on three ports, and it adds up.

From the monitor, when the other CPUs are idle: the last line counts the free pages of all.

Planted and caught: a magazine of another size on one port, a head of a slab that is shorter on one port, a
depot that keeps nothing, an empty slab that is not kept, a cache that leaves a page behind.
"""

import re

import pytest

from harness import PORTS, Console

LINE = (r"^(.+?) +\| +(\d+) in use \| magazines +(\d+) \+ +(\d+), depot (\d+) full "
        r"\| slabs (\d+): +(\d+) free$")
TAKEN = 150


@pytest.fixture(scope="module")
def outputs():
    texts = []
    for port in PORTS:
        with Console(port, tests=False) as console:
            console.prompt()
            console.command("sleep 200")
            text = console.command("demo slab")
        end = text.index("pages it still has")
        texts.append(text[text.index("A cache for objects"):text.index("\n", end)])
    return texts


def test_the_same_on_every_port(outputs):
    alike = {re.sub(r"0x[0-9a-f]+", "ADDRESS", text) for text in outputs}
    assert len(alike) == 1, "\n".join(outputs)


def test_it_adds_up(outputs):
    text = outputs[0]
    per_slab = int(re.search(r"and (\d+) objects", text)[1])
    rounds = int(re.search(r"room for (\d+) objects", text)[1])
    assert per_slab == (4096 - 40) // (32 + 2) and rounds == 29, text
    lines = re.findall(LINE, text, re.M)
    for _, *numbers in lines:
        used, loaded, previous, depot, slabs, free = map(int, numbers)
        assert used + loaded + previous + depot * rounds + free == slabs * per_slab, numbers
        assert loaded <= rounds and previous <= rounds
    in_use = [0, 1, 15, 16, TAKEN, TAKEN - 14, TAKEN - 30, TAKEN - 59, 0, 0]
    assert [int(line[1]) for line in lines] == in_use, text
    assert int(lines[-1][5]) == 1, "one empty slab is kept"
    assert any(int(line[4]) > 0 for line in lines), "the depot was used"
    assert f"constructed: {per_slab} objects" in text
    assert text.endswith("the cache is destroyed; pages it still has: 0"), text
