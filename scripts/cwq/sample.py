# SPDX-License-Identifier: GPL-2.0
"""What all tables say at one time."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from .debugfs import Debugfs, Row
from .histogram import Histogram


@dataclass
class Times:
    """How often something ran, how long, and how long it waited before."""
    count: int = 0
    run_total_us: int = 0
    run_max_us: int = 0
    wait_total_us: int = 0
    wait_max_us: int = 0
    run: Histogram = field(default_factory=Counter)
    wait: Histogram = field(default_factory=Counter)

    @property
    def runs(self) -> int:
        """Known by either of the two switches."""
        return self.count or sum(self.run.values())

    def __add__(self, other: Times) -> Times:
        return Times(self.count + other.count,
                     self.run_total_us + other.run_total_us,
                     max(self.run_max_us, other.run_max_us),
                     self.wait_total_us + other.wait_total_us,
                     max(self.wait_max_us, other.wait_max_us),
                     self.run + other.run, self.wait + other.wait)

    def since(self, before: Times) -> Times:
        """What came after. All of it, if the tables were cleared meanwhile.
        A maximum stays what it has ever been."""
        if self.runs < before.runs or self.count < before.count:
            return self
        return Times(self.count - before.count,
                     self.run_total_us - before.run_total_us,
                     self.run_max_us,
                     self.wait_total_us - before.wait_total_us,
                     self.wait_max_us,
                     self.run - before.run, self.wait - before.wait)


# A queue, a CPU and a function, as the tables call them.
Place = tuple[str, str, str]


@dataclass
class Sample:
    """The tables, read one after the other."""
    clock: float  # seconds, as time.time()
    monotonic: float  # seconds, of the table of queues
    queues: list[Row]
    works: list[Row]
    waiters: list[Row]
    misuse: dict[str, int]
    switches: dict[str, bool]
    times: dict[Place, Times]
    read_at: dict[tuple[str, str], float]  # monotonic, of the times
    missed: int  # works and runs that are not in times


def take(debugfs: Debugfs) -> Sample:
    """Read everything that there is."""
    queues = debugfs.table("queues")
    sample = Sample(time.time(), time.monotonic(), queues,
                    debugfs.table("works"), debugfs.table("waiters"),
                    {row["misuse"]: row.count("count")
                     for row in debugfs.table("misuse")},
                    debugfs.switches(), {}, {}, 0)
    for row in queues:
        # Where nothing has run there are no times, which spares many reads.
        if "observed" in row["flags"].split(",") and row.count("executed"):
            _read_times(debugfs, row["queue"], row["cpu"], sample)
    return sample


def _read_times(debugfs: Debugfs, queue: str, cpu: str,
                sample: Sample) -> None:
    sample.read_at[queue, cpu] = time.monotonic()
    # Two functions of one name are told apart by no table: they are one here.
    for row in debugfs.table_of(queue, cpu, "funcs"):
        _add(sample, (queue, cpu, row["func"]), Times(
            row.count("count"),
            row.count("run_total_us"), row.count("run_max_us"),
            row.count("wait_total_us"), row.count("wait_max_us")))
    for row in debugfs.table_of(queue, cpu, "histograms"):
        bucket = (row.count("from_us"), row.number("to_us"))
        times = Times()
        histogram = times.run if row["what"] == "run" else times.wait
        histogram[bucket] = row.count("count")
        _add(sample, (queue, cpu, row["func"]), times)
    sample.missed += sum(row.count("count")
                         for row in debugfs.table_of(queue, cpu, "missed"))


def _add(sample: Sample, place: Place, times: Times) -> None:
    sample.times[place] = sample.times.get(place, Times()) + times
