# SPDX-License-Identifier: BSD-2-Clause
"""What a gnuplot script of plots/ needs to know of a run, as gnuplot
variables and data blocks. All words are chosen here, none in the scripts."""

from __future__ import annotations

import textwrap

from . import numbers
from .render import clean
from .report import choose_columns, platform_notes, one_of, verdict_notes
from .summary import Summary

MOST_BARS = 40
"""More variants than this make no readable bars."""


class NothingToPlot(Exception):
    """The run has nothing for this figure; the text says why."""


def quote(text: str) -> str:
    """A gnuplot string that is taken as it is."""
    return "'" + clean(text).replace("'", "''") + "'"


def _bar(place: int, summary: Summary, variant, benchmark: str) -> str:
    """place, label, value, low, high, text, nothing (a label for panels that
    need none); a variant without a value shows its status in its place."""
    found = variant.estimates.get(benchmark)
    label = summary.short_name(variant)
    if not found:
        return f'{place} "{label}" 0 0 0 "{variant.status()}" ""'
    return (f'{place} "{label}" {found.value!r} {found.low!r} {found.high!r} '
            f'"{numbers.rounded(found)}" ""')


LINE = 140
"""Characters of small print that fit across the figure."""


def _lines(name: str, texts: list) -> list:
    """An array of lines of text."""
    lines = [line for text in texts
             for line in textwrap.wrap(clean(text), LINE)]
    return [f"array {name}[{len(lines)}]"] + [
        f"{name}[{i}] = {quote(line)}" for i, line in enumerate(lines, 1)]


def _extent(summary: Summary, benchmark: str, count: int) -> list:
    """The range of a panel, zero included: bars begin at zero."""
    found = summary.measured(benchmark).values()
    least = min(0, *(e.low for e in found))
    largest = max(0, *(e.high for e in found))
    return [f"least[{count}] = {least!r}", f"largest[{count}] = {largest!r}"]


def bars(summary: Summary, wanted: list) -> str:
    """One panel of bars for each benchmark, a bar for each variant.

    Defines heading, above[n] and below[n] (lines of text), rows, panels,
    title[i], reference[i], least[i], largest[i], all from 1, and $bars, where
    panel i is index i - 1. Raises NothingToPlot.
    """
    variants = summary.variants
    if not summary.benchmarks:
        raise NothingToPlot(f"no numbers from {summary.results.where()}")
    if len(variants) > MOST_BARS:
        raise NothingToPlot(f"{len(variants)} variants are too many for bars "
                            f"(at most {MOST_BARS}); see tables.csv")
    columns, _ = choose_columns(summary, wanted)
    columns = columns[:len(wanted)]
    reference = summary.reference()
    lines = [
        f"rows = {len(variants)}", f"panels = {len(columns)}",
        f"heading = {quote(_heading(summary, columns))}",
        *_lines("above", platform_notes(summary)),
        *_lines("below", [_legend(summary, reference),
                          *verdict_notes(summary)]),
        *(f"array {name}[{len(columns)}]"
          for name in ("title", "reference", "least", "largest")),
    ]
    blocks = []
    for count, column in enumerate(columns, 1):
        per = summary.benchmarks[column][1]
        each = f" ({one_of(per)})" if per > 1 else ""
        home = reference and reference.estimates.get(column)
        lines += [f"title[{count}] = {quote(column + each)}",
                  f"reference[{count}] = {home.value if home else 0!r}",
                  *_extent(summary, column, count)]
        blocks.append("\n".join(_bar(place, summary, variant, column)
                                for place, variant in enumerate(variants)))
    lines += ["$bars << END_OF_BARS", "\n\n\n".join(blocks), "END_OF_BARS"]
    return "\n".join(lines) + "\n"


def _heading(summary: Summary, columns: list) -> str:
    return (f"Cost of one operation on {summary.results.where()}, in "
            f"{summary.unit(columns)}")


def _legend(summary: Summary, reference) -> str:
    text = f"Labels: {summary.label_rule()}. Bars: median; lines at their ends: 95 % interval."
    if reference:
        text += f" Grey and dotted: {summary.short_name(reference)}."
    return text
