"""test_parity.py - tools/parity: logs that are right and wrong, and what it says of a difference."""

import subprocess
import sys

import machines
import parity_log
import pytest

PARITY = machines.ROOT / "tools/parity"
EVENTS = [f"mark a counts {n}" for n in range(20)]


def log(events):
    lines = [f"PARITY {n} {event}\n" for n, event in enumerate(events, 1)]
    return "".join(lines) + f"PARITY-END {len(events)}\n"


def changed(n, event):
    return EVENTS[:n - 1] + [event] + EVENTS[n:]


def run(*words):
    done = subprocess.run([sys.executable, PARITY, *map(str, words)], text=True, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_reads_a_log_amid_other_output():
    text = "[ 0.1] PARITY of nothing\ntriptych> demo parity\n" + log(EVENTS) + "triptych> \n"
    assert parity_log.parse(text.replace("\n", "\r\n"), "x") == EVENTS
    assert parity_log.parse(log(EVENTS) + log(EVENTS[:3]), "x") == EVENTS[:3]


@pytest.mark.parametrize("text, words", [
    ("", "no line begins with PARITY"),
    ("PARITY-END 0\n", "after 0 events"),
    (log(EVENTS).replace("PARITY-END 20\n", ""), "only 20 events"),
    (log(EVENTS).replace("PARITY-END 20", "PARITY-END 21"), "x:21: 'PARITY-END 21' cannot come here"),
    (log(EVENTS).replace("PARITY 7 mark a counts 6\n", ""), "x:7: 'PARITY 8"),
    (log(EVENTS).replace("PARITY 7 mark", "PARITY 7[ 1.2] mark"), "cannot come here"),
    (log(EVENTS).split("\n", 1)[1], "x:1: 'PARITY 2"),
    ("PARITY 1 a\n" + log(EVENTS[:2]).replace("PARITY 1", "PARITY 3"), "x:2: 'PARITY 3"),
])
def test_wrong_logs(text, words):
    with pytest.raises(parity_log.ParityError, match=words.replace("[", r"\[")):
        parity_log.parse(text, "x")


def test_no_difference():
    assert parity_log.difference({"x86": EVENTS, "arm64": list(EVENTS), "riscv": list(EVENTS)}) == ""


def test_difference_names_the_first_event_and_both_sides():
    logs = {"x86": EVENTS, "arm64": changed(9, "sleep a"), "riscv": changed(12, "exit a code 1")}
    assert parity_log.difference(logs) == """\
event 9: x86 and riscv say 'mark a counts 8', arm64 says 'sleep a'
       4   mark a counts 3
       5   mark a counts 4
       6   mark a counts 5
       7   mark a counts 6
       8   mark a counts 7
  x86 and riscv:
       9 > mark a counts 8
      10   mark a counts 9
      11   mark a counts 10
      12   mark a counts 11
  arm64:
       9 > sleep a
      10   mark a counts 9
      11   mark a counts 10
      12   mark a counts 11"""


def test_three_sides():
    logs = {"x86": EVENTS, "arm64": changed(1, "sleep a"), "riscv": changed(1, "sleep b")}
    assert parity_log.difference(logs).startswith(
        "event 1: x86 says 'mark a counts 0', arm64 says 'sleep a', riscv says 'sleep b'\n  x86:\n")


@pytest.mark.parametrize("short", [0, 1])
def test_one_ends_earlier(short):
    logs = {"x86": EVENTS, "arm64": EVENTS}
    logs[list(logs)[short]] = EVENTS[:15]
    found = parity_log.difference(logs)
    assert f"{list(logs)[short]} says 'nothing more'" in found and found.startswith("event 16: ")
    assert "      16 > nothing more" in found and "      16 > mark a counts 15" in found


def test_files(tmp_path):
    one, same, other = tmp_path / "one", tmp_path / "same", tmp_path / "other"
    one.write_text(log(EVENTS))
    same.write_text("noise\n" + log(EVENTS))
    other.write_text(log(changed(3, "sleep a")))
    assert run(one, same) == (0, f"{one} and {same}: 20 events, no difference\n", "")
    status, out, err = run(one, same, other)
    assert status == 1 and err == ""
    assert out.startswith(f"event 3: {one} and {same} say 'mark a counts 2', {other} says 'sleep a'\n")


def test_wrong_calls(tmp_path):
    (tmp_path / "cut").write_text("PARITY 1 sleep a\n")
    for words, expected in (((tmp_path / "none",), "cannot read"), (("--run", "vax"), "no such port"),
                            ((tmp_path / "cut",), "no PARITY-END"),
                            (("--icount", "77", "--run", "x86"), "")):
        status, _, err = run(*words)
        assert status == 2 and err.startswith("parity: ") and expected in err and "Traceback" not in err
