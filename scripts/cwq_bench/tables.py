# SPDX-License-Identifier: GPL-2.0
"""The tables for a terminal."""

from statistics import median
from typing import Iterator

from .figures import Figures, Key, ratios, spread
from .run import Run

PEERS = ["cwq", "bound", "highpri", "ordered", "unbound", "bh",
         "kthread_worker", "tasklet", "floor"]
SHORT = {"kthread_worker": "kthread"}
PERCENTILES = ["p50", "p90", "p99", "p999"]
LABEL, CELL = 24, 11

Row = tuple[str, Key]


def is_rate(metric: str) -> bool:
    """Is more of it better?"""
    return metric == "per_s"


def number(value: float) -> str:
    if value >= 1e8:
        return f"{value / 1e6:,.0f}M"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def times(ratio: float, share: float) -> str:
    """A ratio and by how much of it the rounds differ."""
    shown = f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"
    return f"{shown}±{100 * share:.0f}%"


def advantage(figures: Figures, key: Key, peer: str) -> list[float]:
    """How much better than the peer cwq was, round by round."""
    values = ratios(figures, key, peer)
    if is_rate(key.metric):
        return [1 / value for value in values if value]
    return values


def line(label: str, cells: list[str]) -> str:
    return (label.ljust(LABEL) +
            "".join(cell.rjust(CELL) for cell in cells)).rstrip()


def table(run: Run, title: str, rows: list[Row]) -> Iterator[str]:
    """What each peer needs, and how many times as much as cwq that is."""
    figures = run.figures
    rows = [(label, key) for label, key in rows if key in figures]
    peers = [peer for peer in PEERS
             if any(key._replace(peer=peer) in figures for _, key in rows)]
    if not rows:
        return
    yield ""
    yield line(title, [SHORT.get(peer, peer) for peer in peers])
    for label, key in rows:
        cells = []
        for peer in peers:
            values = figures.get(key._replace(peer=peer))
            cells.append(number(median(values)) if values else "-")
        yield line(label, cells)
    yield line("  cwq is better by", [])
    for label, key in rows:
        cells = []
        for peer in peers[1:]:
            values = advantage(figures, key, peer)
            cells.append(times(median(values), spread(values)) if values
                         else "-")
        yield line(label, [""] + cells)


def ops(run: Run, kernel: str) -> Iterator[str]:
    keys = run.select(kernel=kernel, icount=True, peer="cwq",
                      metric="instructions")
    yield from table(run, "instructions", [
        (key.test, key) for key in keys])


def depth(run: Run, kernel: str) -> Iterator[str]:
    for what in ("enqueue", "execute"):
        yield from table(run, f"to {what}, pending:", [
            (f"{int(key.test.partition('/')[2]):,}", key)
            for key in run.select(kernel=kernel, icount=True, peer="cwq",
                                  metric=f"{what}_instructions")])


def observed(run: Run, kernel: str) -> Iterator[str]:
    keys = {test: Key(kernel, 1, True, test, "cwq", "instructions")
            for test in ("busy-enqueue", "busy-execute")}
    shown = [peer for peer in ("cwq+timing", "cwq+histograms",
                               "cwq+provenance")
             if keys["busy-enqueue"]._replace(peer=peer) in run.figures]
    if shown:
        yield ""
        yield line("cwq, with switches on", ["enqueue", "execute"])
    for peer in shown:
        yield line(peer.partition("+")[2], [
            number(median(run.figures[key._replace(peer=peer)]))
            for key in keys.values()])
    for key in run.select(kernel=kernel, test="read-works"):
        yield ""
        yield (f"reading works with 10,000 pending:"
               f" {number(run.figures[key][0])} instructions")


def contention(run: Run, kernel: str) -> Iterator[str]:
    for test, what in (("one-queue", "all on one queue"),
                       ("own-queue", "each on its own"),
                       ("in-turn", "each on its own, waiting")):
        for metric in ["per_s"] + PERCENTILES:
            name = "items/s" if is_rate(metric) else f"ns, {metric}"
            yield from table(run, f"{what}: {name}", [
                (f"{cpus} producer{'s' * (cpus > 1)}",
                 Key(kernel, cpus, False, test, "cwq", metric))
                for cpus in run.cpus(kernel)])


def tests_of(run: Run, kernel: str, cpus: int, prefix: str) -> list[str]:
    """Those whose name begins so, in the order of measuring."""
    return list(dict.fromkeys(
        key.test for key in run.select(kernel=kernel, cpus=cpus, icount=False)
        if key.test.startswith(prefix)))


def latency(run: Run, kernel: str) -> Iterator[str]:
    for cpus in run.cpus(kernel):
        def key(test: str, metric: str, cpus: int = cpus) -> Key:
            return Key(kernel, cpus, False, test, "cwq", metric)

        yield from table(run, f"ns to flush, {cpus} CPUs", [
            (f"{test.partition('/')[2]} busy, {metric}", key(test, metric))
            for metric in ("p50", "p90")
            for test in tests_of(run, kernel, cpus, "flush/")])
        yield from table(run, "ns, noisy neighbour", [
            (metric, key("noisy-neighbour", metric))
            for metric in ("p50", "p90", "p99")])


def queues(run: Run, kernel: str) -> Iterator[str]:
    for metric, what in (("threads", "threads"),
                         ("create_instructions", "create, instr."),
                         ("destroy_instructions", "destroy, instr.")):
        yield from table(run, f"queues: {what}", [
            (key.test[len("queues-"):].replace("/", " "), key)
            for key in run.select(kernel=kernel, icount=True, peer="cwq",
                                  metric=metric)])


def report(run: Run) -> Iterator[str]:
    for kernel in run.kernels():
        yield ""
        release = run.environment.get("kernels", {}).get(kernel, kernel)
        yield f"== Linux {release}"
        for part in (ops, depth, queues, observed, contention, latency):
            yield from part(run, kernel)
    yield ""
    yield ("Medians of the rounds. \"Better by\" is the median of the rounds'"
           " ratios, ± half of")
    yield ("what their middle half differs by: more than 1 means that the peer"
           " needs more than cwq, or")
    yield "does less in a second."
