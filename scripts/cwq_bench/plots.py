# SPDX-License-Identifier: GPL-2.0
"""Pictures of the runs on 1 to 8 CPUs, drawn by gnuplot as SVG."""

from statistics import median
from typing import Callable

from cwq_report.plots import COLOURS, GREY, gnuplot, quote

from .figures import Key, middle_half
from .run import Run
from .tables import PEERS

COLOUR = dict(zip(PEERS, COLOURS + [GREY, "#000000"]))
WIDTH, HEIGHT = 600, 400

Points = dict[str, list[tuple[int, float, float, float]]]


def points(run: Run, xs: list[int], key_at: Callable[[int], Key]) -> Points:
    """By peer: x, median, and where the middle half of the rounds lies."""
    series: Points = {}
    for peer in PEERS:
        for x in xs:
            values = run.figures.get(key_at(x)._replace(peer=peer))
            if values:
                series.setdefault(peer, []).append(
                    (x, median(values), *middle_half(values)))
    return series


def picture(title: str, xlabel: str, ylabel: str, series: Points) -> str:
    blocks, plots = {}, []
    for n, (peer, rows) in enumerate(series.items()):
        blocks[f"peer{n}"] = rows
        style = (f"linecolor '{COLOUR[peer]}' linewidth"
                 f" {3 if peer == 'cwq' else 1.5}")
        plots.append(f"$peer{n} using 1:2:3:4 with yerrorlines pointtype 7"
                     f" pointsize 0.4 {style} title {quote(peer)}")
    script = [f"set title {quote(title)}", f"set xlabel {quote(xlabel)}",
              f"set ylabel {quote(ylabel)}", "set logscale x",
              "set logscale y", "set format y '%.0s%c'",
              "set xrange [*<0.9:1.1<*]",
              "set xtics (" + ", ".join(sorted(
                  {f"'{row[0]:,}' {row[0]}" for rows in series.values()
                   for row in rows})) + ")",
              "set key outside above left horizontal maxrows 2 samplen 2",
              "plot " + ", \\\n".join(plots)]
    return gnuplot(WIDTH, HEIGHT, script, blocks)


def draw(run: Run, kernel: str) -> list[str]:
    """The pictures of a kernel; none of what was not measured."""
    cpus = run.cpus(kernel)
    pictures = []

    def add(title: str, xlabel: str, ylabel: str, xs: list[int],
            key_at: Callable[[int], Key]) -> None:
        series = points(run, xs, key_at)
        if series:
            pictures.append(picture(f"{title}, Linux {kernel}", xlabel, ylabel,
                                    series))

    for test, what in (("one-queue", "all producers on one queue"),
                       ("own-queue", "each producer on its own queue")):
        for metric, ylabel in (("per_s", "items/s"),
                               ("p99", "p99 of the enqueue call (ns)")):
            add(what.capitalize(), "producers, each on a CPU", ylabel, cpus,
                lambda n: Key(kernel, n, False, test, "", metric))
    add("Flush of a queue", "CPUs with an item", "p50 (ns)",
        [1, 2, 4, 8],
        lambda n: Key(kernel, max(cpus, default=1), False, f"flush/{n}", "",
                      "p50"))
    add("An item among many", "items pending", "instructions to execute",
        [10, 1000, 100000, 1000000],
        lambda n: Key(kernel, 1, True, f"depth/{n}", "",
                      "execute_instructions"))
    return pictures


def page(pictures: list[str]) -> str:
    """All of them in one SVG, two in a row."""
    height = -(-len(pictures) // 2) * HEIGHT
    inner = [svg.replace("<svg", f'<svg x="{n % 2 * WIDTH}"'
                         f' y="{n // 2 * HEIGHT}"', 1)
             for n, svg in enumerate(pictures)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}"'
            f' height="{height}" viewBox="0 0 {2 * WIDTH} {height}">\n' +
            "\n".join(inner) + "</svg>\n")
