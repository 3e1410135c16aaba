"""test_mutants.py - tests of the tests: one known bug at a time is planted in a copy of the tree, and has to
be caught.

Each mutant says which text becomes which, on which ports, and what must then be seen. A mutant whose text is
no longer there fails, so that the list follows the code.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import machines  # noqa: E402

EVERY_PORT = ("x86", "arm64", "riscv")
PASS = 33
HANG_SECONDS = 20    # of wall time; a mutant that goes on prints within two


HANGS = None        # nothing is printed any more, and QEMU does not end


@dataclass
class Mutant:
    """In `file` the last `old` becomes `new`; then a kernel is built and booted with `cmdline`."""
    name: str
    file: str                       # {arch} and {asm} stand for the port's
    old: object                     # text, or a text per port
    new: object
    caught: object                  # regular expression in what the kernel prints, or HANGS
    cmdline: str
    ports: tuple = ("riscv",)
    debug: bool = False


# Bugs of the core are the same on every port, so they are planted on one, in turns.
MUTANTS = (
    Mutant("the guard page of a stack is mapped", "kernel/kstack.c",
           "    return mapped == PAGES;",
           "    vm_map(&vm_kernel, base, pa[0], PROT_R | PROT_W);\n    return mapped == PAGES;",
           r"not ok 1 - rules-of-a-thread|PANIC: assertion failed", "test=rules-of-a-thread"),
    Mutant("the boot stack has no guard page", "kernel/vm_kernel.c",
           "    *e = 0;\n    hal_pt_kernel(", "    (void)e;\n    hal_pt_kernel(",
           r"not ok 1 - vm-runs", "test=vm-runs"),
    Mutant("data may be executed", "kernel/vm_kernel.c",
           "map_image(__rodata_end, __image_end, PROT_R | PROT_W);",
           "map_image(__rodata_end, __image_end, PROT_R | PROT_W | PROT_X);",
           r"PANIC: assertion failed: !\"data was executed\"", "test=fault-data-execute", ("arm64",)),
    Mutant("text may be written", "kernel/vm_kernel.c",
           "map_image(__text_start, __text_end, PROT_R | PROT_X);",
           "map_image(__text_start, __text_end, PROT_R | PROT_W | PROT_X);",
           r"not ok 1 - fault-text-write", "test=fault-text-write", ("x86",)),
    Mutant("a wake-up leaves no token", "kernel/sched.c", "p->woken = true;", "p->woken = false;",
           HANGS, "test=sched-wake-token"),
    Mutant("an old wake-up counts", "kernel/sched.c",
           "    p->woken = false;\n    spin_unlock(&p->cpu", "    spin_unlock(&p->cpu",
           r"not ok 1 - sched-wake-token", "test=sched-wake-token", ("arm64",)),
    Mutant("wake_one wakes the last", "kernel/waitq.c",
           "list_first_entry(&wq->waiters", "list_last_entry(&wq->waiters",
           r"not ok 1 - waitq-wake-one", "test=waitq-wake-one", ("x86",)),
    Mutant("nobody is preempted", "kernel/trap.c", "if (this_cpu()->rq.need_resched)", "if (false)",
           HANGS, "test=sched-priority-is-strict"),
    Mutant("a turn never ends", "kernel/sched.c",
           "if (now >= quantum_end(rq))\n            rq->need_resched = true;",
           "if (now >= quantum_end(rq))\n            rq->need_resched = false;",
           r"not ok 1 - sched-preemption-is-fair", "test=sched-preemption-is-fair", ("arm64",)),
    Mutant("priorities do not count", "kernel/sched.c",
           "p->prio > rq->current->prio", "p->prio > PRIO_COUNT",
           r"not ok 1 - sched-priority-is-strict", "test=sched-priority-is-strict", ("x86",)),
    Mutant("the alarm is a millisecond late", "kernel/timeout.c",
           "clock_alarm_by(cpu, when);", "clock_alarm_by(cpu, when + clock_ticks_from_ms(1));",
           r"not ok 1 - sched-sleep-is-exact", "test=sched-sleep-is-exact"),
    Mutant("a page of each stack is lost", "kernel/kstack.c",
           "vm_unmap_free(&vm_kernel, base + PAGE_SIZE, KSTACK_SLOT - PAGE_SIZE);",
           "vm_unmap_free(&vm_kernel, base + PAGE_SIZE, KSTACK_SLOT - 2 * PAGE_SIZE);"
           "\n    vm_unmap(&vm_kernel, base + KSTACK_SLOT - PAGE_SIZE, &base);",
           r"# \d+ pages free or tables before, \d+ after", "test=proc-exit-code", ("arm64",)),
    Mutant("a zombie stays in the table", "kernel/proc_life.c", "    list_del(&zombie->sibling);\n", "",
           r"not ok 1 - proc-exit-code|PANIC", "test=proc-exit-code", ("x86",)),
    Mutant("a PID is never free again", "kernel/pid.c", "    bitmap_set(&t->free, (size_t)pid);\n", "",
           r"not ok 1 - proc-pids-wrap", "test=proc-pids-wrap pid_max=300", ("arm64",)),
    Mutant("orphans are forgotten by the hundred", "kernel/proc_life.c",
           "    while (!give_away_some(p)) {", "    if (!give_away_some(p)) {",
           r"not ok 1 - proc-many-orphans|PANIC", "test=proc-many-orphans"),
    Mutant("a wait cannot be interrupted", "kernel/proc_life.c",
           "        if (proc_killed())\n", "        if (false)\n",
           HANGS, "test=proc-kill-ends-wait", ("x86",)),
    Mutant("who comes next is killed too", "kernel/proc.c",
           "    atomic_store_explicit(&p->killed, false, memory_order_relaxed);\n", "",
           r"not ok 1 - proc-kill-early-and-late", "test=proc-kill-early-and-late"),
    Mutant("a cancelled timeout fires", "kernel/timeout.c",
           "                remove(&cpu->timeouts, t);\n", "",
           r"not ok 1 - timeout-order-and-cancel", "test=timeout-order-and-cancel"),
    Mutant("an unknown interrupt is not masked", "kernel/irq.c", "hal_irq_mask(irq); /*", "/*",
           HANGS, "test=irq-unknown-is-masked", ("arm64",)),
    Mutant("lock ranks do not rise", "kernel/proc.c",
           'SPINLOCK_INIT("process table", RANK_PROC_TABLE)', 'SPINLOCK_INIT("process table", RANK_PRINT)',
           r"PANIC: lock order: ", "test=proc-exit-code", ("x86",), debug=True),
    Mutant("an unmapped page stays in the TLB", "kernel/vm.c", "    flush(&va, 1);\n    *pa", "    *pa",
           r"not ok 1 - fault-kmap-unmapped", "test=fault-kmap-unmapped", EVERY_PORT),
    Mutant("what a page may stays in the TLB", "kernel/vm.c",
           "vm_batch_add(&changed, va, NULL);", "continue;",
           r"not ok 1 - fault-kmap-write", "test=fault-kmap-write", EVERY_PORT),
    Mutant("users do not share the kernel half", "kernel/vm_user.c",
           "if (!hal_info.split_trees)", "if (false)",
           r"not ok 1 - vm-kernel-half", "test=vm-kernel-half"),
    Mutant("half a clone stays", "kernel/vm_user.c", "        vm_destroy(to);", "        to = NULL;",
           r"not ok 1 - vm-clone-without-memory", "test=vm-clone-without-memory", ("arm64",)),
    Mutant("entry forgets a register", "arch/{arch}/entry.{asm}",
           {"x86": "    popa ", "arm64": "ldp     x20, x21,", "riscv": "ld      t4, FRAME_t4(sp)\n"},
           {"x86": "    popa\n    mov     esi, eax ", "arm64": "ldp     x20, x20,", "riscv": "\n"},
           r"not ok 1 - sched-registers-survive", "test=sched-registers-survive quantum=1", EVERY_PORT),
    Mutant("objects are taken with interrupts on", "include/kernel/magazine.h",
           "    void *object = top[-1];\n", "    void *object = top[-1];\n    hal_irq_restore(s);\n",
           r"instead of 0x|PANIC", "test=mem-interrupts"),
    Mutant("the drained pages stay on the list", "kernel/page.c", "    list->top -= n;\n", "",
           r"not ok 1 - mem-all-pages|PANIC", "test=mem-all-pages", ("arm64",)),
    Mutant("buddies do not join", "kernel/buddy.c",
           "bitmap_test(&b->free[order], i ^ 1)", "order > BUDDY_MAX_ORDER",
           r"# order 0: \d+ free blocks before, \d+ after", "test=mem-all-pages", ("x86",)),
    Mutant("nothing is reclaimed for a page", "kernel/page.c",
           "p == NULL && memory_reclaim()", "false",
           r"not ok 1 - mem-reclaim", "test=mem-reclaim"),
    Mutant("an empty slab is forgotten", "kernel/slab.c",
           "c->slabs -= !keep;", "c->slabs -= !keep;\n        if (!keep)\n            list_del(&s->link);",
           r"memory: \d+ pages of slabs? by the map, \d+ by their owner", "test=mem-constructor", ("arm64",)),
    Mutant("a freed page keeps its owner", "kernel/page.c", "    p->owner = PAGE_FREE;\n", "",
           r"PANIC: nobody minded", "test=misuse-page-twice", ("x86",)),
    Mutant("caches are shrunk for a magazine", "kernel/magazine.c",
           "slab_alloc_plain(&slab_magazines, false)", "slab_alloc_plain(&slab_magazines, true)",
           HANGS, "test=mem-kmalloc-to-the-end"),
    Mutant("a slab begins at the page of its first object", "kernel/slab.c",
           "slab->first, (uintptr_t)PAGE_SIZE << c->order", "slab->first, (uintptr_t)PAGE_SIZE",
           r"PANIC: page_free.* it lies within the block of order \d", "test=mem-alignment", ("arm64",)),
)


def copy_with(mutant, port, directory):
    """The tree, with the one text changed."""
    for name in ("Makefile", "kernel", "lib", "include", "arch", "boards", "tools", "tests"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns("__pycache__", "corpus"))
        else:
            shutil.copy(source, directory / name)
    path = directory / mutant.file.format(arch=port, asm="asm" if port == "x86" else "S")
    old, new = (text[port] if isinstance(text, dict) else text for text in (mutant.old, mutant.new))
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the mutant {mutant.name!r} no longer fits {path.name}: {old!r} is not there"
    head, tail = text.rsplit(old, 1)
    path.write_text(head + new + tail, encoding="utf-8")


def boot(port, directory, cmdline, variant):
    """What the kernel prints, and QEMU's status; None if it had to be ended."""
    machine = machines.machine(port)
    kernel = directory / "build" / machine.name / variant / machine.test_image
    argv = machine.command(kernel, cmdline + " panic=poweroff", icount=0)
    process = machines.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors="replace")
    try:
        return process.communicate(timeout=HANG_SECONDS)[0], process.returncode
    except subprocess.TimeoutExpired:
        machines.stop(process, grace=0)
        return process.communicate()[0], None
    finally:
        machines.stop(process, grace=0)


CASES = [(m, port) for m in MUTANTS for port in m.ports]


NAMES = [f"{m.name}-{port}".replace(" ", "-") for m, port in CASES]


@pytest.mark.parametrize("mutant,port", CASES, ids=NAMES)
def test_mutant(mutant, port, tmp_path):
    copy_with(mutant, port, tmp_path)
    argv = ["make", f"ARCH={port}", f"PYTHON={sys.executable}", "test-image"] + ["DEBUG=1"] * mutant.debug
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS")}
    made = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    output, status = boot(port, tmp_path, mutant.cmdline, "debug" if mutant.debug else "")
    if mutant.caught is HANGS:
        assert status is None and "Triptych " in output, output
    else:
        assert status != PASS, f"nobody noticed: {mutant.name}\n{output}"
        assert re.search(mutant.caught, output), output
