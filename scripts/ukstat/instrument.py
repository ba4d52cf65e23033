# SPDX-License-Identifier: BSD-2-Clause
"""Does the instrument stand still when it must, and move when it must?

Every benchmark family under `control/` with a parameter is one of the two:
values that are words (a, b) are the same code measured under two names (A/A);
values that are numbers are doses of a known piece of work (dose-response).
"""

from __future__ import annotations

from dataclasses import dataclass

from . import names
from .estimate import LEVEL, shift
from .numbers import number
from .summary import Summary

PREFIX = "control/"


@dataclass
class Verdict:
    """state: `ok`, `bad` or `unknown` (not in this run)."""
    control: str
    state: str
    text: str

    def line(self) -> str:
        return f"{self.control}: {self.text}"


def _families(summary: Summary) -> dict:
    families: dict = {}
    for benchmark in summary.benchmarks:
        family, value = names.split(benchmark)
        if value and family.startswith(PREFIX):
            families.setdefault(family, []).append(value)
    return families


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _same(summary: Summary, family: str, values: list) -> Verdict:
    """A/A. The level is corrected for the number of comparisons, so that a
    quiet instrument fails once in twenty runs, not once in twenty variants."""
    pairs = [(v, v.estimates.get(f"{family}:{values[0]}"),
              v.estimates.get(f"{family}:{value}"))
             for v in summary.variants for value in values[1:]]
    pairs = [pair for pair in pairs if pair[1] and pair[2]]
    if not pairs:
        return Verdict("A/A", "unknown",
                       f"{family} lacks one of the pair in every variant")
    level = 1 - (1 - LEVEL) / len(pairs)
    shifts = [(v, shift(a, b, level)) for v, a, b in pairs]
    unit = summary.unit([f"{family}:{values[0]}"])
    worst, largest = max(shifts, key=lambda s: abs(s[1].value))
    # two exact values that differ, differ; one sample each says nothing
    moved = [v.name for v, s in shifts if s.excludes_zero()]
    where = _plural(len(shifts), "comparison")
    if moved:
        return Verdict("A/A", "bad", f"FAILED: {family}: the same code differs "
                       f"in {len(moved)} of {where}, by up to "
                       f"{number(abs(largest.value))} {unit} ({worst.name}): "
                       "take no smaller difference for an effect")
    if all(s.kind == "exact" for _, s in shifts):
        return Verdict("A/A", "ok", f"passed: {family}: exactly equal in "
                       f"{where}")
    if any(s.kind == "single" for _, s in shifts):
        return Verdict("A/A", "unknown", f"{family}: one sample each cannot "
                       "show noise")
    reach = max(max(abs(s.low), abs(s.high)) for _, s in shifts)
    return Verdict("A/A", "ok", f"passed: {family}: no difference in {where}; "
                   f"differences below {number(reach)} {unit} would not be "
                   "seen")


@dataclass
class _Response:
    """Dose-response of one variant: rise per unit of dose, distance of the
    farthest point from the straight line, and what is wrong if anything."""
    slope: float
    bend: float
    wrong: str


def _respond(doses: list, estimates: list) -> _Response:
    first, last = estimates[0], estimates[-1]
    span = doses[-1] - doses[0]
    slope = (last.value - first.value) / span
    bend = max(abs(e.value - first.value - slope * (d - doses[0]))
               for d, e in zip(doses, estimates))
    rise = shift(first, last)
    wrong = ""
    if rise.kind == "single":
        wrong = "one sample each shows nothing"
    elif rise.low <= 0:
        wrong = f"dose {doses[-1]} costs no more than dose {doses[0]}"
    else:
        steps = zip(doses, doses[1:], estimates, estimates[1:])
        for low, high, before, after in steps:
            if shift(before, after).high < 0:
                wrong = wrong or f"dose {high} costs less than dose {low}"
    return _Response(slope, bend, wrong)


def _range(values: list) -> str:
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def _dose(summary: Summary, family: str, values: list) -> Verdict:
    found = []
    for variant in summary.variants:
        doses = sorted(int(v) for v in values
                       if f"{family}:{v}" in variant.estimates)
        if len(doses) > 1:
            estimates = [variant.estimates[f"{family}:{d}"] for d in doses]
            found.append((variant, _respond(doses, estimates)))
    if not found:
        return Verdict("dose-response", "unknown",
                       f"{family} has fewer than two doses")
    unit = summary.unit([f"{family}:{values[0]}"])
    where = _plural(len(found), "variant")
    wrong = [(v, r) for v, r in found if r.wrong]
    if wrong:
        variant, response = wrong[0]
        return Verdict("dose-response", "bad", f"FAILED: {family}: "
                       f"{response.wrong} in {len(wrong)} of {where} (first "
                       f"{variant.name}): the instrument does not measure")
    bend = max(r.bend for _, r in found)
    return Verdict("dose-response", "ok", f"passed: {family}: rises by "
                   f"{_range([r.slope for _, r in found])} ({unit} per unit "
                   f"of dose) in {where}, "
                   + (f"straight within {number(bend)}" if bend
                      else "exactly straight"))


def verdicts(summary: Summary) -> list:
    """The verdicts of a run, at least one for each kind of control."""
    found = []
    for family, values in sorted(_families(summary).items()):
        doses = all(v.isdecimal() for v in values)
        found.append((_dose if doses else _same)(summary, family, values))
    for control in ("A/A", "dose-response"):
        if control not in {v.control for v in found}:
            found.append(Verdict(control, "unknown", "not in this run"))
    return sorted(found, key=lambda v: v.control)
