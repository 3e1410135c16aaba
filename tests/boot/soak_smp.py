"""soak_smp.py - one virtual hour of four CPUs against each other (tests/kernel/soak_smp.c) on each port, in
DEBUG: nobody may stand still, nothing be lost. Another number of seconds may be given as an argument.

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

SHIFT = 5
POLICY = {"x86": "fair", "arm64": "rr", "riscv": "fair"}


def soak(port, seconds):
    words = (f"soak=smp seconds={seconds} seed={ord(port.arch[0])} mem=32M quantum=1 panic=poweroff "
             f"sched={POLICY[port.arch]}")
    process = machines.start(port.command(image(port, variant="debug"), words, icount=SHIFT, smp=4),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace")
    try:
        output = process.communicate(timeout=3600)[0]
    except subprocess.TimeoutExpired:
        machines.stop(process, grace=0)
        output = process.communicate()[0] + "\nno end after an hour"
    finally:
        machines.stop(process, grace=0)
    verdict = re.search(r"^soak smp: \d+ s, 4 CPUs, (\d+) lives, (\d+) moves, .*$", output, re.M)
    minutes = len(re.findall(r"^soak smp: minute \d+, .*: exact$", output, re.M))
    good = (process.returncode == PASS and verdict and verdict[0].endswith(": ok")
            and int(verdict[1]) > seconds * 10 and int(verdict[2]) > seconds
            and minutes >= seconds // 60 - 1)
    return f"{'ok' if good else 'not ok'} {port.arch} {verdict[0] if good else output[-3000:]}", good


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda port: soak(port, seconds), PORTS))
    for line, _ in results:
        print(line)
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
