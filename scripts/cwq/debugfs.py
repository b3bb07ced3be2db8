# SPDX-License-Identifier: GPL-2.0
"""cwq's tables and switches in debugfs; see Documentation/debugfs.md."""

from __future__ import annotations

import errno
import os
from typing import NoReturn

ROOT = "/sys/kernel/debug"


class Unavailable(Exception):
    """cwq cannot be looked at. The text says why, and what to do."""


class NotLoaded(Unavailable):
    """There is no cwq, now."""


class Row(dict[str, str]):
    """The words of a row, by the names of their columns."""

    def __missing__(self, column: str) -> NoReturn:
        raise Unavailable(f"a table has no column '{column}':"
                          " this is another version of cwq")

    def number(self, column: str) -> int | None:
        """The number that stands there; None if there is "-"."""
        word = self[column]
        return None if word == "-" else int(word)

    def count(self, column: str) -> int:
        """The number that stands there; "-" is 0."""
        return self.number(column) or 0


def parse(text: str) -> list[Row]:
    """The rows of a table."""
    header, *lines = text.rstrip("\n").split("\n")
    columns = header.split(" ")
    rows = []
    for line in lines:
        words = line.split(" ")
        if len(words) != len(columns):
            raise Unavailable(f"a row has {len(words)} words in"
                              f" {len(columns)} columns: {line!r}")
        rows.append(Row(zip(columns, words)))
    return rows


class Debugfs:
    """The directory cwq/ below a place where debugfs is mounted."""

    def __init__(self, root: str = ROOT) -> None:
        self.root = root
        self.directory = os.path.join(root, "cwq")

    def table(self, name: str) -> list[Row]:
        """The rows of one of the tables of all queues."""
        try:
            return self._read(name)
        except FileNotFoundError:
            raise self._missing() from None
        except OSError as error:
            raise self._refused(name, error) from None

    def table_of(self, queue: str, cpu: str, name: str) -> list[Row]:
        """The rows of a table of one queue and CPU; none if it has gone."""
        try:
            return self._read(queue, "all" if cpu == "-" else cpu, name)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EIO, errno.ENODEV):
                return []
            raise self._refused(name, error) from None

    def switches(self) -> dict[str, bool]:
        """What is switched on. Nothing is known in a kernel that is locked
        down: what may be written can then not be read."""
        try:
            return {row["switch"]: row["state"] == "on"
                    for row in self._read("control")}
        except FileNotFoundError:
            raise self._missing() from None
        except OSError:
            return {}

    def switch(self, name: str, on: bool) -> None:
        """Turn a switch."""
        line = f"{name} {'on' if on else 'off'}\n"
        try:
            with open(os.path.join(self.directory, "control"), "w",
                      encoding="ascii") as file:
                file.write(line)
        except FileNotFoundError:
            raise self._missing() from None
        except OSError as error:
            if error.errno == errno.ENOMEM:
                raise Unavailable(f"the kernel has no memory for the tables"
                                  f" of '{name}'") from None
            raise self._refused("control", error) from None

    def _read(self, *names: str) -> list[Row]:
        with open(os.path.join(self.directory, *names), encoding="utf-8",
                  errors="surrogateescape", newline="\n") as file:
            return parse(file.read())

    def _missing(self) -> Unavailable:
        if not os.path.isdir(self.root):
            return Unavailable(f"there is no directory {self.root}")
        if not os.path.ismount(self.root) and not self._has_entries():
            return Unavailable(
                f"debugfs is not mounted on {self.root}:"
                f" mount -t debugfs debugfs {self.root}")
        return NotLoaded("cwq is not loaded: modprobe cwq")

    def _has_entries(self) -> bool:
        """As a copy of debugfs has that is mounted nowhere."""
        return os.access(self.root, os.R_OK) and bool(os.listdir(self.root))

    def _refused(self, name: str, error: OSError) -> Unavailable:
        path = os.path.join(self.directory, name)
        advice = ""
        if error.errno in (errno.EACCES, errno.EPERM):
            advice = (": only root may look" if os.geteuid()
                      else ": the kernel is locked down, perhaps")
        return Unavailable(f"{path}: {error.strerror}{advice}")
