"""test_event_log.py - the monitor's command trace, and what tools/trace makes of its dump, on every port."""

import pytest
from harness import PORTS, Console

import tracing  # noqa: E402, which harness makes possible


def test_dump_of_a_boot(port):
    with Console(port, "trace=on", tests=False) as console:
        console.prompt()
        console.command("sleep 200")
        found, = tracing.parse(console.command("trace dump"), port.arch)
        assert found.arch == port.arch and found.lost == 0
        steps = [e.a for e in found.events if e.name == "boot"]
        assert steps == sorted(found.steps) and found.steps[0] == "entry"
        assert {0: "idle", 1: "init", 3: "main", 4: "monitor"}.items() <= found.names.items()
        monitor = [s for s in tracing.Timeline(found).proc_slices if s.pid == 4]
        slept = [found.ns(s.last) - found.ns(s.first) for s in monitor if s.state == "sleeping"]
        assert max(slept) >= 100_000_000      # what it was late to begin is missing
        assert {s.state for s in monitor} == {"ready", "running", "sleeping"}
        assert "trace: on" in console.command("trace")


def test_commands(port):
    with Console(port, "", tests=False) as console:
        console.prompt()
        assert "off, no rings" in console.command("trace")
        with pytest.raises(tracing.TraceError, match="without events"):
            tracing.parse(console.command("trace dump"), port.arch)
        for words in ("trace on 100", "trace on x", "trace on 0", "trace on 99999999999999"):
            assert "a power of two from 128 to 131072" in console.command(words)
        for words in ("trace oni", "trace of", "trace x", "trace dump x"):
            assert "usage: trace" in console.command(words)
        assert "off, no rings" in console.command("trace")
        assert "trace: on" in console.command("trace on 128")
        console.command("help")
        assert "256 records each" in console.command("trace on 256")
        assert "trace: off" in console.command("trace off")
        held = console.command("trace")
        console.command("sleep 5")
        assert console.command("trace") == held
        assert len(tracing.parse(console.command("trace dump"), port.arch)[0].events) > 0
        assert "off, no rings" in console.command("trace clear")


@pytest.mark.parametrize("words", ["trace=1000", "trace=yes"])
def test_refused(words):
    with Console(PORTS[0], words, tests=False) as console:
        assert f"{words} is neither on nor off nor a power of two" in console.prompt()
