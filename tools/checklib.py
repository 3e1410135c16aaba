"""checklib.py - what the checking tools share: the ports, walking a tree, reading C, reporting faults."""
import re
import sys
from pathlib import Path

# Every port with its boards. A new port or board is one line here.
PORTS = {"x86": ["pc"], "arm64": ["rpi4"], "riscv": ["qemu-virt"]}

# Cross compilers by prefix, in the order in which the Makefile looks for them, and flags for a syntax check.
COMPILERS = {
    "x86": ["i686-elf-gcc", "i686-linux-gnu-gcc", "gcc -m32"],
    "arm64": ["aarch64-none-elf-gcc", "aarch64-linux-gnu-gcc"],
    "riscv": ["riscv64-unknown-elf-gcc", "riscv64-linux-gnu-gcc"],
}

SKIP = {"build", ".git", "__pycache__", ".pytest_cache"}
TOKENS = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


class Faults:
    """Collects what is wrong; finish() prints it and gives the exit status."""

    def __init__(self, tool):
        self.tool = tool
        self.lines = []

    def add(self, where, text, line=None):
        self.lines.append(f"{where}:{line}: {text}" if line else f"{where}: {text}")

    def finish(self, looked_at):
        for line in self.lines:
            print(line)
        print(f"{self.tool}: {looked_at}, {len(self.lines)} faults")
        return 1 if self.lines else 0


def die(tool, text):
    """A wrong call, not a fault of the tree: status 2."""
    print(f"{tool}: {text}", file=sys.stderr)
    sys.exit(2)


def files(root, folders, suffixes):
    """All files below the folders of root that end in one of the suffixes, sorted, relative to root."""
    root = Path(root)
    found = set()
    for folder in folders:
        for path in (root / folder).rglob("*"):
            rel = path.relative_to(root)
            if path.is_file() and rel.name.endswith(tuple(suffixes)) and not SKIP & set(rel.parts):
                found.add(rel)
    return sorted(found)


def blank(text, comments=True, strings=True):
    """C text with comments and the insides of strings gone; line numbers stay."""
    def gone(match):
        if match["comment"] is not None:
            return "\n" * match[0].count("\n") + " " if comments else match[0]
        return match[0][0] * 2 if strings else match[0]
    return TOKENS.sub(gone, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_bodies(text):
    """C text (already blanked) at file level only: what stands in braces becomes a semicolon."""
    out, depth = [], 0
    for ch in text:
        if ch == "{":
            depth += 1
        elif ch == "}":
            depth -= 1
            if depth == 0:
                out.append(";")
        elif depth == 0 or ch == "\n":
            out.append(ch)
    return "".join(out)
