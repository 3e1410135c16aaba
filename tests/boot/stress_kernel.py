"""stress_kernel.py - the suite inside the kernel in what the gate has no time for: `make soak`.

Without optimisation, and with sched=fair where the checks of DEBUG or the single CPU make it slow.
"""

import pytest

from harness import run
from test_failalloc import check_suite
from test_kernel import check_fair, check_ktap, check_one_cpu


@pytest.mark.parametrize("variant", ("O0", "debug-O0", "llvm-debug-O0"))
def test_suite(port, variant):
    check_ktap(run(port, "test=all mem=32M", variant=variant, icount=0, timeout=600))


def test_suite_on_one_cpu(port):
    check_one_cpu(port, "sched=fair")


def test_suite_fair(port):
    check_fair(port, "debug")


def test_failalloc(port):
    check_suite(port, "test=all failalloc=1/50,14", "debug")
