# SPDX-License-Identifier: GPL-2.0
"""What cwqtop shows and how keys change that, whatever it is shown on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import header
from .columns import FUNCS, QUEUES, TABLES, WAITERS, Table, chosen, sort
from .debugfs import Unavailable
from .figures import Values
from .guide import screen_help
from .layout import Line, Span, cut, share, table_lines
from .monitor import Monitor
from .rows import Comparison, Options

INTERVALS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
FOOTER = ("q quit  h help  m measure  Tab table  z zoom  <> sort  c CPUs"
          "  i idle  / filter  a all times  r reverse  +- interval")
MIN_HEIGHT = 12  # with less, there is no summary


@dataclass
class Pane:
    """One table on the screen."""
    table: Table
    sort: str | None
    reverse: bool = False
    top: int = 0  # the first row that is shown, or is to be if there is one
    height: int = 0  # how many are shown


@dataclass
class View:
    """What is shown, and how."""
    monitor: Monitor
    options: Options
    interval: float = 1.0
    panes: list[Pane] = field(default_factory=lambda: [
        Pane(table, table.sort) for table in TABLES])
    focus: int = 0
    zoom: bool = False
    paused: bool = False
    help_top: int | None = None  # the first line of the help, if that is shown
    prompt: str | None = None  # what is being typed, if it is
    note: str = ""
    done: bool = False
    width: int = 80

    @property
    def pane(self) -> Pane:
        """The one that keys work on."""
        return self.panes[self.focus]

    def press(self, key: str) -> None:
        """One key: a character, or a name like "UP"."""
        self.note = ""
        if self.prompt is not None:
            self._type(key)
        elif self.help_top is not None:
            self._read_help(key)
        elif key in ACTIONS:
            ACTIONS[key](self)
        else:
            self.note = "no such key; h helps"

    def lines(self, width: int, height: int) -> list[Line]:
        """The screen."""
        self.width = width
        if self.help_top is not None:
            lines = self._help_lines(width, height)
        elif self.monitor.now:
            lines = self._table_lines(width, height - 1)
        else:
            lines = [self._title(), [Span(self.monitor.problem, "alarm")],
                     [Span("looking again ...", "faint")]]
        lines = lines[:height - 1]
        while len(lines) < height - 1:
            lines.append([])
        return [cut(line, width) for line in [*lines, self._footer()]]

    def _type(self, key: str) -> None:
        if key == "ENTER":
            self.options.only = self.prompt or ""
            self.prompt = None
        elif key == "ESCAPE":
            self.prompt = None
        elif key == "BACKSPACE":
            self.prompt = (self.prompt or "")[:-1]
        elif len(key) == 1 and key.isprintable():
            self.prompt = (self.prompt or "") + key

    def _read_help(self, key: str) -> None:
        steps = {"UP": -1, "DOWN": 1, "PAGE_UP": -10, "PAGE_DOWN": 10,
                 " ": 10}
        if key in steps:
            self.help_top = max(0, (self.help_top or 0) + steps[key])
        else:
            self.help_top = None

    def _help_lines(self, width: int, height: int) -> list[Line]:
        lines = screen_help(width)
        last = max(0, len(lines) - (height - 1))
        self.help_top = min(self.help_top or 0, last)
        return lines[self.help_top:]

    def _title(self) -> Line:
        line = [Span("cwqtop", "title"), Span(f" every {self.interval:g} s")]
        if self.monitor.now:
            line.insert(1, Span(f" {header.clock(self.monitor.now.clock)}"))
        for shown, text in (
                (self.paused, "paused"),
                (self.options.only, f"only '{self.options.only}'"),
                (self.options.hide_idle, "without idle ones")):
            if shown:
                line += [Span(", "), Span(text, "notice")]
        return line

    def _footer(self) -> Line:
        if self.prompt is not None:
            return [Span("show only what has this in its name: "),
                    Span(self.prompt, "title"), Span("_", "sorted")]
        if self.note:
            return [Span(self.note, "notice")]
        if self.help_top is not None:
            return [Span("up, down, space: scroll; any other key: back",
                         "faint")]
        return [Span(FOOTER, "faint")]

    def _table_lines(self, width: int, height: int) -> list[Line]:
        assert self.monitor.now
        comparison = Comparison(self.monitor.now, self.monitor.before,
                                self.options)
        lines = [self._title()]
        if height >= MIN_HEIGHT:
            lines += [*header.summary(comparison), []]
        tables = [(pane, rows_of(comparison, pane)) for pane in self.panes]
        if self.zoom:
            tables = [tables[self.focus]]
        # Of a table that is empty there is not even the headline.
        tables = [(pane, rows) for pane, rows in tables
                  if rows or pane is self.pane]
        room = height - len(lines) - 2 * len(tables) + 1
        shares = share(room, [max(1, len(rows)) for _, rows in tables])
        for (pane, rows), count in zip(tables, shares):
            lines += [*self._pane_lines(pane, rows, width, count), []]
        return lines[:height]

    def _pane_lines(self, pane: Pane, rows: list[Values], width: int,
                    height: int) -> list[Line]:
        pane.height = height
        pane.top = max(0, min(pane.top, len(rows) - height))
        head, lines = table_lines(pane.table, rows, width, pane.sort,
                                  pane is self.pane)
        if not rows:
            lines = [[Span(f"no {pane.table.name}", "faint")]]
        return [head] + lines[pane.top:pane.top + height]


def rows_of(comparison: Comparison, pane: Pane) -> list[Values]:
    """The rows of a table, sorted."""
    rows = {QUEUES.name: comparison.queues, FUNCS.name: comparison.funcs,
            WAITERS.name: comparison.waiters}[pane.table.name]()
    return sort(rows, pane.sort, pane.reverse)


def _quit(view: View) -> None:
    view.done = True


def _help(view: View) -> None:
    view.help_top = 0


def _pause(view: View) -> None:
    view.paused = not view.paused


def _next_table(step: int) -> Callable[[View], None]:
    def action(view: View) -> None:
        view.focus = (view.focus + step) % len(view.panes)
    return action


def _zoom(view: View) -> None:
    view.zoom = not view.zoom


def _sort(step: int) -> Callable[[View], None]:
    def action(view: View) -> None:
        keys = [column.key for column in chosen(view.pane.table, view.width)]
        now = view.pane.sort
        at = keys.index(now) + step if now in keys else 0
        view.pane.sort = keys[at % len(keys)]
    return action


def _reverse(view: View) -> None:
    view.pane.reverse = not view.pane.reverse


def _per_cpu(view: View) -> None:
    view.options.per_cpu = not view.options.per_cpu


def _idle(view: View) -> None:
    view.options.hide_idle = not view.options.hide_idle


def _accumulated(view: View) -> None:
    view.options.accumulated = not view.options.accumulated


def _filter(view: View) -> None:
    view.prompt = ""


def _measure(view: View) -> None:
    try:
        if view.monitor.measuring:
            view.monitor.close()
            view.note = "what cwqtop has switched on is off again"
        else:
            view.monitor.measure()
            view.note = "timing and histograms are on until cwqtop ends"
    except Unavailable as error:
        view.note = str(error)


def _interval(step: int) -> Callable[[View], None]:
    def action(view: View) -> None:
        steps = sorted({*INTERVALS, view.interval})
        at = steps.index(view.interval) + step
        view.interval = steps[max(0, min(at, len(steps) - 1))]
    return action


def _scroll(lines: int, pages: int = 0) -> Callable[[View], None]:
    def action(view: View) -> None:
        view.pane.top += lines + pages * view.pane.height
    return action


ACTIONS: dict[str, Callable[[View], None]] = {
    "q": _quit, "h": _help, "?": _help, " ": _pause,
    "TAB": _next_table(1), "BACK_TAB": _next_table(-1), "z": _zoom,
    "<": _sort(-1), ">": _sort(1), "LEFT": _sort(-1), "RIGHT": _sort(1),
    "r": _reverse, "c": _per_cpu, "i": _idle, "a": _accumulated,
    "/": _filter, "m": _measure, "+": _interval(1), "-": _interval(-1),
    "UP": _scroll(-1), "DOWN": _scroll(1),
    "PAGE_UP": _scroll(0, -1), "PAGE_DOWN": _scroll(0, 1),
    "HOME": _scroll(-1_000_000), "END": _scroll(1_000_000),
}
