#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Find the kernel's reports in console logs and hold them against what the
tests announced.

A test that provokes a report writes a line to the kernel log beforehand:

    cwq-expect: <regular expression>

Each report must match an earlier announcement that no other report has used,
anywhere in its text, and each announcement must be met. Exit status 1 if not.
"""

import argparse
import re
import sys

PREFIX = re.compile(r"^(<\d+>)?\[ *\d+\.\d+\](\[ *[TC]\d+\])? ?")
EXPECT = re.compile(r"\bcwq-expect: (.*)")
CUT_HERE = re.compile(r"-+\[ cut here \]-+")
RULE = re.compile(r"^={20,}$")

# A console that was taken over within a message says so and prints it anew; what
# stands above is the part that it got to, if any (printk's nbcon consoles, from 6.12 on).
REPLAY = "** replaying previous printk message **"
MESSAGE_LINES = 16  # at most, as far as messages have several

# What makes a line the headline of a report.
HEADLINE = re.compile(
    r"\bWARNING: |\bBUG: |\bkernel BUG at |\bUBSAN: |\bODEBUG: "
    r"|\[#\d+\]|\bgeneral protection fault\b|[Uu]nable to handle\b"
    r"|\blist_(add|del) (corruption|double add)|\brefcount_t: "
    r"|\bINFO: (task .* blocked for more than|trying to register)"
    r"|\brcu: INFO: |\bINFO: rcu_\w+ .*stall|\bhard LOCKUP\b"
    r"|\bkmemleak: \d+ new suspected memory leaks"
    r"|\bpage allocation failure\b|\bBad page state\b"
    r"|\bturning off the locking correctness validator"
    r"|\b(sysfs: cannot create duplicate|debugfs: .* already present)"
    r"|^Kernel panic|^(cwq: )?Call Trace:")

# Reports of a kind that nobody needs to hear of.
BENIGN = re.compile(
    # A fault that a test injected is not news; what comes of it would be.
    r"\bFAULT_INJECTION: forcing a failure")

# Of what KCSAN sees in the whole kernel, a race is ours if one of the two accesses is
# made by a module of ours, or for it by one of the kernel's little helpers. A report
# that is not whole may be.
KCSAN = re.compile(r"\bKCSAN: data-race")
ACCESS = re.compile(r"^(read|write|race)\b.* 0x.*:$")
HELPER = re.compile(r"^ (__)?(mem|str|list_|find_|bitmap_|snprintf|sort)")
OURS = re.compile(r"\[cwq")

# The line that ends a report, by the report's headline; first match counts.
ENDS = [(re.compile(headline), re.compile(end)) for headline, end in (
    (r"^Kernel panic", r"---\[ end Kernel panic"),
    (r"\b(KASAN|UBSAN|KCSAN): ", r"^={20,}$"),
    (r"\[#\d+\]|general protection|nable to handle|kernel BUG at",
     r"---\[ end trace"),
    (r"", r"</TASK>"))]
END_OF_CUT = re.compile(r"---\[ end trace")
LONGEST = 400


class Report:
    def __init__(self, where, lines):
        self.where = where
        self.lines = lines

    def __str__(self):
        return "\n".join(self.lines)


def find_end(lines, start, end):
    """The index behind the line that matches end, or None. Whatever opens
    another report ends the search."""
    for i in range(start, min(start + LONGEST, len(lines))):
        if end.search(lines[i]):
            return i + 1
        if CUT_HERE.search(lines[i]):
            return None
    return None


def report_at(lines, i):
    """The index behind the report that begins at i, or i if none does."""
    if CUT_HERE.search(lines[i]):
        end = find_end(lines, i + 1, END_OF_CUT)
        if end is None:
            # Cut short by a crash or the end of the log.
            end = i + 1
            while (end < len(lines) and end < i + LONGEST and
                   not CUT_HERE.search(lines[end])):
                end += 1
        return end

    head = i
    if RULE.match(lines[i]) and i + 1 < len(lines):
        head = i + 1
    if not (HEADLINE.search(lines[head]) or BENIGN.search(lines[head])):
        return i
    for headline, end in ENDS:
        if headline.search(lines[head]):
            return find_end(lines, head + 1, end) or head + 1


def is_our_race(lines):
    """Is a report of KCSAN's about an access of ours?"""
    looking = False
    for line in lines:
        if ACCESS.match(line):
            looking = True
        elif looking and not HELPER.match(line):
            if OURS.search(line):
                return True
            looking = False
    return False


def is_benign(lines):
    if any(BENIGN.search(line) for line in lines[:2]):
        return True
    return (any(KCSAN.search(line) for line in lines[:2]) and
            RULE.match(lines[-1]) is not None and
            not is_our_race(lines))


def messages(text):
    """The lines of a log without stamps, each of them once and whole."""
    lines = []
    rest = [line.rstrip() for line in text.splitlines()]
    for i, line in enumerate(rest):
        if line == REPLAY:
            del lines[len(lines) - cut(lines, rest[i + 1:i + 1 + len(lines)]):]
        else:
            lines.append(line)
    return [PREFIX.sub("", line) for line in lines]


def cut(above, below):
    """How many lines of @above are what was printed at first of @below?"""
    for n in range(min(len(above), len(below), MESSAGE_LINES), 0, -1):
        if above[-n:-1] == below[:n - 1] and \
                below[n - 1].startswith(above[-1]):
            return n
    return 0


def parse(text):
    """The reports and the announcements, as (where, regex), of a log."""
    lines, announcements, reports = [], [], []

    for line in messages(text):
        expect = EXPECT.search(line)
        if expect:
            # Not kept: it would match itself inside a report.
            announcements.append((len(lines), expect.group(1)))
        else:
            lines.append(line)

    i = 0
    while i < len(lines):
        end = report_at(lines, i)
        if end > i:
            if not is_benign(lines[i:end]):
                reports.append(Report(i, lines[i:end]))
            i = end
        else:
            i += 1
    return reports, announcements


def check(text):
    """(number of expected reports, list of complaints)"""
    reports, announcements = parse(text)
    open_announcements, complaints = [], []
    met = 0

    if not text.strip():
        complaints.append("the log is empty")
    for announcement in announcements:
        try:
            re.compile(announcement[1])
            open_announcements.append(announcement)
        except re.error as error:
            complaints.append(f"bad announcement: {announcement[1]}: {error}")
    for report in reports:
        for announcement in open_announcements:
            where, regex = announcement
            if where <= report.where and re.search(regex, str(report)):
                open_announcements.remove(announcement)
                met += 1
                break
        else:
            complaints.append(f"unexpected report:\n{report}")
    for _, regex in open_announcements:
        complaints.append(f"announced, but not seen: {regex}")
    return met, complaints


# Each sample: the log, the number of expected reports, and what the
# complaints must begin with or contain, one by one.
WARN = """\
[    5.100000] ------------[ cut here ]------------
[    5.100001] cwq: NULL work, called from client_init+0x12/0x30 [client]
[    5.100002] WARNING: CPU: 1 PID: 77 at module/api.c:10 cwq_queue_work+0x1/0x2
[    5.100003] Call Trace:
[    5.100004]  <TASK>
[    5.100005]  client_init+0x12/0x30 [client]
[    5.100006]  </TASK>
[    5.100007] ---[ end trace 0000000000000000 ]---
"""
KASAN = """\
[    6.000000] ==================================================================
[    6.000001] BUG: KASAN: use-after-free in insert_work+0x1/0x2
[    6.000002] Call Trace:
[    6.000003]  <TASK>
[    6.000004]  </TASK>
[    6.000005] Allocated by task 12:
[    6.000006] ==================================================================
"""
LOCKDEP = """\
[    7.000000] ======================================================
[    7.000001] WARNING: possible circular locking dependency detected
[    7.000002] ------------------------------------------------------
[    7.000003] the existing dependency chain (in reverse order) is:
[    7.000004] stack backtrace:
[    7.000005] Call Trace:
[    7.000006]  <TASK>
[    7.000007]  </TASK>
"""
OOPS = """\
[    8.000000] BUG: unable to handle page fault for address: ffffffffdeadbeef
[    8.000001] Oops: 0000 [#1] PREEMPT SMP
[    8.000002] Call Trace:
[    8.000003]  <TASK>
[    8.000004]  </TASK>
[    8.000005] ---[ end trace 0000000000000000 ]---
[    8.000006] Kernel panic - not syncing: Fatal exception
[    8.000007] ---[ end Kernel panic - not syncing: Fatal exception ]---
"""
KCSAN_RACE = """\
[    8.500000] ==================================================================
[    8.500001] BUG: KCSAN: data-race in insert_work / run_workqueue
[    8.500002] write to 0xffff888001234568 of 8 bytes by task 12 on cpu 0:
[    8.500003]  hrtimer_wakeup+0x1/0x2
[    8.500004]  kthread+0x1/0x2
[    8.500005]
[    8.500006] read to 0xffff888001234568 of 8 bytes by task 13 on cpu 1:
[    8.500007]  %s
[    8.500008]  call_blocked+0x1/0x2 [cwq_kunit]
[    8.500009] ==================================================================
"""
INJECTED = """\
[    9.000000] FAULT_INJECTION: forcing a failure.
[    9.000001] name failslab, interval 1, probability 0, space 0, times 1
[    9.000002] Call Trace:
[    9.000003]  <TASK>
[    9.000004]  </TASK>
"""
BOOT = "[    0.000000] Linux version 6.1\n[    1.000000] Run /init\n"


def expect(regex):
    return f"[    2.000000] cwq-expect: {regex}\n"


def single(line):
    return f"[   10.000000] {line}\n[   10.000001] and life goes on\n"


SAMPLES = [
    ("", 0, ["the log is empty"]),
    (BOOT, 0, []),
    (BOOT + WARN, 0, ["cut here"]),
    (BOOT + expect("NULL work.*client_init") + WARN, 1, []),
    (BOOT + expect("NULL func") + WARN, 0, ["cut here", "not seen: NULL f"]),
    (BOOT + WARN + expect("NULL work"), 0, ["cut here", "not seen: NULL w"]),
    (expect("NULL work") + WARN + WARN, 1, ["cut here"]),
    (expect("NULL work") * 2 + WARN + WARN, 2, []),
    (expect("NULL work") * 2 + WARN, 1, ["not seen: NULL work"]),
    (WARN.replace("[    5.100007]", expect("NULL") + "[    5.100007]"), 0,
     ["cut here", "not seen"]),
    (WARN[:WARN.index("---[ end")], 0, ["client_init+0x12/0x30"]),
    (expect("insert_work") + KASAN + BOOT, 1, []),
    (KASAN + LOCKDEP, 0, ["Allocated by", "stack backtrace"]),
    (expect("NULL (work") + BOOT, 0, ["bad announcement: NULL (work"]),
    (OOPS, 0, ["Oops: 0000", "Kernel panic"]),
    (KCSAN_RACE % "insert_work+0x1/0x2 [cwq]", 0, ["insert_work"]),
    (KCSAN_RACE % "memcpy+0x1/0x2", 0, ["memcpy"]),
    (KCSAN_RACE % "usleep_range+0x1/0x2", 0, []),
    (INJECTED, 0, []),
    (INJECTED + WARN, 0, ["cut here"]),
    ("".join(INJECTED.splitlines(True)[2:]), 0, ["Call Trace"]),
    (WARN.replace("\n", "\r\n"), 0, ["cut here"]),
    (expect("NULL work")[:-5] + f"\n{REPLAY}\n" + expect("NULL work") + WARN, 1,
     []),
    (expect("NULL work") + f"{WARN[:9]}\r\n{REPLAY}\r\n" + WARN, 1, []),
    (expect("NULL work") + f"{REPLAY}\n" + WARN, 1, []),
    (expect("NULL work") + "".join(WARN.splitlines(True)[:2]) + WARN[:5] +
     f"\n{REPLAY}\n" + WARN, 1, []),
    (expect("NULL work") + "".join(WARN.splitlines(True)[:2])[:-9] +
     f"\n{REPLAY}\n" + WARN, 1, []),
    (expect("NULL work") + WARN[:20] + f"\n{REPLAY}\n" + WARN, 1, []),
] + [(single(line), 0, [line]) for line in (
    "BUG: sleeping function called from invalid context at mm/slab.h:5",
    "BUG: scheduling while atomic: kworker/0:1/12/0x00000002",
    "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cwq/0:77]",
    "NMI watchdog: Watchdog detected hard LOCKUP on cpu 0",
    "INFO: task insmod:91 blocked for more than 30 seconds.",
    "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
    "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "list_del corruption. prev->next should be ffff8880, but was dead0000",
    "list_add corruption. next->prev should be prev (ffff8880).",
    "refcount_t: underflow; use-after-free.",
    "WARNING: suspicious RCU usage",
    "WARNING: possible recursive locking detected",
    "WARNING: inconsistent lock state",
    "[ BUG: Invalid wait context ]",
    "UBSAN: shift-out-of-bounds in lib/work.hpp:12:3",
    "BUG: KCSAN: data-race in insert_work / run_workqueue",
    "BUG: Bad page state in process insmod  pfn:00001",
    "ODEBUG: Out of memory. ODEBUG disabled",
    "general protection fault, probably for non-canonical address 0xdead",
    "divide error: 0000 [#1] PREEMPT SMP",
    "debugfs: Directory 'q' with parent 'queues' already present!",
)]


def self_test():
    failed = 0
    for text, want_met, want in SAMPLES:
        met, complaints = check(text)
        if met != want_met or len(complaints) != len(want) or not all(
                map(str.__contains__, complaints, want)):
            failed += 1
            print(f"--- this log:\n{text}--- met {met}, want {want_met};"
                  f" complaints {complaints}, want {want}")
    print(f"check-log: {len(SAMPLES) - failed} passed, {failed} failed")
    return failed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", metavar="LOG")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--messages", action="store_true",
                        help="print the messages, without stamps, and no verdict")
    args = parser.parse_args()
    if args.self_test:
        sys.exit(1 if self_test() else 0)
    if not args.logs:
        parser.error("no log to check")

    bad = False
    for log in args.logs:
        with open(log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        if args.messages:
            print("\n".join(messages(text)))
            continue
        met, complaints = check(text)
        for complaint in complaints:
            print(f"{log}: {complaint}\n")
        bad |= bool(complaints)
        print(f"{log}: {met} expected reports,"
              f" {len(complaints)} complaints")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
