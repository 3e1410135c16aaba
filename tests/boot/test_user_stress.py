"""test_user_stress.py - programs against the kernel, DEBUG, four CPUs: random calls, and processes that
torture each other. Whatever they took has come back in the end; soak_user.py does the same for long.

Seen to fail: vfork() that waits for a child although its killed parent shall end (the parent never did).
"""
import re

import pytest

from harness import PORTS
from userland import Shell

POLICY = {"x86": "fair", "arm64": "rr", "riscv": "fair"}
CALLS = {"x86": 10000, "arm64": 4000, "riscv": 10000}
ROUNDS = {"x86": 30, "arm64": 10, "riscv": 30}
SEED = 1
KINDS = ("cycles", "cow", "ends", "storm", "families")


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.arch)
def test_stress(port):
    rounds, calls = ROUNDS[port.arch], CALLS[port.arch]
    policy = POLICY[port.arch]
    with Shell(port, f"panic=poweroff sched={policy}", timeout=600, variant="debug", smp=4) as shell:
        output = shell.say(f"/test/torture -n {rounds} -s {SEED}")
        for kind in KINDS:
            good = rf"^torture: {kind}: {rounds} rounds, seed {SEED}, ok, account exact$"
            assert re.search(good, output, re.M), output
        output = shell.say(f"/test/sysfuzz -s {SEED} -n {calls}")
        verdict = re.search(r"^sysfuzz: seed \d+: (\d+) calls, .*, account exact: ok$", output, re.M)
        assert verdict and int(verdict[1]) >= calls, output
