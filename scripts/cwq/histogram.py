# SPDX-License-Identifier: GPL-2.0
"""Percentiles of times that were counted in buckets."""

from __future__ import annotations

from collections import Counter
from typing import Optional

# From so many microseconds on, and below so many; the last one has no end.
Bucket = tuple[int, Optional[int]]
Histogram = Counter[Bucket]


def percentile(histogram: Histogram, percent: float) -> Bucket | None:
    """The bucket in which that percentile is; None if nothing was counted.

    More is not known: the time itself is anywhere in the bucket."""
    seen = 0
    wanted = sum(histogram.values()) * percent / 100
    for bucket in sorted(histogram, key=lambda bucket: bucket[0]):
        seen += histogram[bucket]
        if histogram[bucket] and seen >= wanted:
            return bucket
    return None
