# SPDX-License-Identifier: GPL-2.0
"""A debugfs that says what a test wants: tables in a directory."""

from __future__ import annotations

import os
import shutil
import tempfile

from cwq.debugfs import Debugfs, NotLoaded

QUEUE = {"queue": "mydev", "cpu": "0", "pid": "100", "accepted": "0",
         "executed": "0", "cancelled": "0", "pending": "0", "running": "0",
         "delayed": "0", "redirected": "0", "kind": "percpu",
         "state": "idle", "flags": "-", "pending_max": "0",
         "oldest_ms": "-", "running_ms": "-", "func": "-", "stalls": "0"}
WORK = {"queue": "mydev", "cpu": "0", "state": "pending",
        "func": "refill_fn[mydev]", "count": "1", "age_ms": "-",
        "expires_ms": "-", "req_cpu": "-", "caller": "-", "pid": "-",
        "comm": "-"}
WAITER = {"waiter": "1", "hop": "0", "pid": "2041", "comm": "rmmod",
          "call": "flush_workqueue", "wait_ms": "1204", "queue": "mydev",
          "cpu": "0", "ahead": "2", "func": "refill_fn[mydev]",
          "running_ms": "1310", "worker": "100", "then": "runs"}
FUNC = {"func": "refill_fn[mydev]", "count": "0", "run_total_us": "0",
        "run_max_us": "0", "wait_total_us": "0", "wait_max_us": "0"}
BUCKET = {"func": "refill_fn[mydev]", "what": "run", "from_us": "0",
          "to_us": "1", "count": "0"}


class Fake(Debugfs):
    """Its columns are in no order that anybody may rely on."""

    def __init__(self) -> None:
        super().__init__(tempfile.mkdtemp())
        os.mkdir(os.path.join(self.root, "bdi"))
        self.turned: list[str] = []
        self.load()

    def load(self) -> None:
        """With all switches off, and no queues."""
        os.mkdir(self.directory)
        self.state = {"timing": False, "histograms": False,
                      "provenance": False}
        for name, row in (("queues", QUEUE), ("works", WORK),
                          ("waiters", WAITER)):
            self.put(name, row)
        self.put("misuse", {"misuse": "", "count": ""},
                 {"misuse": "null_queue", "count": "0"})
        self._put_control()

    def unload(self) -> None:
        """Nothing is left."""
        shutil.rmtree(self.directory)

    def remove(self) -> None:
        """The end of the test."""
        shutil.rmtree(self.root)

    def put(self, name: str, defaults: dict[str, str],
            *rows: dict[str, str]) -> None:
        """Write a table; a row need only say what is not the default."""
        columns = sorted(defaults, reverse=True)
        lines = [columns] + [[(defaults | row)[column] for column in columns]
                             for row in rows]
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # At once, for who reads it meanwhile.
        with open(path + ".new", "w", encoding="utf-8",
                  errors="surrogateescape") as file:
            file.writelines(" ".join(line) + "\n" for line in lines)
        os.replace(path + ".new", path)

    def queues(self, *rows: dict[str, str]) -> None:
        """The table of queues."""
        self.put("queues", QUEUE, *rows)

    def times(self, place: str, funcs: list[dict[str, str]],
              buckets: list[dict[str, str]], missed: int = 0) -> None:
        """The tables of <queue>/<cpu>."""
        self.put(f"{place}/funcs", FUNC, *funcs)
        self.put(f"{place}/histograms", BUCKET, *buckets)
        self.put(f"{place}/missed", {"what": "", "count": ""},
                 {"what": "works", "count": str(missed)},
                 {"what": "funcs", "count": "0"})

    def switch(self, name: str, on: bool) -> None:
        """As the kernel does it; a file would only keep what is written."""
        if not os.path.exists(self.directory):
            raise NotLoaded("cwq is not loaded")
        self.state[name] = on
        self.turned.append(f"{name} {'on' if on else 'off'}")
        self._put_control()

    def _put_control(self) -> None:
        self.put("control", {"switch": "", "state": ""},
                 *({"switch": name, "state": "on" if on else "off"}
                   for name, on in self.state.items()))
