# SPDX-License-Identifier: BSD-2-Clause
"""From the cells of a run to one estimate per variant and benchmark."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

from . import names
from .estimate import Estimate, estimate
from .reader import Results


UNKNOWN = "?"
"""Stands for a choice that no line tells, as the axis came later."""


ABLATION = "ablation"
"""The matrix whose variants stand around one that has all techniques."""

SHORT = 4
"""A label has room for so many choices."""

FEW, SOME = 16, 4
"""So many missing settings are all named, and of more of them so many."""


class UnknownReference(ValueError):
    """The reference asked for is not among the results."""


@dataclass
class Variant:
    """choices: in the order of Summary.axes, UNKNOWN where no line says it;
    empty if the run never came to this variant and so never wrote them
    down."""
    name: str
    choices: tuple
    cells: list
    estimates: dict = field(default_factory=dict)

    def status(self) -> str:
        """What stands in a table where this variant has no number."""
        found = {cell.status for cell in self.cells} - {"passed"}
        if not self.cells:
            return "not run"
        return ", ".join(sorted(found)) or "-"


@dataclass
class Summary:
    """axes: axis -> its choices, the reference first. variants: counted
    through the axes, so the reference comes first. benchmarks: name ->
    (unit, per)."""
    results: Results
    axes: dict
    variants: list
    benchmarks: dict

    def reference(self) -> Variant | None:
        """The variant with every axis at its reference, if it was run."""
        home = tuple(choices[0] for choices in self.axes.values())
        return next((v for v in self.variants
                     if v.choices == home and v.cells), None)

    def common(self) -> list:
        """axis=choice for every axis that the run does not vary, as far as
        every variant tells its choice."""
        return [f"{axis}={choices[0]}" for place, (axis, choices)
                in enumerate(self.axes.items()) if len(choices) == 1
                and all(v.choices[place] != UNKNOWN
                        for v in self.variants if v.choices)]

    def varied(self) -> dict:
        """The axes that the run varies."""
        return {a: c for a, c in self.axes.items() if len(c) > 1}

    def short_name(self, variant: Variant) -> str:
        """Only the choices in which variants differ, for labels; where that
        is many, only those in which they differ from the reference."""
        if not variant.choices:
            return variant.name
        varied = [(c, choices[0]) for c, choices
                  in zip(variant.choices, self.axes.values())
                  if len(choices) > 1]
        words = [choice for choice, _ in varied]
        if len(words) > SHORT and self.reference():
            differ = [c for c, home in varied if c != home]
            words = ["all others"] if len(differ) == len(varied) else differ
        return " ".join(words) or variant.name

    def label_rule(self) -> str:
        """What short_name() says, in words."""
        reference = self.reference()
        if len(self.varied()) > SHORT and reference:
            return f"what differs from {reference.name}"
        return ", ".join(self.varied()) or "nothing"

    def unit(self, benchmarks: list) -> str:
        """The unit of some benchmarks; several are joined by a slash."""
        found = {self.benchmarks[b][0]: 0 for b in benchmarks}
        return "/".join(found) or "no unit"

    def measured(self, benchmark: str) -> dict:
        """choices -> Estimate of one benchmark, of all variants whose
        choices are known."""
        return {v.choices: v.estimates[benchmark] for v in self.variants
                if benchmark in v.estimates and UNKNOWN not in v.choices}

    def untold(self) -> list:
        """The variants of which some choice is not known."""
        return [v.name for v in self.variants if UNKNOWN in v.choices]

    def missing_settings(self) -> list:
        """Combinations of the choices seen that gave no sample, named by
        their choices on the varied axes; at most a few, after them a
        count."""
        have = {v.choices for v in self.variants
                if v.estimates and UNKNOWN not in v.choices}
        missing = math.prod(len(c) for c in self.axes.values()) - len(have)
        every = itertools.product(*self.axes.values())
        lacking = itertools.islice((c for c in every if c not in have),
                                   FEW if missing <= FEW else SOME)
        varied = [len(c) > 1 for c in self.axes.values()]
        found = ["-".join(itertools.compress(c, varied)) for c in lacking]
        if missing > len(found):
            found.append(f"{missing - len(found)} more")
        return found


def _parse_reference(text: str, axes: dict, results: Results) -> dict:
    """`full-memory-eager` or `spaces=full,messages=memory` as a dict."""
    for cell in results.cells.values():
        if cell.variant == text:
            return cell.choices
    wanted = {}
    for part in text.split(","):
        axis, equals, choice = part.partition("=")
        if not equals or axis not in axes:
            raise UnknownReference(
                f"reference {part!r} is neither a variant of this run nor "
                f"axis=choice with an axis of {', '.join(axes) or 'none'}")
        if choice not in axes[axis]:
            raise UnknownReference(
                f"reference {part!r}: the choices of {axis} in this run are "
                + ", ".join(axes[axis]))
        wanted[axis] = choice
    return wanted


def _find_axes(results: Results, reference: str) -> dict:
    """Axis -> choices. The reference choice is the one asked for, else that
    of the variant in the middle, else the first by name: results do not say
    which choice is the plain one."""
    seen: dict = {}
    for cell in results.cells.values():
        for axis, choice in cell.choices.items():
            seen.setdefault(axis, set()).add(choice)
    axes = {axis: sorted(choices) for axis, choices in seen.items()}
    wanted = _parse_reference(reference, axes, results) if reference \
        else _middle(results, axes)
    for axis, choice in wanted.items():
        axes[axis].sort(key=lambda c, first=choice: (c != first, c))
    return axes


def _middle(results: Results, axes: dict) -> dict:
    """Where the variant with the first choices by name was not meant to be
    run, and in an ablation, the choices of the one that has most others
    beside it, differing in one choice: there, all techniques on."""
    told = {tuple(c.choices.get(axis, UNKNOWN) for axis in axes)
            for c in results.cells.values()}
    home = tuple(choices[0] for choices in axes.values())
    if home in told and results.matrix != ABLATION:
        return {}

    def beside(choices: tuple) -> int:
        return sum(sum(a != b for a, b in zip(choices, other)) == 1
                   for other in told)

    best = max(sorted(c for c in told if UNKNOWN not in c),
               key=lambda c: (beside(c), sum(a == b for a, b
                                             in zip(c, home))),
               default=home)
    return dict(zip(axes, best))


def _groups(cells: list, benchmark: str) -> list:
    """The samples by layout; with one layout, by boot, since then the boot
    is what varies."""
    cells = [c for c in cells if benchmark in c.results
             and c.results[benchmark].samples]
    layouts = len({cell.salt for cell in cells}) > 1
    groups: dict = {}
    for cell in cells:
        key = cell.salt if layouts else cell.rep
        groups.setdefault(key, []).extend(cell.results[benchmark].samples)
    return [groups[key] for key in sorted(groups)]


def _find_variants(results: Results, axes: dict) -> list:
    told: dict = {}
    variants: dict = {}
    for cell in results.cells.values():
        told.setdefault(cell.variant, {}).update(cell.choices)
        variants.setdefault(cell.variant, []).append(cell)
    found = [Variant(name, tuple(told[name].get(axis, UNKNOWN)
                                 for axis in axes), cells)
             for name, cells in variants.items()]
    places = [{c: i for i, c in enumerate(choices)}
              for choices in axes.values()]
    ordered = sorted(found, key=lambda v: [
        place.get(c, len(place)) for place, c in zip(places, v.choices)])
    not_run = {name.split("/")[0]: 0 for name in results.not_run()}
    return ordered + [Variant(name, (), []) for name in sorted(not_run)
                      if name not in variants]


def summarise(results: Results, reference: str = "") -> Summary:
    """Estimates of everything that passed.

    reference: a variant's name or a list of axis=choice, which the others
    are compared with. Raises UnknownReference.
    """
    axes = _find_axes(results, reference)
    benchmarks: dict = {}
    for cell in results.passed():
        for result in cell.results.values():
            if result.samples:
                benchmarks[result.benchmark] = (result.unit, result.per)
    order = sorted(benchmarks, key=names.sort_key)
    summary = Summary(results, axes, _find_variants(results, axes),
                      {name: benchmarks[name] for name in order})
    for variant in summary.variants:
        passed = [c for c in variant.cells if c.status == "passed"]
        for benchmark, (_, per) in summary.benchmarks.items():
            groups = _groups(passed, benchmark)
            if groups:
                variant.estimates[benchmark] = _estimate(
                    groups, per, variant.name, benchmark)
    return summary


def _estimate(groups: list, per: int, variant: str,
              benchmark: str) -> Estimate:
    return estimate(groups, per, f"{variant}/{benchmark}")
