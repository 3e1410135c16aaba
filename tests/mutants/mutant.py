"""mutant.py - what a mutant is: which text becomes which, and what must then be seen."""
import re
from dataclasses import dataclass

EVERY_PORT = ("x86", "arm64", "riscv")
HANGS = None                    # nothing is printed any more, and QEMU does not end


@dataclass
class Mutant:
    """In `file` the last `old` becomes `new`, or several do; then a kernel is built, and runs its test."""
    name: str
    file: str                       # {arch} and {asm} stand for the port's
    old: object                     # text, a text per port, or several texts
    new: object
    caught: object                  # regular expression in what is printed, or HANGS
    test: str                       # name of a test and more words of the command line; or "make TARGET"
    ports: tuple = ("riscv",)
    debug: bool = False
    smp: int = None                 # CPUs; None: as many as the machine has when nothing is said
    icounts: tuple = (0,)           # shifts of -icount, one run each; None: all CPUs run freely
    hangs: bool = False             # to hang is as good as `caught`
    seconds: int = 20               # of wall time, after which it hangs; one that is well has ended by then

    @property
    def slug(self):
        return re.sub(r"\W+", "-", self.name)

    @property
    def makes(self):
        """The target that says it, where nothing is booted."""
        return self.test.removeprefix("make ") if self.test.startswith("make ") else None

    @property
    def by(self):
        return self.makes or self.test.split()[0]

    @property
    def may_hang(self):
        return self.caught is HANGS or self.hangs

    def texts(self, port):
        """[(old, new)]"""
        old, new = (text[port] if isinstance(text, dict) else text for text in (self.old, self.new))
        return [(old, new)] if isinstance(old, str) else list(zip(old, new, strict=True))
