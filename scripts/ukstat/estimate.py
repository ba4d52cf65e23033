# SPDX-License-Identifier: BSD-2-Clause
"""Medians with bootstrap intervals, and differences between them.

Code layout moves results, so the unit that is resampled first is the
layout (the group), then the samples within it: an interval speaks for
layouts that were not linked as well as for boots that were not made.
Everything is deterministic: each estimate draws from its own generator,
seeded by its name, so that adding a benchmark changes no other interval.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, field

LEVEL = 0.95
REPLICATES = 2000
SEED = "ukbench"


def median_of_sorted(values: list) -> float:
    """The median of a sorted, non-empty list."""
    size = len(values)
    return (values[(size - 1) // 2] + values[size // 2]) / 2


def median(values: list) -> float:
    """The median of a non-empty list."""
    return median_of_sorted(sorted(values))


@dataclass
class Interval:
    """A value with its interval, in the unit of what it was made from.

    kind: `exact` when nothing varied, `single` when there was only one
    sample and so nothing can be said of its spread, else `interval`.
    """
    value: float
    low: float
    high: float
    kind: str

    def excludes_zero(self) -> bool:
        """Whether the value is told apart from zero."""
        return self.kind != "single" and (self.low > 0 or self.high < 0)


@dataclass
class Estimate(Interval):
    """One benchmark of one variant. `replicates` is None when nothing
    varied, else REPLICATES bootstrap values."""
    samples: int = 0
    groups: int = 0
    replicates: list | None = field(default=None, repr=False)


def percentile_interval(replicates: list, level: float) -> tuple:
    """The bounds that hold the middle `level` of the replicates."""
    ordered = sorted(replicates)
    tail = int(len(ordered) * (1 - level) / 2)
    return ordered[tail], ordered[-1 - tail]


@functools.lru_cache(maxsize=None)
def middle_ranks(size: int) -> list:
    """For REPLICATES resamples of `size` values: which two ranks of the
    original meet in the middle of the resample, so that its median is the
    mean of these two.

    Resampling is drawing `size` uniform positions; the middle ones of their
    order statistics are Beta distributed, which saves drawing the others.
    """
    rng = random.Random(f"{SEED}/ranks/{size}")
    lower, upper = (size - 1) // 2, size // 2
    pairs = []
    for _ in range(REPLICATES):
        first = rng.betavariate(lower + 1, size - lower)
        second = first
        if upper > lower:
            # the least of the remaining positions, all above `first`
            above = size - upper
            second = 1 - (1 - first) * rng.random() ** (1 / above)
        pairs.append((min(int(first * size), size - 1),
                      min(int(second * size), size - 1)))
    return pairs


def _replicates(groups: list, key: str) -> list:
    """Two-stage bootstrap of the median of the groups' medians; each group
    is sorted."""
    rng = random.Random(f"{SEED}/{key}")
    pools = [middle_ranks(len(group)) for group in groups]
    count, draw = len(groups), rng.random
    replicates = []
    for _ in range(REPLICATES):
        medians = []
        for _ in range(count):
            which = int(draw() * count) if count > 1 else 0
            low, high = pools[which][int(draw() * REPLICATES)]
            medians.append((groups[which][low] + groups[which][high]) / 2)
        replicates.append(median(medians))
    return replicates


def estimate(groups: list, per: int, key: str) -> Estimate:
    """The median over the groups (layouts) of each group's median, for one
    of the `per` operations in a sample.

    groups: non-empty lists of samples, at least one. key: names the
    estimate and seeds its generator.
    """
    ordered = [sorted(group) for group in groups]
    total = sum(len(group) for group in ordered)
    value = median([median_of_sorted(group) for group in ordered]) / per
    lowest = min(group[0] for group in ordered)
    highest = max(group[-1] for group in ordered)
    if lowest == highest:
        kind = "exact" if total > 1 else "single"
        return Estimate(value, value, value, kind, total, len(groups))
    replicates = [r / per for r in _replicates(ordered, key)]
    low, high = percentile_interval(replicates, LEVEL)
    return Estimate(value, low, high, "interval", total, len(groups),
                    replicates)


def combine(terms: list, level: float = LEVEL) -> Interval:
    """A weighted sum of independent estimates, with its interval.

    terms: (weight, Estimate) pairs, at least one.
    """
    value = sum(weight * term.value for weight, term in terms)
    if any(term.kind == "single" for _, term in terms):
        return Interval(value, value, value, "single")
    moving = [(w, t) for w, t in terms if t.replicates is not None]
    if not moving:
        return Interval(value, value, value, "exact")
    fixed = sum(w * t.value for w, t in terms if t.replicates is None)
    sums = [fixed] * REPLICATES
    for weight, term in moving:
        sums = [s + weight * r for s, r in zip(sums, term.replicates)]
    low, high = percentile_interval(sums, level)
    return Interval(value, low, high, "interval")


def shift(before: Estimate, after: Estimate, level: float = LEVEL) -> Interval:
    """How much `after` is above `before`."""
    return combine([(1, after), (-1, before)], level)
