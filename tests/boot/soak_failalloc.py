"""soak_failalloc.py - the whole suite with one allocation in fifty made to fail, by five seeds on each port,
release and DEBUG; and the tests of memory with one in seven.

A line per run, `ok PORT ...`. As many run at the same time as there are CPUs.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PASS, PORTS, image, machines  # noqa: E402

SEEDS = (1, 2, 3, 4, 5)
RUNS = [(port, variant, f"test={tests} failalloc={rate},{seed}")
        for port in PORTS for variant in ("", "debug")
        for tests, rate in (("all", "1/50"), ("mem-*", "1/7")) for seed in SEEDS]


def soak(task):
    port, variant, words = task
    argv = port.command(image(port, variant=variant), words + " mem=32M panic=poweroff", icount=0)
    process = machines.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                             errors="replace")
    try:
        output = process.communicate(timeout=1200)[0]
    except subprocess.TimeoutExpired:
        machines.stop(process, grace=0)
        output = process.communicate()[0] + "\nno end after 20 minutes"
    finally:
        machines.stop(process, grace=0)
    told = re.search(r"^failalloc: (\d+) of \d+ allocations.*\nDONE (\d+)/\2$", output, re.M)
    good = process.returncode == PASS and told and int(told[1]) > 100 and ": exact" in output
    verdict = told[0].replace("\n", ", ") if good else output[-2000:]
    return f"{'ok' if good else 'not ok'} {port.arch} {variant or 'release'} {words}: {verdict}", good


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = []
        for line, good in pool.map(soak, RUNS):
            print(line, flush=True)
            results.append(good)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
