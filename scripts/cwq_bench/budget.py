# SPDX-License-Identifier: GPL-2.0
"""What an operation may cost, in instructions: a file of lines with its name
and the number, checked against one round."""

from .figures import BenchError, instructions, read_round

TOLERANCE = 0.02
# Threads that start and end are interrupted by the timer, or are not.
INEXACT = ["create-destroy"]

HEADER = """\
# SPDX-License-Identifier: GPL-2.0
# Instructions that each operation of cwq takes on the stock 6.1 kernel, as
# Documentation/benchmark.md explains. "make test SUITE=cost" fails if one takes
# more than 2 % more; "scripts/cost.sh --update" writes what they take now.
"""


def costs(path: str) -> dict[str, float]:
    """What cwq's operations took in a round, those of which it is exact."""
    result = {}
    for (test, peer, metric), value in read_round(path).items():
        name, number = instructions(metric, value)
        if (peer == "cwq" and name == "instructions" and
                test not in INEXACT):
            result[test] = number
    if not result:
        raise BenchError(f"{path}: no operations of cwq")
    return result


def read(path: str) -> dict[str, float]:
    budget = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            try:
                name, value = words
                budget[name] = float(value)
            except ValueError:
                raise BenchError(f"{path}:{number}: not an operation and"
                                 " a number") from None
    return budget


def text(measured: dict[str, float]) -> str:
    return HEADER + "".join(f"{name:<20}{value:10.1f}\n"
                            for name, value in measured.items())


def check(budget: dict[str, float],
          measured: dict[str, float]) -> tuple[list[str], bool]:
    """A line for each operation, and whether all of them keep to the budget.
    One that is not in both does not."""
    lines = [f"{'instructions':<20}{'budget':>10}{'now':>10}{'change':>9}"]
    good = True
    for name in list(budget) + [name for name in measured
                                if name not in budget]:
        old, new = budget.get(name), measured.get(name)
        if old is None or new is None:
            good = False
            lines.append(f"{name:<20}"
                         f"{'-' if old is None else f'{old:.1f}':>10}"
                         f"{'-' if new is None else f'{new:.1f}':>10}"
                         + ("  NOT IN THE BUDGET" if old is None else
                            "  NOT MEASURED"))
            continue
        change = new / old - 1 if old else float("inf")
        verdict = ""
        if new > old * (1 + TOLERANCE):
            good = False
            verdict = "  EXCEEDED"
        elif new < old * (1 - TOLERANCE):
            verdict = "  less: worth an update"
        lines.append(f"{name:<20}{old:10.1f}{new:10.1f}{100 * change:+8.1f}%"
                     + verdict)
    return lines, good
