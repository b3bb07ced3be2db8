# SPDX-License-Identifier: GPL-2.0
"""Figures of a run: times, depths, who was busy when. All times are in us."""

from collections import Counter, defaultdict

OTHERS = "others"


def percentile(ordered, percent):
    """The least of the ordered values that so many percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


class Times:
    """How long something took, each time."""

    def __init__(self, values):
        self.ordered = sorted(values)

    def figures(self):
        """p50, p90, p99 and the longest; None: there was none."""
        if not self.ordered:
            return [None] * 4
        return [percentile(self.ordered, percent)
                for percent in (50, 90, 99, 100)]

    def curve(self, points):
        """(time, percent that took no longer), at most so many."""
        n = len(self.ordered)
        last = None
        for point in range(1, points + 1):
            i = -(-point * n // points) - 1
            if i >= 0 and i != last:
                yield self.ordered[i], 100 * (i + 1) / n
                last = i


class Level:
    """How many works are pending, from those that come and go. Those that were
    there at the beginning show only when they go."""

    def __init__(self):
        self.now = self.least = self.most = 0

    def move(self, step):
        self.now += step
        self.least = min(self.least, self.now)
        self.most = max(self.most, self.now)

    def at_first(self):
        return -self.least

    def highest(self):
        return self.most - self.least


class Figures:
    """What is counted of some works."""

    def __init__(self):
        self.accepted = self.started = self.executed = 0
        self.cancelled = self.redirected = 0
        self.waits = []
        self.runs = []
        self.level = Level()
        self.barriers = 0

    def add(self, work):
        self.accepted += work.queued is not None
        self.started += work.started is not None
        self.executed += work.ended is not None
        self.cancelled += work.cancelled
        self.redirected += work.redirected
        if work.started is not None:
            if work.queued is not None:
                self.waits.append(work.started - work.queued)
            if work.ended is not None:
                self.runs.append(work.ended - work.started)


def figures_by(run, key):
    """Figures of the works that have the same key, by it."""
    groups = defaultdict(Figures)
    for work in run.works:
        groups[key(work)].add(work)
    for _, work, step in run.moves:
        groups[key(work)].level.move(step)
    return groups


def by_func(work):
    return work.queue, work.func


def by_cpu(work):
    return work.queue, work.cpu


def top(groups, n):
    """The keys with the most works, and how many keys that leaves out."""
    keys = sorted(groups, key=lambda key: (-groups[key].started, str(key)))
    return keys[:n], max(0, len(keys) - n)


def column_of(run, time, columns):
    """In which of so many equal parts of the run a time is."""
    span = max(1, run.end - run.begin)
    return min(columns - 1, (time - run.begin) * columns // span)


def depths(run, key, columns):
    """For each key the most works that were pending in each part of the run."""
    levels = defaultdict(Level)
    for _, work, step in run.moves:
        levels[key(work)].move(step)
    result = {}
    now = {}
    for name, level in levels.items():
        now[name] = level.at_first()
        result[name] = [now[name]]
    for time, work, step in run.moves:
        name = key(work)
        series = result[name]
        column = column_of(run, time, columns)
        # Nothing happened in between.
        series.extend([now[name]] * (column + 1 - len(series)))
        now[name] += step
        series[column] = max(series[column], now[name])
    for name, series in result.items():
        series.extend([now[name]] * (columns - len(series)))
    return result


def busy(run, columns):
    """For each thread and key of by_func(), the share of each part of the run
    in which it ran: by pid, key and column."""
    threads = defaultdict(lambda: defaultdict(Counter))
    span = max(1, run.end - run.begin)
    for work in run.works:
        begin, end = work.started, work.ended
        if run.running.get(work.pid) is work:
            end = run.end
        elif end is None:
            continue  # it has not run, or its end is lost
        if begin is None:
            begin = run.begin
        shares = threads[work.pid][by_func(work)]
        first = column_of(run, begin, columns)
        last = column_of(run, end, columns)
        for column in range(first, last + 1):
            left = max(begin - run.begin, column * span / columns)
            right = min(end - run.begin, (column + 1) * span / columns)
            # What takes no time that the clock can tell still has run.
            shares[column] += max(right - left, 0) * columns / span
    return threads
