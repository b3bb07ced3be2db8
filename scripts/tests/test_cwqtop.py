# SPDX-License-Identifier: GPL-2.0
"""The program as it is called."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

from .fake import WAITER, WORK, Fake

CWQTOP = os.path.join(os.path.dirname(os.path.dirname(__file__)), "cwqtop")
PATIENCE = 30  # seconds
NONSENSE = ["--interval=0", "--interval=x", "--count=-1", "--watch=works"]


def heed_interrupts() -> None:
    """A shell has its background jobs ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def take_terminal() -> None:
    """It becomes that of the session."""
    heed_interrupts()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Base(unittest.TestCase):
    """With a fake of debugfs."""

    def setUp(self) -> None:
        self.fake = Fake()
        self.addCleanup(self.fake.remove)
        self.fake.queues({"accepted": "5", "executed": "4", "pending": "1",
                          "oldest_ms": "7"}, {"queue": "other"})
        self.fake.put("works", WORK, {})
        self.fake.put("waiters", WAITER, {})

    def command(self, *arguments: str) -> list[str]:
        """To be run."""
        return [sys.executable, CWQTOP, "--root", self.fake.root, "-i", "0.1",
                *arguments]


class Program(Base):
    """Without a terminal."""

    def run_it(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """To its end."""
        return subprocess.run(self.command(*arguments), text=True,
                              capture_output=True, timeout=PATIENCE,
                              check=False)

    def test_once(self) -> None:
        done = self.run_it("--once")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        table = done.stdout[done.stdout.index("QUEUE"):].split("\n")
        row = dict(zip(table[0].split(), table[1].split()))
        self.assertEqual(
            [row[title] for title in ("QUEUE", "IN", "PEND", "OLDEST")],
            ["mydev", "0/s", "1", "7ms"])
        self.assertIn("FUNCTION", done.stdout)
        self.assertIn("WAITER", done.stdout)

    def test_json(self) -> None:
        done = self.run_it("--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        document = json.loads(done.stdout)
        self.assertEqual(document["version"], 1)
        self.assertEqual([row["queue"] for row in document["queues"]],
                         ["mydev", "other"])
        self.assertEqual(document["queues"][0]["pending"], 1)
        self.assertEqual(document["functions"][0]["live"], 1)
        self.assertEqual(document["waiters"][0]["comm"], "rmmod")

    def test_json_many_times(self) -> None:
        lines = self.run_it("--json", "--count=3").stdout.splitlines()
        self.assertEqual(len([json.loads(line) for line in lines]), 3)

    def test_json_with_a_name_that_is_not_utf_8(self) -> None:
        self.fake.queues({"queue": "a\udcff"})
        document = json.loads(self.run_it("--json").stdout)
        self.assertEqual(document["queues"][0]["queue"], "a\\xff")

    def test_watch_tells_by_its_status(self) -> None:
        self.assertEqual(self.run_it("-w", "stalls", "--once").returncode, 0)
        self.fake.queues({"state": "stalled", "func": "refill_fn",
                          "running_ms": "31000", "stalls": "1"})
        done = self.run_it("-w", "stalls", "--once")
        self.assertEqual(done.returncode, 1)
        self.assertIn("refill_fn has been running for 31s", done.stdout)

    def test_help_explains_every_column(self) -> None:
        text = self.run_it("--help").stdout
        for title in self.run_it("--once").stdout.split():
            if re.fullmatch("[A-Z][A-Z0-9/-]+", title):
                self.assertRegex(text, rf"(?m)^  {title} ")

    def test_nonsense(self) -> None:
        for argument in NONSENSE:
            done = self.run_it(argument)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("usage", done.stderr)

    def test_not_loaded(self) -> None:
        self.fake.unload()
        for argument in "--once", "--json", "--watch=stalls", "-n1":
            done = self.run_it(argument)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (
                2, "", "cwqtop: cwq is not loaded: modprobe cwq\n"))

    def test_no_terminal(self) -> None:
        done = self.run_it()
        self.assertEqual(done.returncode, 2)
        self.assertIn("not a terminal; use --once", done.stderr)

    def test_pipe_that_is_closed(self) -> None:
        with subprocess.Popen(self.command("--json", "--count=0"),
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            assert process.stdout and process.stderr
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_interrupted(self) -> None:
        for number in signal.SIGINT, signal.SIGTERM:
            with subprocess.Popen(self.command("--json", "--count=0"),
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE,
                                  preexec_fn=heed_interrupts) as process:
                assert process.stdout and process.stderr
                process.stdout.readline()
                process.send_signal(number)
                self.assertEqual(process.stderr.read(), b"")
                self.assertEqual(process.wait(PATIENCE), 128 + number)


class Terminal(Base):
    """On a terminal, which is a pair of pseudoterminals."""

    def start(self, term: str = "xterm-256color", **variables: str) -> None:
        """The live tables."""
        self.master, slave = pty.openpty()
        self.unread = b""
        self.resize(100, 30)
        self.process = subprocess.Popen(
            self.command(), stdin=slave, stdout=slave, stderr=slave,
            env=os.environ | variables | {"TERM": term},
            start_new_session=True,
            preexec_fn=take_terminal)
        os.close(slave)
        self.addCleanup(self.end)

    def end(self) -> None:
        """Whatever has come of it."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def resize(self, width: int, height: int) -> None:
        """As if by a mouse."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", height, width, 0, 0))

    def read_until(self, text: str) -> str:
        """What has been sent to the terminal up to that."""
        seen, self.unread = self.unread, b""
        end = time.monotonic() + PATIENCE
        while text.encode() not in seen:
            ready, _, _ = select.select([self.master], [], [],
                                        max(0, end - time.monotonic()))
            self.assertTrue(ready, f"no '{text}' in {seen!r}")
            try:
                seen += os.read(self.master, 4096)
            except OSError:
                self.fail(f"no '{text}' in {seen!r}")
        known, what, self.unread = seen.partition(text.encode())
        return (known + what).decode()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def test_quit(self) -> None:
        self.start()
        self.read_until("mydev")
        self.press("q")
        self.assertEqual(self.process.wait(PATIENCE), 0)

    def test_interrupt_key(self) -> None:
        self.start()
        self.read_until("mydev")
        self.press("\x03")
        self.read_until("\x1b[?1049l")  # the screen as it was before
        self.assertEqual(self.process.wait(PATIENCE), 130)

    def test_resize(self) -> None:
        self.start()
        self.assertNotIn("WAIT-P90", self.read_until("quit"))
        self.resize(200, 40)
        self.read_until("WAIT-P90")
        self.resize(5, 2)
        self.resize(40, 10)
        self.press("h")
        self.read_until("any other")
        self.press("q" * 2)
        self.assertEqual(self.process.wait(PATIENCE), 0)

    def test_sends_only_what_has_changed(self) -> None:
        self.start()
        self.read_until("quit")
        self.fake.queues({"queue": "fresh"})
        sent = self.read_until("fresh")
        self.assertNotIn("\x1b[2J", sent)
        self.assertNotIn("FUNCTION", sent)

    def test_unloaded_and_loaded_again(self) -> None:
        self.start()
        self.read_until("mydev")
        self.fake.unload()
        self.read_until("not loaded")
        self.fake.load()
        self.fake.queues({"queue": "fresh"})
        self.read_until("fresh")

    def test_colour(self) -> None:
        self.start()
        self.assertIn("\x1b[33m", self.read_until("quit"))

    def test_no_colour(self) -> None:
        self.start(NO_COLOR="1")
        self.assertNotRegex(self.read_until("quit"), "\x1b\\[[34][0-7]m")

    def test_terminal_without_colour(self) -> None:
        self.start("vt100")
        self.assertNotRegex(self.read_until("quit"), "\x1b\\[[34][0-7]m")
        self.press("q")
        self.assertEqual(self.process.wait(PATIENCE), 0)

    def test_terminal_without_cursor(self) -> None:
        self.start("dumb")
        self.read_until("cannot move its cursor")
        self.assertEqual(self.process.wait(PATIENCE), 2)

    def test_terminal_unknown(self) -> None:
        self.start("nonesuch")
        self.read_until("nothing is known of")
        self.assertEqual(self.process.wait(PATIENCE), 2)


if __name__ == "__main__":
    unittest.main()
