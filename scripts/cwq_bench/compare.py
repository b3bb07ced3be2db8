# SPDX-License-Identifier: GPL-2.0
"""What a change did: cwq's figures of two runs."""

from statistics import median
from typing import Iterator, Optional

from .figures import BenchError, Figures, Key, middle_half
from .run import Run
from .tables import advantage

REFERENCE = "kthread_worker"
LEAST = 0.02  # what changes by less is not shown


def comparable(figures: Figures, key: Key) -> tuple[list[float], str]:
    """What of a figure can be held against that of another boot: a count, or
    the ratio to a peer that does not change."""
    if key.icount or key.metric == "threads":
        return figures[key], key.metric
    return (advantage(figures, key, REFERENCE),
            f"{key.metric}, times better than {REFERENCE}")


def better(key: Key, old: float, new: float) -> bool:
    # A ratio is an advantage: the more, the better.
    return (new < old) == (key.icount or key.metric == "threads")


def apart(old: list[float], new: list[float]) -> bool:
    """Is the difference more than that between the rounds?"""
    (old_low, old_high), (new_low, new_high) = map(middle_half, (old, new))
    return old_high < new_low or new_high < old_low


def change(old: Figures, new: Figures, key: Key) -> Optional[str]:
    """A line, if there is something to say."""
    before, what = comparable(old, key)
    after, _ = comparable(new, key)
    if not before or not after:
        return None
    a, b = median(before), median(after)
    share = b / a - 1 if a else float(b != a)
    if abs(share) < LEAST or not apart(before, after):
        return None
    where = "icount" if key.icount else f"{key.cpus} CPUs"
    name = key.test if key.peer == "cwq" else f"{key.test} {key.peer}"
    return (f"{key.kernel:<10}{where:<8}{name:<30}{a:12,.2f}{b:12,.2f}"
            f"{100 * share:+8.1f}%  "
            f"{'better' if better(key, a, b) else 'WORSE'}  {what}")


def report(old: Run, new: Run) -> Iterator[str]:
    """The figures of cwq that differ by more than the rounds do."""
    shared = [key for key in new.figures
              if key in old.figures and key.peer.startswith("cwq")]
    if not shared:
        raise BenchError("the runs have no figure in common")
    yield (f"{'':<48}{'old':>12}{'new':>12}{'change':>9}")
    shown = 0
    for key in shared:
        text = change(old.figures, new.figures, key)
        if text:
            shown += 1
            yield text
    yield (f"{len(shared) - shown} of {len(shared)} figures differ by no more"
           f" than the rounds, or by less than {100 * LEAST:.0f} %;"
           f" {len(new.figures) + len(old.figures) - 2 * len(shared)} are not"
           " cwq's or in one run only")
