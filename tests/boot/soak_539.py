"""soak_539.py - ten virtual minutes of demo 539 on each port, at a quantum of 1 ms: nothing may be lost.

A line per port, `ok PORT ...`. The ports run at the same time, as many as there are CPUs.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PASS, PORTS, soak, soak_all  # noqa: E402

SECONDS = 600
SHIFT = 5           # 32 ns for an instruction: ten minutes are 19 thousand million instructions


def run(port):
    output, status = soak(port, f"demo=539 seconds={SECONDS} exit quantum=1 maxcpus=1", SHIFT, 3600)
    verdict = re.search(r"^demo 539: .*$", output, re.M)
    switches = int(re.search(r"(\d+) switches", verdict[0])[1]) if verdict else 0
    good = status == PASS and verdict and verdict[0].endswith(": ok") and switches > SECONDS * 900
    return f"{port.arch} {verdict[0] if verdict else output[-2000:]}", good


if __name__ == "__main__":
    sys.exit(soak_all(run, PORTS))
