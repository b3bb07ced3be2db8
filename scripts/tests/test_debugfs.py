# SPDX-License-Identifier: GPL-2.0
"""Reading tables, and what is said if there is nothing to read."""

import os
import unittest

from cwq.debugfs import Debugfs, NotLoaded, Unavailable, parse

from .fake import Fake


class Parse(unittest.TestCase):
    """One table."""

    def test_columns_are_found_by_name(self) -> None:
        row = parse("b new a\n2 x 1\n")[0]
        self.assertEqual((row["a"], row["b"]), ("1", "2"))

    def test_no_rows(self) -> None:
        self.assertEqual(parse("queue cpu\n"), [])

    def test_dash_is_no_number(self) -> None:
        row = parse("a b\n- 0\n")[0]
        self.assertIsNone(row.number("a"))
        self.assertEqual((row.count("a"), row.number("b")), (0, 0))

    def test_column_that_is_missing_is_named(self) -> None:
        with self.assertRaisesRegex(Unavailable, "no column 'cpu'"):
            parse("queue\nmydev\n")[0].number("cpu")

    def test_row_that_is_too_short(self) -> None:
        with self.assertRaisesRegex(Unavailable, "1 words in 2 columns"):
            parse("queue cpu\nmydev\n")

    def test_only_a_blank_is_between_words(self) -> None:
        row = parse("queue cpu\nmy\u00a0dev\x0b 0\n")[0]
        self.assertEqual(row["queue"], "my\u00a0dev\x0b")


class Read(unittest.TestCase):
    """The directory."""

    def setUp(self) -> None:
        self.fake = Fake()
        self.addCleanup(self.fake.remove)

    def test_not_loaded(self) -> None:
        self.fake.unload()
        for read in (lambda: self.fake.table("queues"), self.fake.switches):
            with self.assertRaisesRegex(NotLoaded, "modprobe cwq"):
                read()

    def test_not_mounted(self) -> None:
        self.fake.unload()
        os.rmdir(os.path.join(self.fake.root, "bdi"))
        with self.assertRaisesRegex(Unavailable, "mount -t debugfs"):
            self.fake.table("queues")

    def test_no_directory(self) -> None:
        with self.assertRaisesRegex(Unavailable, "no directory /nowhere"):
            Debugfs("/nowhere").table("queues")

    def test_queue_that_has_gone_has_no_rows(self) -> None:
        self.assertEqual(self.fake.table_of("gone", "0", "funcs"), [])

    def test_single_threaded_queue_is_in_all(self) -> None:
        self.fake.times("single/all", [{"count": "3"}], [])
        rows = self.fake.table_of("single", "-", "funcs")
        self.assertEqual([row["count"] for row in rows], ["3"])

    def test_names_need_not_be_utf_8(self) -> None:
        self.fake.queues({"queue": "my\udcffdev"})
        self.fake.times("my\udcffdev/0", [{"count": "3"}], [])
        queue = self.fake.table("queues")[0]["queue"]
        self.assertEqual(len(self.fake.table_of(queue, "0", "funcs")), 1)


if __name__ == "__main__":
    unittest.main()
