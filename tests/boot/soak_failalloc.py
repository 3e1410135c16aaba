"""soak_failalloc.py - the whole suite with one allocation in fifty made to fail, by five seeds on each port,
release and DEBUG; the tests of memory with one in seven; and programs with one in fifty and one in twenty, on
four CPUs with DEBUG.

A line per run, `ok PORT ...`. As many run at the same time as there are CPUs.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PASS, PORTS, soak, soak_all  # noqa: E402
from shortage import ACCOUNT, SHELL, TESTS, survive, torture  # noqa: E402

SEEDS = (1, 2, 3, 4, 5)
RUNS = [(port, variant, f"test={tests} failalloc={rate},{seed}")
        for port in PORTS for variant in ("", "debug")
        for tests, rate in (("all", "1/50"), ("mem-*", "1/7")) for seed in SEEDS]
FUZZ = [(f"/test/sysfuzz -s {seed} -n 1000", ACCOUNT) for seed in SEEDS]
PROGRAMS = [(port, f"sched={policy} failalloc={rate},{seed}") for port in PORTS for seed in SEEDS
            for policy, rate in (("rr", "1/50"), ("fair", "1/20"))]


def run_programs(task):
    port, words = task
    try:
        faults, accounts, result = survive(port, words, torture(5) + SHELL + TESTS + FUZZ, tries=10,
                                           variant="debug", smp=4)
    except AssertionError as error:
        return f"{port.arch} programs {words}: {str(error)[-3000:]}", False
    told = re.search(r"^failalloc: .*", result.output, re.M)
    good = not faults and accounts > 0 and told
    verdict = f"{told[0]}, {accounts} accounts" if good else f"{faults}\n{result.output[-3000:]}"
    return f"{port.arch} programs {words}: {verdict}", good


def run(task):
    port, variant, words = task
    output, status = soak(port, words + " mem=32M panic=poweroff", 0, 1200, variant)
    told = re.search(r"^failalloc: (\d+) of \d+ allocations.*\nDONE (\d+)/\2$", output, re.M)
    good = status == PASS and told and int(told[1]) > 100 and ": exact" in output
    verdict = told[0].replace("\n", ", ") if good else output[-2000:]
    return f"{port.arch} {variant or 'release'} {words}: {verdict}", good


if __name__ == "__main__":
    sys.exit(soak_all(run, RUNS) | soak_all(run_programs, PROGRAMS))
