# SPDX-License-Identifier: GPL-2.0
"""What cwq's watchdog has found, as it comes and goes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from . import units
from .debugfs import Debugfs, Row
from .output import printable, timestamp

STALLED = "stalled"  # the watchdog has reported it, and it does not move
MOVED = "moved"  # it goes on
PASSED = "passed"  # it was reported and has moved between two looks
GONE = "gone"  # the queue does not exist any more


@dataclass
class Waiter:
    """A task that waits for the queue and CPU."""
    pid: int
    comm: str
    call: str
    wait_ms: int


@dataclass
class Event:
    """What has become of one queue and CPU."""
    event: str
    queue: str
    cpu: int | None
    func: str | None = None
    running_ms: int | None = None
    pending: int | None = None
    oldest_ms: int | None = None
    stalls: int | None = None
    waiters: list[Waiter] = field(default_factory=list)


class Watch:
    """What was stalled when we looked last."""

    def __init__(self, debugfs: Debugfs) -> None:
        self._debugfs = debugfs
        self._stalls: dict[tuple[str, str], int] = {}
        self.stalled: set[tuple[str, str]] = set()

    def look(self) -> list[Event]:
        """What has changed since. At first: what is stalled."""
        rows = {(row["queue"], row["cpu"]): row
                for row in self._debugfs.table("queues")}
        waiters = self._debugfs.table("waiters")
        events = [Event(GONE, queue, _cpu(cpu))
                  for queue, cpu in sorted(self.stalled - rows.keys())]
        for place, row in rows.items():
            kind = self._change(place, row)
            if kind:
                events.append(_event(kind, row, waiters))
        self.stalled = {place for place, row in rows.items()
                        if row["state"] == STALLED}
        self._stalls = {place: row.count("stalls")
                        for place, row in rows.items()}
        return events

    def forget(self) -> list[Event]:
        """cwq has been unloaded, and all queues with it."""
        events = [Event(GONE, queue, _cpu(cpu))
                  for queue, cpu in sorted(self.stalled)]
        self.stalled, self._stalls = set(), {}
        return events

    def _change(self, place: tuple[str, str], row: Row) -> str | None:
        stalls = row.count("stalls")
        more = stalls > self._stalls.get(place, stalls)
        if row["state"] == STALLED:
            return STALLED if more or place not in self.stalled else None
        if more:
            return PASSED
        return MOVED if place in self.stalled else None


def _cpu(word: str) -> int | None:
    return None if word == "-" else int(word)


def _event(kind: str, row: Row, waiters: list[Row]) -> Event:
    place = row["queue"], row["cpu"]
    return Event(
        kind, row["queue"], _cpu(row["cpu"]),
        None if row["func"] == "-" else row["func"],
        row.number("running_ms"), row.number("pending"),
        row.number("oldest_ms"), row.number("stalls"),
        [Waiter(waiter.count("pid"), waiter["comm"], waiter["call"],
                waiter.count("wait_ms"))
         for waiter in waiters if waiter["hop"] == "0" and
         (waiter["queue"], waiter["cpu"]) == place])


def as_json(event: Event, clock: float) -> str:
    """One line."""
    return json.dumps({"time": timestamp(clock)} | printable(asdict(event)))


def as_text(event: Event, clock: str) -> str:
    """One line, and one more for each task that waits."""
    where = event.queue if event.cpu is None else (
        f"{event.queue} on CPU {event.cpu}")
    what = {STALLED: _why(event), MOVED: "moves again",
            PASSED: "was stalled, and has moved already",
            GONE: "was stalled, and does not exist any more"}[event.event]
    lines = [f"{clock} {where}: {what}"]
    lines += [f"{'':{len(clock)}} {waiter.comm} ({waiter.pid}) waits for it in"
              f" {waiter.call} for {units.milliseconds(waiter.wait_ms)}"
              for waiter in event.waiters if event.event == STALLED]
    return "\n".join(map(units.text, lines))


def _why(event: Event) -> str:
    if event.func:
        what = (f"{event.func} has been running for"
                f" {units.milliseconds(event.running_ms)}")
        return f"stalled, {what}; {event.pending} pending"
    return (f"stalled, {event.pending} pending, the first of them for"
            f" {units.milliseconds(event.oldest_ms)}; none runs")
