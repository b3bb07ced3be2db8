# SPDX-License-Identifier: GPL-2.0
"""A run of the benchmark: all figures, and where they were taken; as JSON."""

import json
import re
from typing import Any

from .figures import BenchError, Figures, Key

FORMAT = 1


class Run:
    """Figures, and the environment by name. What was observed is besides: it is
    of cwq alone."""

    def __init__(self, environment: dict[str, Any], figures: Figures):
        self.environment = environment
        self.figures = figures

    def kernels(self) -> list[str]:
        return sorted({key.kernel for key in self.figures},
                      key=lambda name: [int(n)
                                        for n in re.findall(r"\d+", name)])

    def cpus(self, kernel: str) -> list[int]:
        return sorted({key.cpus for key in self.figures
                       if key.kernel == kernel and not key.icount})

    def select(self, **wanted: Any) -> list[Key]:
        """The keys that have these values, in the order of measuring."""
        return [key for key in self.figures
                if all(getattr(key, name) == value
                       for name, value in wanted.items())]

    def save(self, path: str) -> None:
        document = {
            "format": FORMAT, "environment": self.environment,
            "figures": [{**key._asdict(), "values": values}
                        for key, values in self.figures.items()]}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")


def load(path: str) -> Run:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["format"] != FORMAT:
            raise BenchError(f"{path}: format {document['format']}, not"
                             f" {FORMAT}: measure again")
        figures = {Key(**{name: row[name] for name in Key._fields}):
                   [float(value) for value in row["values"]]
                   for row in document["figures"]}
        return Run(document["environment"], figures)
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{path}: not a run of the benchmark:"
                         f" {error!r}") from None
