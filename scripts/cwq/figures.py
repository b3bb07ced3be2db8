# SPDX-License-Identifier: GPL-2.0
"""What is shown of the times of functions, in sum and since the last look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .histogram import percentile
from .sample import Place, Sample, Times

PERCENTS = (50, 90, 99)

Values = dict[str, Any]


@dataclass
class Known:
    """Of all runs since timing or histograms were switched on, and of those
    since the sample before, these also for each second."""
    total: Times = field(default_factory=Times)
    recent: Times = field(default_factory=Times)
    runs_per_s: float = 0
    busy: float = 0  # s in each s

    def __add__(self, other: Known) -> Known:
        return Known(self.total + other.total, self.recent + other.recent,
                     self.runs_per_s + other.runs_per_s,
                     self.busy + other.busy)


def known_times(now: Sample, before: Sample | None,
                key: Callable[[Place], Any]) -> dict[Any, Known]:
    """Those of the same key in sum."""
    sums: dict[Any, Known] = defaultdict(Known)
    for place, times in now.times.items():
        known = Known(times)
        if before:
            recent = times.since(before.times.get(place, Times()))
            seconds = _seconds(now, before, place)
            known = Known(times, recent, recent.runs / seconds,
                          recent.run_total_us / 1e6 / seconds)
        sums[key(place)] += known
    return sums


def _seconds(now: Sample, before: Sample, place: Place) -> float:
    """Since the times were read, or would have been if there had been any."""
    return now.read_at[place[:2]] - before.read_at.get(place[:2],
                                                       before.monotonic)


def figures(known: Known, accumulated: bool) -> Values:
    """Averages and percentiles are of the time since the sample before, or of
    all time."""
    shown = known.total if accumulated else known.recent
    values: Values = {}
    for what in "run", "wait":
        values[f"{what}_avg_us"] = None
        if shown.count:
            total = getattr(shown, f"{what}_total_us")
            values[f"{what}_avg_us"] = total / shown.count
        for percent in PERCENTS:
            values[f"{what}_p{percent}_us"] = percentile(
                getattr(shown, what), percent)
        values[f"{what}_max_us"] = None
        if known.total.count:
            values[f"{what}_max_us"] = getattr(known.total, f"{what}_max_us")
    return values
