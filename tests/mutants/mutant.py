"""mutant.py - what a mutant is: which text becomes which, and what must then be seen."""
import re
from dataclasses import dataclass

EVERY_PORT = ("x86", "arm64", "riscv")
PASS = 33
HANGS = None                    # nothing is printed any more, and QEMU does not end
CHECK_LOCKS = "check-locks"     # not a boot: the check of the object code


@dataclass
class Mutant:
    """In `file` the last `old` becomes `new`; then a kernel is built, and runs its test `test`."""
    name: str
    file: str                       # {arch} and {asm} stand for the port's
    old: object                     # text, or a text per port
    new: object
    caught: object                  # regular expression in what the kernel prints, or HANGS
    test: str                       # name of the test, with more words of the command line; or CHECK_LOCKS
    ports: tuple = ("riscv",)
    debug: bool = False
    icounts: tuple = (0,)           # shifts of -icount, one run each; None: all CPUs run freely
    hangs: bool = False             # to hang is as good as `caught`
    seconds: int = 20               # of wall time; one that goes on has ended by then

    def __post_init__(self):
        if self.test != CHECK_LOCKS:
            self.test = f"test={self.test}"

    @property
    def slug(self):
        return re.sub(r"\W+", "-", self.name)

    @property
    def by(self):
        return self.test.removeprefix("test=").split()[0]

    @property
    def may_hang(self):
        return self.caught is HANGS or self.hangs
