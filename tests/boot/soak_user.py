"""soak_user.py - programs against the kernel for long, DEBUG, four CPUs: 10 million random calls on each
port, by several seeds and both policies, and 100,000 processes that fork, exec and end, with what else
torture.c has. In the end the kernel has everything back. Another number of calls may be given as an argument.

A line for each run, `ok PORT ...`. As many run at the same time as there are CPUs.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import PORTS, soak_all  # noqa: E402
from userland import Shell  # noqa: E402

SEEDS = 4
CYCLES = 25000                       # of each of the four workers of torture.c
ROUNDS = 500
HOURS = 6 * 3600
MACHINE = {"variant": "debug", "smp": 4, "timeout": HOURS}
# Four threads of QEMU on a host with less to spare mostly wait for the one of them that has the lock and does
# not run. In one thread the CPUs take turns, whose ends are anywhere, too; the first seed has four threads.
IN_TURNS = {**MACHINE, "extra": ("-accel", "tcg,thread=single")}


def failures(output):
    return re.findall(r"^.*(?:FAILED|account: ).*$", output, re.M)


def fuzz(port, policy, seed, calls):
    machine = MACHINE if seed == 1 else IN_TURNS
    with Shell(port, f"panic=poweroff sched={policy}", **machine) as shell:
        output = shell.say(f"/test/sysfuzz -s {seed} -n {calls}")
    verdict = re.search(r"^sysfuzz: seed \d+: (\d+) calls, .*, account exact: ok$", output, re.M)
    good = verdict is not None and int(verdict[1]) >= calls
    return f"{port.arch} {policy} {verdict[0] if good else output[-3000:]}", good


def torture(port, policy):
    with Shell(port, f"panic=poweroff sched={policy}", **IN_TURNS) as shell:
        output = shell.say(f"/test/torture -n {CYCLES} cycles") + "\n"
    with Shell(port, f"panic=poweroff sched={policy}", **MACHINE) as shell:
        output += shell.say(f"/test/torture -n {ROUNDS} cow ends storm families")
    verdicts = re.findall(r"^torture: \w+: \d+ rounds, seed \d+, ok, account exact$", output, re.M)
    good = len(verdicts) == 5 and not failures(output)
    return f"{port.arch} {policy} {'; '.join(verdicts) if good else output[-3000:]}", good


def attempt(task):
    work, *arguments = task
    try:
        return work(*arguments)
    except AssertionError as error:
        return f"{arguments[0].arch} {arguments[1:]}: {str(error)[-3000:]}", False


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    tasks = [(torture, port, "fair" if port.arch == "x86" else "rr") for port in PORTS]
    tasks += [(fuzz, port, ("rr", "fair")[seed % 2], seed, calls // SEEDS)
              for seed in range(1, SEEDS + 1) for port in PORTS]
    return soak_all(attempt, tasks)


if __name__ == "__main__":
    sys.exit(main())
