# SPDX-License-Identifier: GPL-2.0
"""The pictures, drawn by gnuplot as SVG."""

import subprocess
from collections import Counter

from . import stats
from .works import SINGLE

# As Okabe and Ito have chosen them, to be told apart by everybody; grey is for
# all others.
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7",
           "#5d3a9b"]
GREY = "#999999"
FONT = "DejaVu Sans,Liberation Sans,Arial,sans-serif"
WIDTH = 1200
COLUMNS = 500  # so many moments are told apart
LANES = 40  # so many threads are shown by themselves
POINTS = 200  # so many points of a curve
SLIVER = 0.12  # the height of what ran, however short


class PlotError(Exception):
    """gnuplot is not there, or does not understand us."""


def quote(text):
    """A string for gnuplot."""
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"


def shorten(text, length):
    return text if len(text) <= length else text[:length - 1] + "…"


def unit_of(span):
    """(name, us): in what to count a time axis of so many us."""
    for name, us in (("s", 1000000), ("ms", 1000)):
        if span >= 2 * us:
            return name, us
    return "µs", 1


def series_name(key):
    return stats.OTHERS if key is None else shorten(f"{key[0]}: {key[1]}", 60)


class Palette:
    """Which functions are shown by themselves, in which colour. None stands for
    the others."""

    def __init__(self, groups):
        self.keys, self.left_out = stats.top(groups, len(COLOURS))
        self.colours = dict(zip(self.keys, COLOURS))
        self.colours[None] = GREY
        self.queues = {}
        for queue, func in self.keys:
            # A queue has the colour of its most frequent function.
            self.queues.setdefault(queue, self.colours[queue, func])
        self.queues[None] = GREY

    def key(self, key):
        return key if key in self.colours else None

    def all_keys(self):
        return self.keys + [None] * bool(self.left_out)


def gnuplot(width, height, script, blocks):
    """The SVG that the script draws, of data by name."""
    lines = ["set encoding utf8",
             f"set terminal svg noenhanced size {width},{height}"
             f" font {quote(FONT)} fontscale 1 background '#ffffff'",
             "set border 3 linecolor '#555555'", "set tics nomirror out",
             "set grid linecolor '#dddddd' linetype 1 linewidth 0.5"]
    for name, rows in blocks.items():
        lines.append(f"${name} << END_OF_BLOCK")
        lines += [" ".join(map(str, row)) for row in rows]
        lines.append("END_OF_BLOCK")
    text = "\n".join(lines + script) + "\n"
    try:
        run = subprocess.run(["gnuplot", "-"], input=text, text=True,
                             capture_output=True, check=False)
    except FileNotFoundError:
        raise PlotError("gnuplot is not installed") from None
    if run.returncode or not run.stdout:
        raise PlotError(f"gnuplot has failed:\n{run.stderr}")
    return run.stdout[run.stdout.index("<svg"):]


def time_axis(run):
    span = max(1, run.end - run.begin)
    unit, us = unit_of(span)
    return [f"set xrange [0:{span / us}]",
            f"set xlabel 'time since the recording began ({unit})'"], us


def lane_name(run, pid):
    queue, cpu = run.threads[pid]
    place = "one thread" if cpu == SINGLE else f"CPU {cpu}"
    return f"{place}  {shorten(queue, 28)}"


def lane_order(run, pid):
    queue, cpu = run.threads[pid]
    return cpu == SINGLE, cpu, queue, pid


def steps(values, width):
    """(x, value) of a curve that has each value over so much width, without the
    points that change nothing. None is no value."""
    last = 0
    for i, value in enumerate(values):
        if value != last:
            yield i * width, last
            yield i * width, value
        last = value
    yield len(values) * width, last
    yield len(values) * width, 0


def layers_of(threads, palette):
    """How high a band is filled, column by column: (key, heights up to there),
    the lowest first. Of several threads it is the mean."""
    heights = [0] * COLUMNS
    for key in palette.all_keys():
        shown = False
        for thread in threads:
            for func, shares in thread.items():
                if palette.key(func) != key:
                    continue
                shown = True
                for column, share in shares.items():
                    heights[column] += max(share, SLIVER) / len(threads)
        if shown:
            yield key, heights[:]


def choose_bands(run, busy):
    """The pids that have a band of their own, and (name, threads) of all."""
    total = {pid: sum(map(Counter.total, shares.values()))
             for pid, shares in busy.items()}
    pids = sorted(sorted(busy, key=total.get, reverse=True)[:LANES],
                  key=lambda pid: lane_order(run, pid))
    bands = [(lane_name(run, pid), [busy[pid]]) for pid in pids]
    rest = [shares for pid, shares in busy.items() if pid not in pids]
    if rest:
        bands.append((f"{len(rest)} other threads, mean", rest))
    return pids, bands


def starts_of(run, rank, us):
    """Where works begin, if there is room to tell them from the one before."""
    room = 4 * (run.end - run.begin) / COLUMNS
    for work in run.works:
        if (work.started is not None and work.pid in rank and
                (work.ended or run.end) - work.started > room):
            yield (f"{(work.started - run.begin) / us:.6g}",
                   -rank[work.pid] - 0.4)


def barriers_of(run, rank, width):
    """Where somebody begins to wait for what a thread has to do."""
    where = {run.threads[pid]: -n for pid, n in rank.items()}
    points = {(stats.column_of(run, time, COLUMNS), where[queue, cpu])
              for time, queue, cpu in run.barriers if (queue, cpu) in where}
    return [(f"{(column + 0.5) * width:.6g}", y - 0.3)
            for column, y in sorted(points)]


def timeline(run, palette):
    """For each thread a band: how high it is filled tells for how much of that
    moment it ran, the colour what."""
    pids, bands = choose_bands(run, stats.busy(run, COLUMNS))
    rank = {pid: n for n, pid in enumerate(pids)}
    axis, us = time_axis(run)
    width = max(1, run.end - run.begin) / us / COLUMNS
    blocks, plots, tics = {}, [], []
    for n, (name, threads) in enumerate(bands):
        tics.append(f"{quote(name)} {-n}")
        base = -n - 0.4
        # The highest first; what is in front of it is lower.
        for key, heights in reversed(list(layers_of(threads, palette))):
            block = f"band{len(blocks)}"
            blocks[block] = [
                (f"{x:.6g}", f"{base + 0.8 * min(height, 1):.3f}")
                for x, height in steps(heights, width)]
            plots.append(f"${block} using 1:2 with filledcurves y={base}"
                         f" linecolor '{palette.colours[key]}' notitle")
    starts = list(starts_of(run, rank, us))
    if starts:
        blocks["starts"] = starts
        plots.append("$starts using 1:2:(0):(0.8) with vectors nohead"
                     " linewidth 1 linecolor '#ffffff' notitle")
    for key in palette.all_keys():
        plots.append("NaN with boxes fill solid linecolor"
                     f" '{palette.colours[key]}'"
                     f" title {quote(series_name(key))}")
    barriers = barriers_of(run, rank, width)
    if barriers:
        blocks["barriers"] = barriers
        plots.append("$barriers using 1:2 with points pointtype 9"
                     " pointsize 0.6 linecolor '#000000' title"
                     " 'somebody begins to wait for it (flush, cancel)'")
    rows = -(-(len(palette.all_keys()) + 1) // 3)
    script = axis + [
        "set title 'Which function ran on which thread when'",
        f"set ytics ({', '.join(tics)}) scale 0" if tics else "unset ytics",
        f"set yrange [{-len(bands) + 0.4}:0.5]", "set grid x noy",
        "set style fill solid noborder", "set samples 2",
        f"set key outside above left horizontal maxrows {rows} samplen 2",
        "plot " + ", \\\n".join(plots or ["NaN notitle"])]
    return gnuplot(WIDTH, 120 + 24 * len(bands) + 20 * rows, script, blocks)


def log_tics(low, high):
    names = ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s",
             "10 s", "100 s", "1000 s"]
    if low == 0:
        names[0] = "≤ 1 µs"
    return ", ".join(f"'{names[n]}' 1e{n}" for n in range(low, high + 1)
                     if n < len(names))


def distribution(groups, palette, values, title, what):
    """What share of the works took no longer than that."""
    merged = {}
    for name, figures in groups.items():
        merged.setdefault(palette.key(name), []).extend(values(figures))
    times = {key: stats.Times(merged[key]) for key in palette.all_keys()
             if merged.get(key)}
    blocks, plots = {}, []
    low, high = 9, 1
    for n, (key, one) in enumerate(times.items()):
        low = min(low, len(str(max(1, one.ordered[0]))) - 1)
        high = max(high, len(str(one.ordered[-1])))
        first = max(1, one.ordered[0])
        blocks[f"curve{n}"] = [(first, 0)] + [
            (max(1, time), f"{percent:.4g}")
            for time, percent in one.curve(POINTS)]
        plots.append(f"$curve{n} using 1:2 with fsteps linewidth 2"
                     f" dashtype {n % 4 + 1} linecolor '{palette.colours[key]}'"
                     f" title {quote(series_name(key))}")
    low = min(low, high - 1)
    script = [
        "set logscale x", f"set xrange [0.999e{low}:1.001e{high}]",
        f"set xtics ({log_tics(low, high)})", "set mxtics 10",
        "set yrange [0:100]", "set ytics (0, 25, 50, 75, 90, 100)",
        f"set title {quote(title)}", f"set xlabel {quote(what)}",
        "set ylabel 'works that took no longer (%)'",
        "set key outside above left horizontal maxcols 1 samplen 3",
        "plot " + ", \\\n".join(plots or ["NaN notitle"])]
    return gnuplot(WIDTH // 2, 320 + 20 * len(plots), script, blocks)


def depth(run, palette):
    """How many works were pending, queue by queue."""
    series = stats.depths(
        run, lambda work: work.queue if work.queue in palette.queues else None,
        COLUMNS)
    axis, us = time_axis(run)
    width = max(1, run.end - run.begin) / us / COLUMNS
    blocks, plots = {}, []
    for n, queue in enumerate(name for name in palette.queues
                              if name in series):
        blocks[f"depth{n}"] = [(f"{x:.6g}", y)
                               for x, y in steps(series[queue], width)]
        plots.append(f"$depth{n} using 1:2 with lines linewidth 1.5 linecolor"
                     f" '{palette.queues[queue]}'"
                     f" title {quote(shorten(queue or stats.OTHERS, 40))}")
    highest = max(map(max, series.values()), default=0)
    script = axis + [
        f"set yrange [0:{max(1, highest) * 1.05}]",
        "set ytics 1" if highest < 8 else "set ytics autofreq",
        "set title 'Works pending in each queue'",
        "set ylabel 'works pending'",
        "set key outside above left horizontal maxrows 2 samplen 3",
        "plot " + ", \\\n".join(plots or ["NaN notitle"])]
    return gnuplot(WIDTH, 300, script, blocks)
