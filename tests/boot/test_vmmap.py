"""test_vmmap.py - the monitor's listing of the kernel's page tables, on three ports.

Each rule is also shown a listing that breaks it, and has to mind.
"""

import re
from dataclasses import dataclass, replace

import pytest

from guest import symbols
from harness import Console

PAGE, SLOT = 4096, 16384
LINE = re.compile(r"  0x([0-9a-f]+) - 0x([0-9a-f]+) +(\d+) KiB  (r)([w-])([x-]) ([d-])  (\S.*)")


@dataclass(frozen=True)
class Mapping:
    """A line: addresses with the end excluded."""
    start: int
    end: int
    write: bool
    execute: bool
    device: bool
    what: str


def parse(text, digits):
    """Every line has the same form, on every port."""
    mappings = []
    for line in filter(None, text.split("\n")):
        hit = LINE.fullmatch(line)
        assert hit, f"not of the form: {line!r}"
        assert len(hit[1]) == len(hit[2]) == digits, line
        start, end = int(hit[1], 16), int(hit[2], 16) + 1
        assert (end - start) // 1024 == int(hit[3]), line
        mappings.append(Mapping(start, end, hit[5] == "w", hit[6] == "x", hit[7] == "d", hit[8]))
    return mappings


def listing(port):
    with Console(port, tests=False) as console:
        console.prompt()
        return parse(console.command("vmmap"), 8 if port.arch == "x86" else 16)


def check_order(mappings, _):
    """Whole pages that ascend and do not overlap."""
    for m in mappings:
        assert m.start < m.end and m.start % PAGE == m.end % PAGE == 0, m
    for before, m in zip(mappings, mappings[1:]):
        assert before.end <= m.start, (before, m)


def check_w_xor_x(mappings, _):
    """Only text can be executed, and nothing that can be executed can be written."""
    for m in mappings:
        assert m.execute == (m.what == "image, text"), m
        assert not (m.write and m.execute), m


def check_devices(mappings, _):
    """Device registers are uncached, memory is not."""
    memory = re.compile("image, (text|rodata|data)|direct map|stack of .*|memory map")
    for m in mappings:
        assert m.device == (not memory.fullmatch(m.what)), m
    assert any(m.device for m in mappings)


def check_image(mappings, names):
    """The parts lie where the ELF file says, and only the guard of the boot stack is missing."""
    edges = [names[name] for name in ("__text_start", "__text_end", "__rodata_end", "__image_end")]
    parts = {}
    for m in mappings:
        if m.what.startswith("image, "):
            parts.setdefault(m.what[7:], []).append(m)
            assert m.write == (m.what == "image, data"), m
    assert [(m.start, m.end) for m in parts["text"]] == [(edges[0], edges[1])]
    assert [(m.start, m.end) for m in parts["rodata"]] == [(edges[1], edges[2])]
    low, high = parts["data"]
    assert low.start == edges[2] and high.end == edges[3]
    guard = names.get("boot_stack") or names["x86_boot_stack"]
    assert guard % SLOT == 0 and (low.end, high.start) == (guard, guard + PAGE)


def check_stacks(mappings, _):
    """Each fills its slot but for the lowest page, which is not there."""
    stacks = [m for m in mappings if m.what.startswith("stack of ")]
    assert {"stack of init", "stack of monitor"} <= {m.what for m in stacks}
    for m in stacks:
        assert m.start % SLOT == PAGE and m.end - m.start == SLOT - PAGE and m.write, m
    for before, m in zip(mappings, mappings[1:]):
        assert m not in stacks or before.end <= m.start - PAGE, (before, m)


RULES = (check_order, check_w_xor_x, check_devices, check_image, check_stacks)


def test_listing(port):
    mappings = listing(port)
    names = symbols(port.build_dir() / "triptych.elf")
    for rule in RULES:
        rule(mappings, names)
    direct = sum(m.end - m.start for m in mappings if m.what == "direct map")
    assert direct > 100 << 20, "the direct map shows the RAM"


def find(mappings, what):
    return next(i for i, m in enumerate(mappings) if re.fullmatch(what, m.what))


def change(named, **fields):
    """The first mapping of that name with other fields; a number is added."""
    def plant(mappings):
        i = find(mappings, named)
        new = {k: getattr(mappings[i], k) + v if k in ("start", "end") else v for k, v in fields.items()}
        mappings[i] = replace(mappings[i], **new)
    return plant


PLANTED = {
    check_order: (change("image, text", end=PAGE), change("stack of init", start=8, end=8)),
    check_w_xor_x: (change("image, text", write=True), change("image, data", execute=True),
                    change("direct map", execute=True), change("image, text", execute=False)),
    check_devices: (change("UART|VGA text", device=False), change("direct map", device=True)),
    check_image: (change("image, text", end=-PAGE), change("image, rodata", start=PAGE),
                  change("image, rodata", write=True), change("image, data", end=PAGE),
                  change("image, data", what="direct map")),
    check_stacks: (change("stack of init", start=-PAGE), change("stack of init", end=-PAGE),
                   change("stack of monitor", what="stack of nobody")),
}


def test_rules_mind(port):
    good = listing(port)
    names = symbols(port.build_dir() / "triptych.elf")
    for rule, plants in PLANTED.items():
        for plant in plants:
            bad = list(good)
            plant(bad)
            with pytest.raises((AssertionError, ValueError)):
                rule(bad, names)
    for text in ("  0x80000000 - 0x80000fff 4 KiB  rw  direct map",
                 "  0x80000000 - 0x80000fff 8 KiB  rw- -  x",
                 "  0x080000000 - 0x080000fff 4 KiB  rw- -  x"):
        with pytest.raises(AssertionError):
            parse(text, 8)
