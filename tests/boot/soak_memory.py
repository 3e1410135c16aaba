"""soak_memory.py - one virtual hour of the allocator soak (tests/kernel/soak_memory.c) on each port, in
DEBUG: nothing may be lost or damaged. Another number of seconds may be given as an argument.

A line per port, `ok PORT ...`. The ports run at the same time, as many as there are CPUs. Planted and
caught: kfree() that loses an object in 5000, krealloc() that copies a byte too many, a page list that keeps
what it gave to the buddies.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PASS, PORTS, soak, soak_all  # noqa: E402

SHIFT = 5           # 32 ns for an instruction: bursts of work are cut into turns of 30,000 instructions


def run(port, seconds):
    words = f"soak=memory seconds={seconds} seed={ord(port.arch[0])} mem=32M quantum=1 panic=poweroff"
    output, status = soak(port, words, SHIFT, 3600, "debug")
    verdict = re.search(r"^soak memory: .* s, (\d+) operations, (\d+) refused, .*$", output, re.M)
    minutes = len(re.findall(r"^soak memory: minute \d+, .* 0 pages and 0 objects lost$", output, re.M))
    good = (status == PASS and verdict and verdict[0].endswith(": ok") and ": exact" in output
            and int(verdict[1]) > seconds * 100 and int(verdict[2]) > seconds // 10
            and minutes >= seconds // 60 - 1)     # the last ends with the whole
    return f"{port.arch} {verdict[0] if good else output[-3000:]}", good


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    return soak_all(lambda port: run(port, seconds), PORTS)


if __name__ == "__main__":
    sys.exit(main())
