"""userland.py - a machine with the shell of the initial RAM disk on its console, and what to ask there."""

import re
import subprocess
from pathlib import Path

from harness import ROOT, Console

PROMPT = r"(?:^|[\r\n])\$ "
KERNEL_LINE = re.compile(r"^\[ *\d+\.\d+\] .*\n", re.M)      # a message may come between any two lines

# Owners of pages in /proc/meminfo that only programs have. Files stay until somebody removes them, and stacks
# are kept for the next process.
OF_PROGRAMS = ("AnonPages", "PageTables")
TRIES = 5
PATIENCE = 300          # seconds for an answer; only a hang reaches it


def initrd(port, variant=""):
    return port.build_dir(variant) / "initrd.cpio"


def make_initrd(port, folder, files, variant=""):
    """The initial RAM disk with more files: {path: text}. Returns the archive."""
    tree = Path(folder) / "tree"
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    archive = Path(folder) / "initrd.cpio"
    built = port.build_dir(variant) / "user" / "root"
    subprocess.run([ROOT / "tools" / "mkinitrd", "--devices", ROOT / "user" / "devices.list", "-o", archive,
                    built, ROOT / "user" / "root", tree], check=True)
    return archive


class Shell(Console):
    """A Console at the prompt of the shell."""

    def __init__(self, port, cmdline="", **options):
        options.setdefault("tests", False)
        options.setdefault("timeout", PATIENCE)
        options.setdefault("initrd", initrd(port, options.get("variant", "")))
        super().__init__(port, cmdline, **options)

    def __enter__(self):
        self.wait()
        return self

    def wait(self, timeout=-1):
        """Until the next prompt; returns what came before."""
        return self.expect(PROMPT, timeout)[0].replace("\r", "")

    def type(self, line):
        """A line that a program reads; it is echoed."""
        self.child.send(line + "\r")
        self.expect(re.escape(line) + r"[^\n]*\n")

    def say(self, line, timeout=-1):
        """Types a command; returns what it printed up to the next prompt, without what the kernel says."""
        self.type(line)
        return KERNEL_LINE.sub("", self.wait(timeout) + "\n").rstrip("\n")

    def start(self, line):
        """Types a command that is to be interrupted; it is in the foreground when this returns."""
        self.type(f"sh -c 'echo up; {line}'")
        self.expect("up\r*\n")

    def memory(self):
        """{owner: KiB} of /proc/meminfo."""
        text = self.say("cat /proc/meminfo")
        return {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.M)}

    def settle(self, before=None):
        """The memory of programs once all that ended have given back theirs. The shell is a new one, whose
        own memory does not depend on what the last one has read; but it may depend on who was faster, the
        shell or its child, and so it may take several tries to find no more than before, which is returned
        then: before may have been the larger."""
        for _ in range(TRIES if before else 1):
            self.say("wait; sleep 1")
            self.type("exit")
            self.wait()
            self.say("sleep 0.1")
            memory = self.memory()
            now = {name: memory[name] for name in OF_PROGRAMS}
            if before and all(now[name] <= before[name] for name in OF_PROGRAMS):
                return before
        return now

    def power_off(self):
        """The kernel's account of all pages comes last."""
        self.child.send("poweroff\r")
        return self.finish()
