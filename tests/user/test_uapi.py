"""test_uapi.py - are our numbers those of Linux? Compared with its headers, where they are installed."""
import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

UAPI = ROOT / "include" / "uapi"
INCLUDE = Path("/usr/include")
X86 = INCLUDE / "x86_64-linux-gnu"            # Debian; others have the headers of the machine with the rest
I386 = (X86 if X86.exists() else INCLUDE) / "asm" / "unistd_32.h"
GENERIC = INCLUDE / "asm-generic" / "unistd.h"
ENTRY = re.compile(r"^    SYSCALL\((\w+), (-?\d+), (-?\d+), (\d)\)", re.M)
HEADERS = {                                   # ours -> those of Linux that say the same
    "errno.h": ["asm-generic/errno.h"],
    "fcntl.h": ["asm-generic/fcntl.h", "linux/fcntl.h"],
    "mman.h": ["asm-generic/mman.h", "linux/mman.h"],
    "wait.h": ["linux/wait.h"],
    "termios.h": ["asm-generic/termios.h", "asm-generic/ioctls.h", "asm-generic/termbits.h"],
    "time.h": ["linux/time.h"],
    "auxv.h": ["linux/auxvec.h"],
    "sched.h": ["linux/sched.h", "linux/futex.h"],
    "poll.h": ["asm-generic/poll.h"],
    "resource.h": ["linux/resource.h"],
    "system.h": ["linux/reboot.h", "linux/prctl.h"],
    "elf.h": ["linux/elf.h"],
}
NAMES_ON_I386 = {"old_mmap": "mmap"}         # one name for us, whose mmap has the arguments of mmap2
NOT_NUMBERS = {"ELF_MAGIC", "RLIM_INFINITY", "SIG_DFL", "SIG_IGN", "SIG_ERR"}
needs_headers = pytest.mark.skipif(not (I386.exists() and GENERIC.exists()), reason="no headers of Linux")


def preprocessed(path, *flags):
    return subprocess.run(["gcc", "-E", "-dM", *flags, str(path)], capture_output=True, text=True,
                          check=True).stdout


def numbers(path, *flags):
    """{name: number} of the calls that a header of Linux has."""
    probe = preprocessed(path, *flags)
    found = dict(re.findall(r"^#define __NR3264_(\w+) (\d+)$", probe, re.M))
    for name, value in re.findall(r"^#define __NR_(\w+) (\w+)$", probe, re.M):
        found[name] = found.get(value.removeprefix("__NR3264_"), value)
    return {name: int(value) for name, value in found.items() if value.isdigit()}


@needs_headers
def test_system_calls():
    text = (UAPI / "syscall.h").read_text()
    entries = [(name, int(generic), int(i386)) for name, generic, i386, _ in ENTRY.findall(text)]
    first = int(re.search(r"^#define SYSCALL_OWN (\d+)$", text, re.M)[1])
    own = [e for e in entries if max(e[1:]) >= first]
    wanted = ("NEW_STAT", "SET_GET_RLIMIT", "RENAMEAT")
    generic = numbers(GENERIC, "-D__BITS_PER_LONG=64", *(f"-D__ARCH_WANT_{w}" for w in wanted))
    i386 = numbers(I386)
    wrong = []
    for name, on_generic, on_i386 in entries:
        for where, value, known in (("generic", on_generic, generic.get(name)),
                                    ("i386", on_i386, i386.get(NAMES_ON_I386.get(name, name)))):
            if 0 <= value < first and known != value:
                wrong.append(f"{name} on {where}: {value}, Linux has {known}")
    assert wrong == [] and len(entries) - len(own) > 100
    # Ours: not one of Linux, by name or number, and in one order on all machines.
    theirs = {**generic, **i386}
    assert max(theirs.values()) < first and not {e[0] for e in own} & set(theirs)
    assert [e[1:] for e in own] == [(n, n) for n in range(first, first + len(own))]


@needs_headers
@pytest.mark.parametrize("header", HEADERS)
def test_constants(tmp_path, header):
    text = (UAPI / header).read_text()
    found = dict.fromkeys(re.findall(r"^#define (\w+) +[^\s\\]", text, re.M))
    names = [n for n in found if n not in NOT_NUMBERS]
    ours, theirs = tmp_path / "ours.c", tmp_path / "theirs.c"
    ours.write_text(f"#include <uapi/{header}>\n")
    theirs.write_text("".join(f"#include <{h}>\n" for h in HEADERS[header]))
    defined = set(re.findall(r"^#define (\w+) ", preprocessed(theirs), re.M))
    compared = [n for n in names if n in defined]
    assert len(compared) >= len(names) // 2
    values = []
    for source in (ours, theirs):
        with open(source, "a", encoding="ascii") as f:
            f.writelines(f"long long v_{n} = (int)({n});\n" for n in compared)
        done = subprocess.run(["gcc", "-S", "-o", "-", f"-I{ROOT / 'include'}", str(source)],
                              capture_output=True, text=True, check=True).stdout
        values.append(re.findall(r"^(v_\w+):\n((?:\t\.(?:quad|zero)\t\S+\n)?)", done, re.M))
    assert values[0] == values[1]
