"""triptych.py - gdb commands that know the kernel: its processes, its run queues, its trap frames, any stack.

tools/debug loads it; by hand: gdb -x tools/gdb/triptych.py. gdb has a frame and a bt of its own, which are
needed as they are, so ours stand behind a prefix: t procs, t runq, t frame, t bt. The plain words procs and
runq are free and mean the same. t alone was short for thread: t 2 still is.
"""

import re
from pathlib import Path

import gdb

CONFIG = Path(__file__).resolve().parents[2] / "include/kernel/config.h"
DEEPEST = 24
# What the ports call the same thing in struct context and struct hal_frame.
RETURN_NAMES = ("ra", "x30", "lr", "eip", "ret")
FRAME_POINTER_NAMES = ("s0", "x29", "fp", "ebp")
PC_NAMES = ("sepc", "elr", "elr_el1", "pc", "eip")


class KernelView:
    """Inside a with statement gdb looks through a CPU that has the kernel mapped; a parked one has not."""

    def __enter__(self):
        self.selected = gdb.selected_thread()
        if not self.selected:
            raise gdb.GdbError("no kernel runs here")
        for thread in (self.selected, *gdb.selected_inferior().threads()):
            thread.switch()
            try:
                int(value("hal_info.kernel_base"))
                return
            except gdb.MemoryError:
                pass
        self.selected.switch()
        raise gdb.GdbError("the kernel has no memory yet: let it run to kernel_main first")

    def __exit__(self, *_):
        self.selected.switch()


class Command(gdb.Command):
    """What all commands here share: they look at the kernel."""

    def __init__(self, words):
        super().__init__(words, gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        with KernelView():
            self.show(argument)


def value(expression):
    return gdb.parse_and_eval(expression)


def field(struct, names):
    """The member of a struct that has one of these names, as a number."""
    present = {member.name for member in struct.type.fields()}
    for name in names:
        if name in present:
            return int(struct[name])
    raise gdb.GdbError(f"{struct.type} has none of the members {', '.join(names)}")


def elements(head, kind, member):
    """The elements of an intrusive list, given by its head."""
    element = gdb.lookup_type(kind)
    offset = next(f.bitpos // 8 for f in element.fields() if f.name == member)
    node = head["next"]
    while int(node) != int(head.address):
        yield at(element, int(node) - offset)
        node = node["next"]


def at(kind, address):
    return gdb.Value(address).cast(kind.pointer()).dereference()


def processes():
    """The idle process of each CPU, then the pages of the process table, by PID."""
    idle, pids = value("'kernel/proc.c'::idle"), value("proc_table")["pids"]
    for index in range(idle.type.range()[1] + 1):
        if int(idle[index]["state"]):
            yield idle[index]
    per_page = int(value("PIDS_PER_PAGE"))
    for number in range(int(pids["highest"]) // per_page + 1 if int(pids["highest"]) else 0):
        page = pids["page"][number]["proc"]
        for index in range(per_page if int(page) else 0):
            if int(page[index]):
                yield page[index].dereference()


def process(pid):
    for p in processes():
        if int(p["pid"]) == pid:
            return p
    raise gdb.GdbError(f"no process has PID {pid}: t procs lists them")


def name_of(p):
    return p["name"].string()


def state_of(p):
    return str(p["state"]).removeprefix("PROC_")


def symbol(address):
    """Where an address of code lies: function+offset, and the line of the source if there is one."""
    text = gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in section")[0].strip()
    place = gdb.find_pc_line(address)
    line = f"  {place.symtab.filename}:{place.line}" if place.symtab and place.line else ""
    return ("?" if text.startswith("No symbol") else text.replace(" + ", "+")) + line


def slot_size():
    """Size of the aligned slot that holds a kernel stack."""
    return int(re.search(r"#define\s+KSTACK_SLOT\s+(\d+)", CONFIG.read_text()).group(1))


def cpu_thread(p):
    """gdb's thread, that is the CPU, whose stack pointer is on the stack of p."""
    stack, mask, viewer = int(p["stack"]), ~(slot_size() - 1), gdb.selected_thread()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            if int(value("(unsigned long)$sp")) & mask == stack:
                return thread
        return None
    finally:
        viewer.switch()


def stack_of(p):
    """Return addresses on the stack of a process that does not run, innermost first, by frame pointers."""
    context = at(gdb.lookup_type("struct context"), int(p["sp"]))
    to_return, to_previous = int(value("hal_info.fp_to_ret")), int(value("hal_info.fp_to_prev"))
    word = gdb.lookup_type("unsigned long")
    low = int(p["stack"])
    high = low + slot_size() - 4 * word.sizeof
    yield field(context, RETURN_NAMES)
    fp = field(context, FRAME_POINTER_NAMES)
    for _ in range(DEEPEST):
        if not low < fp < high:
            return
        yield int(at(word, fp + to_return))
        previous = int(at(word, fp + to_previous))
        if previous <= fp:
            return
        fp = previous


class T(gdb.Command):
    """Commands for this kernel: t procs, t runq, t frame [ADDR], t bt PID. All else goes to gdb's thread."""

    def __init__(self):
        super().__init__("t", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        gdb.execute(f"thread {argument}", from_tty)


class Procs(Command):
    """All processes, by PID: procs"""

    def show(self, argument):
        print("  PID  STATE     PRIO  CPU  SWITCHES  NAME")
        for p in processes():
            cpu = int(p["cpu"]["index"]) if int(p["cpu"]) else "-"
            print(f"{int(p['pid']):5}  {state_of(p):8}  {int(p['prio']):4}  {cpu:>3}  {int(p['switches']):8}"
                  f"  {name_of(p)}")


class Runq(Command):
    """The run queue of each CPU, in the order of turns, rr by priority: runq"""

    def show(self, argument):
        cpus = value("cpus")
        for index in range(cpus.type.range()[1] + 1):
            rq = cpus[index]["rq"]
            if not int(rq["idle"]):
                continue
            current = rq["current"]
            wants = ", to give way" if rq["need_resched"] else ""
            print(f"CPU {index}: {int(current['pid'])} {name_of(current)} runs{wants}")
            if rq["is_fair"]:
                turns = self.waiting(rq["fair"]["waiting"]["root"])
                print("  wait:", ", ".join(f"{int(p['pid'])} {name_of(p)}" for p in turns))
                continue
            for prio in reversed(range(rq["rr"]["ring"].type.range()[1] + 1)):
                if int(rq["rr"]["occupied"]) >> prio & 1:
                    turns = self.ring(self.first(rq, prio))
                    print(f"  priority {prio}:", ", ".join(f"{int(p['pid'])} {name_of(p)}" for p in turns))

    @staticmethod
    def first(rq, prio):
        """Where a ring begins: the running process has the turn in its own, ring[] tells of the others."""
        current = rq["current"]
        runs = int(current) != int(rq["idle"]) and int(current["prio"]) == prio
        return current["turn"].address if runs else rq["rr"]["ring"][prio]

    @staticmethod
    def ring(first):
        """All processes of a ring, which has no head."""
        kind = gdb.lookup_type("struct proc")
        yield at(kind, int(first) - Runq.offset("turn"))
        yield from elements(first.dereference(), "struct proc", "turn")

    @staticmethod
    def waiting(node):
        """All processes of a tree, by rising keys."""
        if int(node):
            yield from Runq.waiting(node["child"][0])
            yield at(gdb.lookup_type("struct proc"), int(node) - Runq.offset("place"))
            yield from Runq.waiting(node["child"][1])

    @staticmethod
    def offset(member):
        fields = gdb.lookup_type("struct proc").fields()
        return next(f.bitpos // 8 for f in fields if f.name == member)


def in_assembly(frame):
    symtab = frame.find_sal().symtab
    return symtab is not None and symtab.filename.endswith((".S", ".asm"))


class Frame(Command):
    """The registers of a trap frame: t frame ADDR; without ADDR, of the trap that is being handled."""

    def show(self, argument):
        kind = gdb.lookup_type("struct hal_frame")
        frame = at(kind, int(value(argument))) if argument else self.handled(kind)
        width = frame.type.fields()[0].type.sizeof * 2
        cells = [f"{f.name:8} {int(frame[f.name]) & (1 << 4 * width) - 1:0{width}x}"
                 for f in frame.type.fields() if f.type.code == gdb.TYPE_CODE_INT]
        for start in range(0, len(cells), 3):
            print("  ".join(cells[start:start + 3]))
        print(f"at {symbol(field(frame, PC_NAMES))}")

    @staticmethod
    def handled(kind):
        """The frame that the assembly gave to the trap function, which may have left for trap_dispatch(), or
        called it through another one. The stack pointer of the assembly points at it, on x86 at two words for
        backtraces, below it."""
        arch = value("hal_info.arch").string()
        handlers = ("trap_dispatch", f"{arch}_trap", f"{arch}_user_trap")
        frame = gdb.newest_frame()
        while frame and frame.name() not in handlers:
            frame = frame.older()
        while frame and not in_assembly(frame):
            frame = frame.older()
        if not frame:
            raise gdb.GdbError("no trap is being handled on this stack: give the address of a frame")
        sp = frame.read_register("sp").cast(gdb.lookup_type("unsigned long"))
        return at(kind, int(sp) + (2 * sp.type.sizeof if arch == "x86" else 0))


class Bt(Command):
    """Where a process stands, running or not: t bt PID"""

    def show(self, argument):
        if not argument.isdigit():
            raise gdb.GdbError("usage: t bt PID")
        p = process(int(argument))
        print(f"{name_of(p)} (PID {argument}), {state_of(p)}")
        thread = cpu_thread(p)
        if thread:
            gdb.execute(f"thread apply {thread.num} backtrace")
            return
        for number, address in enumerate(stack_of(p)):
            print(f"#{number:<3} {address:#x}  {symbol(address - 1)}")


T()
for names, command in ((("t procs", "procs"), Procs), (("t runq", "runq"), Runq), (("t frame",), Frame),
                       (("t bt",), Bt)):
    for words in names:
        command(words)
