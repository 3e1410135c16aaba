"""user_land.py - a kernel with programs, its shell at the console."""
import re

from harness import Console

SHELL = r"(?:^|[\r\n])[$#] $"


class Shell(Console):
    """With the initrd that `make user` left beside the image."""

    def __init__(self, port, cmdline="", timeout=120, variant="debug", **options):
        options.setdefault("smp", 4)
        super().__init__(port, f"panic=poweroff {cmdline}".strip(), timeout, tests=False, variant=variant,
                         initrd=port.build_dir(variant) / "initrd.cpio", **options)

    def __enter__(self):
        self.expect(SHELL)
        return self

    def do(self, line, timeout=-1):
        """Types a command; returns what it printed up to the next prompt."""
        self.child.send(line + "\r")
        self.expect(re.escape(line[-20:]))
        return self.expect(SHELL, timeout)[0].replace("\r", "")
