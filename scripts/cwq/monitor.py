# SPDX-License-Identifier: GPL-2.0
"""Look again and again, whether cwq is there or not, and leave its switches as
they were found."""

from __future__ import annotations

import contextlib

from .debugfs import Debugfs, NotLoaded, Unavailable
from .sample import Sample, take

MEASURED = ("timing", "histograms")


class Monitor:
    """The last two samples, if there are any, or why there is none."""

    def __init__(self, debugfs: Debugfs) -> None:
        self.now: Sample | None = None
        self.before: Sample | None = None
        self.problem = ""
        self.measuring = False
        self._debugfs = debugfs
        self._ours: list[str] = []  # what we have switched on

    def look(self) -> None:
        """Take a sample. If that fails, problem says why."""
        try:
            # It may have been loaded anew, with all switches off.
            if self.measuring and not self.now:
                self._switch_on()
            sample = take(self._debugfs)
        except Unavailable as error:
            self.now = None
            self.problem = str(error)
            if isinstance(error, NotLoaded):
                self._ours = []
            return
        self.before, self.now = self.now, sample
        self.problem = ""

    def measure(self) -> None:
        """Switch on what tells how long works wait and run; if cwq is not
        loaded, once it is."""
        with contextlib.suppress(NotLoaded):
            self._switch_on()
        self.measuring = True

    def close(self) -> None:
        """Switch off what we have switched on."""
        self.measuring = False
        while self._ours:
            try:
                self._debugfs.switch(self._ours.pop(), False)
            except NotLoaded:
                self._ours = []

    def _switch_on(self) -> None:
        switches = self._debugfs.switches()
        for name in MEASURED:
            if not switches.get(name):
                # Noted first: we may be killed in between.
                self._ours.append(name)
                self._debugfs.switch(name, True)
