"""stress_smp.py - all CPUs against each other, on three ports, free-running and in repeatable interleavings
(-icount, another one for each shift). Part of `make soak`; a failure prints the command that repeats it.
"""

import pytest

from test_kernel import check_ktap
from test_smp import four

# name of the stress: percent of it that is run free, and that is run in each interleaving
STRESS = {"lock-torture": (5, 2), "life-storm pid_max=300": (3, 2), "fork-bomb mem=32M": (100, 100),
          "move-storm": (2, 1), "timeout-storm": (1, 1), "flush-storm": (1, 1)}
SHIFTS = range(2, 10)
# Each CPU there calls the firmware for each interrupt to another, and waits in it, which QEMU does not see.
SLOW_IN_TURNS = {"riscv": ("flush-storm", "fork-bomb mem=32M")}


@pytest.mark.parametrize("words", ("", "sched=fair"))
def test_equal_shares(x86, arm64, words):
    """Ten seconds of five, six and seven on four."""
    for port in (x86, arm64):
        check_ktap(four(port, f"test=share-equals-long {words}", icount=8, timeout=200))


@pytest.mark.parametrize("test", STRESS)
def test_free(port, test):
    for words, variant in (("", ""), ("sched=fair", "debug")):
        check_ktap(four(port, f"test={test} stress={STRESS[test][0]} {words}", variant=variant, timeout=200))


@pytest.mark.parametrize("shift", SHIFTS)
def test_interleavings(port, shift):
    """Release and DEBUG, both policies and failing allocations by turns."""
    for number, test in enumerate(STRESS, shift):
        if test in SLOW_IN_TURNS.get(port.arch, ()):
            continue
        words = ("sched=rr", "sched=fair", "sched=rr failalloc=1/50,3", "sched=fair quantum=1")[number % 4]
        check_ktap(four(port, f"test={test} stress={STRESS[test][1]} seed={shift} {words}",
                        variant="debug" if number % 3 == 0 else "", icount=shift, timeout=200))
