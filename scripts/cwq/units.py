# SPDX-License-Identifier: GPL-2.0
"""Values as a person reads them, in seven characters, each with its unit."""

from __future__ import annotations

from typing import Any

NONE = "-"


def text(value: Any) -> str:
    """A word; what a terminal would not show as itself is a question mark."""
    if value is None:
        return NONE
    return "".join(c if c.isascii() and c.isprintable() else "?"
                   for c in str(value))


def _scaled(value: float) -> str:
    """Three digits or more, and a letter for thousands, millions, ..."""
    for letter in "", "k", "M", "G":
        if value < 99_999.5 or letter == "G":
            break
        value /= 1000
    digits = 0 if value >= 99.95 or value == int(value) and not letter else 1
    return f"{value:.{digits}f}{letter}"


def number(value: float | None) -> str:
    """How many; 123456 is 123k."""
    return NONE if value is None else _scaled(value)


def rate(value: float | None) -> str:
    """How many in a second."""
    return NONE if value is None else f"{_scaled(value)}/s"


def percent(value: float | None) -> str:
    """Of one CPU."""
    return NONE if value is None else f"{value:.{value < 99.95:d}f}%"


def microseconds(value: float | None) -> str:
    """A time, in the unit in which it is short."""
    if value is None:
        return NONE
    for unit in "us", "ms", "s":
        if value < 999.5 or unit == "s":
            break
        value /= 1000
    if unit == "s" and value >= 59.95:
        return _long(round(value))
    digits = 0 if value >= 99.95 or value == int(value) else (
        1 if value >= 9.995 else 2)
    return f"{value:.{digits}f}{unit}"


def _long(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d{hours:02}h"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{seconds:02}s"


def milliseconds(value: float | None) -> str:
    """A time of which no more is known than the milliseconds."""
    if value == 0:
        return "<1ms"
    return NONE if value is None else microseconds(value * 1000)


def bucket(value: tuple[int, int | None] | None) -> str:
    """Where a percentile is: below the end of its bucket."""
    if value is None:
        return NONE
    start, end = value
    if end is None:
        return f">{microseconds(start)}"
    return f"<{microseconds(end)}"
