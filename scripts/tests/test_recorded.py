# SPDX-License-Identifier: GPL-2.0
"""Tables that a kernel has written."""

import os
import tempfile
import unittest

from cwq import stalls
from cwq.debugfs import Debugfs
from cwq.rows import Comparison, Options
from cwq.sample import take

RECORDED = os.path.join(os.path.dirname(__file__), "recorded.txt")


def unpack(root: str) -> None:
    """Lay the files of the recording into a directory."""
    with open(RECORDED, encoding="utf-8") as recorded:
        for part in recorded.read().split("== ")[1:]:
            name, table = part.split("\n", 1)
            path = os.path.join(root, "cwq", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(table)


class Recorded(unittest.TestCase):
    """What comes of them."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        unpack(directory.name)
        self.debugfs = Debugfs(directory.name)

    def compare(self, options: Options = Options()) -> Comparison:
        """With nothing: there is one sample."""
        return Comparison(take(self.debugfs), None, options)

    def test_queues(self) -> None:
        rows = {row["queue"]: row for row in self.compare().queues()}
        self.assertEqual(list(rows), ["events", "cwq_items", "cwq_single",
                                      "cwq_hash"])
        items = rows["cwq_items"]
        self.assertEqual(
            [items[key] for key in ("workers", "state", "pending", "delayed",
                                    "running", "running_ms", "func",
                                    "stalls")],
            [4, "stalled", 3, 3, 2, 4412, "follow_fn[cwq_test_items]", 2])
        self.assertEqual(rows["cwq_single"]["kind"], "single")

    def test_times(self) -> None:
        rows = {(row["cpu"], row["func"]): row for row in self.compare(
            Options(per_cpu=True, accumulated=True)).funcs()}
        item = rows[1, "item_fn[cwq_test_items]"]
        self.assertEqual(item["live"], 4)
        self.assertEqual(item["run_p50_us"], (16384, 32768))
        self.assertEqual(item["run_p99_us"], (32768, 65536))
        self.assertAlmostEqual(item["run_avg_us"], 152446 / 5)
        self.assertEqual(item["wait_max_us"], 124846)
        # It runs, and has never returned.
        follow = rows[2, "follow_fn[cwq_test_items]"]
        self.assertEqual((follow["live"], follow["run_p50_us"]), (1, None))

    def test_waiters(self) -> None:
        rows = self.compare().waiters()
        self.assertEqual([(row["waiter"], row["hop"], row["then"])
                          for row in rows],
                         [(3, 0, "runs"), (4, 0, "runs"), (4, 0, "waits"),
                          (4, 1, "runs")])

    def test_stalls(self) -> None:
        events = stalls.Watch(self.debugfs).look()
        self.assertEqual([(event.cpu, event.func, len(event.waiters))
                          for event in events],
                         [(1, "item_fn[cwq_test_items]", 2),
                          (2, "follow_fn[cwq_test_items]", 1)])


if __name__ == "__main__":
    unittest.main()
