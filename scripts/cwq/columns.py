# SPDX-License-Identifier: GPL-2.0
"""The tables of cwqtop and their columns: what each means, how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from . import units
from .figures import Values


@dataclass(frozen=True)
class Column:
    """One column. Of lower rank are those that a narrow screen keeps. Words
    take the room that there is; numbers stand in a fixed one."""
    key: str
    title: str
    rank: int
    help: str
    show: Callable[[Any], str] = units.text
    width: int = 0  # of a number; of a word: at least that
    word: bool = False


@dataclass(frozen=True)
class Table:
    """A table. It is sorted by one of its columns, the largest first."""
    name: str
    columns: tuple[Column, ...]
    sort: str | None  # the key of a column; None: as it comes


def _times(what: str, did: str, ranks: tuple[int, ...]) -> list[Column]:
    title = what.upper()
    return [
        Column(f"{what}_avg_us", f"{title}-AVG", ranks[0],
               f"how long a work {did}, on average; while timing is on",
               units.microseconds, 8),
        *(Column(f"{what}_p{percent}_us", f"{title}-P{percent}", rank,
                 f"of {percent} works in 100, each {did} for less than that,"
                 " which is twice the start of a bucket; while histograms are"
                 " on",
                 units.bucket, 8)
          for percent, rank in zip((50, 90, 99), ranks[1:])),
        Column(f"{what}_max_us", f"{title}-MAX", ranks[4],
               f"the longest that a work {did} since timing was switched on",
               units.microseconds, 8),
    ]


_BUSY = Column(
    "busy_percent", "BUSY", 5,
    "of the last interval, how much was spent in functions that returned in"
    " it, in percent of one CPU; while timing is on", units.percent, 6)
_QUEUE = Column("queue", "QUEUE", 0, "the queue", width=10, word=True)
_CPU = Column("cpu", "CPU", 3,
              "the CPU; all: of the queue as a whole; -: of the one thread of"
              " a single-threaded queue", width=3)

QUEUES = Table("queues", (
    _QUEUE,
    _CPU,
    Column("workers", "WORKERS", 20, "how many threads it has",
           units.number, 7),
    Column("kind", "KIND", 21, "percpu or single; freezeable; rt",
           width=6, word=True),
    Column("state", "STATE", 1,
           "what it does: the first of dead (in the function that it ran),"
           " stalled (the watchdog has reported it), frozen, running,"
           " pending, idle that is true of a worker",
           width=7, word=True),
    Column("accepted_per_s", "IN", 2, "works that came to the list",
           units.rate, 8),
    Column("executed_per_s", "OUT", 4, "works whose function has returned",
           units.rate, 8),
    Column("cancelled_per_s", "CANCEL", 12,
           "works taken off the list before their turn", units.rate, 8),
    Column("redirected_per_s", "REDIR", 22,
           "works for a CPU that was offline, and that came here",
           units.rate, 7),
    Column("pending", "PEND", 1, "works on the list now: the queue's depth",
           units.number, 6),
    Column("pending_max", "MAX/CPU", 9,
           "the most that were ever pending on one CPU, since the last reset",
           units.number, 7),
    Column("delayed", "DELAY", 11, "works whose timer is armed",
           units.number, 6),
    Column("running", "RUN", 10, "functions that run now", units.number, 4),
    Column("oldest_ms", "OLDEST", 6,
           "how long the first work on a list has been the first",
           units.milliseconds, 7),
    Column("running_ms", "RUNNING", 7, "how long FUNC has been running",
           units.milliseconds, 7),
    _BUSY,
    *_times("wait", "was pending", (17, 14, 18, 8, 19)),
    *_times("run", "ran", (23, 16, 24, 15, 25)),
    Column("stalls", "STALLS", 13, "what the watchdog has reported",
           units.number, 6),
    Column("flags", "FLAGS", 12, "offline, draining, closed (destroyed now)",
           width=5, word=True),
    Column("func", "FUNC", 3, "the function that has been running longest",
           width=20, word=True),
), "accepted_per_s")

FUNCS = Table("functions", (
    Column("func", "FUNCTION", 0,
           "the function; (not listed): works that do not fit in debugfs's"
           " table of works; (others): those that do not fit in its tables of"
           " times", width=24, word=True),
    _QUEUE,
    _CPU,
    Column("live", "LIVE", 1,
           "works that run, are pending or delayed, or that a cancel keeps",
           units.number, 6),
    Column("running", "RUN", 9, "works that run now", units.number, 4),
    Column("runs_per_s", "RUNS", 2,
           "how often it has returned; while timing or histograms are on",
           units.rate, 8),
    _BUSY,
    *_times("run", "ran", (8, 4, 10, 4, 12)),
    *_times("wait", "was pending", (11, 6, 13, 6, 14)),
), "runs_per_s")

WAITERS = Table("waiters", (
    Column("waiter", "WAITER", 6, "the number of the wait: a chain has one",
           units.number, 6),
    Column("hop", "HOP", 3,
           "0: the task itself waits; n: what it waits for waits, in turn",
           units.number, 3),
    Column("comm", "TASK", 0, "who waits", width=8, word=True),
    Column("pid", "PID", 1, "its pid", units.text, 7),
    Column("call", "CALL", 1, "in which call of cwq's", width=10, word=True),
    Column("wait_ms", "WAITS", 0, "for how long", units.milliseconds, 7),
    Column("queue", "QUEUE", 1, "for which queue", width=8, word=True),
    Column("cpu", "CPU", 2, "and CPU", width=3),
    Column("ahead", "AHEAD", 4,
           "how many pending works are before it; 256: or more",
           units.number, 5),
    Column("worker", "WORKER", 7, "the pid of the worker there",
           units.text, 7),
    Column("then", "WHICH", 5,
           "what the worker does: waits (the next hop tells for what), runs,"
           " is frozen, starts the next work; or see Documentation/debugfs.md",
           width=5, word=True),
    Column("running_ms", "RUNNING", 2, "how long FUNC has been running",
           units.milliseconds, 7),
    Column("func", "FUNC", 1, "the function that runs there",
           width=16, word=True),
), None)

TABLES = (QUEUES, FUNCS, WAITERS)


def chosen(table: Table, width: int) -> list[Column]:
    """The columns for which there is room, in the order of the table."""
    room = width + 1
    kept: list[Column] = []
    for column in sorted(table.columns, key=lambda column: column.rank):
        room -= column.width + 1
        if room < 0 and kept:
            break
        kept.append(column)
    return [column for column in table.columns if column in kept]


def widths(columns: list[Column], rows: list[Values],
           width: int) -> list[int]:
    """Of each column: words get what they need, from the left on, as far as
    there is room."""
    room = width + 1 - sum(column.width + 1 for column in columns)
    result = []
    for column in columns:
        more = 0
        if column.word:
            need = max((len(column.show(row[column.key])) for row in rows),
                       default=0)
            more = max(0, min(room, need - column.width))
            room -= more
        result.append(column.width + more)
    return result


def sort(rows: list[Values], key: str | None, reverse: bool) -> list[Values]:
    """Numbers from the largest on, words in the order of the alphabet, what
    has no value last; what is equal as it was."""
    if key is None:
        return rows
    known = [row for row in rows if row[key] is not None]
    words = any(isinstance(row[key], str) for row in known)
    known.sort(key=itemgetter(key), reverse=words == reverse)
    return known + [row for row in rows if row[key] is None]
