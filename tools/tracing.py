"""tools/tracing.py - the event log: reads dumps, works out who ran when, writes JSON for Perfetto.

A dump is what the monitor's `trace dump` prints, somewhere in the output of a console. docs/trace.md has its
grammar and says what the events mean.
"""

import re
from dataclasses import dataclass, field

EVENTS = ("boot", "spawn", "exit", "switch", "wake", "sleep", "migrate", "irq", "fault", "syscall", "mark")
RUNNING, READY, SLEEPING = "running", "ready", "sleeping"
STATE_OF = {4: SLEEPING, 8: READY, 16: None}         # enum proc_state; a zombie has no row any more
HEADER = re.compile(r"TRACE 1 arch=(\w+) cpus=([0-8]) hz=([1-9]\d*) events=(\d+) lost=(\d+)$")
LINE = re.compile(r"TRACE(-\w+)? ")
IDLE = 0


class TraceError(Exception):
    """What is wrong with a dump, and what to do."""


@dataclass
class Event:
    """One line TRACE-EV; `time` in counter ticks since the first."""
    time: int
    cpu: int
    name: str
    pid: int
    a: int
    b: int


@dataclass
class Slice:
    """Somebody was in one state from one event to another: both by their numbers."""
    first: int
    last: int
    pid: int
    state: str
    cpu: int = -1


@dataclass
class Dump:
    """What one dump says."""
    title: str
    arch: str
    cpus: int
    hz: int
    lost: int
    names: dict = field(default_factory=dict)
    steps: dict = field(default_factory=dict)
    events: list = field(default_factory=list)

    def name(self, pid):
        return self.names.get(pid, f"pid {pid}")

    def ns(self, number):
        """Virtual time of an event."""
        return self.events[number].time * 1_000_000_000 // self.hz


def trace_lines(text):
    """(line number, words) of every line of a dump; what else was printed on the console is skipped."""
    for number, line in enumerate(text.replace("\r", "").split("\n"), 1):
        if line == "TRACE-END" or LINE.match(line):
            yield number, line


def parse_event(line, where, cpus):
    words = line.split(" ")
    try:
        _, time, cpu, name, pid, a, b = words
        event = Event(int(time, 16), int(cpu), name, int(pid), int(a, 16), int(b, 16))
    except ValueError:
        raise TraceError(f"{where}: '{line}' is not a whole event: was the output cut or mixed with other "
                         "output? Dump again while nothing else prints") from None
    if event.name not in EVENTS:
        raise TraceError(f"{where}: unknown event '{event.name}': is this tool older than the kernel? "
                         f"It knows {', '.join(EVENTS)}")
    if event.cpu >= cpus:
        raise TraceError(f"{where}: CPU {event.cpu}, but the header says {cpus}: dump again")
    return event


def parse(text, source):
    """The dumps in a text, at least one."""
    dumps, dump, wanted = [], None, 0
    for number, line in trace_lines(text):
        where = f"{source}:{number}"
        if line.startswith("TRACE "):
            if dump:
                raise TraceError(f"{where}: a dump begins before the last one ended: take the whole output")
            found = HEADER.match(line)
            if not found:
                raise TraceError(f"{where}: '{line}' is not a header that this tool knows (TRACE 1 arch= "
                                 "cpus= hz= events= lost=): take the tool and the kernel of the same version")
            wanted = int(found[4])
            dump = Dump(found[1], found[1], int(found[2]), int(found[3]), int(found[5]))
        elif dump is None:
            raise TraceError(f"{where}: {line.split(' ')[0]} before any header: the beginning is missing")
        elif line == "TRACE-END":
            dumps.append(finished(dump, wanted, where))
            dump = None
        elif line.startswith("TRACE-EV "):
            dump.events.append(parse_event(line, where, dump.cpus))
        else:
            found = re.match(r"TRACE-(PROC|STEP) (\d+) (.+)", line)
            if not found:
                raise TraceError(f"{where}: '{line}' is no line of a dump: was it mixed with other output?")
            (dump.names if found[1] == "PROC" else dump.steps)[int(found[2])] = found[3]
    if dump:
        raise TraceError(f"{source}: the dump has no TRACE-END, {len(dump.events)} of {wanted} events are "
                         "there: it was cut off. Wait until the prompt is back, and save all of it")
    if not dumps:
        raise TraceError(f"{source}: no line begins with TRACE: type 'trace on', later 'trace dump' in the "
                         "monitor and save what it prints, or let --run do it")
    return dumps


def finished(dump, wanted, where):
    if len(dump.events) != wanted:
        raise TraceError(f"{where}: {len(dump.events)} events, but the header says {wanted}: lines are "
                         "missing, save the whole output")
    if not dump.events:
        raise TraceError(f"{where}: a dump without events: 'trace on' first, then what is to be seen")
    latest = 0
    for event in dump.events:           # a CPU reads its counter before it records: they may cross a little
        latest = event.time = max(event.time, latest)
    return dump


class Timeline:
    """Who ran when, and who waited: slices per CPU and per process."""

    def __init__(self, dump):
        self.dump = dump
        self.cpu_slices = []
        self.proc_slices = []
        self.flows = []                 # (wake, switch): numbers of events
        self.on_cpu = {}                # CPU -> (PID, since)
        self.state = {}                 # PID -> (state, since, CPU)
        self.waking = {}                # PID -> number of the wake-up
        for number, event in enumerate(dump.events):
            handler = getattr(self, "on_" + event.name, None)
            if handler:
                handler(number, event)
        self.finish(len(dump.events) - 1)

    def set_state(self, number, pid, state, cpu=-1):
        before, since, where = self.state.get(pid, (None, 0, -1))
        if before and since < number:
            self.proc_slices.append(Slice(since, number, pid, before, where))
        self.state[pid] = (state, number, cpu)

    def known(self, pid, state, cpu=-1):
        """The first event of a process tells what it was doing since the beginning."""
        if pid not in self.state:
            self.state[pid] = (state, 0, cpu)

    def on_spawn(self, number, event):
        self.state.pop(event.pid, None)
        self.set_state(number, event.pid, READY)

    def on_wake(self, number, event):
        self.known(event.pid, SLEEPING)
        self.set_state(number, event.pid, READY)
        self.waking[event.pid] = number

    def on_switch(self, number, event):
        cpu, come, gone = event.cpu, event.pid, event.a
        pid, since = self.on_cpu.get(cpu, (gone, 0))
        self.cpu_slices.append(Slice(since, number, pid, RUNNING, cpu))
        self.on_cpu[cpu] = (come, number)
        if gone != IDLE:
            self.known(gone, RUNNING, cpu)
            self.set_state(number, gone, STATE_OF.get(event.b, READY))
        if come != IDLE:
            self.known(come, READY)
            self.set_state(number, come, RUNNING, cpu)
            if come in self.waking:
                self.flows.append((self.waking.pop(come), number))

    def finish(self, last):
        for cpu in range(self.dump.cpus):
            pid, since = self.on_cpu.get(cpu, (IDLE, 0))
            self.cpu_slices.append(Slice(since, last, pid, RUNNING, cpu))
        for pid in list(self.state):
            self.set_state(last, pid, None)


def describe(dump, event):
    """An event in words."""
    pid, a, b = event.pid, event.a, event.b
    who = f"{dump.name(pid)} ({pid})"
    return {
        "boot": lambda: f"boot step {a}: {dump.steps.get(a, '?')}",
        "spawn": lambda: f"{dump.name(a)} ({a}) starts {who}",
        "exit": lambda: f"{who} ends with code {a}",
        "switch": lambda: f"{dump.name(a)} ({a}) gives the CPU to {who}, and is "
                          f"{STATE_OF.get(b, READY) or 'ended'}",
        "wake": lambda: f"{who} is woken for CPU {a}, in {dump.name(b)} ({b})",
        "sleep": lambda: f"{who} goes to sleep",
        "migrate": lambda: f"{who} moves from CPU {a} to CPU {b}",
        "irq": lambda: f"interrupt {a} in {who}",
        "fault": lambda: f"fault of {who} at address {a:#x}, pc {b:#x}",
        "syscall": lambda: f"system call {a} of {who}, first argument {b:#x}",
        "mark": lambda: f"{who} marks step {a} ({b:#x})",
    }[event.name]()


def perfetto(dumps):
    """Chrome's trace-event format: a group of CPUs and one of processes for each dump."""
    out = []
    for index, dump in enumerate(dumps):
        cpus, procs = 2 * index + 1, 2 * index + 2
        line = Timeline(dump)
        us = [dump.ns(i) / 1000 for i in range(len(dump.events))]

        def name(group, kind, text, tid=0):
            out.append({"ph": "M", "pid": group, "tid": tid, "name": kind, "args": {"name": text}})

        name(cpus, "process_name", f"{dump.title}: CPUs")
        name(procs, "process_name", f"{dump.title}: processes")
        for cpu in range(dump.cpus):
            name(cpus, "thread_name", f"CPU {cpu}", cpu)
        for pid in sorted({s.pid for s in line.proc_slices}):
            name(procs, "thread_name", f"{dump.name(pid)} ({pid})", pid)
        for s in line.cpu_slices:
            if s.pid != IDLE:
                out.append({"ph": "X", "pid": cpus, "tid": s.cpu, "name": dump.name(s.pid), "cat": "cpu",
                            "ts": us[s.first], "dur": us[s.last] - us[s.first], "args": {"pid": s.pid}})
        for s in line.proc_slices:
            out.append({"ph": "X", "pid": procs, "tid": s.pid, "name": s.state, "cat": "state",
                        "ts": us[s.first], "dur": us[s.last] - us[s.first], "args": {"cpu": s.cpu}})
        for number, event in enumerate(dump.events):
            if event.name != "switch":
                out.append({"ph": "i", "s": "t", "pid": cpus, "tid": event.cpu, "name": event.name,
                            "cat": "event", "ts": us[number], "args": {"what": describe(dump, event)}})
        for number, (wake, run) in enumerate(line.flows):
            same = {"cat": "wake", "name": "wake", "id": f"{index}.{number}", "pid": cpus}
            out.append({"ph": "s", "ts": us[wake], "tid": dump.events[wake].cpu, **same})
            out.append({"ph": "f", "bp": "e", "ts": us[run], "tid": dump.events[run].cpu, **same})
    return {"displayTimeUnit": "ns", "traceEvents": out}


def page_data(dumps):
    """The same for the page: numbers of events instead of times, for it can be looked at by either."""
    sections = []
    for dump in dumps:
        line = Timeline(dump)
        sections.append({
            "title": dump.title, "arch": dump.arch, "cpus": dump.cpus, "hz": dump.hz, "lost": dump.lost,
            "names": {str(pid): dump.name(pid) for pid in sorted({e.pid for e in dump.events} | {0})},
            "ns": [dump.ns(i) for i in range(len(dump.events))],
            "events": [[e.name, e.cpu, e.pid, describe(dump, e)] for e in dump.events],
            "cpuSlices": [[s.first, s.last, s.pid, s.cpu] for s in line.cpu_slices],
            "procSlices": [[s.first, s.last, s.pid, s.state, s.cpu] for s in line.proc_slices],
            "flows": line.flows,
        })
    return {"sections": sections}
