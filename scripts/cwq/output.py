# SPDX-License-Identifier: GPL-2.0
"""The tables for a file or another program: as text, and as JSON."""

from __future__ import annotations

import json
import time
from typing import Any

from . import header
from .columns import FUNCS, QUEUES, WAITERS
from .layout import plain, table_lines
from .rows import Comparison
from .view import Pane, rows_of

JSON_VERSION = 1


def as_text(comparison: Comparison, panes: list[Pane], width: int) -> str:
    """The whole tables."""
    lines = [f"cwqtop {header.clock(comparison.now.clock)}"]
    lines += [plain(line) for line in header.summary(comparison)]
    for pane in panes:
        rows = rows_of(comparison, pane)
        if rows:
            head, rest = table_lines(pane.table, rows, width)
            lines += ["", plain(head), *map(plain, rest)]
    return "\n".join(lines)


def as_json(comparison: Comparison, panes: list[Pane]) -> str:
    """One line. Documentation/cwqtop.md describes it."""
    now = comparison.now
    rows = {pane.table.name: rows_of(comparison, pane) for pane in panes}
    return json.dumps(printable({
        "version": JSON_VERSION,
        "time": timestamp(now.clock),
        "interval_s": comparison.seconds,
        "accumulated": comparison.options.accumulated,
        "per_cpu": comparison.options.per_cpu,
        "switches": now.switches,
        "misuse": now.misuse,
        "not_counted": now.missed,
        "queues": rows[QUEUES.name],
        "functions": rows[FUNCS.name],
        "waiters": rows[WAITERS.name],
    }))


def timestamp(seconds: float) -> str:
    """As in ISO 8601, in UTC."""
    return (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
            + f".{int(seconds % 1 * 1000):03}Z")


def printable(value: Any) -> Any:
    """A value for JSON, however deep: numbers are not too long, and text is
    UTF-8, which a name need not be."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, str):
        return value.encode(errors="surrogateescape").decode(
            errors="backslashreplace")
    return value
