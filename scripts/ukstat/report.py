# SPDX-License-Identifier: BSD-2-Clause
"""The tables of a run: costs, changes, effects, statuses."""

from __future__ import annotations

from collections import Counter

from . import numbers
from .estimate import shift
from .factorial import Analysis, analyse, name_terms
from .instrument import verdicts
from .reader import Results
from .render import Table
from .summary import Summary

COLUMNS = [
    "null-call", "ipc-inter/words:0", "ipc-inter/words:8",
    "rpc-working-set/pages:0", "rpc-working-set/pages:8",
    "rpc-working-set/pages:64",
]
"""The benchmarks of the tables on the terminal, unless others are asked
for; those that a run does not have are named below the table."""

BUILDING = [
    "map/pages:1", "map/pages:64", "grant/pages:1", "flush/pages:1",
    "page-fault", "interrupt/deliver", "interrupt/return", "thread-create",
    "space-create", "ipc-long/bytes:4096",
]
"""What systems are built with, beyond short messages: a table of its own
beside the default one, where a run has any of them."""

ALL_ORDERS = 5
"""With more varied axes than this, only pairs are tabulated by default:
2^12 effects of four thousand variants are no table."""


def platform_notes(summary: Summary) -> list:
    """Where the numbers come from: no number without its platform."""
    results = summary.results
    machines = {r.machine: 0 for c in results.passed()
                for r in c.results.values() if r.machine}
    where = [f"platform {results.where()}"]
    if results.host.get("emulator"):
        where.append(str(results.host["emulator"]))
    if machines:
        where.append("processor " + " / ".join(machines))
    if results.host.get("cpu"):
        where.append(f"host {results.host['cpu']}")
    notes = ["; ".join(where), *model_notes(results), *map_notes(results)]
    if summary.common():
        notes.append("common to all variants: " + ", ".join(summary.common()))
    return notes


def short_notes(summary: Summary) -> list:
    """The least that every table says of where its numbers come from."""
    return [*platform_notes(summary)[:1], *model_notes(summary.results),
            *map_notes(summary.results)]


def model_notes(results: Results) -> list:
    """What a reader must know of numbers that nobody measured."""
    model = results.model
    if not model:
        return []
    changed = (", with " + ", ".join(model.changed)) if model.changed else ""
    return [f"modelled, not measured: {model.machine}, TLB parameters "
            f"{model.tlb}{changed}; the same in every run"]


MAPS = {
    "4K": "the processor has no 4 MB pages, the kernel was mapped by 4 KB "
          "pages: not another kernel than 4k here",
    "4M global": "the kernel's pages were global: a load of CR3 leaves them "
                 "in the TLB",
}
"""What is to be said of kernelmap=large where it was not plainly 4 MB
pages."""


def map_notes(results: Results) -> list:
    """What the processor made of kernelmap=large, which takes the best that
    there is. Boots of which it is unknown say nothing by themselves."""
    maps = Counter(c.kernel_map or "unknown" for c in results.passed()
                   if c.choices.get("kernelmap") == "large")
    if len(maps) > 1:
        return ["kernelmap=large: not the same in all boots: " + ", ".join(
            f"{pages} in {maps[pages]}" for pages in sorted(maps))]
    return [f"kernelmap=large: {MAPS[pages]}" for pages in maps
            if pages in MAPS]


def _precision_note(summary: Summary, columns: list) -> str:
    kinds = {v.estimates[c].kind for v in summary.variants for c in columns
             if c in v.estimates}
    if kinds == {"exact"}:
        return "exact: all samples of a value are equal"
    if not kinds:
        return "no values"
    return ("median [95 % bootstrap interval]; a value without an interval is "
            "exact: all its samples are equal")


def one_of(per: int) -> str:
    """What a value is when a sample holds several operations."""
    return "one way, half a round trip" if per == 2 else \
        f"one of the {per} in a sample"


def _per_notes(summary: Summary, columns: list) -> list:
    groups: dict = {}
    for column in columns:
        per = summary.benchmarks[column][1]
        if per > 1:
            groups.setdefault(per, []).append(column)
    return [f"{', '.join(group)}: {one_of(per)}"
            for per, group in groups.items()]


def verdict_notes(summary: Summary) -> list:
    """What goes under every table of numbers."""
    return [v.line() for v in verdicts(summary)]


def choose_columns(summary: Summary, wanted: list) -> tuple:
    """The columns that the run has, and a note on those it has not. If it
    has none of them, all that it has."""
    found = [c for c in wanted if c in summary.benchmarks]
    absent = [c for c in wanted if c not in summary.benchmarks]
    if not found:
        return list(summary.benchmarks), []
    if absent:
        return found, ["not measured in this run: " + ", ".join(absent)]
    return found, []


def costs(summary: Summary, columns: list, more: list,
          what: str = "one operation") -> Table:
    """Variants x benchmarks."""
    rows = []
    for variant in summary.variants:
        rows.append([variant.name] + [
            numbers.estimate(variant.estimates[c])
            if c in variant.estimates else variant.status()
            for c in columns])
    title = (f"Cost of {what} on {summary.results.where()}, in "
             f"{summary.unit(columns)}")
    notes = [*platform_notes(summary), _precision_note(summary, columns),
             *_per_notes(summary, columns), *more, *taints(summary),
             *verdict_notes(summary)]
    return Table(title, ["variant", *columns], rows, notes)


def taints(summary: Summary) -> list:
    """What taints the run, each reason once."""
    found: dict = {}
    for cell in summary.results.passed():
        for result in [cell, *cell.results.values()]:
            for why in result.taint:
                found.setdefault(why, {})[cell.name] = 0
    return [f"tainted: {why}: {len(cells)} cells, first {next(iter(cells))}"
            for why, cells in found.items()]


def changes(summary: Summary, columns: list) -> Table:
    """Every variant against the reference variant."""
    reference = summary.reference()
    title = f"Change on {summary.results.where()}, in {summary.unit(columns)}"
    if not reference or not reference.estimates:
        return Table(title, [], [], ["the reference variant has no values; "
                                     "choose another with --reference"])
    if len(summary.variants) == 1:
        return Table(title, [], [], ["one variant: nothing to compare it with"])
    rows = []
    for variant in summary.variants:
        if variant is reference:
            continue
        row = [variant.name]
        for column in columns:
            base = reference.estimates.get(column)
            value = variant.estimates.get(column)
            row.append(numbers.difference(shift(base, value), base.value)
                       if base and value else variant.status())
        rows.append(row)
    notes = [*short_notes(summary),
             f"against {reference.name}; negative is cheaper; an interval "
             "that contains 0 shows no difference", *verdict_notes(summary)]
    return Table(f"{title}, against {reference.name}", ["variant", *columns],
                 rows, notes)


def default_order(summary: Summary) -> int:
    """How many axes an effect may join unless told otherwise."""
    axes = len(summary.varied())
    return axes if axes <= ALL_ORDERS else 2


def analyses(summary: Summary, columns: list, order: int) -> dict:
    """benchmark -> Analysis."""
    return {c: analyse(summary.axes, summary.measured(c), order)
            for c in columns}


def _effect_rows(found: dict, base: dict) -> tuple:
    """Rows by effect, and the effects that rest on few settings."""
    table: dict = {}
    partial: dict = {}
    for column, analysis in found.items():
        for effect in analysis.effects:
            cells = table.setdefault(effect.name(), {})
            cells[column] = numbers.difference(effect.average,
                                               base.get(column))
            if effect.used < effect.possible:
                partial[effect.name()] = (
                    f"{effect.name()}: from {effect.used} of "
                    f"{effect.possible} settings of the other axes")
    rows = [[name] + [cells.get(c, "-") for c in found]
            for name, cells in table.items()]
    return rows, list(partial.values())


def _lacking_notes(summary: Summary, found: dict) -> list:
    lacking: dict = {}
    for analysis in found.values():
        for terms in analysis.lacking:
            lacking[name_terms(terms)] = 0
    count = max((a.lacking_count for a in found.values()), default=0)
    if not count:
        return []
    few = list(lacking)[:8]
    return [f"not estimable, for want of variants: {count} effects: "
            + ", ".join(few) + (", ..." if count > len(few) else "")]


def effects(summary: Summary, found: dict, order: int) -> Table:
    """Main effects and interactions, averaged over the other axes."""
    columns = list(found)
    platform = summary.results.where()
    title = (f"What each choice changes on {platform}, in "
             f"{summary.unit(columns)}: by itself and in combination")
    if not summary.varied():
        return Table(title, [], [], ["no axis is varied in this run"])
    reference = summary.reference()
    base = {c: e.value for c, e in reference.estimates.items()} \
        if reference else {}
    rows, partial = _effect_rows(found, base)
    notes = [*short_notes(summary),
             "against " + ", ".join(f"{a}={c[0]}" for a, c
                                    in summary.varied().items())
             + "; averaged over the settings of the other axes; negative is "
             "cheaper" + (f"; per cent of {reference.name}" if base else ""),
             "a x b: how much the change by a differs when b is chosen too; "
             "0, or an interval that contains it: the two simply add up"]
    if summary.untold():
        notes.append("not all choices are told, so no part of the effects: "
                     + ", ".join(summary.untold()))
    missing = summary.missing_settings()
    if missing:
        notes.append("the design is incomplete, without: "
                     + ", ".join(missing))
    notes += partial[:8]
    if len(partial) > 8:
        notes.append(f"{len(partial) - 8} more effects rest on a part of the "
                     "settings: see effects.csv")
    notes += _lacking_notes(summary, found)
    if order < len(summary.varied()):
        notes.append(f"effects of more than {order} axes are left out: ask "
                     "with --order")
    return Table(title, ["effect", *columns], rows,
                 notes + verdict_notes(summary))


def statuses(summary: Summary) -> Table:
    """What became of the cells; every one that did not pass, with why."""
    results = summary.results
    counts = Counter(c.status for c in results.cells.values())
    not_run = results.not_run()
    if not_run:
        counts["not run"] = len(not_run)
    rows = [[c.name, c.status, c.why or "no reason given"]
            for c in results.cells.values() if c.status != "passed"]
    rows += [[name, "not run", "the run ended before"] for name in not_run]
    notes = [f"platform {results.where()}: " + (", ".join(
        f"{count} {status}" for status, count in sorted(counts.items()))
        or "no cells")]
    notes += results.problems
    title = f"Cells on {results.where()} that did not pass"
    if not rows:
        return Table(f"Cells on {results.where()}", [], [], notes)
    return Table(title, ["cell", "status", "reason"], rows, notes, words=(0, 1, 2))


def without_numbers(summary: Summary) -> Table:
    """For a platform that has no samples to give."""
    results = summary.results
    rows = []
    for variant in summary.variants:
        counts = Counter(c.status for c in variant.cells)
        rows.append([variant.name, ", ".join(
            f"{count} {status}" for status, count in sorted(counts.items()))
            or "not run"])
    notes = platform_notes(summary)
    if results.passed():
        notes.append(f"{results.where()} gave no samples: it cannot know "
                     "cycles, so no number is shown for it")
    else:
        notes.append("no cell passed, so there are no numbers")
    notes += [f"probe: {p.get('name')}: {p.get('value')}: {p.get('why', '')}"
              for p in results.probe if p.get("ok") is False]
    return Table(f"Statuses on {results.where()}", ["variant", "cells"],
                 rows, notes, words=(0, 1))


def everything(summary: Summary) -> Table:
    """All benchmarks x variants, for the Markdown file."""
    columns = list(summary.benchmarks)
    rows = [[c, summary.benchmarks[c][0]]
            + [numbers.estimate(v.estimates[c]) if c in v.estimates
               else v.status() for v in summary.variants] for c in columns]
    notes = [*short_notes(summary), _precision_note(summary, columns),
             *_per_notes(summary, columns), *verdict_notes(summary)]
    return Table(f"Every benchmark on {summary.results.where()}",
                 ["benchmark", "unit"] + [v.name for v in summary.variants],
                 rows, notes, words=(0, 1))


def tables(summary: Summary, wanted: list, order: int,
           worth: list = ()) -> tuple:
    """All tables, and the analyses of all benchmarks for effects.csv.
    worth: the tables of an ablation, which tell what there is to tell of
    its choices, in place of effects that have no settings to average over."""
    if not summary.benchmarks:
        return [without_numbers(summary), statuses(summary)], {}
    columns, note = choose_columns(summary, wanted)
    # controls measure the instrument; no choice is meant to change them
    kept = [b for b in summary.benchmarks
            if not b.startswith("control/") or b in columns]
    found = analyses(summary, kept, order)
    shown = {c: found[c] for c in columns}
    building = [c for c in BUILDING if c in summary.benchmarks
                and wanted == COLUMNS and c not in columns]
    more = [costs(summary, building, [],
                  "pages, faults, interrupts, creation and long messages")] \
        if building else []
    return [costs(summary, columns, note), *more, changes(summary, columns),
            *(worth or [effects(summary, shown, order)]),
            statuses(summary)], found


def values_csv(summary: Summary) -> tuple:
    """Header and rows of tables.csv: one row per variant and benchmark."""
    header = ["platform", "unit", "variant", *summary.axes, "benchmark",
              "per", "value", "low", "high", "kind", "samples", "groups"]
    rows = []
    for variant in summary.variants:
        for benchmark, (unit, per) in summary.benchmarks.items():
            e = variant.estimates.get(benchmark)
            if e:
                rows.append([summary.results.where(), unit, variant.name,
                             *variant.choices, benchmark, per, e.value, e.low,
                             e.high, e.kind, e.samples, e.groups])
    return header, rows


def _effect_row(start: list, effect, base: float | None) -> list:
    alone, average = effect.alone, effect.average
    return [*start, len(effect.terms), effect.name(),
            *([alone.value, alone.low, alone.high] if alone else [""] * 3),
            average.value, average.low, average.high, average.kind,
            100 * average.value / base if base else "",
            effect.used, effect.possible]


def effects_csv(summary: Summary, found: dict) -> tuple:
    """Header and rows of effects.csv."""
    header = ["platform", "unit", "benchmark", "per", "order", "effect",
              "alone", "alone_low", "alone_high", "average", "low", "high",
              "kind", "percent_of_reference", "settings",
              "settings_possible"]
    reference = summary.reference()
    rows = []
    for benchmark, analysis in found.items():
        unit, per = summary.benchmarks[benchmark]
        base = reference and reference.estimates.get(benchmark)
        rows += [_effect_row([summary.results.where(), unit, benchmark, per],
                             effect, base.value if base else None)
                 for effect in analysis.effects]
    return header, rows
