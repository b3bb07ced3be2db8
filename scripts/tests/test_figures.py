# SPDX-License-Identifier: GPL-2.0
"""Percentiles, and the difference between two samples."""

import unittest
from collections import Counter

from cwq import units
from cwq.histogram import Histogram, percentile
from cwq.sample import Times


class Percentile(unittest.TestCase):
    """In which bucket is it?"""

    def test_nothing(self) -> None:
        self.assertIsNone(percentile(Counter(), 50))

    def test_one(self) -> None:
        histogram: Histogram = Counter({(16, 32): 1})
        for percent in 0, 50, 99, 100:
            self.assertEqual(percentile(histogram, percent), (16, 32))

    def test_edges(self) -> None:
        histogram: Histogram = Counter({(64, 128): 1, (0, 1): 50,
                                        (16, 32): 49})
        self.assertEqual(percentile(histogram, 50), (0, 1))
        self.assertEqual(percentile(histogram, 51), (16, 32))
        self.assertEqual(percentile(histogram, 99), (16, 32))
        self.assertEqual(percentile(histogram, 99.5), (64, 128))

    def test_last_bucket_has_no_end(self) -> None:
        self.assertEqual(percentile(Counter({(1 << 30, None): 1}), 50),
                         (1 << 30, None))


class Since(unittest.TestCase):
    """What came after."""

    before = Times(10, 100, 50, 20, 9, Counter({(8, 16): 10}),
                   Counter({(2, 4): 10}))

    def test_difference(self) -> None:
        after = Times(15, 300, 60, 40, 9, Counter({(8, 16): 12, (16, 32): 3}),
                      Counter({(2, 4): 15}))
        self.assertEqual(after.since(self.before), Times(
            5, 200, 60, 20, 9, Counter({(8, 16): 2, (16, 32): 3}),
            Counter({(2, 4): 5})))

    def test_nothing(self) -> None:
        self.assertEqual(self.before.since(self.before).runs, 0)

    def test_cleared_meanwhile(self) -> None:
        after = Times(3, 30, 12, 6, 2, Counter({(8, 16): 3}))
        self.assertEqual(after.since(self.before), after)

    def test_histograms_switched_on_later(self) -> None:
        before = Times(10, 100)
        after = Times(12, 120, run=Counter({(8, 16): 2}))
        self.assertEqual(after.since(before),
                         Times(2, 20, run=Counter({(8, 16): 2})))


class Units(unittest.TestCase):
    """Always there, and never wider than the column."""

    def test_times(self) -> None:
        for value, text in ((0, "0us"), (999, "999us"), (999.6, "1.00ms"),
                            (1024, "1.02ms"), (12_345, "12.3ms"),
                            (999_600, "1.00s"), (33_554_432, "33.6s"),
                            (59_960_000, "1m00s"), (3_599_600_000, "1h00m"),
                            (90_000_000_000, "1d01h"), (None, "-")):
            self.assertEqual(units.microseconds(value), text)
        self.assertEqual(units.milliseconds(0), "<1ms")

    def test_numbers(self) -> None:
        for value, text in ((0, "0"), (99_999, "99999"), (100_000, "100k"),
                            (1_234_567, "1235k"), (10 ** 9, "1000M"),
                            (1.25, "1.2"), (99.96, "100"), (None, "-")):
            self.assertEqual(units.number(value), text)
        self.assertEqual(units.rate(12.34), "12.3/s")
        self.assertEqual(units.percent(99.96), "100%")
        self.assertEqual(units.percent(0.04), "0.0%")

    def test_buckets(self) -> None:
        self.assertEqual(units.bucket((16, 32)), "<32us")
        self.assertEqual(units.bucket((1 << 30, None)), ">17m54s")

    def test_width(self) -> None:
        for power in range(0, 45):
            for value in (2 ** power - 1, 2 ** power, 2 ** power + .96):
                for show in (units.microseconds, units.rate):
                    self.assertLessEqual(len(show(value)), 8, value)

    def test_what_a_terminal_would_obey(self) -> None:
        self.assertEqual(units.text("a\x1b[2Jb\udcff\u00e4"), "a?[2Jb??")


if __name__ == "__main__":
    unittest.main()
