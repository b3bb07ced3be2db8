# SPDX-License-Identifier: GPL-2.0
"""Of cwq-bench: reading rounds, ratios, the tables, comparing, the budget."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from typing import Optional

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from cwq_bench import budget, compare, plots, tables  # noqa: E402
from cwq_bench.figures import (BenchError, Figures, Key, parse,  # noqa: E402
                               ratios, read_observed, read_vm, spread)
from cwq_bench.run import Run, load  # noqa: E402

BUSY = Key("6.1", 1, True, "busy-enqueue", "cwq", "instructions")
RATE = Key("6.1", 4, False, "one-queue", "cwq", "per_s")
WORKER = RATE._replace(peer="kthread_worker")


def run_of(figures: Figures) -> Run:
    return Run({"host": "a machine", "kernels": {"6.1": "6.1.0-1"}}, figures)


class Files(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.mkdtemp()
        self.addCleanup(self.remove)

    def remove(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self.directory):
                os.remove(self.path(name))
            os.rmdir(self.directory)

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def write(self, name: str, text: str) -> str:
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)


class Reading(Files):
    def test_round(self) -> None:
        self.assertEqual(parse(["ops cwq ps 190000\n"], "round-1"),
                         {("ops", "cwq", "ps"): 190000})

    def test_peer_that_could_not_be_made(self) -> None:
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            figures = parse(["ops bh failed 12\n", "ops cwq ps 190000\n"],
                            "round-1")
        self.assertEqual(figures, {("ops", "cwq", "ps"): 190000})
        self.assertEqual(told.getvalue(), "round-1: bh could not be measured"
                                          " in ops: error 12\n")

    def test_bad_rounds(self) -> None:
        for text, error in (("ops cwq ps\n", "round-1:1: no figure"),
                            ("ops cwq ps -1\n", "no figure"),
                            ("a b c 1\na b c 1\n", "round-1:2: twice"),
                            ("", "nothing was measured")):
            with self.assertRaisesRegex(BenchError, error):
                parse(text.splitlines(True), "round-1")

    def test_rounds_in_their_order(self) -> None:
        for n in (10, 9, 1):
            self.write(f"round-{n}", f"one-queue cwq per_s {n}\n")
        self.assertEqual(read_vm(self.directory, "6.1", 4, False),
                         {RATE: [1, 9, 10]})

    def test_time_is_a_count_of_instructions(self) -> None:
        self.write("round-1", "busy-enqueue cwq ps 190000\n"
                   "depth/10 cwq enqueue_ps 4000\n")
        self.assertEqual(
            read_vm(self.directory, "6.1", 1, True),
            {BUSY: [95], BUSY._replace(test="depth/10",
                                       metric="enqueue_instructions"): [2]})

    def test_what_is_missing_in_a_round(self) -> None:
        self.write("round-1", "ops cwq ps 1\nops bound ps 1\n")
        self.write("round-2", "ops cwq ps 1\n")
        with self.assertRaisesRegex(BenchError, "ops bound ps: in 1 of 2"):
            read_vm(self.directory, "6.1", 4, False)

    def test_no_rounds(self) -> None:
        with self.assertRaisesRegex(BenchError, "no rounds"):
            read_vm(self.directory, "6.1", 4, False)

    def test_observed(self) -> None:
        for switch in ("timing", "histograms", "provenance"):
            self.write(f"observed-{switch}", "busy-enqueue cwq ps 190000\n")
        self.write("works", "0 10 1.0 2.0\n10000 10 3.0 5.0\n")
        figures = read_observed(self.directory, "6.1")
        self.assertEqual(figures[BUSY._replace(peer="cwq+timing")], [95])
        self.assertEqual(figures[BUSY._replace(
            test="read-works", metric="read_instructions")], [5e7])

    def test_not_observed(self) -> None:
        self.assertEqual(read_observed(self.directory, "6.1"), {})


class Ratios(unittest.TestCase):
    FIGURES = {RATE: [10.0, 20, 40], WORKER: [5.0, 5, 40]}

    def test_round_by_round(self) -> None:
        self.assertEqual(ratios(self.FIGURES, RATE, "kthread_worker"),
                         [0.5, 0.25, 1])

    def test_of_a_rate_more_is_better(self) -> None:
        self.assertEqual(
            tables.advantage(self.FIGURES, RATE, "kthread_worker"), [2, 4, 1])

    def test_no_such_peer(self) -> None:
        self.assertEqual(ratios(self.FIGURES, RATE, "bh"), [])

    def test_spread(self) -> None:
        self.assertEqual(spread([1, 8, 10, 12, 100]), 0.2)
        self.assertEqual(spread([8]), 0)
        self.assertEqual(spread([0, 0]), 0)


class Tables(unittest.TestCase):
    def lines(self, figures: Figures) -> list[str]:
        return list(tables.report(run_of(figures)))

    def test_figures_and_ratios(self) -> None:
        lines = self.lines({BUSY: [95.0, 96, 97],
                            BUSY._replace(peer="bound"): [192.0, 192, 192]})
        self.assertIn("== Linux 6.1.0-1", lines)
        rows = [line.split() for line in lines
                if line.startswith("busy-enqueue")]
        self.assertEqual(rows, [["busy-enqueue", "96.0", "192.0"],
                                ["busy-enqueue", "2.00±1%"]])

    def test_contention(self) -> None:
        lines = self.lines({RATE: [400000.0], WORKER: [100000.0]})
        rows = [line.split() for line in lines if "producers" in line]
        self.assertEqual(rows, [["4", "producers", "400,000", "100,000"],
                                ["4", "producers", "4.00±0%"]])

    def test_kernels_in_their_order(self) -> None:
        names = ["6.1", "6.12", "7.3", "7.3-arm64"]
        figures = {BUSY._replace(kernel=name): [1.0]
                   for name in reversed(names)}
        self.assertEqual(run_of(figures).kernels(), names)

    def test_a_peer_that_cannot_do_it(self) -> None:
        lines = self.lines({BUSY: [95.0], BUSY._replace(
            peer="floor", test="queue-wait"): [7000.0],
            BUSY._replace(test="queue-wait"): [6000.0]})
        row = next(line for line in lines if line.startswith("busy-enqueue"))
        self.assertEqual(row.split(), ["busy-enqueue", "95.0", "-"])


class Comparing(Files):
    def compare(self, old: Figures, new: Figures) -> list[str]:
        return list(compare.report(run_of(old), run_of(new)))

    def line(self, old: list[float], new: list[float],
             key: Key = BUSY) -> Optional[str]:
        return compare.change({key: old}, {key: new}, key)

    def test_more_instructions_are_worse(self) -> None:
        line = self.line([100.0, 100], [110.0, 110])
        assert line
        self.assertRegex(line, r"100\.00 +110\.00 +\+10\.0%  WORSE")

    def test_fewer_are_better(self) -> None:
        line = self.line([100.0, 100], [90.0, 90])
        assert line
        self.assertRegex(line, r"-10\.0%  better")

    def test_what_the_rounds_differ_by_is_no_change(self) -> None:
        self.assertIsNone(self.line([100.0, 120], [110.0, 130]))
        self.assertIsNone(self.line([100.0], [101.0]))

    def test_times_are_compared_by_the_ratio_to_a_peer(self) -> None:
        # The machine was twice as fast: nothing has changed.
        old = {RATE: [100.0], WORKER: [50.0]}
        self.assertIsNone(compare.change(
            old, {RATE: [200.0], WORKER: [100.0]}, RATE))
        line = compare.change(old, {RATE: [100.0], WORKER: [100.0]}, RATE)
        assert line
        self.assertRegex(line, r"2\.00 +1\.00 +-50\.0%  WORSE")

    def test_nothing_in_common(self) -> None:
        with self.assertRaisesRegex(BenchError, "no figure in common"):
            self.compare({BUSY: [1.0]}, {RATE: [1.0]})

    def test_summary(self) -> None:
        self.assertIn("1 of 1 figures differ by no more",
                      self.compare({BUSY: [1.0]}, {BUSY: [1.0]})[-1])

    def test_saved_and_loaded(self) -> None:
        run = run_of({BUSY: [95.0, 96], RATE: [1.0]})
        run.save(self.path("run.json"))
        again = load(self.path("run.json"))
        self.assertEqual(again.figures, run.figures)
        self.assertEqual(again.environment, run.environment)

    def test_not_a_run(self) -> None:
        for text, error in (("", "not a run"), ("{}", "not a run"),
                            ("[]", "not a run"), ('{"format": 0}', "format 0"),
                            ('{"format": 1, "environment": {}, "figures":'
                             ' [{}]}', "not a run")):
            path = self.write("bad.json", text)
            with self.assertRaisesRegex(BenchError, error):
                load(path)


class Budget(Files):
    def check(self, old: dict[str, float],
              new: dict[str, float]) -> tuple[str, bool]:
        lines, good = budget.check(old, new)
        return "\n".join(lines), good

    def test_within(self) -> None:
        text, good = self.check({"a": 100.0}, {"a": 102.0})
        self.assertTrue(good)
        self.assertRegex(text, r"a +100\.0 +102\.0 +\+2\.0%$")

    def test_exceeded(self) -> None:
        text, good = self.check({"a": 100.0}, {"a": 102.1})
        self.assertFalse(good)
        self.assertRegex(text, r"a +100\.0 +102\.1 +\+2\.1%  EXCEEDED")

    def test_less(self) -> None:
        text, good = self.check({"a": 100.0}, {"a": 90.0})
        self.assertTrue(good)
        self.assertIn("worth an update", text)

    def test_not_in_both(self) -> None:
        self.assertFalse(self.check({"a": 1.0}, {})[1])
        self.assertFalse(self.check({}, {"a": 1.0})[1])

    def test_written_and_read(self) -> None:
        path = self.write("budget", budget.text({"a": 95.25, "b": 12345.0}))
        self.assertEqual(budget.read(path), {"a": 95.2, "b": 12345})

    def test_bad_budget(self) -> None:
        with self.assertRaisesRegex(BenchError, "budget:2: not an operation"):
            budget.read(self.write("budget", "# x\na\n"))

    def test_costs(self) -> None:
        path = self.write("round-1", "a cwq ps 4000\na bound ps 8000\n"
                          "create-destroy cwq ps 9000\n")
        self.assertEqual(budget.costs(path), {"a": 2})
        with self.assertRaisesRegex(BenchError, "no operations of cwq"):
            budget.costs(self.write("round-1", "a bound ps 8000\n"))


class Plots(unittest.TestCase):
    def test_pictures(self) -> None:
        figures = {key._replace(cpus=cpus): [1000.0 * cpus, 1500.0 * cpus]
                   for key in (RATE, WORKER) for cpus in (1, 2, 4)}
        pictures = plots.draw(run_of(figures), "6.1")
        self.assertEqual(len(pictures), 1)
        page = plots.page(pictures)
        xml.etree.ElementTree.fromstring(page)
        self.assertIn("kthread_worker", page)

    def test_nothing_measured(self) -> None:
        self.assertEqual(plots.draw(run_of({BUSY: [1.0]}), "6.1"), [])


if __name__ == "__main__":
    unittest.main()
