"""test_object_code.py - check-locks passes code that asks for its orders, and misses each that is gone."""
import subprocess

import pytest
from conftest import TOOLS, assert_caught, assert_clean, beside, compiler, run_tool

# What the compilers make of each function, without what no rule is about.
LOCKED = {
    "x86": ["lock xadd %ecx,4(%ebx)", "mov (%ebx),%eax", "movb $0,9(%esi)", "mov %eax,(%ebx)"],
    "arm64": ["ldxr w1,[x0]", "stxr w3,w2,[x0]", "ldar w0,[x19]", "strb wzr,[x1]", "stlr w0,[x19]"],
    "riscv": ["amoadd.w a1,a5,(a4)", "lw a5,0(s1)", "fence", "sb zero,8(s2)", "fence iorw,ow",
              "amoswap.w zero,a5,(s1)"],
}
# The same, with nothing that the lock is held for.
TAKEN = {
    "x86": [*LOCKED["x86"][:2], LOCKED["x86"][3]],
    "arm64": [*LOCKED["arm64"][:3], LOCKED["arm64"][4]],
    "riscv": [*LOCKED["riscv"][:3], *LOCKED["riscv"][4:]],
}
CLEAN = {
    "x86": {
        "sched_prepare": LOCKED["x86"],
        "spin_wait": ["call hal_cpu_relax", "call smp_answer"],
        "mutex_trylock": ["lock cmpxchg %ecx,(%edx)"],
        "mutex_unlock": ["lock cmpxchg %ecx,(%edx)"],
        "waitq_wake_first": [*TAKEN["x86"], *TAKEN["x86"], "movb $1,8(%esi)"],
        "waitq_wake_slowly": ["call sched_wake", "movb $1,8(%esi)"],
        "smp_answer": ["call hal_tlb_flush_all", "mov %esi,0x198(%ebx)"],
        "smp_flush": ["lock xadd %ecx,4(%ebx)", "call hal_ipi_send", "call hal_cpu_relax"],
        "proc_trim": ["xchg %eax,(%ebx)"],
        "hal_tlb_flush": ["invlpg (%eax)"],
    },
    "arm64": {
        "sched_prepare": LOCKED["arm64"],
        "spin_wait": ["ldar w2,[x20]"],
        "mutex_trylock": ["ldaxr x2,[x0]", "stxr w3,x1,[x0]"],
        "mutex_unlock": ["ldaxr x2,[x0]", "stlxr w3,xzr,[x0]"],
        "waitq_wake_first": [*TAKEN["arm64"], *TAKEN["arm64"], "stlrb w0,[x19]"],
        "waitq_wake_slowly": ["bl sched_wake", "stlrb w0,[x19]"],
        "smp_answer": ["ldar w20,[x1]", "bl hal_tlb_flush_all", "stlr w20,[x19]"],
        "smp_flush": ["ldaxr w2,[x1]", "stlxr w3,w2,[x1]", "bl hal_ipi_send", "ldar w1,[x20]"],
        "proc_trim": ["ldaxr x2,[x1]", "stxr w3,xzr,[x1]"],
        "hal_tlb_flush": ["dsb ishst", "tlbi vaae1is,x0", "dsb ish", "isb"],
        "hal_tlb_flush_all": ["dsb ishst", "tlbi vmalle1is", "dsb ish", "isb"],
        "arm64_irqchip_call": ["dsb ish", "str w0,[x1]"],
        "arm64_irqchip_call_waiting": ["dsb ish", "str w0,[x1]"],
        "hal_irq_claim": ["ldr w0,[x1]", "dmb ishld"],
        "arm64_secondary_main": ["stlr w0,[x1]", "bl kernel_secondary_main"],
        "arm64_dcache_flush": ["dc civac,x0", "dsb sy"],
    },
    "riscv": {
        "sched_prepare": LOCKED["riscv"],
        "spin_wait": ["lw a5,0(s1)", "fence r,rw"],
        "mutex_trylock": ["lr.d.aq a5,(a0)", "sc.d.aq a3,a4,(a0)"],
        "mutex_unlock": ["fence iorw,ow", "lr.d.aq a5,(a0)", "sc.d.aq a3,zero,(a0)"],
        "waitq_wake_first": [*TAKEN["riscv"], *TAKEN["riscv"], "fence rw,w", "sb a5,32(s2)"],
        "waitq_wake_slowly": ["call sched_wake", "fence rw,w", "sb a5,32(s2)"],
        "smp_answer": ["lw a5,0(s1)", "fence r,rw", "call hal_tlb_flush_all", "fence rw,w", "sw s2,8(s1)"],
        "smp_flush": ["fence iorw,ow", "amoadd.w.aq a3,s2,(a4)", "call hal_ipi_send", "lw a5,0(s1)", "fence"],
        "proc_trim": ["amoswap.d.aq a5,zero,(a4)"],
        "hal_tlb_flush": ["sfence.vma"],
        "hal_tlb_flush_all": ["sfence.vma"],
        "hal_cpu_start": ["sd a5,0(s1)", "fence", "call sbi_call"],
        "hal_ipi_send": ["fence", "call sbi_call"],
        "hal_irq_claim": ["csrc sip,a5", "fence"],
        "riscv_secondary_main": ["fence rw,w", "sw a5,0(a4)", "call kernel_secondary_main"],
    },
}
CALLED = ("sched_wake", "kernel_secondary_main", "sbi_call")
FLAGS = {"x86": ["-m32"], "arm64": [], "riscv": ["-march=rv64imac_zicsr", "-mabi=lp64"]}


def check(arch, tmp_path, functions):
    """Assembles the functions, links them, and asks the tool."""
    text = "".join(f".globl {name}\n.type {name},%function\n{name}:\n" + "".join(f"    {x}\n" for x in code)
                   for name, code in {**functions, **{name: ["nop"] for name in CALLED}}.items())
    for name in {"smp_answer", "hal_tlb_flush_all", "hal_ipi_send", "hal_cpu_relax"} - set(functions):
        text += f"{name}:\n    nop\n"
    (tmp_path / "code.s").write_text(".text\n" + text)
    subprocess.run([*compiler(arch), *FLAGS[arch], "-nostdlib", "-static", "-Wl,-e0", "-Wl,--build-id=none",
                    "-o", "image", "code.s"], cwd=tmp_path, check=True, capture_output=True)
    return run_tool("check-locks", tmp_path / "image", "--arch", arch, "--objdump", beside(arch, "objdump"))


@pytest.mark.parametrize("arch", CLEAN)
def test_clean(arch, tmp_path):
    assert_clean(*check(arch, tmp_path, CLEAN[arch]))


@pytest.mark.parametrize("arch", CLEAN)
def test_each_instruction_is_needed(arch, tmp_path):
    """Without it the tool says so of this function. Of a mutex only the half with the order counts."""
    half = {"mutex_trylock": 0, "mutex_unlock": 1 if arch == "arm64" else 0}
    for name, code in CLEAN[arch].items():
        for i, gone in enumerate(code):
            if i != half.get(name, i):
                continue
            status, text = check(arch, tmp_path, {**CLEAN[arch], name: code[:i] + ["nop"] + code[i + 1:]})
            assert status == 1 and f"{name}: " in text, f"{name} without '{gone}': {text}"


@pytest.mark.parametrize("arch", CLEAN)
def test_a_function_is_gone(arch, tmp_path):
    functions = dict(CLEAN[arch])
    del functions["mutex_unlock"]
    assert_caught(*check(arch, tmp_path, functions), "no function mutex_unlock")


@pytest.mark.parametrize("arch,code,words", [
    ("x86", ["xadd %ecx,4(%ebx)"], ["without lock it is not atomic"]),
    ("x86", ["movnti %eax,(%ebx)"], ["keeps no order"]),
    ("riscv", ["lr.d a5,(a0)", "sc.d.aq a3,a4,(a0)"], ["other: 'sc.d.aq a3,a4,(a0)'", "does not acquire"]),
    ("riscv", ["lr.d.rl a5,(a0)", "sc.d.rl a3,a4,(a0)"], ["an lr that releases"]),
    ("arm64", None, ["smp_flush: not found in this order: ldar "]),
], ids=["no-lock", "past-the-cache", "sc-acquires", "lr-releases", "a-plain-look"])
def test_planted(arch, code, words, tmp_path):
    functions = {**CLEAN[arch], "other": code} if code else \
        {**CLEAN[arch], "smp_flush": [x.replace("ldar ", "ldr ") for x in CLEAN[arch]["smp_flush"]]}
    assert_caught(*check(arch, tmp_path, functions), *words)


def test_order_counts(tmp_path):
    """The store of an unlock before what makes it a release."""
    code = CLEAN["riscv"]["smp_answer"]
    functions = {**CLEAN["riscv"], "smp_answer": [*code[:2], *code[3:], code[2]]}
    assert_caught(*check("riscv", tmp_path, functions), "smp_answer: not found in this order")


def test_wrong_call():
    assert run_tool("check-locks", TOOLS / "check-locks", "--arch", "x86")[0] == 2
