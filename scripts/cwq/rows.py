# SPDX-License-Identifier: GPL-2.0
"""From two samples the rows that cwqtop shows: what is, and what has happened
in between. A row has a value, or None, for the key of each column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from .debugfs import Row
from .figures import Known, Values, figures, known_times
from .sample import Sample

# The state of several workers is the first of these that one of them is in.
STATES = ("dead", "stalled", "frozen", "running", "pending", "idle")
ALL = "all"  # in place of a CPU
NOT_LISTED = "(not listed)"  # in place of a function: works has no room for it


Cpu = Union[int, str, None]
QueuePlace = tuple[str, Cpu]
FuncPlace = tuple[str, Cpu, str]


@dataclass
class Options:
    """What is asked for."""
    per_cpu: bool = False
    accumulated: bool = False  # times since they were switched on
    hide_idle: bool = False
    only: str = ""  # what has this in the name of the queue or function


class Comparison:
    """A sample and the one before it, if there was one."""

    def __init__(self, now: Sample, before: Sample | None,
                 options: Options) -> None:
        self.now = now
        self.before = before
        self.options = options
        self.seconds = now.monotonic - before.monotonic if before else None
        self._old = {(row["queue"], row["cpu"]): row
                     for row in (before.queues if before else [])}

    def queues(self) -> list[Values]:
        """A row for each queue, or for each queue and CPU."""
        groups: dict[QueuePlace, list[Row]] = defaultdict(list)
        for row in self.now.queues:
            groups[row["queue"], self._cpu(row["cpu"])].append(row)
        known = known_times(self.now, self.before,
                            lambda place: (place[0], self._cpu(place[1])))
        rows = [self._queue(place, group)
                | self._figures(known.get(place, Known()))
                for place, group in groups.items()]
        return [row for row in rows if self._is_wanted(row) and
                self._is_busy(row["state"] != "idle", row["accepted_per_s"])]

    def funcs(self) -> list[Values]:
        """A row for each function and queue, or also for each CPU."""
        known = known_times(self.now, self.before,
                            lambda place: (place[0], self._cpu(place[1]),
                                           place[2]))
        live: dict[FuncPlace, list[Row]] = defaultdict(list)
        for work in self.now.works:
            func = (NOT_LISTED if work["state"] == "truncated"
                    else work["func"])
            live[work["queue"], self._cpu(work["cpu"]), func].append(work)
        rows = [self._func(place, live[place], known.get(place, Known()))
                for place in dict.fromkeys([*known, *live])]
        return [row for row in rows if self._is_wanted(row) and
                self._is_busy(row["live"], row["runs_per_s"])]

    def waiters(self) -> list[Values]:
        """A row for each hop of each waiter."""
        words = "comm", "call", "queue", "func", "then"
        numbers = ("waiter", "hop", "pid", "wait_ms", "cpu", "ahead",
                   "running_ms", "worker")
        rows: list[Values] = [
            {word: _word(row[word]) for word in words}
            | {number: row.number(number) for number in numbers}
            for row in self.now.waiters]
        return [row for row in rows if self._is_wanted(row)]

    def total(self, column: str) -> float | None:
        """A rate, of all queues."""
        return self._rate(self.now.queues, column)

    def _is_wanted(self, row: Values) -> bool:
        return self.options.only in f"{row['queue']} {row['func']}"

    def _is_busy(self, now: object, rate: float | None) -> bool:
        return bool(not self.options.hide_idle or now or rate)

    def _cpu(self, word: str) -> Cpu:
        if not self.options.per_cpu:
            return ALL
        return None if word == "-" else int(word)

    def _queue(self, place: QueuePlace, group: list[Row]) -> Values:
        longest = max(group, key=lambda row: _age(row, "running_ms"))
        oldest = max(group, key=lambda row: _age(row, "oldest_ms"))
        flags = {flag for row in group for flag in row["flags"].split(",")}
        return {
            "queue": place[0], "cpu": place[1], "kind": group[0]["kind"],
            "workers": sum(row["pid"] != "-" for row in group),
            "state": min((row["state"] for row in group), key=_severity),
            "flags": ",".join(sorted(flags - {"-", "observed"})) or None,
            "accepted_per_s": self._rate(group, "accepted"),
            "executed_per_s": self._rate(group, "executed"),
            "cancelled_per_s": self._rate(group, "cancelled"),
            "redirected_per_s": self._rate(group, "redirected"),
            "pending": _sum(group, "pending"),
            "pending_max": max(row.count("pending_max") for row in group),
            "delayed": _sum(group, "delayed"),
            "running": _sum(group, "running"),
            "oldest_ms": oldest.number("oldest_ms"),
            "running_ms": longest.number("running_ms"),
            "func": _word(longest["func"]),
            "stalls": _sum(group, "stalls"),
        }

    def _func(self, place: FuncPlace, works: list[Row],
              known: Known) -> Values:
        runs_per_s = None
        if place[2] != NOT_LISTED and self._is_measured("timing",
                                                        "histograms"):
            runs_per_s = known.runs_per_s
        return {
            "func": place[2], "queue": place[0], "cpu": place[1],
            "live": _sum(works, "count"),
            "running": sum(work["state"] == "running" for work in works),
            "runs_per_s": runs_per_s,
        } | self._figures(known)

    def _figures(self, known: Known) -> Values:
        busy = 100 * known.busy if self._is_measured("timing") else None
        return {"busy_percent": busy} | figures(known,
                                                self.options.accumulated)

    def _is_measured(self, *switches: str) -> bool:
        """By one of these, since the sample before."""
        return self.before is not None and any(
            self.now.switches.get(switch) for switch in switches)

    def _rate(self, group: Iterable[Row], column: str) -> float | None:
        """How much more there is, each second."""
        if not self.seconds:
            return None
        more = 0
        for row in group:
            value = row.count(column)
            old = self._old.get((row["queue"], row["cpu"]))
            was = old.count(column) if old else 0
            # A new queue, of the same name, has begun at 0.
            more += value - was if value >= was else value
        return more / self.seconds


def _word(word: str) -> str | None:
    return None if word == "-" else word


def _severity(state: str) -> int:
    return STATES.index(state) if state in STATES else len(STATES)


def _age(row: Row, column: str) -> int:
    """To compare by: what is younger than 1 ms is older than nothing."""
    age = row.number(column)
    return -1 if age is None else age


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row.count(column) for row in rows)
