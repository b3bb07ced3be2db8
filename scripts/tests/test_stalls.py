# SPDX-License-Identifier: GPL-2.0
"""Stalls that come and go."""

import json
import unittest

from cwq import stalls

from .fake import WAITER, Fake

STALLED = {"state": "stalled", "stalls": "1", "running": "1",
           "running_ms": "31000", "pending": "2", "oldest_ms": "30000",
           "func": "refill_fn[mydev]"}


class Stalls(unittest.TestCase):
    """A watch over a fake."""

    def setUp(self) -> None:
        self.fake = Fake()
        self.addCleanup(self.fake.remove)
        self.watch = stalls.Watch(self.fake)

    def seen(self, *rows: dict[str, str]) -> list[str]:
        """What has happened, now that the queues are like this."""
        self.fake.queues(*rows)
        return [event.event for event in self.watch.look()]

    def test_come_and_go(self) -> None:
        self.assertEqual(self.seen({}), [])
        self.assertEqual(self.seen(STALLED), ["stalled"])
        self.assertEqual(self.seen(STALLED), [])
        self.assertEqual(self.seen({"stalls": "1"}), ["moved"])
        self.assertEqual(self.seen({"stalls": "1"}), [])

    def test_stalled_at_first(self) -> None:
        self.assertEqual(self.seen(STALLED), ["stalled"])

    def test_old_stalls_are_no_news(self) -> None:
        self.assertEqual(self.seen({"stalls": "3"}), [])

    def test_between_two_looks(self) -> None:
        self.seen({})
        self.assertEqual(self.seen({"stalls": "1"}), ["passed"])

    def test_another_at_once(self) -> None:
        self.seen(STALLED)
        self.assertEqual(self.seen(STALLED | {"stalls": "2"}), ["stalled"])

    def test_gone(self) -> None:
        self.seen(STALLED)
        self.assertEqual(self.seen(), ["gone"])
        self.seen(STALLED)
        self.assertEqual([event.event for event in self.watch.forget()],
                         ["gone"])
        self.assertEqual(self.seen(STALLED), ["stalled"])

    def test_each_cpu_on_its_own(self) -> None:
        self.seen(STALLED)
        self.assertEqual(self.seen(STALLED, STALLED | {"cpu": "1"}),
                         ["stalled"])

    def test_text(self) -> None:
        self.fake.queues(STALLED)
        self.fake.put("waiters", WAITER, {}, {"cpu": "1", "comm": "other"},
                      {"hop": "1", "comm": "worker"})
        event, = self.watch.look()
        self.assertEqual(
            stalls.as_text(event, "12:00:00").split("\n"),
            ["12:00:00 mydev on CPU 0: stalled, refill_fn[mydev] has been"
             " running for 31s; 2 pending",
             "         rmmod (2041) waits for it in flush_workqueue for"
             " 1.20s"])

    def test_json(self) -> None:
        self.fake.queues(STALLED | {"cpu": "-"})
        self.fake.put("waiters", WAITER, {"cpu": "-"})
        event, = self.watch.look()
        self.assertEqual(json.loads(stalls.as_json(event, 0.5)), {
            "time": "1970-01-01T00:00:00.500Z", "event": "stalled",
            "queue": "mydev", "cpu": None, "func": "refill_fn[mydev]",
            "running_ms": 31000, "pending": 2, "oldest_ms": 30000,
            "stalls": 1, "waiters": [
                {"pid": 2041, "comm": "rmmod", "call": "flush_workqueue",
                 "wait_ms": 1204}]})

    def test_pending_only(self) -> None:
        self.fake.queues(STALLED | {"func": "-", "running_ms": "-"})
        event, = self.watch.look()
        self.assertIn("stalled, 2 pending, the first of them for 30s",
                      stalls.as_text(event, ""))


if __name__ == "__main__":
    unittest.main()
