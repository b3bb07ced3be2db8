# SPDX-License-Identifier: GPL-2.0
"""What cwqtop tells of itself: the keys and the columns."""

from __future__ import annotations

import textwrap

from .columns import TABLES
from .layout import Line, Span

KEYS = (
    ("q", "quit"),
    ("h ?", "this help"),
    ("Tab", "the next table: the keys below work on it, its columns are lit"),
    ("z", "give the whole screen to this table, and take it back"),
    ("< >", "sort by the column to the left, to the right; arrows do, too"),
    ("r", "reverse the order"),
    ("up down", "scroll, as do the keys for pages, home and end"),
    ("c", "a row for each queue and CPU, or for each queue"),
    ("i", "hide queues and functions that do nothing, or show them"),
    ("/", "show only what has some text in the name of queue or function"),
    ("m", "measure: switch timing and histograms on; again: off"),
    ("a", "times of all runs since they were switched on, or of the last"
     " interval"),
    ("+ -", "look less often, more often"),
    ("space", "pause"),
    ("ctrl-L", "draw anew, after something else has written here"),
)
ABOUT = (
    "Times, averages and percentiles are known while cwq's switches timing and"
    " histograms are on, which costs some 600 instructions a work. cwqtop"
    " switches them on when asked to, and off at the end if it was cwqtop"
    " that switched them on. cwq counts times in buckets, each twice as wide"
    " as the one before: a percentile '<32us' was at least 16 us and below"
    " 32 us.")


def column_help(width: int) -> list[str]:
    """Each table and what its columns are, as text."""
    lines = []
    for table in TABLES:
        lines += ["", f"{table.name}:"]
        for column in table.columns:
            lines += _entry(column.title, column.help, width)
    return lines


def key_help(width: int) -> list[str]:
    """The keys, as text."""
    return [line for keys, what in KEYS
            for line in _entry(keys, what, width)]


def about(width: int) -> list[str]:
    """Where the times come from, as text."""
    return textwrap.wrap(ABOUT, max(20, width - 1))


def screen_help(width: int) -> list[Line]:
    """All of that, for the screen."""
    text = [*key_help(width), "", *about(width), *column_help(width)]
    return [[Span(line[:12], "title"), Span(line[12:])]
            if line.startswith("  ") else [Span(line)] for line in text]


def _entry(name: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(f"{name:9} {text}", max(30, width - 1),
                         initial_indent="  ", subsequent_indent=" " * 12)
