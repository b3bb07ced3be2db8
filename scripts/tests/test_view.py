# SPDX-License-Identifier: GPL-2.0
"""What is on a screen, however small, and what keys do."""

import re
import unittest

from cwq.columns import FUNCS, QUEUES, TABLES, chosen, sort
from cwq.figures import Values
from cwq.layout import plain, share
from cwq.monitor import Monitor
from cwq.rows import Options
from cwq.view import ACTIONS, View

from .fake import WAITER, WORK, Fake


class Layout(unittest.TestCase):
    """Room for columns and rows."""

    def test_keys_of_columns_are_unique(self) -> None:
        for table in TABLES:
            keys = [column.key for column in table.columns]
            self.assertEqual(len(keys), len(set(keys)))

    def test_wide_has_all_columns(self) -> None:
        for table in TABLES:
            self.assertEqual(chosen(table, 10_000), list(table.columns))

    def test_narrow_keeps_what_matters(self) -> None:
        titles = [column.title for column in chosen(QUEUES, 80)]
        for title in "QUEUE", "STATE", "IN", "OUT", "PEND", "FUNC":
            self.assertIn(title, titles)
        titles = [column.title for column in chosen(FUNCS, 80)]
        for title in "FUNCTION", "RUNS", "RUN-P50", "RUN-P99":
            self.assertIn(title, titles)
        self.assertEqual(len(chosen(QUEUES, 1)), 1)

    def test_share(self) -> None:
        self.assertEqual(share(10, [3, 20, 2]), [3, 5, 2])
        self.assertEqual(share(10, [20, 20]), [5, 5])
        self.assertEqual(share(2, [1, 1, 1]), [1, 1, 0])
        self.assertEqual(share(-1, [5]), [0])

    def test_sort(self) -> None:
        rows: list[Values] = [{"n": None}, {"n": 1}, {"n": 3}]
        self.assertEqual([row["n"] for row in sort(rows, "n", False)],
                         [3, 1, None])
        self.assertEqual([row["n"] for row in sort(rows, "n", True)],
                         [1, 3, None])
        words: list[Values] = [{"n": "b"}, {"n": "a"}]
        self.assertEqual([row["n"] for row in sort(words, "n", False)],
                         ["a", "b"])


class Keys(unittest.TestCase):
    """A view of a fake."""

    def setUp(self) -> None:
        self.fake = Fake()
        self.addCleanup(self.fake.remove)
        self.fake.queues({"accepted": "5", "executed": "5"},
                         {"cpu": "1", "state": "stalled", "stalls": "1",
                          "func": "refill_fn[mydev]", "running_ms": "31000"},
                         *({"queue": f"queue{i}"} for i in range(30)))
        self.fake.put("works", WORK, {})
        self.fake.put("waiters", WAITER, {})
        self.view = View(Monitor(self.fake), Options())
        self.view.monitor.look()
        self.view.monitor.look()

    def screen(self, width: int = 100, height: int = 30) -> str:
        """As text."""
        return "\n".join(map(plain, self.view.lines(width, height)))

    def press(self, *keys: str) -> None:
        """One after the other."""
        for key in keys:
            self.view.press(key)

    def test_everything_is_there(self) -> None:
        screen = self.screen()
        for text in ("31 queues, 32 workers: 1 stalled", "QUEUE", "FUNCTION",
                     "WAITER", "rmmod (2041) in flush_workqueue for mydev",
                     "timing and histograms are off", "31s", "0/s"):
            self.assertIn(text, screen)

    def test_any_size(self) -> None:
        for keys in "", "z", "h", "/":
            self.press(*keys)
            for width in 1, 2, 10, 37, 80, 300:
                for height in 1, 2, 3, 8, 12, 13, 50:
                    lines = self.view.lines(width, height)
                    self.assertEqual(len(lines), height)
                    for line in lines:
                        self.assertLessEqual(len(plain(line)), width)

    def test_every_key_is_explained(self) -> None:
        self.press("h")
        screen = self.screen(height=200)
        for key in ACTIONS:
            if len(key) == 1 and key != " ":
                self.assertRegex(screen, rf"(?m)^  (.+ )?{re.escape(key)} ")

    def test_every_action(self) -> None:
        for key in ACTIONS:
            self.press(key, key)
            self.screen()
            self.press("ESCAPE")
            self.view.help_top = None

    def test_scroll(self) -> None:
        self.press("z")
        self.assertIn("queue0 ", self.screen())
        self.press("END")
        self.assertNotIn("queue0 ", self.screen())
        self.assertIn("queue29", self.screen())
        self.press("DOWN", "HOME", "UP")
        self.assertIn("queue0 ", self.screen())

    def test_sort(self) -> None:
        self.press("z", "<")
        order = self.screen()
        self.press("r")
        self.assertNotEqual(self.screen(), order)

    def test_per_cpu(self) -> None:
        self.press("z")
        self.assertEqual(self.screen().count("\nmydev"), 1)
        self.press("c")
        self.assertEqual(self.screen().count("\nmydev"), 2)

    def test_filter(self) -> None:
        self.press("/", "e", "2", "x", "BACKSPACE", "ENTER")
        self.assertNotIn("queue1 ", self.screen())
        self.assertIn("queue2 ", self.screen())
        self.assertIn("only 'e2'", self.screen())
        self.press("/", "ENTER")
        self.assertIn("queue1 ", self.screen())

    def test_q_in_a_filter_does_not_quit(self) -> None:
        self.press("/", "q", "ESCAPE")
        self.assertFalse(self.view.done)
        self.press("q")
        self.assertTrue(self.view.done)

    def test_interval(self) -> None:
        self.press("+")
        self.assertEqual(self.view.interval, 2)
        self.press(*("-" * 20))
        self.assertEqual(self.view.interval, .1)

    def test_measure(self) -> None:
        self.fake.switch("timing", True)
        self.fake.turned.clear()
        self.press("m")
        self.assertEqual(self.fake.turned, ["histograms on"])
        self.press("m")
        self.assertEqual(self.fake.turned, ["histograms on",
                                            "histograms off"])
        self.view.monitor.close()
        self.assertEqual(len(self.fake.turned), 2)

    def test_unknown_key(self) -> None:
        self.press("x")
        self.assertIn("no such key", self.screen())

    def test_unloaded_and_loaded_again(self) -> None:
        self.press("m")
        self.fake.unload()
        self.view.monitor.look()
        self.assertIn("cwq is not loaded", self.screen())
        self.press("q", "m", "m")
        self.fake.load()
        self.fake.queues({"accepted": "1"})
        self.view.monitor.look()
        self.assertIn("1 queues", self.screen())
        self.assertIn("timing on", self.screen())
        self.assertNotIn("/s", plain(self.view.lines(100, 30)[7]))
        self.view.monitor.close()
        self.assertEqual(self.fake.state["timing"], False)


if __name__ == "__main__":
    unittest.main()
