"""test_demo_balance.py - demo=balance: threads spread until all CPUs have as many; two sleepers in order."""

import re

import pytest
from harness import Console

PER_CPU = 3


def check(text, cpus):
    threads = PER_CPU * cpus
    assert f"{threads} threads on CPU 0, of {cpus} CPU{'s' if cpus > 1 else ''}\n" in text, text
    hello = [(int(c), int(p)) for c, p in re.findall(r"^CPU (\d+) says hello from PID (\d+)$", text, re.M)]
    pids = sorted({pid for _, pid in hello})
    assert len(pids) == threads, text
    assert {cpu for cpu, _ in hello} == set(range(cpus)), text
    table = re.findall(r"^ +(\d+) +(\d+)$", text, re.M)
    assert [(int(cpu), int(n)) for cpu, n in table] == [(cpu, PER_CPU) for cpu in range(cpus)], text
    moves = int(re.search(r"^even after \d+ ms and (\d+) moves$", text, re.M)[1])
    assert moves >= threads - PER_CPU, text
    # Each began on CPU 0 and said so; who says hello from elsewhere has moved there.
    assert {pid: cpu for cpu, pid in reversed(hello)} == dict.fromkeys(pids, 0), text    # each one's first
    lines = re.findall(r"^([AB][12]|[AB] exited|all processes exited)$", text, re.M)
    assert sorted(lines[:2]) == ["A1", "B1"] and (cpus > 1 or lines[0] == "A1"), text
    assert lines[2:] == ["A2", "A exited", "B2", "B exited", "all processes exited"], text


def demo(port, **more):
    with Console(port, "demo=balance panic=poweroff", tests=False, **more) as console:
        return console.prompt()


def cpus_of(port, wanted):
    return {} if port.smp_range == (wanted, wanted) else {"smp": wanted}


def test_four(port):
    check(demo(port, icount=3, **cpus_of(port, 4)), 4)


@pytest.mark.parametrize("cpus", [2, 8])
def test_others(cpus, riscv, x86):
    for port in (riscv, x86):
        check(demo(port, icount=3, smp=cpus), cpus)


def test_one(port):
    with Console(port, "demo=balance maxcpus=1 panic=poweroff", tests=False, icount=3) as console:
        check(console.prompt(), 1)


@pytest.mark.parametrize("words", ["", "sched=fair"])
def test_at_full_speed(port, words):
    """CPUs that really run beside each other; from the monitor, twice."""
    with Console(port, words, tests=False, timeout=120, **cpus_of(port, 4)) as console:
        console.prompt()
        for _ in range(2):
            text = console.command("demo balance")
            assert re.search(r"^even after ", text, re.M), text
            assert text.count("all processes exited") == 1
