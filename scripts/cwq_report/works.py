# SPDX-License-Identifier: GPL-2.0
"""From events to works: which was queued, started, ended or cancelled when."""

import re

from .trace import TraceError

SINGLE = -1  # the CPU of a single-threaded queue


class Work:
    """One turn of a work: from the list of a queue to the end of its function,
    or to its cancel. Times are in us; None: before the recording, or never."""

    __slots__ = ("queue", "cpu", "func", "pid", "queued", "started", "ended",
                 "cancelled", "redirected")

    def __init__(self, func, queue=None, cpu=None, queued=None):
        self.func = func
        self.queue = queue
        self.cpu = cpu
        self.pid = None
        self.queued = queued
        self.started = self.ended = None
        self.cancelled = self.redirected = False


class Run:
    """All works of a recording.

    A pending work is known by its address, a running one by its thread: another
    may be at its address by then. What starts, or ends, and was not seen before
    has been there since before the recording."""

    def __init__(self, recording):
        self.recording = recording
        self.start_anew()
        handlers = {"cwq_queue_work": self.queue_work,
                    "cwq_cancel_work": self.cancel_work,
                    "cwq_execute_start": self.execute_start,
                    "cwq_execute_end": self.execute_end,
                    "cwq_insert_barrier": self.insert_barrier}
        cut = set(recording.overruns)
        for event in recording.events():
            if event.cpu in cut:
                # Until now, events of this CPU were missing.
                cut.remove(event.cpu)
                self.start_anew()
            if not self.events:
                self.begin = event.time
            self.end = event.time
            self.events += 1
            if event.name in handlers:
                try:
                    handlers[event.name](event, event.fields)
                except (KeyError, ValueError) as error:
                    raise TraceError(f"{event.name} at {event.time} us: no such"
                                     f" field, or no number: {error}") from None
        self.name_threads()

    def start_anew(self):
        self.begin = self.end = self.events = 0
        self.works = []
        self.moves = []  # (time, work, 1 or -1): on a list, off the list
        self.barriers = []  # (time, queue, cpu)
        self.pending = {}  # by address
        self.running = {}  # by pid
        self.at = {}  # by address: the pid that runs it
        self.threads = {}  # by pid: queue and CPU
        self.comms = {}  # by pid
        self.taken = 0  # cancelled, but not seen on a list: on a timer, mostly
        self.strays = 0  # events that others must have come before

    def queue_work(self, event, fields):
        address = fields["work struct"]
        work = Work(fields["function"], fields["workqueue"],
                    int(fields["cpu"]), event.time)
        # On another CPU than was asked for: that is offline, or the work runs.
        runs_on = self.threads.get(self.at.get(address))
        work.redirected = (fields["req_cpu"] != fields["cpu"] and
                           runs_on != (work.queue, work.cpu))
        if address in self.pending:
            self.take_off(address, event.time)
            self.strays += 1
        self.pending[address] = work
        self.works.append(work)
        self.moves.append((event.time, work, 1))

    def take_off(self, address, time):
        work = self.pending.pop(address, None)
        if work:
            self.moves.append((time, work, -1))
        return work

    def cancel_work(self, event, fields):
        work = self.take_off(fields["work struct"], event.time)
        if work:
            work.cancelled = True
        else:
            self.taken += 1

    def execute_start(self, event, fields):
        work = self.take_off(fields["work struct"], event.time)
        if work:
            self.threads[event.pid] = work.queue, work.cpu
        else:
            work = Work(None)
            self.works.append(work)
            self.moves.append((event.time, work, -1))
        work.func = fields["function"]
        work.started = event.time
        self.note_thread(work, event)
        self.strays += event.pid in self.running
        self.running[event.pid] = work
        self.at[fields["work struct"]] = event.pid

    def execute_end(self, event, fields):
        address = fields["work struct"]
        work = self.running.pop(event.pid, None)
        if self.at.get(address) == event.pid:
            del self.at[address]
        if not work and event.pid in self.comms:
            # Its start is lost, and so is when that was.
            self.take_off(address, event.time)
            self.strays += 1
            return
        if not work:
            work = Work(fields["function"])
            self.note_thread(work, event)
            self.works.append(work)
        work.ended = event.time

    def note_thread(self, work, event):
        work.pid = event.pid
        self.comms[event.pid] = event.comm

    def insert_barrier(self, event, fields):
        self.barriers.append((event.time, fields["workqueue"],
                              int(fields["cpu"])))

    def name_threads(self):
        """Works that were queued before the recording: of which queue? As
        other works of their thread, or as debugfs says, or as the thread is
        called."""
        for row in self.recording.after + self.recording.before:
            if row["pid"] != "-":
                cpu = SINGLE if row["cpu"] == "-" else int(row["cpu"])
                self.threads.setdefault(int(row["pid"]),
                                        (plain_name(row["queue"]), cpu))
        for pid, comm in self.comms.items():
            if pid not in self.threads:
                name, slash, cpu = comm.rpartition("/")
                self.threads[pid] = ((name, int(cpu)) if slash and cpu.isdigit()
                                     else (comm, SINGLE))
        for work in self.works:
            if work.queue is None:
                work.queue, work.cpu = self.threads[work.pid]


def plain_name(name):
    """The name of a queue as its owner gave it, of that which debugfs shows."""
    name = re.sub(r"#\d+$", "", name)
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), name)
