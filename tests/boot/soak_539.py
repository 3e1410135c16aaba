"""soak_539.py - ten virtual minutes of demo 539 on each port, at a quantum of 1 ms: nothing may be lost.

A line per port, `ok PORT ...`. The ports run at the same time, as many as there are CPUs.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PASS, PORTS, image, machines  # noqa: E402

SECONDS = 600
SHIFT = 5           # 32 ns for an instruction: ten minutes are 19 thousand million instructions


def soak(port):
    argv = port.command(image(port), f"demo=539 seconds={SECONDS} exit quantum=1", icount=SHIFT)
    process = machines.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                             errors="replace")
    try:
        output = process.communicate(timeout=3600)[0]
    finally:
        machines.stop(process, grace=0)
    verdict = re.search(r"^demo 539: .*$", output, re.M)
    switches = int(re.search(r"(\d+) switches", verdict[0])[1]) if verdict else 0
    good = process.returncode == PASS and verdict and verdict[0].endswith(": ok") and switches > SECONDS * 900
    return f"{'ok' if good else 'not ok'} {port.arch} {verdict[0] if verdict else output[-2000:]}", good


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(soak, PORTS))
    for line, _ in results:
        print(line)
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
