"""conftest.py - the ports as a parameter, and where the logs for the coverage table go."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import PORTS  # noqa: E402


@pytest.fixture(params=PORTS, ids=lambda m: m.arch)
def port(request):
    return request.param


@pytest.fixture(scope="session")
def x86():
    return PORTS[0]


@pytest.fixture(scope="session")
def arm64():
    return PORTS[1]


@pytest.fixture(scope="session")
def riscv():
    return PORTS[2]
