"""test_stack.py - check-stack computes the right depth from what gcc writes, catches each planted fault."""
import re
import subprocess

import pytest
from checklib import PORTS
from conftest import assert_caught, assert_clean, compiler, run_tool, write

# Frames of a size that shows: each buffer is passed on, so that no compiler can leave it out.
CLEAN = {
    "kernel/main.c": """
void use(void *); void printk(const char *); _Noreturn void panic(const char *); void sched(void);
void kernel_main(void) { char c[600]; use(c); sched(); printk(c); }
""",
    "kernel/sched.c": """
void use(void *); _Noreturn void panic(const char *);
void sched(void) { char c[304]; use(c); if (!c[0]) panic(c); use(c); }
""",
    "kernel/panic.c": """
void use(void *); void printk(const char *);
_Noreturn void panic(const char *why) { char c[160]; use(c); printk(why); for (;;) use(c); }
""",
    "lib/use.c": """
_Noreturn void panic(const char *);
void use(void *p) { if (!p) panic(""); asm volatile("" : : "r"(p) : "memory"); }
""",
    "kernel/printk.c": """
void use(void *); _Noreturn void panic(const char *);
void printk(const char *s) { char c[64]; use(c); if (!s) panic(s); use(c); }
""",
    "kernel/irq.c": """
void use(void *); typedef void (*handler)(void); handler handlers[4];
__attribute__((noinline)) static void tick(void) { char c[208]; use(c); use(c + 1); }
void irq_init(void) { handlers[0] = tick; }
void irq_run(int n) { handlers[n](); use(&n); }
""",
    "kernel/trap.c": "void use(void *); void irq_run(int);\n"
                     "void trap_dispatch(void) { char c[96]; irq_run(1); use(c); }\n",
    "arch/A/trap.c": "void use(void *); void trap_dispatch(void); void A_trap(void) { char c[48]; use(c); "
                     "trap_dispatch(); use(c); }\n",
}
TABLE = "once panic   # comment\ncalls kernel/irq.c tick\n"


def build(root, arch="riscv", table=TABLE, limit=4096, option="-O1", **changes):
    """Compiles; changes: {folder_file: text added}."""
    for name, text in CLEAN.items():
        text += changes.get(name.replace("/", "_").removesuffix(".c"), "")
        name = name.replace("/A/", f"/{arch}/")
        write(root, {name: text})
        obj = root / "build/obj" / f"{name}.o"
        obj.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*compiler(arch), "-w", option, "-ffreestanding", "-fno-pic", "-fno-pie",
                        "-fstack-usage",
                        "-fno-stack-protector", "-fcallgraph-info=su", "-c", name, "-o", obj],
                       cwd=root, check=True)
    write(root, {"table": table})
    return run_tool("check-stack", root / "build", "--limit", limit, "--frame", 300, "--table",
                    root / "table", cwd=root)


@pytest.mark.parametrize("arch", PORTS)
@pytest.mark.parametrize("option", ["-O0", "-O1", "-O2"])
def test_clean(tmp_path, arch, option):
    """The deepest thread, panic at its end; on it a frame, and the deepest handler, with panic."""
    status, text = build(tmp_path, arch, option=option)
    assert_clean(status, text)
    total = int(re.search(r"worst chain (\d+) bytes of 4096", text)[1])
    buffers = 600 + 304 + 160 + 64 + 300 + 48 + 96 + 208 + 160 + 64
    assert buffers <= total < buffers + 800, text
    way = [r.split()[0] for r in text.split(": ")[2].split("\n")[0].split(" > ")]
    assert way == ["kernel_main", "sched", "use", "panic", "printk", "use", "[trap", "A_trap",
                   "trap_dispatch",
                   "irq_run", "tick", "use", "panic", "printk", "use"], text


def test_handler_of_the_trap_counts_on_top(tmp_path):
    more = "void deep(void) { char c[900]; use(c); use(c); } void trap_too(void) { deep(); trap_dispatch(); }"
    status, text = build(tmp_path, kernel_trap=more)
    assert status == 0 and re.search(r"frame 300\] > trap_too \d+ > deep \d+", text), text


def test_above_the_limit(tmp_path):
    assert_caught(*build(tmp_path, limit=1500), "is above the limit of 1500")


def test_function_too_large(tmp_path):
    assert_caught(*build(tmp_path, lib_use="void big(void) { char c[2000]; use(c); use(c); }"),
                  "lib/use.c:4:", ":big: frame of 20", "at most 1024")


def test_frame_of_unknown_size(tmp_path):
    assert_caught(*build(tmp_path, lib_use="void vla(int n) { char c[n]; use(c); use(c); }"),
                  ":vla: frame of unknown size", "no variable-length arrays")


def test_bounded_realignment_is_fine(tmp_path):
    more = "void even(void) { char c[64] __attribute__((aligned(64))); use(c); use(c); }"
    status, text = build(tmp_path, "x86", lib_use=more)
    assert_clean(status, text)


def test_part_of_a_function(tmp_path):
    """gcc -O2 makes a function of what is left behind an early return, and says not where it is called."""
    more = ("void put(int *p) { if (--*p) return; char c[400]; use(c); use(c + 1); use(c + 2); use(c); }\n"
            "void one(int *p) { use(p); put(p); use(p); } void two(int *p) { use(p); put(p); use(p + 1); }")
    status, text = build(tmp_path, option="-O2", lib_use=more)
    assert_clean(status, text)
    parts = [ci.read_text() for ci in tmp_path.rglob("use*.ci")]
    assert any(re.search(r'targetname: "lib/use.c:put.part.0" }', ci) for ci in parts), parts


def test_recursion(tmp_path):
    more = "int fac(int n) { use(&n); return n ? n * fac(n - 1) + fac(n - 2) : 1; }"
    assert_caught(*build(tmp_path, lib_use=more), "recursion: fac > fac", "recursion NAME N")


def test_recursion_with_a_bound(tmp_path):
    more = "int fac(int n) { char c[400]; use(c); return n ? n * fac(n - 1) + fac(n - 2) : c[1]; }"
    status, text = build(tmp_path, table=TABLE + "recursion fac 5\n", limit=6000, lib_use=more)
    assert_clean(status, text)
    assert int(re.search(r"worst chain \d+ .*: fac (\d+)", text)[1]) >= 5 * 400, text


def test_mutual_recursion(tmp_path):
    more = ("void odd(int); void even(int n) { use(&n); odd(n); use(&n); }\n"
            "void odd(int n) { use(&n); even(n); use(&n); }")
    assert_caught(*build(tmp_path, table=TABLE + "recursion odd 5\n", lib_use=more), "even > odd > even")


def test_panic_not_named(tmp_path):
    """Without 'once panic', a message inside a panic that panics is a recursion like any other."""
    status, text = build(tmp_path, table="calls kernel/irq.c tick\n")
    assert status == 1 and "recursion: " in text and "panic" in text


def test_pointer_not_listed(tmp_path):
    status, text = build(tmp_path, table="once panic\n")
    assert_caught(status, text, "irq_run() calls through a pointer", "calls kernel/irq.c ...",
                  "kernel/irq.c:tick is reached by pointer only", faults=2)


def test_pointer_leads_nowhere(tmp_path):
    assert_caught(*build(tmp_path, table=TABLE + "calls kernel/irq.c gone\n"),
                  "'calls kernel/irq.c gone': no function of that name")


OPERATIONS = """
struct line_ops { int (*read)(int); int (*write)(int); };
struct line { const struct line_ops *ops; };
__attribute__((noinline)) static int tty_read(int n) { char c[900]; use(c); use(c + 1); return c[n]; }
const struct line_ops tty_ops = { .read = tty_read };
int line_read(struct line *line) { char c[400]; use(c); c[0] += line->ops->read(c[1]); use(c); return c[0]; }
"""
BY_VARIABLE = OPERATIONS.replace("c[0] += line->ops->read(c[1])",
                                 "int (*read)(int) = line->ops->read; c[0] += read(c[1])")
TO_MEMBER = r"chain \d+ bytes of 4096: line_read 4\d\d > tty_read 9\d\d > "


def test_member_of_operations(tmp_path):
    """The source says which member is called, so no line is needed."""
    status, text = build(tmp_path, lib_use=OPERATIONS)
    assert_clean(status, text)
    assert re.search(TO_MEMBER, text), text


def test_member_that_nobody_has(tmp_path):
    status, text = build(tmp_path, lib_use=OPERATIONS.replace(".read =", ".write ="))
    assert_caught(status, text, "'@read': no table of operations has a .read",
                  "lib/use.c:tty_read is reached by pointer only", faults=2)


def test_line_of_a_function_comes_before_the_member(tmp_path):
    assert_caught(*build(tmp_path, table=TABLE + "calls line_read tick\n", lib_use=OPERATIONS),
                  "lib/use.c:tty_read is reached by pointer only")


def test_member_in_the_table(tmp_path):
    """For a call that does not name the member itself."""
    status, text = build(tmp_path, lib_use=BY_VARIABLE)
    assert_caught(status, text, "line_read() calls through a pointer", "tty_read is reached", faults=2)
    status, text = build(tmp_path, table=TABLE + "calls line_read @read\n", lib_use=BY_VARIABLE)
    assert_clean(status, text)
    assert re.search(TO_MEMBER, text), text


def test_member_in_the_table_that_nobody_has(tmp_path):
    assert_caught(*build(tmp_path, table=TABLE + "calls line_read @read @seek\n", lib_use=BY_VARIABLE),
                  "'@seek': no table of operations has a .seek")


USER_TRAP = ("void user_trap(void) { char c[900]; use(c); use(c); }\n"
             "void trap_too(int user) { if (user) user_trap(); trap_dispatch(); use(&user); }")


def test_trap_of_a_program_finds_the_stack_empty(tmp_path):
    """It has its own frame below it, and an interrupt on top of it, but never a chain of a thread below."""
    status, text = build(tmp_path, table=TABLE + "empty user_trap\n", limit=2700, kernel_trap=USER_TRAP)
    assert_clean(status, text)
    found = re.search(r": trap_too \d+ > user_trap (\d+) > .*frame 300\] > A_trap", text)
    assert found and int(found[1]) >= 900 + 300, text


def test_trap_of_a_program_not_named(tmp_path):
    status, text = build(tmp_path, limit=2700, kernel_trap=USER_TRAP)
    assert_caught(status, text, "is above the limit of 2700")
    assert re.search(r"frame 300\] > trap_too \d+ > user_trap 9\d\d", text), text


def test_trap_of_a_program_too_deep(tmp_path):
    """An empty stack has a limit, too."""
    assert_caught(*build(tmp_path, table=TABLE + "empty user_trap\n", limit=2400, kernel_trap=USER_TRAP),
                  "is above the limit of 2400")


def test_empty_stack_of_nobody(tmp_path):
    assert_caught(*build(tmp_path, table=TABLE + "empty user_trap\n"),
                  "'empty user_trap': no function of that name")


def test_body_of_a_thread(tmp_path):
    more = "static void body(void *p) { use(p); } void *start(void) { return body; }"
    assert_caught(*build(tmp_path, lib_use=more), "lib/use.c:body is reached by pointer only", "'root'")
    assert_clean(*build(tmp_path, table=TABLE + "root body\n", lib_use=more))


def test_assembly_has_bytes(tmp_path):
    more = "void asm_save(void); void f(void) { asm_save(); use(f); }"
    status, text = build(tmp_path, table=TABLE + "bytes asm_save 2500\n", limit=9000, lib_use=more)
    assert status == 0 and re.search(r"f \d+ > asm_save 2500", text), text


def test_bad_table(tmp_path):
    status, text = build(tmp_path, table="recursion fac many\n")
    assert status == 2 and "table:1: not understood" in text


def test_nothing_built(tmp_path):
    status, text = run_tool("check-stack", tmp_path, "--limit", 1)
    assert status == 2 and "-fstack-usage" in text
