"""test_debug_session.py - tools/debug with the kernel's own gdb commands, on a kernel that runs.

Seen to fail: t runq with the rings of priorities that are empty; t bt without the function that was
interrupted, and along another register than the frame pointer.
"""

import re
import subprocess
import sys

import pytest

from harness import ROOT

# The demo, when the first of its threads ends: sleeper-2 after 1.8 s.
MAIN, SLEEPERS, SPINNERS = 3, (4, 5, 6), (7, 8)
AT_THE_END = ("thbreak say_end", "continue")
IN_A_SPINNER = ("thbreak spinner", "continue", "thbreak trap_dispatch", "continue")


def debug(port, where, *commands, words="maxcpus=1"):
    """What gdb printed for each command. With one CPU it is certain who runs when."""
    marked = [word for command in (*commands, "kill") for word in (f"echo @@{command}\\n", command)]
    argv = [sys.executable, ROOT / "tools/debug", "--arch", port.arch, "--cmdline", f"demo=threads {words}",
            "--log", where / "serial.log", "--batch", *marked]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=100)
    assert done.returncode == 0, done.stdout
    pieces = re.split(r"^@@(.*)\n", done.stdout, flags=re.M)
    return dict(zip(pieces[1::2], pieces[2::2]))


def check_order(text, *names):
    """These functions, from the innermost outwards."""
    at = 0
    for name in names:
        found = re.compile(rf"\b{name}\b").search(text, at)
        assert found, f"{name} is missing\n{text}"
        at = found.end()


def check_turns(procs, runq, running):
    """In a run queue is who runs or is ready, and nobody else. Returns {name: state}."""
    states = {name: state for state, name in re.findall(r"^ +\d+  (\w+) .* (\S+)$", procs, re.M)}
    assert re.search(rf"^CPU 0: \d+ {running} runs", runq, re.M), runq
    assert states[running] == "RUNNING", procs
    turns = ", ".join(re.findall(r"^  priority \d: (.*)$", runq, re.M)).split(", ")
    awake = {name for name, state in states.items() if state != "SLEEPING" and name != "idle"}
    assert {turn.split()[1] for turn in turns} == awake and len(turns) == len(awake), procs + runq
    return states


def test_processes(port, tmp_path):
    """Names, states and turns, among threads; and when they have ended. The short names mean the same."""
    said = debug(port, tmp_path, *AT_THE_END, "t procs", "t runq", "thbreak monitor_run", "continue", "procs",
                 "runq")
    states = check_turns(said["t procs"], said["t runq"], "sleeper-2")
    wanted = {"idle": "READY", "init": "SLEEPING", "main": "SLEEPING", "sleeper-3": "SLEEPING",
              "spinner-1": "READY", "spinner-2": "READY"}
    assert wanted.items() <= states.items()
    states = check_turns(said["procs"], said["runq"], "monitor")
    assert states == {"idle": "READY", "init": "SLEEPING", "keeper": "SLEEPING", "monitor": "RUNNING"}


def test_several_cpus(port, tmp_path):
    """Each has a run queue, who runs is in one of them, and idle is on the others."""
    said = debug(port, tmp_path, *AT_THE_END, "t procs", "t runq", words="")
    runs = re.findall(r"^CPU (\d): (\d+) (\S+) runs", said["t runq"], re.M)
    assert [int(cpu) for cpu, _, _ in runs] == list(range(4)), said["t runq"]
    assert {"sleeper-2", "spinner-1", "spinner-2"} <= {name for _, _, name in runs} | set(
        re.findall(r"priority .*?(\S+)$", said["t runq"], re.M)), said["t runq"]
    running = set(re.findall(r"^ +(\d+)  RUNNING .* \S+$", said["t procs"], re.M))
    assert running == {pid for _, pid, _ in runs}, said["t procs"] + said["t runq"]


def test_fair(port, tmp_path):
    """Who waits for a turn stands in a tree."""
    said = debug(port, tmp_path, *AT_THE_END, "t procs", "t runq", words="maxcpus=1 sched=fair")
    ready = set(re.findall(r"^ +([1-9]\d*)  READY .* \S+$", said["t procs"], re.M))
    waits = re.search(r"^  wait: (.*)$", said["t runq"], re.M)[1]
    assert ready and {word.split()[0] for word in waits.split(", ")} == ready, said


def test_backtraces(port, tmp_path):
    """Of a process that waits, one that sleeps, one that was interrupted, and the one that runs."""
    said = debug(port, tmp_path, *AT_THE_END, *(f"t bt {pid}" for pid in range(9)), "t bt 99")
    check_order(said[f"t bt {MAIN}"], "main", "SLEEPING", "sched_sleep", "proc_wait", "demo_threads",
                "thread_start")
    check_order(said[f"t bt {SLEEPERS[2]}"], "sleeper-3", "sched_sleep", "sleep_until", "sleeper",
                "thread_start")
    check_order(said[f"t bt {SPINNERS[1]}"], "spinner-2", "READY", "sched_preempt", "spinner")
    check_order(said[f"t bt {SLEEPERS[1]}"], "sleeper-2", "RUNNING", "say_end", "thread_start")
    check_order(said["t bt 1"], "init", "proc_wait", r"init\+\d+", "thread_start")
    assert "no process has PID 99" in said["t bt 99"]


def test_frame(port, tmp_path):
    """The registers of what an interrupt interrupted, and where that was: as gdb itself says it."""
    pc = {"x86": "f->eip", "arm64": "f->elr", "riscv": "f->sepc"}[port.arch]
    said = debug(port, tmp_path, *IN_A_SPINNER, "t frame", f"p/x {pc}", f"info symbol {pc}",
                 f"info line *{pc}")
    number = int(said[f"p/x {pc}"].split("0x")[1], 16)
    assert f" {number:0{8 if port.arch == 'x86' else 16}x}" in said["t frame"], said
    place = said[f"info symbol {pc}"].split(" in section")[0].replace(" + ", "+")
    file, line = re.search(r"Line (\d+) of \"(.*?)\"", said[f"info line *{pc}"]).groups()[::-1]
    assert re.search(rf"^at {re.escape(place)} +{re.escape(file)}:{line}$", said["t frame"], re.M), said


@pytest.mark.parametrize("command", ("t frame", "t bt", "t bt x"))
def test_what_cannot_be_told(riscv, tmp_path, command):
    said = debug(riscv, tmp_path, "thbreak monitor_run", "continue", command)
    assert re.search("no trap is being handled|usage: t bt PID", said[command]), said
