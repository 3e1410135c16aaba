"""memory_map.py - what `mem` must say, computed anew from its ranges and the size of the image."""

import re

from guest import symbols

PAGE = 4096
ALL = 1 << 40
HOLES = {"x86": 1 << 20}            # of a PC's memory: BIOS, ACPI
LOAD = {"x86": 0x100000, "arm64": 0x80000, "riscv": 0x80200000}


def ranges(shown, *kinds):
    """[(first address, behind the last)] of the lines of these kinds."""
    lines = re.findall(rf"^  (?:{'|'.join(kinds)}) +(\S+) - (\S+) +\d+ KiB$", shown, re.M)
    return [(int(first, 16), int(last, 16) + 1) for first, last in lines]


def free_pages(ram, taken, limit):
    """How many whole pages in the first bytes of RAM touch nothing taken."""
    count = 0
    for first, end in ram:
        end = min(end, first + limit)
        limit -= end - first
        at, end = first // PAGE, end // PAGE
        for used, used_end in sorted(taken):
            count += max(0, min(used // PAGE, end) - at)
            at = max(at, (used_end + PAGE - 1) // PAGE)
        count += max(0, end - at)
    return count


def kernel_place(port, tests=""):
    """First physical address of the image, the one behind it, and what to add for a virtual one.

    tests: "-test" for the image with tests.
    """
    names = symbols(port.build_dir() / f"triptych{tests}.elf")
    load = LOAD[port.arch]
    return load, load + names["__image_end"] - names["__image_start"], names["__image_start"] - load


def check_total(port, shown, limit=ALL, tests=""):
    """The pages that the kernel has, free or for itself, are those that it must find."""
    taken = [kernel_place(port, tests)[:2], *ranges(shown, "reserved", "hidden", "initrd")]
    owners = dict((name, int(pages)) for pages, name in re.findall(r"^ +(\d+) +\d+  (.+)$", shown, re.M))
    never_had = sum(owners.get(name, 0) for name in ("firmware", "kernel image", "initrd"))
    assert owners["in all"] - never_had == free_pages(ranges(shown, "RAM"), taken, limit), shown


def check_memory(port, console, shown, ram=None, limit=ALL, tests=""):
    """All RAM is there and can be reached; what is hidden, the first page and the boot's identity map cannot.

    The guest stands. ram: how much the machine has.
    """
    found = ranges(shown, "RAM")
    if ram is not None:
        assert ram - HOLES.get(port.arch, 0) <= sum(end - first for first, end in found) <= ram, shown
    check_total(port, shown, limit, tests)
    load, _, to_virtual = kernel_place(port, tests)
    for _, end in found:
        last = end - 8 + to_virtual
        console.gdb.write(last, b"triptych")
        assert console.gdb.memory(last, 8) == b"triptych", f"no RAM at {last:#x}\n{shown}"
    hidden = [first + to_virtual for first, _ in ranges(shown, "hidden")]
    for address in (0, load, *hidden):
        assert console.gdb.memory(address, 4) is None, f"{address:#x} is mapped"
