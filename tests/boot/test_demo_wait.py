"""test_demo_wait.py - demo=sleepers and demo=work tell what happens, in the order in which it has to happen.

Planted and caught: a wake-up of all instead of one; a queue that is last come, first served; a work that is
queued on the CPU that queues it.
"""

import re

from harness import Console

SLEEPERS = 5
ROUNDS = 3


def demo(port, name, **more):
    with Console(port, f"demo={name}", tests=False, **more) as console:
        return console.prompt()


def test_sleepers(port):
    text = demo(port, "sleepers")
    lines = re.findall(r"^(?:PID (\d+) (is going to sleep\.\.\.|has awakened!)|(Waking one waiter\.\.\.))\n",
                       text, re.M)
    asleep = [int(pid) for pid, what, _ in lines[:SLEEPERS] if what.startswith("is going")]
    assert len(asleep) == SLEEPERS and sorted(set(asleep)) == asleep, text
    said = [int(pid) if what == "has awakened!" else waking for pid, what, waking in lines[SLEEPERS:]]
    expected = []
    for pid in asleep:
        expected += ["Waking one waiter...", pid]
    assert said == expected, text


def check_work(text):
    cpus = int(re.search(r"^\[[^]]*\] (\d+) of \d+ CPUs? in use", text, re.M)[1])
    rounds = re.split(r"^Round \d+: one work for each of \d+ CPUs?\.\n", text, flags=re.M)[1:]
    assert len(rounds) == ROUNDS, text
    for said in rounds:
        numbers = [int(n) for n in re.findall(r"^CPU (\d+) says hello!\n", said, re.M)]
        assert sorted(numbers) == list(range(cpus)), text
    assert "All have said hello 3 times.\n" in rounds[-1], text


def test_work(port):
    check_work(demo(port, "work"))


def test_monitor(riscv):
    """Both from the monitor, twice."""
    with Console(riscv, "", tests=False) as console:
        console.prompt()
        for _ in range(2):
            assert console.command("demo sleepers").count("has awakened!") == SLEEPERS
            assert "All have said hello 3 times." in console.command("demo work")
