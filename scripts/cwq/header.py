# SPDX-License-Identifier: GPL-2.0
"""The lines above the tables: all queues in sum, and what is not shown."""

from __future__ import annotations

import time

from . import units
from .layout import Line, Span
from .rows import STATES, Comparison
from .sample import Sample


def summary(comparison: Comparison) -> list[Line]:
    """What concerns no queue in particular."""
    return [_switches(comparison.now), _workers(comparison),
            _waits(comparison.now), _times(comparison)]


def clock(seconds: float) -> str:
    """The time of day."""
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def _switches(sample: Sample) -> Line:
    line = [Span("switches:")]
    for name, on in sample.switches.items():
        line += [Span(f" {units.text(name)} "),
                 Span("on" if on else "off", "good" if on else "faint")]
    if not sample.switches:
        line.append(Span(" cannot be read"))
    misuse = sum(sample.misuse.values())
    if misuse:
        line += [Span("; "), Span(f"misuse: {misuse} calls", "alarm")]
    return line


def _workers(comparison: Comparison) -> Line:
    rows = comparison.now.queues
    names = {row["queue"] for row in rows}
    workers = sum(row["pid"] != "-" for row in rows)
    line = [Span(f"{len(names)} queues, {workers} workers:")]
    for state in STATES:
        count = sum(row["state"] == state for row in rows)
        if state == "dead" and not count:
            continue  # nobody looks for it, and it is rare
        style = "alarm" if state in ("dead", "stalled") and count else ""
        line += [Span(f" {count} {state}", style), Span(",")]
    line[-1] = Span(f"; in {units.rate(comparison.total('accepted'))},"
                    f" out {units.rate(comparison.total('executed'))}")
    return line


def _waits(sample: Sample) -> Line:
    first = [row for row in sample.waiters
             if row["hop"] == "0" and row["then"] != "truncated"]
    if not first:
        return [Span("nobody waits for works")]
    longest = max(first, key=lambda row: row.count("wait_ms"))
    count = len({row["waiter"] for row in first})
    what = f" for {longest['queue']}" if longest["queue"] != "-" else ""
    behind = f", behind {longest['func']}" if longest["func"] != "-" else ""
    who = f"{count} wait, the longest" if count > 1 else "1 waits,"
    return [Span(f"{who} for"
                 f" {units.milliseconds(longest.number('wait_ms'))}:"),
            Span(units.text(f" {longest['comm']} ({longest['pid']}) in"
                            f" {longest['call']}{what}{behind}"), "notice")]


def _times(comparison: Comparison) -> Line:
    now = comparison.now
    off = [name for name in ("timing", "histograms")
           if now.switches and not now.switches.get(name)]
    if len(off) == 2:
        return [Span("how long works wait and run is not known: timing and"
                     " histograms are off; m or --measure switches them on")]
    if comparison.options.accumulated:
        line = [Span("times: since they were switched on")]
    elif comparison.seconds:
        line = [Span(f"times: of the last {comparison.seconds:.1f} s")]
    else:
        line = [Span("times: after the first interval")]
    if off:
        line.append(Span(f"; {off[0]} is off, m or --measure switches it on"))
    else:
        line.append(Span("; percentiles: the end of a bucket"))
    if now.missed:
        line += [Span("; "), Span(f"{now.missed} not counted", "notice")]
    return line
