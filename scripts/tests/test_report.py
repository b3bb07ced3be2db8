# SPDX-License-Identifier: GPL-2.0
"""Of cwq-report: reading traces, making works of events, figures, the page."""

import os
import re
import sys
import unittest
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from cwq_report import page, plots, stats  # noqa: E402
from cwq_report.trace import Recording, TraceError, parse_line  # noqa: E402
from cwq_report.works import SINGLE, Run, plain_name  # noqa: E402

HEADER = "# tracer: nop\n"
PID = {("q", 0): 10, ("q", 1): 11, ("r", 0): 20, ("s", SINGLE): 30}


def line(time, message, pid=5, comm="sh", cpu=0):
    seconds, us = divmod(time, 1000000)
    return f"  {comm}-{pid}  [{cpu:03d}] d..1.  {seconds}.{us:06d}: {message}\n"


def queue(time, work, cpu=0, name="q", func="fn", asked=None, by=5):
    asked = cpu if asked is None else asked
    return line(time, f"cwq_queue_work: work struct={work} function={func}"
                      f" workqueue={name} req_cpu={asked} cpu={cpu}", by)


def cancel(time, work, cpu=0, name="q", func="fn"):
    return line(time, f"cwq_cancel_work: work struct={work} function={func}"
                      f" workqueue={name} cpu={cpu}")


def execute(what, time, work, cpu=0, name="q", func="fn"):
    comm = name if cpu == SINGLE else f"{name}/{cpu}"
    return line(time, f"cwq_execute_{what}: work struct {work}:"
                      f" function {func}", PID[name, cpu], comm, max(cpu, 0))


def start(*args, **kwargs):
    return execute("start", *args, **kwargs)


def end(*args, **kwargs):
    return execute("end", *args, **kwargs)


def run_of(*lines, head=HEADER):
    return Run(Recording((head + "".join(lines)).splitlines(True)))


def recorded(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return Run(Recording(file))


def turns(run):
    """What became of each work, in the order in which they were queued."""
    return [(work.queued, work.started, work.ended, work.cancelled)
            for work in run.works]


class Reading(unittest.TestCase):
    def test_fields_by_name(self):
        event = parse_line(
            "     my-dev-7     [013] d..1.    19.189090: cwq_queue_work: work"
            " struct=00ad function=fn [mod] workqueue=a b req_cpu=2 cpu=-1\n")
        self.assertEqual(event[:5],
                         (19189090, 13, 7, "my-dev", "cwq_queue_work"))
        self.assertEqual(event.fields, {
            "work struct": "00ad", "function": "fn[mod]", "workqueue": "a b",
            "req_cpu": "2", "cpu": "-1"})

    def test_order_and_more_fields(self):
        event = parse_line(line(1, "cwq_queue_work: cpu=3 new=1 work struct=1"))
        self.assertEqual(event.fields["work struct"], "1")
        self.assertEqual(event.fields["cpu"].split()[0], "3")

    def test_columns_of_other_options(self):
        event = parse_line("  q/0-7  (  7) [000] 1.000002: cwq_execute_end:"
                           " work struct 00ad: function fn [mod]\n")
        self.assertEqual((event.time, event.pid), (1000002, 7))
        self.assertEqual(event.fields["work struct"], "00ad")

    def test_others_events(self):
        self.assertIsNone(parse_line(line(1, "sched_switch: prev_pid=1")))
        self.assertEqual(run_of(line(1, "sched_switch: a"), head="").works, [])

    def test_nothing_happened(self):
        self.assertEqual(run_of().works, [])

    def test_errors(self):
        for text, complaint in (
                ("", "not the text of a trace"),
                ("<html>\n", "not the text of a trace"),
                (line(1, "cwq_execute_end: work struct (____ptrval____):"
                         " function fn"), "tell works apart"),
                ("  sh-5 [000] d..1. 12345: cwq_execute_end: work struct 1:"
                 " function fn\n", "not in seconds"),
                (line(1, "cwq_queue_work: work struct=00"), "no such field"),
                (queue(1, "a", cpu="x"), "no number")):
            with self.assertRaisesRegex(TraceError, complaint):
                run_of(text, head="")

    def test_facts(self):
        recording = Recording([
            "#@ kernel 6.1\n", "#@ before queue cpu pid\n",
            "#@ before q 0 10\n", "#@ stats 1 overrun: 3\n",
            "#@ stats 0 overrun: 0\n", "#@ stats 0 commit overrun: 1\n",
            "#@ stats 1 dropped events: 2\n", HEADER,
            "# entries-in-buffer/entries-written: 4/9   #P:2\n"])
        self.assertEqual(recording.facts, {"kernel": "6.1"})
        self.assertEqual(recording.before,
                         [{"queue": "q", "cpu": "0", "pid": "10"}])
        self.assertEqual((recording.overruns, recording.lost), ({1: 3}, 3))

    def test_lost_events_in_any_trace(self):
        run = run_of("CPU:1 [LOST 12 EVENTS]\n", queue(1, "a"), head=HEADER +
                     "# entries-in-buffer/entries-written: 4/9   #P:2\n")
        self.assertEqual(run.recording.lost, 17)
        self.assertIn("17 events lost", "".join(page.warnings(run)))

    def test_names_in_debugfs(self):
        self.assertEqual(plain_name("my\\040dev#2"), "my dev")


class Pairing(unittest.TestCase):
    def test_in_turn(self):
        run = run_of(queue(1, "a"), queue(2, "b"), start(3, "a"), end(5, "a"),
                     start(6, "b"), end(9, "b"))
        self.assertEqual(turns(run), [(1, 3, 5, False), (2, 6, 9, False)])
        self.assertEqual({(work.queue, work.cpu, work.pid)
                          for work in run.works}, {("q", 0, 10)})

    def test_requeued_from_inside(self):
        run = run_of(queue(1, "a"), start(2, "a"), queue(3, "a", by=10),
                     end(4, "a"), start(5, "a"), end(6, "a"))
        self.assertEqual(turns(run), [(1, 2, 4, False), (3, 5, 6, False)])

    def test_address_used_again(self):
        """The function has freed its work; another is where that was."""
        run = run_of(queue(1, "a"), start(2, "a"), queue(3, "a", cpu=1),
                     start(4, "a", cpu=1), end(5, "a"), end(6, "a", cpu=1))
        self.assertEqual(turns(run), [(1, 2, 5, False), (3, 4, 6, False)])

    def test_cancelled(self):
        run = run_of(queue(1, "a"), cancel(2, "a"), queue(3, "a"),
                     cancel(4, "d"))
        self.assertEqual(turns(run), [(1, None, None, True),
                                      (3, None, None, False)])
        self.assertEqual(run.taken, 1)
        self.assertEqual(run.strays, 0)

    def test_barriers(self):
        run = run_of(line(7, "cwq_insert_barrier: workqueue=q cpu=1"),
                     line(8, "cwq_create_workqueue: workqueue=q"))
        self.assertEqual(run.barriers, [(7, "q", 1)])

    def test_function_changed_before_start(self):
        run = run_of(queue(1, "a"), start(2, "a", func="other"))
        self.assertEqual(run.works[0].func, "other")

    def test_begins_in_the_middle(self):
        run = run_of(end(1, "a"), start(2, "b"), end(4, "b"),
                     end(5, "c", name="r"))
        self.assertEqual(turns(run), [(None, None, 1, False),
                                      (None, 2, 4, False),
                                      (None, None, 5, False)])
        self.assertEqual([work.queue for work in run.works], ["q", "q", "r"])
        self.assertEqual(run.strays, 0)

    def test_threads_known_from_debugfs(self):
        head = ("#@ after queue cpu pid\n#@ after a\\040queue#2 1 10\n"
                "#@ after other - 20\n#@ after off 1 -\n" + HEADER)
        run = run_of(end(1, "a"), end(2, "b", name="r"), head=head)
        self.assertEqual([(work.queue, work.cpu) for work in run.works],
                         [("a queue", 1), ("other", SINGLE)])

    def test_ends_in_the_middle(self):
        run = run_of(queue(1, "a"), queue(2, "b"), start(3, "a"))
        self.assertEqual(turns(run), [(1, 3, None, False),
                                      (2, None, None, False)])
        figures = stats.figures_by(run, stats.by_cpu)["q", 0]
        self.assertEqual((figures.accepted, figures.started, figures.executed),
                         (2, 1, 0))

    def test_lost_start_and_lost_end(self):
        run = run_of(queue(1, "a"), queue(1, "b"), queue(1, "c"), start(2, "a"),
                     end(3, "a"), end(5, "b"), start(6, "c"),
                     start(7, "d"), end(8, "d"))
        self.assertEqual((run.strays, run.pending), (2, {}))
        self.assertEqual(turns(run), [
            (1, 2, 3, False), (1, None, None, False), (1, 6, None, False),
            (None, 7, 8, False)])
        figures = stats.figures_by(run, stats.by_cpu)["q", 0]
        self.assertEqual((figures.waits, figures.runs), ([1, 5], [1, 1]))
        # c, whose end is lost, is not drawn to the end of the recording.
        self.assertAlmostEqual(
            sum(stats.busy(run, 7)[10]["q", "fn"].values()), 2)

    def test_queued_twice(self):
        run = run_of(queue(1, "a"), queue(2, "a"), start(3, "a"))
        self.assertEqual(turns(run), [(1, None, None, False),
                                      (2, 3, None, False)])
        self.assertEqual(run.strays, 1)

    def test_overrun_begins_where_all_is_there(self):
        head = "#@ stats 1 overrun: 3\n#@ stats 0 overrun: 0\n" + HEADER
        run = run_of(queue(1, "a"), end(2, "x"), start(3, "a"),
                     end(4, "y", cpu=1), end(5, "a"), queue(6, "b", cpu=1),
                     head=head)
        self.assertEqual(turns(run), [(None, None, 4, False),
                                      (None, None, 5, False),
                                      (6, None, None, False)])
        self.assertEqual((run.begin, run.end, run.events), (4, 6, 3))
        self.assertIn("3 on CPU 1", "".join(page.warnings(run)))

    def test_redirected_and_followed(self):
        run = run_of(queue(1, "a"), start(2, "a"), queue(3, "a", asked=1),
                     end(4, "a"), queue(5, "b", asked=1),
                     start(6, "a"), end(7, "a"), queue(8, "a", asked=1))
        self.assertEqual([work.redirected for work in run.works],
                         [False, False, True, True])


class Counting(unittest.TestCase):
    def test_percentiles(self):
        times = stats.Times(range(1000, 0, -1))
        self.assertEqual(times.figures(), [500, 900, 990, 1000])
        self.assertEqual(stats.Times([7]).figures(), [7, 7, 7, 7])
        self.assertEqual(stats.Times([]).figures(), [None] * 4)

    def test_curve_is_thinned(self):
        curve = list(stats.Times(range(1, 100001)).curve(200))
        self.assertEqual(len(curve), 200)
        self.assertEqual((curve[0], curve[-1]), ((500, 0.5), (100000, 100)))
        self.assertEqual(list(stats.Times([3, 9]).curve(200)),
                         [(3, 50), (9, 100)])
        self.assertEqual(list(stats.Times([1, 2, 3, 4, 5]).curve(2)),
                         [(3, 60), (5, 100)])

    def test_depth(self):
        run = run_of(start(0, "x"), queue(10, "a"), queue(10, "b"),
                     start(10, "a"), queue(30, "c"), queue(31, "d"),
                     cancel(32, "d"), start(39, "b"),
                     line(50, "cwq_insert_barrier: workqueue=q cpu=1"))
        level = stats.figures_by(run, stats.by_cpu)["q", 0].level
        self.assertEqual((level.at_first(), level.highest()), (1, 3))
        self.assertEqual(stats.depths(run, lambda work: work.queue, 5),
                         {"q": [1, 2, 1, 3, 1]})

    def test_busy(self):
        run = run_of(end(0, "x"), start(10, "a"), end(15, "a"), start(25, "b"),
                     start(30, "c", cpu=1, func="other"), end(30, "c", cpu=1),
                     queue(40, "z"))
        busy = stats.busy(run, 4)
        self.assertEqual(busy[10]["q", "fn"], {0: 0, 1: 0.5, 2: 0.5, 3: 1})
        # What took no time is there all the same.
        self.assertEqual(busy[11]["q", "other"], {3: 0})

    def test_top(self):
        names = [f"fn{2 - i % 3}" for i in range(8)]
        run = run_of(*(queue(1, "a") + start(2, "a", func=name)
                       for name in names))
        groups = stats.figures_by(run, stats.by_func)
        self.assertEqual(stats.top(groups, 2),
                         ([("q", "fn1"), ("q", "fn2")], 1))

    def test_as_debugfs_has_counted(self):
        run = recorded("items.trace")
        counted = stats.figures_by(run, stats.by_cpu)
        before = {(row["queue"], row["cpu"]): row
                  for row in run.recording.before}
        rows = 0
        for row in run.recording.after:
            cpu = SINGLE if row["cpu"] == "-" else int(row["cpu"])
            figures = counted[row["queue"], cpu]
            for column in ("accepted", "executed", "cancelled", "redirected"):
                should = (int(row[column]) -
                          int(before[row["queue"], row["cpu"]][column]))
                self.assertEqual(getattr(figures, column), should,
                                 (row, column))
                rows += should > 0
            if before[row["queue"], row["cpu"]]["accepted"] == "0":
                self.assertEqual(figures.level.highest(),
                                 int(row["pending_max"]))
            self.assertEqual(len(figures.runs), figures.executed)
        self.assertGreater(rows, 12)
        self.assertEqual((run.strays, run.recording.lost), (0, 0))


class Showing(unittest.TestCase):
    def test_times(self):
        for us, text in ((None, "-"), (0, "< 1 µs"), (1, "1 µs"),
                         (999, "999 µs"), (1000, "1.00 ms"),
                         (12345, "12.3 ms"), (999499, "999 ms"),
                         (999600, "1.00 s"), (71e6, "71.0 s"),
                         (3600e6, "3600 s")):
            self.assertEqual(page.show_time(us), text)

    def test_units_of_axes(self):
        self.assertEqual([plots.unit_of(span)[0] for span in
                          (1, 1999, 2000, 1999999, 2000000)],
                         ["µs", "µs", "ms", "ms", "s"])

    def test_steps_leave_out_what_does_not_change(self):
        self.assertEqual(list(plots.steps([0, 0, 2, 2, 0], 10)),
                         [(20, 0), (20, 2), (40, 2), (40, 0), (50, 0), (50, 0)])

    def pictures(self, text):
        """The SVGs in a page, parsed."""
        return [xml.etree.ElementTree.fromstring(svg) for svg in
                re.findall(r"<svg.*?</svg>", text, re.DOTALL)]

    def check_page(self, run):
        text = page.html_page(run, "name")
        self.assertNotIn("<script", text)
        for address in re.findall(r"(?:href|src)=.([^'\" ]*)", text):
            self.assertRegex(address, "^#")
        self.assertEqual(len(self.pictures(text)), 4)
        xml.etree.ElementTree.fromstring(page.svg_page(run))
        return text

    def test_a_page(self):
        run = recorded("items.trace")
        self.assertIn("cwq_items: item_fn[cwq_test_items]", page.svg_page(run))
        text = self.check_page(run)
        for name in ("cwq_items", "cwq_single", "item_fn[cwq_test_items]",
                     "CPU 3", "one thread", "begins to wait", "(ms)", "100 ms"):
            self.assertIn(name, text)

    def test_a_page_of_nothing(self):
        self.assertIn("No work was queued", self.check_page(run_of()))

    def test_a_page_of_one(self):
        text = self.check_page(run_of(queue(5, "a", name="it's <b>"),
                                      head="#@ what echo <i>\n" + HEADER))
        self.assertIn("it's &lt;b&gt;", text.replace("&#x27;", "'"))
        self.assertIn("echo &lt;i&gt;", text)
        self.assertNotRegex(text, "<[bi]>")

    def test_a_page_of_many(self):
        PID.update({(f"w{n}", cpu): 1000 + 64 * n + cpu
                    for n in range(100) for cpu in range(64)})
        lines = []
        for i in range(12800):
            where = {"name": f"w{i % 100}", "cpu": i // 100 % 64,
                     "func": f"fn_with_a_name{i % 100}"}
            lines += [queue(20 * i, "a", **where),
                      start(20 * i + 3, "a", **where),
                      end(20 * i + 17, "a", **where)]
        text = self.check_page(run_of(*lines))
        self.assertIn("others", text)
        self.assertIn("6360 other threads", text)
        self.assertIn("40 functions with fewer works not shown", text)
        self.assertLess(len(text), 1000000)


if __name__ == "__main__":
    unittest.main()
