# SPDX-License-Identifier: BSD-2-Clause
"""What each technique is worth: a run of all techniques on, each one off by
itself, and all off; beside the published figures of the same question."""

from __future__ import annotations

from dataclasses import dataclass

from . import numbers, published
from .estimate import Interval, combine, shift
from .render import Table
from .report import choose_columns, short_notes, verdict_notes
from .summary import ABLATION, UNKNOWN, Summary, Variant

TOGETHER = "all of these"


@dataclass
class Removal:
    """One technique taken away: axis=choice, and what is there instead."""
    axis: str
    choice: str
    instead: str
    variant: Variant

    def name(self) -> str:
        return f"{self.axis}={self.choice}"


@dataclass
class Ablation:
    """base: all on. alone: what was taken away by itself. absent: axis=choice
    of what was only taken away with others, as alone it is impossible or did
    not pass. bare: without any of these, or None."""
    base: Variant
    alone: list
    absent: list
    bare: Variant | None

    def effect(self, removal: Removal, benchmark: str) -> Interval | None:
        """What one removal costs by itself."""
        return _shift(self.base, removal.variant, benchmark)

    def together(self, benchmark: str) -> Interval | None:
        """What all removals cost at once."""
        return _shift(self.base, self.bare, benchmark)

    def _weights(self, benchmark: str) -> list | None:
        """Estimates whose weighted sum is the sum of the effects."""
        found = [self.base, *(r.variant for r in self.alone)]
        values = [v.estimates.get(benchmark) for v in found]
        if self.absent or not self.alone or not all(values):
            return None
        return [(-len(self.alone), values[0])] + [(1, v) for v in values[1:]]

    def total(self, benchmark: str) -> Interval | None:
        """The sum of the effects of each by itself."""
        weights = self._weights(benchmark)
        return combine(weights) if weights else None

    def beyond(self, benchmark: str) -> Interval | None:
        """How much more all removals cost at once than their sum."""
        weights = self._weights(benchmark)
        bare = self.bare and self.bare.estimates.get(benchmark)
        if not weights or not bare:
            return None
        (base, value), *singles = weights
        return combine([(1, bare), (-1 - base, value)]
                       + [(-1, v) for _, v in singles])


def _shift(base: Variant, other: Variant | None,
           benchmark: str) -> Interval | None:
    if not other or not {benchmark} <= base.estimates.keys() \
            & other.estimates.keys():
        return None
    return shift(base.estimates[benchmark], other.estimates[benchmark])


def find(summary: Summary) -> Ablation | None:
    """The parts of an ablation around the run's reference; None if the run is
    of another matrix, or the reference has no numbers."""
    base = summary.reference()
    if summary.results.matrix != ABLATION or not base or not base.estimates:
        return None
    axes = list(summary.axes)
    alone, bare, most = [], None, 1
    for variant in summary.variants:
        if not variant.choices or UNKNOWN in variant.choices:
            continue
        differ = [i for i, c in enumerate(variant.choices)
                  if c != base.choices[i]]
        if len(differ) == 1 and variant.estimates:
            i = differ[0]
            alone.append(Removal(axes[i], base.choices[i],
                                 variant.choices[i], variant))
        elif len(differ) > most:
            bare, most = variant, len(differ)
    alone.sort(key=lambda r: axes.index(r.axis))
    known = {r.axis for r in alone}
    absent = [f"{axis}={base.choices[i]}" for i, axis in enumerate(axes)
              if len(summary.axes[axis]) > 1 and axis not in known]
    return Ablation(base, alone, absent, bare)


def _percent(interval: Interval | None, base: float) -> str:
    return numbers.percent_interval(interval, base) if interval else "-"


def _rows(found: Ablation, columns: list) -> list:
    base = {c: found.base.estimates[c].value if c in found.base.estimates
            else 0 for c in columns}

    def row(what: str, instead: str, effect) -> list:
        return [what, instead] + [_percent(effect(c), base[c])
                                  if base[c] else "-" for c in columns]

    rows = [row(r.name(), r.instead,
                lambda c, removal=r: found.effect(removal, c))
            for r in found.alone]
    rows += [[name, "not by itself"] + ["-"] * len(columns)
             for name in found.absent]
    return rows + [
        row("sum of these", "", found.total),
        row(TOGETHER, found.bare.name if found.bare else "", found.together),
        row("beyond the sum", "", found.beyond)]


def table(summary: Summary, found: Ablation, columns: list) -> Table:
    """Per cent that an operation costs more without each technique."""
    where = summary.results.where()
    notes = [*short_notes(summary),
             f"per cent of the {summary.unit(columns)} of "
             f"{found.base.name}, which has them all; negative: "
             "cheaper without; an interval that contains 0 shows no "
             "difference",
             "beyond the sum: how much more all together cost than the single "
             "effects add up to. Positive: one technique does the work of "
             "another that is missing; negative: one is of use only with "
             "another"]
    if found.absent:
        notes.append("no sum, as these were not taken away by themselves: "
                     + ", ".join(found.absent)
                     + " (impossible together with the rest, or not passed)")
    return Table(f"What each technique is worth on {where}: cost without it, "
                 "in per cent more", ["without", "but with", *columns],
                 _rows(found, columns), notes + verdict_notes(summary),
                 words=(0, 1))


def _ours(found: Ablation, without: str, benchmark: str) -> Interval | None:
    if without == "sum":
        return found.total(benchmark)
    removal = next((r for r in found.alone if r.name() == without), None)
    return found.effect(removal, benchmark) if removal else None


def beside_published(summary: Summary, found: Ablation) -> Table:
    """The published worth of techniques, and ours."""
    figures = published.read()
    rows = []
    for row in published.read_rows("ablation.csv"):
        ours = _ours(found, row["without"], row["benchmark"])
        if not ours:
            continue
        figure = figures[row["figure"]]
        base = found.base.estimates[row["benchmark"]].value
        rows.append([f"{figure.row}, {figure.column}",
                     f"+{numbers.number(figure.value)} %",
                     published.label(figure, figures), row["without"],
                     row["benchmark"], _percent(ours, base), row["note"]])
    where = summary.results.where()
    notes = [*short_notes(summary),
             "published: measured on a 486 at 50 MHz by others, in another "
             f"kernel; ours: {where}, in "
             f"{summary.unit([row[4] for row in rows])}. Both in per cent of "
             "the kernel with all of its techniques"] if rows else []
    return Table(f"What each technique is worth: published, and ours on "
                 f"{where}", ["published", "more", "status", "without",
                              "benchmark", "ours", "note"],
                 rows, notes, words=(0, 2, 3, 4, 6))


def tables(summary: Summary, wanted: list) -> list:
    """The tables of a run of the matrix, with the benchmarks wanted; none for
    other matrices."""
    found = find(summary)
    if not found:
        return []
    columns, _ = choose_columns(summary, wanted)
    made = [table(summary, found, columns)]
    beside = beside_published(summary, found)
    return made + ([beside] if beside.rows else [])


def to_csv(summary: Summary) -> tuple:
    """Header and rows of ablation.csv: every benchmark, every removal."""
    header = ["platform", "unit", "benchmark", "without", "instead", "change",
              "low", "high", "kind", "percent"]
    found = find(summary)
    rows = []
    for benchmark, (unit, _) in summary.benchmarks.items() if found else ():
        if benchmark.startswith("control/"):
            continue
        effects = [(r.name(), r.instead, found.effect(r, benchmark))
                   for r in found.alone]
        effects += [("sum", "", found.total(benchmark)),
                    (TOGETHER, found.bare.name if found.bare else "",
                     found.together(benchmark)),
                    ("beyond the sum", "", found.beyond(benchmark))]
        base = found.base.estimates.get(benchmark)
        rows += [[summary.results.where(), unit, benchmark, what, instead,
                  e.value, e.low, e.high, e.kind,
                  100 * e.value / base.value if base.value else ""]
                 for what, instead, e in effects if e and base]
    return header, rows
