"""tools/packages.py - finds the tools of tools/packages.list on this host, and says how to install one."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Tool(NamedTuple):
    """One row of the list. min is '' where any version will do."""
    name: str
    use: str
    port: str
    min: str
    found: str


class Found(NamedTuple):
    """Where a tool is, and its version ('' where it has none to tell)."""
    path: str
    version: str


@functools.cache
def tools():
    """All rows of the list, by name, in the order of the list."""
    rows = {}
    for line in (HERE / "packages.list").read_text().splitlines():
        words = line.split()
        if words and not line.startswith("#") and words[0] not in ("tool", "suite"):
            rows[words[0]] = Tool(*words[:3], words[3].replace("-", ""), words[-1])
    return rows


def older(version, wanted):
    """Is version older than wanted? Both are numbers with dots; '' is not older, nothing is older than ''."""
    def key(text):
        return [int(number) for number in text.split(".")]
    return bool(version and wanted) and key(version) < key(wanted)


def run(*argv, text=None):
    """Output of a command, both streams, or None when it cannot run or fails."""
    try:
        done = subprocess.run(argv, input=text or "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def version(path):
    """The first number with a dot that the program prints when asked for its version, or ''."""
    number = re.search(r"\d+(\.\d+)+", run(path, "--version") or "")
    return number.group() if number else ""


def remedy(name):
    """The command that installs a tool on this system."""
    line = run(str(HERE / "setup"), "--line", name)
    return line.strip() if line else f"install {name}, see tools/packages.list"


def find(tool):
    """A Found for a row of the list, or None. An old version is found, too."""
    for candidate in tool.found.split("|"):
        if candidate.startswith("py:"):
            found = find_module(candidate[3:])
        elif candidate.endswith(".h"):
            found = find_header(candidate)
        else:
            found = PROBES.get(candidate, find_command)(candidate)
        if found:
            return found
    return None


def find_command(name):
    path = shutil.which(name)
    return Found(path, version(path)) if path else None


@functools.cache
def python_modules():
    """(interpreter, {module: version}) for the interpreter that has most of the modules in the list."""
    wanted = [tool.found[3:] for tool in tools().values() if tool.found.startswith("py:")]
    ask = ("import json, importlib\nhave = {}\n"
           f"for name in {wanted}:\n"
           "    try: have[name] = getattr(importlib.import_module(name), '__version__', '')\n"
           "    except ImportError: pass\n"
           "print(json.dumps(have))")
    best = (sys.executable, {})
    places = [os.environ.get("PYTHON"), sys.executable, shutil.which("python3"), "/usr/bin/python3"]
    for path in dict.fromkeys(filter(None, places)):
        have = json.loads(run(path, "-c", ask) or "{}")
        if len(have) > len(best[1]):
            best = (path, have)
    return best


def find_module(name):
    interpreter, have = python_modules()
    return Found(interpreter, have[name]) if name in have else None


def find_header(name):
    """A header of the host, looked up by the host's compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    listing = compiler and run(compiler, "-E", "-x", "c", "-", text=f"#include <{name}>\n")
    path = listing and re.search(rf'"([^"]*/{re.escape(name)})"', listing)
    return Found(path.group(1), "") if path else None


def find_firmware(_):
    """OpenSBI, where QEMU looks for it."""
    for directory in (run("qemu-system-riscv64", "-L", "help") or "").split("\n"):
        path = Path(directory) / "opensbi-riscv64-generic-fw_dynamic.bin"
        if path.is_file():
            return Found(str(path), "")
    return None


def links(source, *argv):
    """Can this compiler make a program of the source?"""
    with tempfile.TemporaryDirectory() as scratch:
        return run(*argv, "-x", "c", "-", "-o", f"{scratch}/a.out", text=source) is not None


def find_gcc_m32(_):
    path = shutil.which("gcc")
    source = "#include <stdint.h>\nuint32_t _start(void) { return sizeof(void *); }\n"
    if path and links(source, path, "-m32", "-ffreestanding", "-nostdlib", "-static"):
        return Found(f"{path} -m32", version(path))
    return None


def find_fuzzer(_):
    path = shutil.which("clang")
    source = "int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }\n"
    return Found(path, version(path)) if path and links(source, path, "-fsanitize=fuzzer,address") else None


PROBES = {"opensbi": find_firmware, "cc-m32": find_gcc_m32, "fuzzer": find_fuzzer}
