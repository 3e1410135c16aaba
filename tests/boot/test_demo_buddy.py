"""test_demo_buddy.py - what demo=buddy tells of splits and joins is what the algorithm does, on every port.

The model below knows the free blocks as a set of (page, order), and no more. Planted and caught: a demo that
tells the page before for the buddy, a split too few or the splits in reverse, a join too few, an owner of one
page, another number on one port; an allocator that splits a block larger than needed, keeps the upper half,
or joins only once.
"""

import re

import pytest

from harness import PORTS, Console

PAGES, TOP = 32, 5


def shown(port):
    with Console(port, "demo=buddy", tests=False) as console:
        text = console.prompt()
    begin, last = text.index(f"{PAGES} pages. "), "all free again: one block of order 5\n"
    assert last in text, text
    return text[begin:text.index(last) + len(last)]


@pytest.fixture(scope="module")
def outputs():
    return [shown(port) for port in PORTS]


def numbers(pattern, text):
    return [tuple(map(int, found)) for found in re.findall(pattern, text, re.M)]


class Model:
    def __init__(self):
        self.free, self.got = {(0, TOP)}, {}

    def take(self, who, order):
        """The splits as (order, page, kept, freed, kept, XOR'ed), or None if it is refused."""
        fit = min(((k, page) for page, k in self.free if k >= order), default=None)
        if fit is None:
            return None
        at, page = fit
        self.free.remove((page, at))
        told = []
        for k in range(at, order, -1):
            half = 2 ** (k - 1)
            told.append((k, page, page, page + half, page, half))
            self.free.add((page + half, k - 1))
        self.got[who] = page, order
        return told

    def give(self, who):
        """The joins as (order, page, buddy, page, XOR'ed); the block that comes of it."""
        page, order = self.got.pop(who)
        told = []
        while (page ^ 2 ** order, order) in self.free:
            buddy = page ^ 2 ** order
            self.free.remove((buddy, order))
            told.append((order, page, buddy, page, 2 ** order))
            page, order = min(page, buddy), order + 1
        self.free.add((page, order))
        return told, (order, page)

    def picture(self):
        pages = ["?"] * PAGES
        for page, order in self.free:
            pages[page:page + 2 ** order] = "." * 2 ** order
        for who, (page, order) in self.got.items():
            pages[page:page + 2 ** order] = who * 2 ** order
        return "".join(pages)


def check_lists(model, text):
    for listing in re.findall(r"free blocks\n((?: {4}.*\n)+)", text):
        for k, row in enumerate(listing.splitlines()):
            starts = " ".join(str(page) for page, order in sorted(model.free) if order == k) or "none"
            assert row.split(": ")[1] == starts and f"order {k}, {2 ** k:2} pages" in row, listing


def check_step(model, text):
    """One request or return, from its first line up to the next one's."""
    who, asks, order = re.match(r"([A-Z]) (asks for order|gives page \d+, order) (\d+)", text).groups()
    at, xor = r"  order (\d+) at page (\d+)", r"its buddy (\d+) = (\d+) XOR (\d+)"
    splits = numbers(rf"^{at} splits: keeps (\d+), frees {xor}$", text)
    joins = numbers(rf"^{at}: {xor} is free, they join$", text)
    if asks.startswith("asks"):
        free = sum(2 ** k for _, k in model.free)
        want = model.take(who, int(order))
        assert splits == (want or []) and not joins, text
        if want is None:
            assert f"  refused: of the {free} free pages, 100% lie in smaller blocks\n" in text
        else:
            assert f"  {who} gets page {model.got[who][0]}, order {order}\n" in text
    else:
        assert f"gives page {model.got[who][0]}, order {model.got[who][1]} back" in text
        want, (order, page) = model.give(who)
        assert joins == want and not splits, text
        end = "all there is" if order == TOP else \
            f"its buddy {page ^ 2 ** order} = {page} XOR {2 ** order} is not free, it stays"
        assert f"  order {order} at page {page}: {end}\n" in text
    assert re.findall(r"\[(.*)\]", text) == [model.picture()], text
    check_lists(model, text)
    return asks.split()[0], len(splits), len(joins)


def test_same_on_all_ports(outputs):
    assert outputs[0] == outputs[1] == outputs[2]


def test_follows_the_algorithm(outputs):
    model = Model()
    first, *steps = re.split(r"^(?=[A-Z] (?:asks|gives))", outputs[0], flags=re.M)
    check_lists(model, first)
    assert f"[{model.picture()}]" in first and first.count("free blocks") == 1
    done = [check_step(model, step) for step in steps]
    assert model.free == {(0, TOP)} and not model.got
    assert [asks for asks, *_ in done] == ["asks"] * 4 + ["gives"] * 3
    assert sum(splits for _, splits, _ in done) == sum(joins for *_, joins in done) == 5
    assert outputs[0].count("free blocks") == 3
