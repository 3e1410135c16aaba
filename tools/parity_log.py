"""tools/parity_log.py - logs of demo=parity: reads them, and finds the first event in which they differ.

The kernel prints `PARITY 1 EVENT`, `PARITY 2 EVENT`, ... and at the end `PARITY-END COUNT`, somewhere in the
output of a console. docs/parity.md says what the events mean.
"""

import re

LINE = re.compile(r"PARITY (\d+) (\S.*)$")
END = re.compile(r"PARITY-END (\d+)$")
BEFORE, BEHIND = 5, 3                           # lines of context
NOTHING = "nothing more"


class ParityError(Exception):
    """What is wrong with a log, and what to do."""


def parse(text, source):
    """The events of a log, in order, as text; the last log if there are several."""
    events, found = [], None
    for number, line in enumerate(text.replace("\r", "").split("\n"), 1):
        if not line.startswith("PARITY"):
            continue
        event, end = LINE.match(line), END.match(line)
        if event and int(event[1]) == 1:
            events = []
        if event and int(event[1]) == len(events) + 1:
            events.append(event[2])
        elif end and int(end[1]) == len(events) > 0:
            found, events = events, []
        else:
            raise ParityError(f"{source}:{number}: '{line}' cannot come here, after {len(events)} events: is "
                              "the log cut, or mixed with other output?")
    if events:
        raise ParityError(f"{source}: the log has no PARITY-END, only {len(events)} events: it was cut off, "
                          "or the machine hangs there")
    if found is None:
        raise ParityError(f"{source}: no line begins with PARITY: boot with demo=parity")
    return found


def at(events, n):
    return events[n] if n < len(events) else NOTHING


def together(sources):
    return " and ".join(filter(None, (", ".join(sources[:-1]), sources[-1])))


def difference(logs):
    """In words, the first event in which the logs ({source: events}) differ, with context; '' if in none."""
    longest = max(map(len, logs.values()))
    n = next((n for n in range(longest) if len({at(events, n) for events in logs.values()}) > 1), None)
    if n is None:
        return ""
    sides = {}                                  # what is said -> who says it
    for source, events in logs.items():
        sides.setdefault(at(events, n), []).append(source)
    said = [f"{together(who)} {'says' if len(who) == 1 else 'say'} '{what}'" for what, who in sides.items()]
    lines = [f"event {n + 1}: " + ", ".join(said)]
    common = next(iter(logs.values()))
    first = max(0, n - BEFORE)
    lines += [f"    {number + 1:4}   {common[number]}" for number in range(first, n)]
    for who in sides.values():
        lines.append(f"  {together(who)}:")
        events = logs[who[0]]
        for number in range(n, min(n + 1 + BEHIND, max(len(events), n + 1))):
            lines.append(f"    {number + 1:4} {'>' if number == n else ' '} {at(events, number)}")
    return "\n".join(lines)
