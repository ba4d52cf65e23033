# SPDX-License-Identifier: BSD-2-Clause
"""Main effects and interactions of any number of axes and choices.

An effect is named by its terms, one or more (axis, choice) pairs, each
compared with the reference choice of its axis:

- one term: the change when the choice replaces the reference;
- two terms: how much the change by the first differs when the second is
  chosen too (difference of differences), so zero if the two add up;
- more terms: likewise, one difference deeper.

`alone` is taken with every other axis at its reference; `average` over
every setting of the other axes for which all variants needed are there.
Designs may be incomplete: an effect says how many settings it rests on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .estimate import Interval, combine


@dataclass
class Effect:
    """terms: ((axis, choice), ...); used of possible settings."""
    terms: tuple
    alone: Interval | None
    average: Interval
    used: int
    possible: int

    def name(self) -> str:
        return name_terms(self.terms)


@dataclass
class Analysis:
    """effects by order, then axis; lacking: terms of effects up to the
    order asked for that no set of variants supports."""
    effects: list
    lacking: list
    lacking_count: int


def name_terms(terms: tuple) -> str:
    """`spaces=small x messages=registers`"""
    return " x ".join(f"{axis}={choice}" for axis, choice in terms)


def _difference(contrasts: dict, position: int, choice: str,
                reference: str) -> dict:
    """Takes one more difference, along the axis at `position`. Contrasts
    map a setting to the weight of each variant in it."""
    result = {}
    for setting, weights in contrasts.items():
        if setting[position] != choice:
            continue
        partner = setting[:position] + (reference,) + setting[position + 1:]
        if partner not in contrasts:
            continue
        total = dict(weights)
        for variant, weight in contrasts[partner].items():
            total[variant] = total.get(variant, 0) - weight
        result[setting] = total
    return result


def _average(contrasts: dict) -> dict:
    total = {}
    for weights in contrasts.values():
        for variant, weight in weights.items():
            total[variant] = total.get(variant, 0) + weight
    return {v: w / len(contrasts) for v, w in total.items() if w}


def _weigh(weights: dict, values: dict) -> Interval:
    return combine([(weights[v], values[v]) for v in sorted(weights)])


def _effect(axes: dict, values: dict, terms: tuple,
            contrasts: dict) -> Effect:
    chosen = dict(terms)
    home = tuple(chosen.get(axis, choices[0])
                 for axis, choices in axes.items())
    alone = contrasts.get(home)
    possible = math.prod(len(choices) for axis, choices in axes.items()
                         if axis not in chosen)
    return Effect(terms, _weigh(alone, values) if alone else None,
                  _weigh(_average(contrasts), values), len(contrasts),
                  possible)


LISTED = 64
"""At most so many unsupported effects are named; the others are counted."""


def _supersets(axes: list, order: int) -> int:
    """How many effects of 0 to `order` more terms these axes allow."""
    counts = [1] + [0] * order
    for _, choices in axes:
        for size in range(order, 0, -1):
            counts[size] += counts[size - 1] * (len(choices) - 1)
    return sum(counts)


def analyse(axes: dict, values: dict, order: int) -> Analysis:
    """All effects of up to `order` terms.

    axes: axis -> its choices, the reference first. values: tuple of
    choices in the order of `axes` -> Estimate.
    """
    analysis = Analysis([], [], 0)
    positions = list(axes.items())

    def descend(start: int, terms: tuple, contrasts: dict) -> None:
        for position in range(start, len(positions)):
            axis, choices = positions[position]
            for choice in choices[1:]:
                deeper = terms + ((axis, choice),)
                found = _difference(contrasts, position, choice, choices[0])
                left = order - len(deeper)
                if not found:
                    # nor can any deeper effect that includes these terms
                    analysis.lacking.append(deeper)
                    analysis.lacking_count += _supersets(
                        positions[position + 1:], left)
                    continue
                analysis.effects.append(
                    _effect(axes, values, deeper, found))
                if left:
                    descend(position + 1, deeper, found)

    descend(0, (), {setting: {setting: 1} for setting in values})
    analysis.effects.sort(key=lambda effect: len(effect.terms))
    analysis.lacking.sort(key=len)
    del analysis.lacking[LISTED:]
    return analysis
