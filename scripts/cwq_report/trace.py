# SPDX-License-Identifier: GPL-2.0
"""Reading a recording: the text of tracefs' file trace, and before it the facts
that cwq-record.sh has noted, in lines that begin with "#@"."""

import itertools
import re
from typing import NamedTuple

FACT = "#@ "
LINE = re.compile(
    r"\s*(?P<comm>.*)-(?P<pid>\d+)\s+(?:\([\s\d-]+\)\s+)?\[(?P<cpu>\d+)\]"
    r"\s+(?:\S+\s+)?(?P<time>\d+(?:\.\d+)?): (?P<name>\w+): (?P<message>.*)")
FIELD = re.compile(
    r"(?:^|:? )(work struct|function|workqueue|req_cpu|cpu)[= ]")
ENTRIES = re.compile(r"# entries-in-buffer/entries-written: (\d+)/(\d+)")
LOST = re.compile(r"CPU:\d+ \[LOST (\d*) ?EVENTS\]")
HIDDEN = "(____ptrval____)"


class TraceError(Exception):
    """What is wrong with a recording, for who has made it."""


class Event(NamedTuple):
    time: int  # in us
    cpu: int  # where it happened
    pid: int
    comm: str
    name: str
    fields: dict


def parse_fields(message):
    """The fields of an event, by name. Some are followed by a colon."""
    words = FIELD.split(message)
    return dict(zip(words[1::2], words[2::2]))


def parse_line(line):
    """The event in a line of a trace; None if it is not of cwq."""
    match = LINE.match(line)
    if not match or not match["name"].startswith("cwq_"):
        return None
    seconds, dot, fraction = match["time"].partition(".")
    if not dot:
        raise TraceError("the times are not in seconds; trace_clock must be one"
                         " of local, global, mono, boot")
    fields = parse_fields(match["message"])
    if fields.get("work struct") == HIDDEN:
        raise TraceError("the kernel was too young to tell works apart: it had"
                         " no random numbers yet to make names of addresses")
    if "function" in fields:
        # As debugfs writes it.
        fields["function"] = fields["function"].replace(" [", "[")
    return Event(int(seconds) * 1000000 + int(fraction[:6].ljust(6, "0")),
                 int(match["cpu"]), int(match["pid"]), match["comm"],
                 match["name"], fields)


class Recording:
    """A recording, open for reading: what it says of itself, and its events."""

    def __init__(self, lines):
        self.facts = {}  # one word, and what is said of it
        self.before = []  # debugfs' table of the queues, a dict for each row
        self.after = []
        self.overruns = {}  # by CPU: how many of the oldest events are lost
        self.lost = 0  # events that are lost besides, by all that is known
        self.is_trace = False
        self.columns = {}
        self.lines = iter(lines)
        self.first = ""  # the first line behind the head
        for line in self.lines:
            if line.startswith(FACT):
                self.note_fact(line[len(FACT):].rstrip("\n"))
            elif line.startswith("#"):
                self.note_header(line)
            else:
                self.first = line
                break

    def events(self):
        for line in itertools.chain([self.first], self.lines):
            event = parse_line(line)
            if event:
                yield event
            elif LOST.match(line):
                self.lost += int(LOST.match(line)[1] or 1)
            elif LINE.match(line):
                self.is_trace = True  # of others' events
        if not self.is_trace:
            raise TraceError("this is not the text of a trace")

    def note_header(self, line):
        self.is_trace |= line.startswith("# tracer:")
        entries = ENTRIES.match(line)
        if entries and not self.overruns:
            self.lost += int(entries[2]) - int(entries[1])

    def note_fact(self, fact):
        word, _, rest = fact.partition(" ")
        if word == "stats":
            cpu, _, rest = rest.partition(" ")
            what, _, number = rest.partition(": ")
            if what != "overrun":
                self.lost += int(number)
            elif int(number):
                self.overruns[int(cpu)] = int(number)
        elif word in ("before", "after"):
            row = rest.split(" ")
            if word in self.columns:
                getattr(self, word).append(dict(zip(self.columns[word], row)))
            else:
                self.columns[word] = row
        else:
            self.facts[word] = rest
