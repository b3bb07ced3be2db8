# SPDX-License-Identifier: GPL-2.0
"""A view on a terminal, by curses."""

from __future__ import annotations

import curses
import os
import time

from .view import View

KEYS = {
    "KEY_UP": "UP", "KEY_DOWN": "DOWN", "KEY_LEFT": "LEFT",
    "KEY_RIGHT": "RIGHT", "KEY_PPAGE": "PAGE_UP", "KEY_NPAGE": "PAGE_DOWN",
    "KEY_HOME": "HOME", "KEY_END": "END", "KEY_BTAB": "BACK_TAB",
    "KEY_BACKSPACE": "BACKSPACE", "KEY_ENTER": "ENTER",
    "\t": "TAB", "\n": "ENTER", "\r": "ENTER", "\x1b": "ESCAPE",
    "\x7f": "BACKSPACE", "\b": "BACKSPACE",
}
FIRST_INTERVAL = 0.5  # seconds: not long without rates
REDRAW = "\x0c"
ESCAPE_DELAY_MS = 25  # between the bytes of one key

# Colours of the text, of those that every terminal has; -1 is its own.
COLOURS = {
    "alarm": curses.COLOR_RED, "notice": curses.COLOR_YELLOW,
    "good": curses.COLOR_GREEN, "cold": curses.COLOR_CYAN,
}
# What holds without colours, too.
ATTRIBUTES = {
    "alarm": curses.A_BOLD, "notice": curses.A_BOLD, "title": curses.A_BOLD,
    "head": curses.A_REVERSE, "sorted": curses.A_REVERSE | curses.A_BOLD,
    "faint": curses.A_DIM,
}


def trouble_with_terminal() -> str:
    """Why a view cannot be shown here; "" if it can."""
    if not (os.isatty(0) and os.isatty(1)):
        return "this is not a terminal"
    name = os.environ.get("TERM", "")
    try:
        curses.setupterm()
    except curses.error:
        return f"nothing is known of the terminal TERM='{name}'"
    if not curses.tigetstr("cup"):
        return f"the terminal TERM='{name}' cannot move its cursor"
    return ""


class Screen:
    """The terminal while a view is on it."""

    def __init__(self, window: curses.window, colour: bool) -> None:
        self._window = window
        self._styles = dict(ATTRIBUTES)
        try:
            curses.curs_set(0)
        except curses.error:
            pass  # it has no other cursor
        if colour and curses.has_colors():
            curses.start_color()
            curses.use_default_colors()
            for number, (style, colour_of) in enumerate(COLOURS.items(), 1):
                curses.init_pair(number, colour_of, -1)
                self._styles[style] = (self._styles.get(style, 0)
                                       | curses.color_pair(number))

    def show(self, view: View) -> None:
        """Curses sends what has changed, and no more."""
        height, width = self._window.getmaxyx()
        self._window.erase()
        for y, line in enumerate(view.lines(width, height)):
            x = 0
            for span in line:
                try:
                    self._window.addstr(y, x, span.text,
                                        self._styles.get(span.style, 0))
                except curses.error:
                    pass  # the last cell, behind which the cursor cannot go
                x += len(span.text)
        self._window.refresh()

    def wait(self, seconds: float) -> str:
        """A key, or "" when the time is up or the window has another size."""
        self._window.timeout(max(0, round(seconds * 1000)))
        try:
            key = self._window.getkey()
        except curses.error:
            return ""
        if key in ("KEY_RESIZE", REDRAW):
            self._window.clear()  # nothing that is there can be relied on
            return ""
        return KEYS.get(key, key)


def run(view: View, colour: bool) -> None:
    """Show a view until it is done. Not by curses.wrapper(), which makes the
    whole screen black and white where no colours are wanted."""
    window = curses.initscr()
    try:
        curses.noecho()
        curses.cbreak()
        window.keypad(True)
        _loop(window, view, colour)
    finally:
        curses.endwin()


def _loop(window: curses.window, view: View, colour: bool) -> None:
    curses.set_escdelay(ESCAPE_DELAY_MS)
    screen = Screen(window, colour)
    due = time.monotonic() + min(view.interval, FIRST_INTERVAL)
    while not view.done:
        if time.monotonic() >= due and not view.paused:
            view.monitor.look()
            due = time.monotonic() + view.interval
        screen.show(view)
        key = screen.wait(max(0.0, due - time.monotonic())
                          if not view.paused else 3600.0)
        if key:
            before = view.interval
            view.press(key)
            due += view.interval - before
