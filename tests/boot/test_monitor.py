"""test_monitor.py - somebody at the console: commands, line editing, the ways out."""

import re

import pytest

from harness import OK, PANIC, PASS, Console, run

COMMANDS = ("help ps taskset nice kill uptime cpus irq mem buddyinfo slabinfo vmmap dmesg sleep demo trace "
            "exit panic poweroff reboot").split()


def boot(port, cmdline="", **options):
    options.setdefault("tests", False)
    return Console(port, cmdline, **options)


def test_banner_and_commands(port):
    with boot(port, "hello=1 quantum=5") as console:
        before = console.prompt()
        banner = rf"^\[ +0\.\d+\] Triptych \S+ on {port.arch}/{port.board}: "
        assert re.search(banner, before, re.M), before
        assert "command line: hello=1 quantum=5" in before
        shown = console.command("help")
        for name in COMMANDS:
            assert re.search(rf"^ +{name} ", shown, re.M), shown
        processes = console.command("ps")
        monitor = r"^ +\d+ +1 +RUNNING +[0-3] +0xffffffff +3 +0 +\d+ +\d+\.\d{3}( +\d+)? +monitor$"
        assert re.search(monitor, processes, re.M), processes
        assert re.search(r"^ +1 +0 +SLEEPING .* init$", processes, re.M), processes
        assert re.search(r"^up \d+\.\d{3} s, 7 processes, \d+ switches$", console.command("uptime"), re.M)
        irqs = console.command("irq")
        assert re.search(r"^ +\d+ +\d+ +timer$", irqs, re.M), irqs
        assert re.search(r"^ +\d+ +[1-9]\d* +console$", irqs, re.M), irqs
        assert f"Triptych 0.1.0 on {port.arch}" in console.command("dmesg")
        unknown = console.command("nonsense now")
        assert "nonsense: no such command" in unknown and " poweroff " in unknown
        console.child.send("poweroff\r")
        result = console.finish()
        assert result.status == OK
        account = re.search(r"^memory: (\d+) pages = (.*): exact$", result.output, re.M)
        assert account, result
        assert int(account[1]) == sum(map(int, re.findall(r"\d+", account[2]))), account[0]


def cpu_rows(shown):
    """{CPU: (how many want to run, interrupts, seconds not idle, PID, name)}, the policy, the quantum."""
    found = re.findall(r"^ +(\d+)  online +(\d+) +(\d+) +(\d+\.\d{3}) +(\d+)  (\S+)$", shown, re.M)
    policy, quantum = re.search(r"^sched=(\w+) quantum=(\d+)$", shown, re.M).groups()
    return ({int(cpu): (int(want), int(irqs), float(busy), int(pid), name)
             for cpu, want, irqs, busy, pid, name in found}, policy, int(quantum))


@pytest.mark.parametrize("sched, quantum", (("rr", 10), ("fair", 7)))
def test_cpus(port, sched, quantum):
    with boot(port, f"sched={sched} quantum={quantum}") as console:
        console.prompt()
        before, policy, ms = cpu_rows(console.command("cpus"))
        assert sorted(before) == [0, 1, 2, 3] and (policy, ms) == (sched, quantum)
        assert "monitor" in {name for *_, name in before.values()}, before
        for want, _, _, pid, name in before.values():
            assert (want == 0) == (name == "idle") == (pid == 0), before
        console.command("demo threads")         # two spin for two seconds, on two CPUs
        after, _, _ = cpu_rows(console.command("cpus"))
        busy = [after[cpu][2] - before[cpu][2] for cpu in range(4)]
        assert all(more >= 0 for more in busy) and sum(busy) > 3, busy
        assert all(after[cpu][1] >= before[cpu][1] for cpu in range(4))
        assert sum(row[1] for row in after.values()) > sum(row[1] for row in before.values())
        assert "usage: cpus" in console.command("cpus 1")


def test_cpus_not_in_use(port):
    with boot(port, "maxcpus=3") as console:
        assert "3 of 4 CPUs in use" in console.prompt()
        shown = console.command("cpus")
    assert sorted(cpu_rows(shown)[0]) == [0, 1, 2] and re.search("^ +3  not in use$", shown, re.M), shown


def test_memory_commands(port):
    """The numbers of mem, buddyinfo and slabinfo agree with each other."""
    with boot(port) as console:
        console.prompt()
        memory = console.command("mem")
        owners = {name: int(pages) for pages, kib, name in re.findall(r"^ +(\d+) +(\d+)  (.+)$", memory, re.M)
                  if int(kib) == 4 * int(pages)}
        total = owners.pop("in all")
        assert total > 30000 and total == sum(owners.values()), memory
        always = {"free", "firmware", "kernel image", "memory map", "page tables", "kernel stacks"}
        assert always <= set(owners), memory
        assert owners["free"] > 0.95 * total and "by their owner" not in memory, memory

        buddies = console.command("buddyinfo")
        rows = [tuple(map(int, row)) for row in
                re.findall(r"^ +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) %$", buddies, re.M)]
        assert [row[0] for row in rows] == list(range(11)) and rows[-1][2] > 10, buddies
        assert all(pages == 2 ** order and kib == 4 * pages * blocks for order, pages, blocks, kib, _ in rows)
        counts = re.search(r"^(\d+) pages in blocks, (\d+) on the", buddies, re.M)
        in_blocks, on_lists = map(int, counts.groups())
        assert in_blocks == sum(pages * blocks for _, pages, blocks, *_ in rows), buddies
        assert in_blocks + on_lists == owners["free"], (memory, buddies)
        too_small = [row[4] for row in rows]
        assert too_small[0] == 0 and too_small == sorted(too_small), buddies
        below = sum(pages * blocks for _, pages, blocks, *_ in rows[:-1])
        assert too_small[-1] == 100 * below // in_blocks, buddies

        slabs = console.command("slabinfo")
        caches = re.findall(r"^(\S+)" + r" +(\d+)" * 8 + "$", slabs, re.M)
        sizes = [int(size) for name, size, *_ in caches if name.startswith("kmalloc-")]
        assert sizes == sorted([16 << i for i in range(10)] + [24 << i for i in range(9)]), slabs
        for name, *numbers in caches:
            size, stride, per_slab, pages, count, in_use, kept, all_objects = map(int, numbers)
            assert size <= stride and stride * per_slab <= pages * 4096, name
            assert all_objects == count * per_slab and in_use + kept <= all_objects, name
        assert "only a DEBUG build" in console.command("slabinfo kmalloc-64")


def rows(shown):
    """PID: (parent, affinity, nice, indent, name) of what ps printed, idle processes left out."""
    found = re.findall(r"^ +(\d+) +(\d+)  [A-Z]+ +(\d+)  (0x[0-9a-f]{8}) +\d+ +(-?\d+) +\d+ +\d+\.\d{3}"
                       r"  ( *)(\S+)$", shown, re.M)
    assert all(int(cpu) < 4 for _, _, cpu, *_ in found), shown
    return {int(pid): (int(parent), int(mask, 16), int(nice), len(indent), name)
            for pid, parent, cpu, mask, nice, indent, name in found if pid != "0"}


def test_process_commands(port):
    with boot(port) as console:
        console.prompt()
        plain, tree = rows(console.command("ps")), rows(console.command("ps -t"))
        me = max(plain)
        assert plain[1] == (0, 0xffffffff, 0, 0, "init") and plain[me][4] == "monitor", plain
        assert sorted(plain) == [1, 2, me] and plain[2][4] == "keeper", plain
        assert tree == {1: plain[1], **{pid: (*plain[pid][:3], 2, plain[pid][4]) for pid in (2, me)}}, tree
        assert "usage: ps" in console.command("ps -x")

        assert f"process {me}, monitor: affinity 0xffffffff" in console.command(f"taskset {me}")
        assert f"process {me}, monitor: affinity 0x00000081" in console.command(f"taskset {me} 0x81")
        assert "none of these CPUs is in use" in console.command(f"taskset {me} 0x80")
        assert "none of these CPUs is in use" in console.command(f"taskset {me} 0")
        assert "there is no process 999" in console.command("taskset 999 1")
        for bad in ("", "x", f"{me} x", f"{me} 0x", f"{me} 0x100000000", f"{me} 1 2", "-1 1", "99999999999"):
            assert "usage: taskset PID [MASK]" in console.command(f"taskset {bad}"), bad

        assert console.command(f"nice {me} -20") == ""
        assert rows(console.command("ps"))[me][1:3] == (0x81, -20)
        assert console.command(f"nice {me} 19") == ""
        for bad in ("20", "-21", "4294967295"):
            assert "a nice value is from -20 to 19" in console.command(f"nice {me} {bad}"), bad
        assert rows(console.command("ps"))[me][2] == 19
        assert "there is no process 77" in console.command("nice 77 1")
        for bad in ("", f"{me}", f"{me} --1", f"{me} -", f"{me} 1 1", "x 1"):
            assert "usage: nice PID N" in console.command(f"nice {bad}"), bad

        assert "process 1 has to stay" in console.command("kill 1")
        assert "there is no process 0" in console.command("kill 0")
        for bad in ("", "x", "1 1", "-1"):
            assert "usage: kill PID" in console.command(f"kill {bad}"), bad
        assert console.command(f"kill {me}") == ""
        assert "up " in console.command("uptime"), "the monitor does not look whether it was asked to end"


def test_line_editing(port):
    left, home, up, down = "\x1b[D", "\x1b[H", "\x1b[A", "\x1b[B"
    with boot(port) as console:
        console.prompt()
        assert "up 0." in console.command("uptiX\x7fme")
        assert "up 0." in console.command("ptime" + home + "u")
        assert "up 0." in console.command("uptme" + left * 2 + "i")
        assert "up " in console.command("nonsense\x15uptime")
        assert "up " in console.command("uptime nonsense\x17")
        assert "PPID" in console.command("ps", end="\n"), "LF ends a line"
        assert "PPID" in console.command("ps", end="\r\n"), "CR LF ends one line, not two"
        console.command("uptime")
        assert "PPID" in console.command(up + up), "history"
        assert "up " in console.command(up + up + down + "\x15uptime")
        console.child.send("poweroff\x03")
        console.expect("\r*\n")
        console.prompt()
        assert "up " in console.command("   uptime  "), "^C gave the line up"
        long = console.command("x" * 900)
        assert "no such command" in long
        assert "up " in console.command("uptime"), "what does not fit waits; nothing is lost"


def test_demos(port):
    with boot(port) as console:
        console.prompt()
        listing = console.command("demo")
        assert "539" in listing and "threads" in listing
        shown = console.command("demo threads")
        cpu = [int(ms) for ms in re.findall(r"spinner-\d ends: .* (\d+) ms of CPU", shown)]
        assert len(cpu) == 2 and "all have ended" in shown, shown
        assert len(re.findall(r"sleeper-\d wakes", shown)) >= 8, shown
    result = run(port, "demo=539 seconds=2 exit quantum=1 maxcpus=1", tests=False, icount=4)
    register = {"x86": "EAX", "arm64": "X0", "riscv": "A0"}[port.arch]
    for letter, number in zip("ABCD", range(5390, 5394)):
        assert f"Process {letter}," in result.output, result
        assert len(re.findall(rf"^.* {register} = {number}$", result.output, re.M)) >= 4, result
    assert re.search(r" 0 registers lost, 0 locals lost, 0 pages lost: ok", result.output), result
    switches = int(re.search(r"(\d+) switches", result.output)[1])
    assert switches > 1900, result
    assert result.status == PASS, result


def test_demo_539_on_four_cpus(port):
    """A CPU for each of the four: nobody has to give way, and nothing is lost."""
    result = run(port, "demo=539 seconds=1 exit", tests=False, icount=4)
    verdict = re.search(r"(\d+) switches, (\d+) .* 0 registers lost, 0 locals lost, 0 pages lost: ok",
                        result.output)
    assert verdict and result.status == PASS, result
    assert int(verdict[1]) < 100 and int(verdict[2]) > 100, result


def test_panic(port):
    with boot(port, "panic=poweroff") as console:
        console.prompt()
        console.child.send("panic because\r")
        result = console.finish()
    assert "PANIC: asked for by the monitor: because" in result.output, result
    assert re.search(r"#0 .* cmd_panic", result.output) and "monitor_run" in result.output, result
    assert result.status == PANIC, result
    others = re.findall(r"^\[.*\] CPU (\d) was in (\S+) \(PID (\d+)\)$", result.output, re.M)
    me = int(re.search(r"in monitor \(PID 4\), CPU (\d)", result.output)[1])
    assert [int(cpu) for cpu, _, _ in others] == [cpu for cpu in range(4) if cpu != me], result
    assert {(name, pid) for _, name, pid in others} == {("idle", "0")}, result
    assert "does not answer" not in result.output, result


def test_panic_halts(port):
    with boot(port) as console:
        console.prompt()
        console.child.send("panic\r")
        console.expect(r"the machine stops here \(panic=halt\)")
        assert console.child.isalive()


def test_reboot(port):
    with boot(port) as console:
        console.prompt()
        console.child.send("reboot\r")
        assert console.finish().status == OK, "QEMU runs with -no-reboot"


def test_bad_options(port):
    """What nobody can mean is said, and the default used."""
    with boot(port, "quantum=0 mem=4 panic=explode loglevel=9 sched pid_max=99") as console:
        before = console.prompt()
    assert "pid_max=99 is not a number from 100 to 4194304: using 32767" in before
    assert "quantum=0 is not a number from 1 to 10000: using 10" in before
    assert "mem=4 is not a size of at least 8M: using all memory" in before
    assert "panic=explode is none of halt, poweroff, reboot: using halt" in before
    assert "loglevel=9 is not a number from 0 to 8: using 7" in before


def test_test_words_without_tests(port):
    with boot(port, "test=all") as console:
        assert "tests and benchmarks are in the image triptych-test" in console.prompt()
