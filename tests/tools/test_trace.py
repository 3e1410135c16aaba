"""test_trace.py - tools/trace: dumps that are right and wrong, the JSON, and the page in a headless browser.

Planted and seen to fail: a slice that ends late, a wake-up without its arrow, an address in the page, zoom
the wrong way round, a tooltip that stays hidden, a script that throws.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import machines
import pytest
import tracing

TRACE = machines.ROOT / "tools/trace"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HEAD = "TRACE 1 arch=riscv cpus=2 hz=10000000 events={} lost={}\n"
NAMES = "TRACE-STEP 0 entry\nTRACE-PROC 0 idle\nTRACE-PROC 1 init\nTRACE-PROC 5 </script>\n"
EVENTS = ("0 0 boot 0 0 0", "10 0 spawn 5 1 0", "20 0 switch 5 1 4", "28 1 mark 5 2 ff", "30 0 irq 5 a 0",
          "40 0 wake 1 0 5", "50 0 switch 1 5 8", "60 0 switch 5 1 4", "70 0 exit 5 7 0",
          "80 0 switch 0 5 10", "90 1 fault 0 ffffffff80000000 1000")


def dump(events=EVENTS, lost=0, names=NAMES, end="TRACE-END\n"):
    lines = "".join(f"TRACE-EV {event}\n" for event in events)
    return HEAD.format(len(events), lost) + names + lines + end


def run(*words, stdin=""):
    done = subprocess.run([sys.executable, TRACE, *map(str, words)], input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_reads_a_dump_amid_other_output():
    text = "triptych> trace dump\n[ 1.0] TRACE of nothing\n" + dump(lost=3) + "triptych> poweroff\n"
    found, = tracing.parse(text.replace("\n", "\r\r\n"), "x")
    assert (found.arch, found.cpus, found.hz, found.lost) == ("riscv", 2, 10_000_000, 3)
    assert found.names[1] == "init" and found.steps[0] == "entry" and found.name(77) == "pid 77"
    assert len(found.events) == len(EVENTS) and found.ns(1) == 1600
    assert found.events[-1].a == 0xffffffff80000000


def test_several_dumps_in_one_text():
    assert [len(d.events) for d in tracing.parse(dump() + "noise\n" + dump(EVENTS[:3]), "x")] == [11, 3]


@pytest.mark.parametrize("text, words", [
    ("", "no line begins with TRACE"),
    ("nothing of it\n", "no line begins with TRACE"),
    (dump(end=""), "was cut off"),
    (dump() + HEAD.format(2, 0), "was cut off"),
    (HEAD.format(1, 0) + dump(), "before the last one ended"),
    (dump().replace("TRACE 1", "TRACE 2"), "not a header"),
    (dump().replace("cpus=2", "cpus=9"), "not a header"),
    (dump().replace("hz=10000000", "hz=0"), "not a header"),
    (dump().split("\n", 1)[1], "before any header"),
    (dump().replace("TRACE-EV 10 0 spawn 5 1 0\n", ""), "10 events, but the header says 11"),
    (dump().replace("spawn", "spown"), "unknown event 'spown'"),
    (dump().replace("spawn 5 1 0", "spawn 5 1"), "not a whole event"),
    (dump().replace("spawn 5 1 0", "spawn 5 1 0[ 1.2] hello"), "not a whole event"),
    (dump().replace("28 1 mark", "28 2 mark"), "CPU 2, but the header says 2"),
    (dump().replace("TRACE-PROC 1 init", "TRACE-PROC x init"), "no line of a dump"),
    (dump(events=()), "without events"),
])
def test_wrong_dumps(tmp_path, text, words):
    path = tmp_path / "dump"
    path.write_text(text)
    status, out, err = run(path, "--html", tmp_path / "page")
    assert status == 2 and words in err and err.startswith("trace: ") and "Traceback" not in err and out == ""
    assert not (tmp_path / "page").exists()


def test_wrong_calls(tmp_path):
    for words, expected in (((), "--run ARCH"), ((tmp_path / "none",), "cannot read"),
                            (("--run", "vax"), "no such port"),
                            (("-", "--json", "/no/where"), "cannot write")):
        status, _, err = run(*words, stdin=dump())
        assert status == 2 and expected in err and "Traceback" not in err


def test_slices():
    line = tracing.Timeline(tracing.parse(dump(), "x")[0])
    assert [(s.first, s.last, s.pid) for s in line.cpu_slices if s.cpu == 0] == [
        (0, 2, 1), (2, 6, 5), (6, 7, 1), (7, 9, 5), (9, 10, 0)]
    assert [(s.first, s.last, s.state) for s in line.proc_slices if s.pid == 5] == [
        (1, 2, "ready"), (2, 6, "running"), (6, 7, "ready"), (7, 9, "running")]
    assert [(s.first, s.last, s.state) for s in line.proc_slices if s.pid == 1] == [
        (0, 2, "running"), (2, 5, "sleeping"), (5, 6, "ready"), (6, 7, "running"), (7, 10, "sleeping")]
    assert line.flows == [(5, 6)]


def test_what_began_before_the_log():
    events = ("0 0 wake 1 0 0", "1 0 switch 1 0 8", "2 0 switch 6 1 4", "3 1 switch 0 9 8")
    line = tracing.Timeline(tracing.parse(dump(events), "x")[0])
    first = {s.pid: s.state for s in reversed(line.proc_slices)}
    assert first == {1: "ready", 6: "ready", 9: "running"}


def test_times_never_go_back():
    found, = tracing.parse(dump(("5 0 irq 0 a 0", "3 1 irq 0 a 0", "9 0 irq 0 a 0")), "x")
    assert [e.time for e in found.events] == [5, 5, 9]


def test_json(tmp_path):
    path = tmp_path / "dump"
    path.write_text(dump() + dump())
    assert run(path, "--json", tmp_path / "json")[0] == 0
    events = json.loads((tmp_path / "json").read_text())["traceEvents"]
    assert {e["ph"] for e in events} == {"M", "X", "i", "s", "f"}
    for e in events:
        assert isinstance(e["pid"], int) and isinstance(e["tid"], int) and e["name"]
        assert e["ph"] == "M" or e["ts"] >= 0
        assert e["ph"] != "X" or e["dur"] >= 0
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    ends = {e["id"]: e for e in events if e["ph"] == "f"}
    assert starts.keys() == ends.keys() and len(starts) == 2
    assert all(ends[i]["ts"] >= starts[i]["ts"] for i in starts)
    assert {e["args"]["name"] for e in events if e["name"] == "process_name"} == {
        "riscv 1: CPUs", "riscv 1: processes", "riscv 2: CPUs", "riscv 2: processes"}


def make_page(tmp_path, *texts):
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"dump{number}")
        paths[-1].write_text(text)
    assert run(*paths, "--html", tmp_path / "page.html")[0] == 0
    return (tmp_path / "page.html").read_text()


def test_page_needs_no_other_file(tmp_path):
    text = make_page(tmp_path, dump())
    assert not re.search(r"https?:|//[a-z]+\.|\bsrc=|<link|@import|url\(|\bfetch\(|XMLHttp|import\s*\(", text)
    assert text.count("</script>") == 2         # a process of that name does not end one
    assert "/*DATA*/" not in text and "/*STYLE*/" not in text


WATCH = """<script>window.faults = [];
addEventListener("error", (e) => faults.push(e.message));
console.error = console.warn = (...words) => faults.push(words.join(" "));</script>"""
LOOK = (Path(__file__).parent / "trace_look.js").read_text()


def look(tmp_path, text):
    page = tmp_path / "looked-at.html"
    page.write_text(text.replace("<head>", "<head>" + WATCH)
                    .replace("</body>", f"<script>{LOOK}</script></body>"))
    done = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900",
                           f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000",
                           "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=100,
                          check=False)
    found = re.search(r'<pre id="result">([^<]+)</pre>', done.stdout)
    assert found, done.stderr[-2000:]
    return json.loads(base64.b64decode(found[1]))


@pytest.mark.skipif(BROWSER is None, reason="no browser here: tools/setup installs one")
def test_page_in_a_browser(tmp_path):
    found = look(tmp_path, make_page(tmp_path, dump(), dump().replace("arch=riscv", "arch=x86")))
    assert found["faults"] == []
    assert found["rows"] == [["CPU 0", "CPU 1", "init", "</script>"]] * 2
    assert [title.split("2 CPUs")[0] for title in found["titles"]] == ["riscv", "x86"]
    assert all(painted > 2000 for painted in found["painted"])
    assert found["zoomed"] < found["all"] * 0.5 and found["held"] < 0.002
    assert found["dragged"] and found["again"] == pytest.approx(found["all"])
    assert found["byKey"] < found["all"]
    assert "init (PID 1): running on CPU 0" in found["tip"] and "3.200 µs" in found["tip"]
    assert found["tipGone"] and found["follow"] == "init" and found["followed"] is None
    assert found["details"].startswith("riscv, ") and "init" in found["details"]
    assert found["byEvent"][0] is False and found["byEvent"][1] < 12 and found["byEvent"][2] == "true"
    assert found["themes"] and found["labels"]
    assert len(found["table"]) == len(EVENTS) and "interrupt 10 in </script> (5)" in found["table"][4]


@pytest.mark.skipif(BROWSER is None, reason="no browser here: tools/setup installs one")
def test_many_events_are_fast(tmp_path):
    events = [f"{10 * i:x} {i % 2} switch {1 + i % 7} {1 + (i + 5) % 7} 8" for i in range(50_000)]
    found = look(tmp_path, make_page(tmp_path, dump(events)))
    assert found["faults"] == [] and found["drawMs"] < 500
