# SPDX-License-Identifier: GPL-2.0
"""What debugfs shows of cwq, read by gdb: from a dump of the memory, or from a
kernel that stands still. The debug information of cwq.ko is all that it takes.

    gdb -ex "source scripts/cwq-gdb.py" -ex "core-file vmcore"
    (gdb) cwq load cwq.ko SECTIONS KALLSYMS
    (gdb) cwq queues
    (gdb) cwq works
    (gdb) cwq waiters
"""

import bisect
import os

import gdb

# Work::data, see lib/work.hpp; and the flags of Inbox.
PENDING, DELAYED, BARRIER, FLAGS = 1 << 0, 1 << 1, 1 << 3, (1 << 5) - 1
INBOX_FLAGS = 3

# CpuWorkqueue::state, see lib/cpu_workqueue.hpp
STATES = ((1 << 0, "offline"), (1 << 2, "draining"), (1 << 1, "closed"),
          (1 << 5, "observed"))


class Symbols:
    """The addresses of /proc/kallsyms."""

    def __init__(self):
        self.addresses, self.names = [], []

    def read(self, path):
        symbols = []
        with open(path, encoding="ascii") as lines:
            for line in lines:
                address, _, name, *module = line.split()
                symbols.append((int(address, 16), name + "".join(module)))
        symbols.sort()
        self.addresses, self.names = zip(*symbols)

    def name(self, address):
        if not address:
            return "-"
        at = bisect.bisect_right(self.addresses, address) - 1
        return self.names[at] if at >= 0 else hex(address)

    def address(self, name):
        return (self.addresses[self.names.index(name)]
                if name in self.names else None)


symbols = Symbols()


def pointer(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def load(path, directory, kallsyms):
    """Tell gdb where the kernel has put cwq.ko."""
    symbols.read(kallsyms)
    sections = []
    for name in os.listdir(directory):
        # Those of the kernel that a debugger has no use for.
        if not name.startswith((".text", ".data", ".bss", ".rodata")):
            continue
        with open(os.path.join(directory, name), encoding="ascii") as file:
            sections.append(f"-s {name} {file.read().strip()}")
    gdb.execute(f"add-symbol-file {path} {' '.join(sections)}",
                to_string=True)


def nodes(head):
    """The nodes of a list."""
    node = head["next"]["value"]
    while node != head.address:
        yield node
        node = node["next"]["value"]


class Reader:
    """The state of cwq, by the types of its core."""

    def __init__(self):
        self.registry = gdb.lookup_static_symbol("registry").value()
        self.platform = self.registry.type.strip_typedefs().template_argument(0)
        self.work = self.type("Work")
        self.entry = next(int(field.bitpos / 8) for field in self.work.fields()
                          if field.name == "entry")
        jiffies = symbols.address("jiffies")
        self.now = (None if jiffies is None else
                    self.at(jiffies, gdb.lookup_type("unsigned long")))

    @staticmethod
    def at(address, of):
        return gdb.Value(address).cast(of.pointer()).dereference()

    def type(self, name):
        return gdb.lookup_type(f"cwq::{name}<{self.platform.name}>")

    def queues(self):
        queue = self.type("Workqueue")
        for node in nodes(self.registry["workqueues"]):
            yield self.at(pointer(node), queue)

    def cwqs(self):
        """Each queue with each of its cwqs."""
        for queue in self.queues():
            array = queue["cwq"]
            cpu = 0
            while True:
                address = pointer(array[cpu])
                # Behind the last one there is anything.
                try:
                    cwq = array[cpu].dereference()
                    if (pointer(cwq["self"]) != address or
                            pointer(cwq["wq"]["value"]) !=
                            pointer(queue.address)):
                        break
                except gdb.MemoryError:
                    break
                yield queue, cwq
                cpu += 1
                if queue["singlethread"]:
                    break

    @staticmethod
    def where(queue, cwq):
        name = queue["name"].string()
        instance = int(queue["instance"])
        if instance > 1:
            name += f"#{instance}"
        cpu = int(cwq["cpu"])
        return name, "-" if cpu < 0 else cpu

    def works_on(self, head):
        for node in nodes(head):
            work = self.at(pointer(node) - self.entry, self.work)
            if not int(work["data"]["value"]) & BARRIER:
                yield work

    def works_in(self, inbox):
        """What is in front of the list, the oldest first."""
        node = int(inbox["word_"]["value"]) & ~INBOX_FLAGS
        works = []
        while node:
            works.append(self.at(node - self.entry, self.work))
            node = pointer(works[-1]["entry"]["next"]["value"])
        return reversed(works)

    def pending(self, cwq):
        yield from self.works_on(cwq["worklist"])
        yield from self.works_in(cwq["inbox"])

    def age(self, since):
        return "-" if self.now is None else (int(self.now) - int(since)) % 2**64

    def task(self, thread):
        task = self.at(pointer(thread), gdb.lookup_type("struct task_struct"))
        return int(task["pid"]), task["comm"].string()


def func(value):
    return symbols.name(pointer(value["value"]))


def flags_of(cwq):
    state = int(cwq["state"]["value"])
    words = [name for bit, name in STATES if state & bit]
    if cwq["kept_off"]:
        words.append("kept_off")
    return ",".join(words) or "-"


def show_queues(reader):
    print("queue cpu pid accepted executed cancelled pending running delayed"
          " redirected flags func running_jiffies")
    for queue, cwq in reader.cwqs():
        runs = bool(cwq["current_work"]["value"])
        nr_in_front = len(list(reader.works_in(cwq["inbox"])))
        count = {name: int(cwq[name]["value"])
                 for name in ("pid", "accepted", "executed", "cancelled",
                              "behind_first", "nr_delayed", "redirected")}
        running = int(runs)
        outer = cwq["outer"]["value"]
        while outer:
            running += 1
            outer = outer["outer"]
        print(*reader.where(queue, cwq), count["pid"] or "-",
              count["accepted"] + nr_in_front, count["executed"],
              count["cancelled"],
              (count["behind_first"] + 1 + nr_in_front) % 2**64,
              running, count["nr_delayed"], count["redirected"],
              flags_of(cwq), func(cwq["current_func"]) if runs else "-",
              reader.age(cwq["started"]["value"]) if runs else "-")


def show_works(reader):
    print("queue cpu state func")
    for queue, cwq in reader.cwqs():
        where = reader.where(queue, cwq)
        if cwq["current_work"]["value"]:
            print(*where, "running", func(cwq["current_func"]))
        for work in reader.pending(cwq):
            print(*where, "pending", func(work["func"]))
        for work in reader.works_on(cwq["delayed"]):
            print(*where, "delayed", func(work["func"]))


def show_waiters(reader):
    print("waiter pid comm call wait_jiffies queue cpu func worker")
    waiter_type = reader.type("Waiter")
    cwq_type = reader.type("CpuWorkqueue")
    for node in nodes(reader.registry["waiters"]):
        waiter = reader.at(pointer(node), waiter_type)
        call = str(waiter["patience"]["call"]).removeprefix("CWQ_CALL_")
        head = (int(waiter["id"]), *reader.task(waiter["thread"]),
                call.lower(), reader.age(waiter["since"]))
        cwqs = []
        flusher = waiter["flusher"]
        for i in range(int(flusher["nr"]) if flusher else 0):
            data = int(flusher["barriers"][i]["work"]["data"]["value"])
            if data & PENDING:
                cwqs.append(reader.at(data & ~FLAGS, cwq_type))
        if waiter["moves_from"]:
            cwqs.append(waiter["moves_from"].dereference())
        for cwq in cwqs:
            runs = bool(cwq["current_work"]["value"])
            print(*head, *reader.where(cwq["wq"]["value"], cwq),
                  func(cwq["current_func"]) if runs else "-",
                  int(cwq["pid"]["value"]))
        if not cwqs:
            print(*head, "- - - -")


class Cwq(gdb.Command):
    """What cwq's tables in debugfs show, see Documentation/debugfs.md.

cwq load FILE SECTIONS KALLSYMS
    FILE is the cwq.ko that is loaded, SECTIONS a copy of the directory
    /sys/module/cwq/sections, KALLSYMS one of /proc/kallsyms
cwq queues
cwq works
cwq waiters"""

    tables = {"queues": show_queues, "works": show_works,
              "waiters": show_waiters}

    def __init__(self):
        super().__init__("cwq", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        command, *args = gdb.string_to_argv(argument) or [""]
        if command == "load" and len(args) == 3:
            load(*args)
        elif command in self.tables and not args:
            self.tables[command](Reader())
        else:
            raise gdb.GdbError("usage: help cwq")


Cwq()
