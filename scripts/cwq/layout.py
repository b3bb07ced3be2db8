# SPDX-License-Identifier: GPL-2.0
"""Tables as lines of text with styles, for a screen and for a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .columns import Column, Table, chosen, widths
from .figures import Values
from .units import NONE


@dataclass(frozen=True)
class Span:
    """A piece of a line; the style is a name that screen.py knows."""
    text: str
    style: str = ""


Line = list[Span]

# What a state looks like; of a waiter, what it waits for.
STYLES = {"dead": "alarm", "stalled": "alarm", "frozen": "cold",
          "running": "good", "pending": "notice", "idle": "faint",
          "waits": "notice", "runs": "good"}


def plain(line: Line) -> str:
    """Without styles."""
    return "".join(span.text for span in line).rstrip()


def cut(line: Line, width: int) -> Line:
    """As much as there is room for."""
    result = []
    for span in line:
        if width <= 0:
            break
        result.append(Span(span.text[:width], span.style))
        width -= len(span.text)
    return result


def table_lines(table: Table, rows: list[Values], width: int,
                sort: str | None = None,
                focused: bool = False) -> tuple[Line, list[Line]]:
    """The headline and the rows."""
    columns = chosen(table, width)
    sizes = widths(columns, rows, width)
    head = []
    for column, size in zip(columns, sizes):
        style = "sorted" if column.key == sort and focused else "head"
        head += [Span(_pad(column.title, column, size), style),
                 Span(" ", "head")]
    used = sum(len(span.text) for span in head)
    head.append(Span(" " * (width - used), "head"))
    lines = [_row_line(columns, sizes, row) for row in rows]
    return cut(head, width), [cut(line, width) for line in lines]


def _row_line(columns: list[Column], sizes: list[int], row: Values) -> Line:
    line = []
    for column, size in zip(columns, sizes):
        value = row[column.key]
        line += [Span(_pad(column.show(value), column, size),
                      _style(column, value)), Span(" ")]
    return line


def _pad(text: str, column: Column, size: int) -> str:
    if len(text) > size and column.word:
        text = text[:size - 1] + "~"
    return text.ljust(size) if column.word else text.rjust(size)


def _style(column: Column, value: Any) -> str:
    if column.key in ("state", "then"):
        return STYLES.get(value, "")
    if column.key == "stalls" and value:
        return "alarm"
    if column.key in ("pending", "flags") and value:
        return "notice"
    return "faint" if column.show(value) == NONE else ""


def share(height: int, wanted: list[int]) -> list[int]:
    """Divide so many lines: no table gets more than it wants, and none less
    than another one that still wants more."""
    shares = [0] * len(wanted)
    left = height
    while left > 0:
        hungry = [i for i, want in enumerate(wanted) if shares[i] < want]
        if not hungry:
            break
        for i in hungry[:left]:
            more = min(max(1, left // len(hungry)), wanted[i] - shares[i])
            shares[i] += more
        left = height - sum(shares)
    return shares
