# SPDX-License-Identifier: GPL-2.0
"""The figures of the client module cwq_bench: each a test, a peer, a metric and
a number, in a file for each round."""

import os
import re
import sys
from statistics import median, quantiles
from typing import Iterable, NamedTuple

PS_PER_INSTRUCTION = 2000  # QEMU's -icount shift=1


class BenchError(Exception):
    """What was measured is not what it should be."""


class Key(NamedTuple):
    """What was measured where. With icount, time is a count of instructions."""
    kernel: str
    cpus: int
    icount: bool
    test: str
    peer: str
    metric: str


Figures = dict[Key, list[float]]  # in the order of the rounds


def parse(lines: Iterable[str],
          name: str) -> dict[tuple[str, str, str], float]:
    """One round: by test, peer and metric. A peer that could not be made is
    left out, and told of."""
    figures = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) != 4 or not re.fullmatch(r"\d+", words[3]):
            raise BenchError(f"{name}:{number}: no figure: {line.strip()}")
        if words[2] == "failed":
            print(f"{name}: {words[1]} could not be measured in {words[0]}:"
                  f" error {words[3]}", file=sys.stderr)
            continue
        key = words[0], words[1], words[2]
        if key in figures:
            raise BenchError(f"{name}:{number}: twice: {line.strip()}")
        figures[key] = float(words[3])
    if not figures:
        raise BenchError(f"{name}: nothing was measured")
    return figures


def read_round(path: str) -> dict[tuple[str, str, str], float]:
    with open(path, encoding="utf-8") as file:
        return parse(file, path)


def rounds_in(directory: str) -> list[str]:
    names = [name for name in os.listdir(directory)
             if re.fullmatch(r"round-\d+", name)]
    if not names:
        raise BenchError(f"{directory}: no rounds")
    names.sort(key=lambda name: int(name[6:]))
    return [os.path.join(directory, name) for name in names]


def instructions(metric: str, value: float) -> tuple[str, float]:
    """A time that was a count of instructions is one."""
    if metric.endswith("ps"):
        return (metric[:-2] + "instructions").lstrip("_"), \
            value / PS_PER_INSTRUCTION
    return metric, value


def read_vm(directory: str, kernel: str, cpus: int, icount: bool) -> Figures:
    """All rounds of one boot. What was measured must have been so in each round
    in which its test was done."""
    figures: Figures = {}
    tests: dict[str, int] = {}
    for path in rounds_in(directory):
        values = read_round(path)
        for test in {test for test, _, _ in values}:
            tests[test] = tests.get(test, 0) + 1
        for (test, peer, metric), value in values.items():
            if icount:
                metric, value = instructions(metric, value)
            key = Key(kernel, cpus, icount, test, peer, metric)
            figures.setdefault(key, []).append(value)
    for key, values_of in figures.items():
        if len(values_of) != tests[key.test]:
            raise BenchError(f"{directory}: {key.test} {key.peer} {key.metric}:"
                             f" in {len(values_of)} of {tests[key.test]}"
                             " rounds")
    return figures


def read_observed(directory: str, kernel: str) -> Figures:
    """What cwq costs with its switches on, one after the other, and what it
    costs to look at many works. Not measured in every boot."""
    figures: Figures = {}
    for switch in ("timing", "histograms", "provenance"):
        path = os.path.join(directory, f"observed-{switch}")
        if not os.path.exists(path):
            return figures
        for (test, peer, metric), value in read_round(path).items():
            metric, value = instructions(metric, value)
            figures[Key(kernel, 1, True, test, f"{peer}+{switch}",
                        metric)] = [value]
    path = os.path.join(directory, "works")
    with open(path, encoding="utf-8") as file:
        # pending, how often they were read, and when that began and ended
        none, many = ([float(word) for word in line.split()] for line in file)
    seconds = (many[3] - many[2]) / many[1] - (none[3] - none[2]) / none[1]
    key = Key(kernel, 1, True, "read-works", "cwq", "read_instructions")
    figures[key] = [seconds * 1e12 / PS_PER_INSTRUCTION]
    return figures


def middle_half(values: list[float]) -> tuple[float, float]:
    """Between which two the middle half of the values lies: a round in which
    the host had other things to do says nothing about a peer."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high


def spread(values: list[float]) -> float:
    """Half of what the middle half differs by, as a share of the median."""
    low, high = middle_half(values)
    middle = median(values)
    return (high - low) / 2 / middle if middle else 0.0


def ratios(figures: Figures, key: Key, peer: str) -> list[float]:
    """How many times that of @key the peer's is, round by round: what disturbed
    a round has disturbed both."""
    mine = figures.get(key, [])
    theirs = figures.get(key._replace(peer=peer), [])
    return [b / a for a, b in zip(mine, theirs) if a]
