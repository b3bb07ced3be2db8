# SPDX-License-Identifier: GPL-2.0
"""From two samples to rows."""

import unittest
from dataclasses import replace

from cwq.figures import Values
from cwq.rows import Comparison, Options
from cwq.sample import Sample, take

from .fake import Fake

FN = "refill_fn[mydev]"


class Rows(unittest.TestCase):
    """Two samples, two seconds apart."""

    def setUp(self) -> None:
        self.fake = Fake()
        self.addCleanup(self.fake.remove)

    def sample(self, seconds: float) -> Sample:
        """As if it had been taken at that time."""
        sample = take(self.fake)
        return replace(sample, monotonic=seconds, read_at={
            place: seconds for place in sample.read_at})

    def compare(self, before: Sample | None, now: Sample,
                **options: object) -> Comparison:
        """With these options."""
        return Comparison(now, before, Options(**options))  # type: ignore

    def one(self, rows: list[Values]) -> Values:
        """There is no other."""
        self.assertEqual(len(rows), 1)
        return rows[0]

    def test_rates(self) -> None:
        self.fake.queues({"accepted": "10", "executed": "8"},
                         {"cpu": "1", "accepted": "1", "executed": "1"})
        before = self.sample(5)
        self.fake.queues({"accepted": "20", "executed": "18"},
                         {"cpu": "1", "accepted": "5", "executed": "5"})
        row = self.one(self.compare(before, self.sample(7)).queues())
        self.assertEqual(row["accepted_per_s"], 7)
        rows = self.compare(before, self.sample(7), per_cpu=True).queues()
        self.assertEqual([row["accepted_per_s"] for row in rows], [5, 2])

    def test_no_rates_at_first(self) -> None:
        self.fake.queues({})
        row = self.one(self.compare(None, self.sample(5)).queues())
        self.assertIsNone(row["accepted_per_s"])
        self.assertIsNone(row["busy_percent"])

    def test_queue_made_anew(self) -> None:
        self.fake.queues({"accepted": "1000"})
        before = self.sample(5)
        self.fake.queues({"accepted": "4"})
        row = self.one(self.compare(before, self.sample(7)).queues())
        self.assertEqual(row["accepted_per_s"], 2)

    def test_queue_gone(self) -> None:
        self.fake.queues({}, {"queue": "other"})
        before = self.sample(5)
        self.fake.queues({"queue": "other"})
        row = self.one(self.compare(before, self.sample(7)).queues())
        self.assertEqual(row["queue"], "other")

    def test_queue_of_many_cpus(self) -> None:
        self.fake.queues(
            {"pending": "2", "oldest_ms": "3", "state": "pending",
             "pending_max": "5"},
            {"cpu": "1", "state": "stalled", "running_ms": "9", "func": FN,
             "flags": "draining,observed", "pending_max": "7", "stalls": "1"},
            {"cpu": "2", "pid": "-", "flags": "offline"})
        row = self.one(self.compare(None, self.sample(5)).queues())
        should = {"cpu": "all", "workers": 2, "pending": 2, "oldest_ms": 3,
                  "state": "stalled", "running_ms": 9, "func": FN,
                  "flags": "draining,offline", "pending_max": 7, "stalls": 1}
        self.assertEqual({key: row[key] for key in should}, should)

    def test_function_younger_than_a_millisecond(self) -> None:
        self.fake.queues({}, {"cpu": "1", "running_ms": "0", "func": FN})
        row = self.one(self.compare(None, self.sample(5)).queues())
        self.assertEqual((row["running_ms"], row["func"]), (0, FN))

    def test_times(self) -> None:
        observed = {"flags": "observed", "executed": "9"}
        self.fake.queues(observed, observed | {"cpu": "1"})
        self.fake.switch("timing", True)
        self.fake.switch("histograms", True)
        self.fake.times("mydev/0", [
            {"count": "2", "run_total_us": "40", "run_max_us": "30"}], [
            {"what": "run", "from_us": "16", "to_us": "32", "count": "2"}])
        self.fake.times("mydev/1", [], [])
        before = self.sample(5)
        self.fake.times("mydev/0", [
            {"count": "4", "run_total_us": "440", "run_max_us": "250"}], [
            {"what": "run", "from_us": "16", "to_us": "32", "count": "2"},
            {"what": "run", "from_us": "128", "to_us": "256", "count": "2"}],
            2)
        self.fake.times("mydev/1", [
            {"count": "2", "run_total_us": "200", "run_max_us": "100"}], [
            {"what": "run", "from_us": "64", "to_us": "128", "count": "2"}],
            3)
        now = self.sample(7)
        row = self.one(self.compare(before, now).funcs())
        self.assertEqual(
            [row[key] for key in ("runs_per_s", "run_avg_us", "run_max_us",
                                  "run_p50_us", "run_p99_us")],
            [2, 150, 250, (64, 128), (128, 256)])
        self.assertAlmostEqual(row["busy_percent"], .03)
        self.assertEqual(now.missed, 5)
        row = self.one(self.compare(before, now, accumulated=True).funcs())
        self.assertEqual(
            [row[key] for key in ("runs_per_s", "run_p50_us")],
            [2, (64, 128)])
        self.assertAlmostEqual(row["run_avg_us"], 640 / 6)
        rows = self.compare(before, now, per_cpu=True).funcs()
        self.assertEqual([(row["cpu"], row["run_p50_us"]) for row in rows],
                         [(0, (128, 256)), (1, (64, 128))])
        row = self.one(self.compare(before, now).queues())
        self.assertEqual(row["run_p99_us"], (128, 256))

    def test_nothing_is_measured(self) -> None:
        self.fake.queues({"executed": "9"})
        self.fake.put("works", {"queue": "", "cpu": "", "state": "",
                                "func": "", "count": ""},
                      {"queue": "mydev", "cpu": "0", "state": "running",
                       "func": FN, "count": "1"},
                      {"queue": "mydev", "cpu": "1", "state": "pending",
                       "func": FN, "count": "1"},
                      {"queue": "mydev", "cpu": "1", "state": "truncated",
                       "func": "-", "count": "44"})
        sample = self.sample(5)
        rows = self.compare(sample, self.sample(7)).funcs()
        self.assertEqual(
            [(row["func"], row["live"], row["running"], row["runs_per_s"])
             for row in rows],
            [(FN, 2, 1, None), ("(not listed)", 44, 0, None)])

    def test_hide_and_filter(self) -> None:
        self.fake.queues({}, {"queue": "busy", "state": "running",
                              "running_ms": "1", "func": FN})
        sample = self.sample(5)
        row = self.one(self.compare(None, sample, hide_idle=True).queues())
        self.assertEqual(row["queue"], "busy")
        row = self.one(self.compare(None, sample, only="ydev").queues()[:1])
        self.assertEqual(row["queue"], "mydev")
        self.assertEqual(self.compare(None, sample, only="x").queues(), [])

    def test_truncated_waiters(self) -> None:
        nothing = dict.fromkeys(
            ("hop", "pid", "comm", "call", "wait_ms", "queue", "cpu", "ahead",
             "func", "running_ms", "worker"), "-")
        self.fake.put("waiters", {"waiter": "", "then": ""} | nothing,
                      nothing | {"waiter": "7", "then": "truncated"})
        row = self.one(self.compare(None, self.sample(5)).waiters())
        self.assertEqual((row["waiter"], row["hop"], row["then"]),
                         (7, None, "truncated"))


if __name__ == "__main__":
    unittest.main()
