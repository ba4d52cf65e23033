# SPDX-License-Identifier: BSD-2-Clause
"""What only a modelled run can tell: both sets of TLB parameters, where the
cycles went, and the published figures of the same processor beside it."""

from __future__ import annotations

import os

from . import numbers, published
from .reader import Results
from .render import Table
from .report import short_notes
from .summary import Summary, Variant

KEY = ["null-call", "ipc-inter/words:0", "ipc-inter/words:8",
       "ipc-inter-small/words:0", "rpc-working-set/pages:0",
       "rpc-working-set/pages:8", "rpc-working-set/pages:64"]
"""The benchmarks that are also run with the other set of TLB parameters."""

CAUSES = [
    ("base", ["base"]), ("int, iret", ["entry"]),
    ("segment", ["segment-load", "segment-base"]), ("control", ["control"]),
    ("TLB", ["code-tlb", "data-tlb"]), ("lines", ["code-line", "data-line"]),
    ("write buffer", ["write-buffer"]), ("branch", ["mispredicted"]),
    ("stalls", ["agi", "index", "displacement-immediate", "prefix",
                "byte-register", "misaligned", "split-target", "bank",
                "lock"]),
]
"""Columns of the clocks, and the model's causes in each. What is in none of
them is put into a last column."""


def total(events: dict, *beginnings: str) -> int:
    """The sum of all events whose names begin with one of these."""
    return sum(count for name, count in events.items()
               if name.startswith(beginnings))


def first_events(variant: Variant, benchmark: str) -> dict:
    """Events of the first layout's first boot: one real sample, whose
    parts add up, and no mean of several."""
    cells = [c for c in variant.cells
             if c.status == "passed" and benchmark in c.results]
    if not cells:
        return {}
    return min(cells, key=lambda c: (c.salt, c.rep)).results[benchmark].events


def _clocks(events: dict) -> list:
    counted = {name[7:]: count for name, count in events.items()
               if name.startswith("clocks.")}
    row = [sum(counted.pop(c, 0) for c in causes) for _, causes in CAUSES]
    return [sum(events[n] for n in events if n.startswith("clocks."))] + row \
        + [sum(counted.values())]


def _counts(events: dict) -> list:
    def tlb(what: str) -> int:
        return total(events, f"tlb.kernel.{what}", f"tlb.user.{what}")
    return [events.get("instructions.user", 0),
            events.get("instructions.kernel", 0), tlb("code"), tlb("data"),
            events.get("flushes", 0), total(events, "l1."),
            total(events, "l2."), events.get("lines", 0),
            events.get("pages", 0)]


COUNTS = ["instr./user", "instr./kernel", "TLB misses/code",
          "TLB misses/data", "TLB/flushes", "L1/misses", "L2/misses",
          "touched/lines", "touched/pages"]


def where_it_went(summary: Summary, benchmark: str) -> Table:
    """One sample of each variant: clocks by cause, and events."""
    header = ["cycles"] + [name for name, _ in CAUSES] + ["other"] + COUNTS
    found = [(v, first_events(v, benchmark)) for v in summary.variants]
    rows = [[v.name] + _clocks(e) + _counts(e) for v, e in found if e]
    # a column that is 0 everywhere tells nothing
    kept = [0] + [c for c in range(1, len(header) + 1)
                  if any(row[c] for row in rows)]
    per = summary.benchmarks.get(benchmark, ("", 1))[1]
    sample = f" (a sample is {per} operations)" if per > 1 else ""
    what = "Where the cycles of {} go" if benchmark in summary.benchmarks \
        else "Events of {}"  # of a geometry, which has no cycles
    title = (f"{what.format(benchmark)} on {summary.results.where()}"
             f"{sample}")
    notes = [*short_notes(summary),
             "the median sample of the first layout, less the empty region; "
             "lines and pages touched are the whole sample's; columns that "
             "are 0 everywhere are left out"]
    return Table(title, [(["variant"] + header)[c] for c in kept],
                 [[str(row[c]) for c in kept] for row in rows], notes)


def second_set(folder: str) -> str:
    """The folder of the run with the other set of TLB parameters, or ''."""
    path = os.path.join(folder, "manual", "latest")
    return path if os.path.exists(os.path.join(path, "results.jsonl")) else ""


def _same_builds(one: Results, other: Results) -> bool:
    builds = {(c.variant, c.salt): c.build for c in one.passed()}
    return all(builds.get((c.variant, c.salt), c.build) == c.build
               for c in other.passed())


def tlb_sets(summary: Summary, other: Summary) -> Table:
    """The key benchmarks with both sets of TLB parameters."""
    models = [s.results.model for s in (summary, other)]
    title = f"Key results on {summary.results.where()} with both sets of " \
            "TLB parameters"
    if not all(models) or not _same_builds(summary.results, other.results):
        return Table(title, [], [], ["the second run is of other builds, or "
                                     "has no results: not shown"])
    columns = [b for b in KEY if b in summary.benchmarks
               and b in other.benchmarks]
    home = {v.name: v for v in other.variants}
    rows = []
    for variant in summary.variants:
        row = [variant.name]
        for benchmark in columns:
            for one in (variant, home.get(variant.name)):
                value = one and one.estimates.get(benchmark)
                row.append(numbers.rounded(value) if value else "-")
        rows.append(row)
    header = [f"{b}/{m.tlb}" for b in columns for m in models]
    notes = [*short_notes(summary),
             "liedtke: 9 clocks a TLB miss, the paper's arithmetic; manual: "
             "13, 21 or 28 bus clocks, by the accessed and dirty bits that "
             "the walk has to set"]
    return Table(title, ["variant", *header], rows, notes)


# ---- beside the published figures -----------------------------------------

def quantity(variant: Variant, benchmark: str, what: str) -> float | None:
    """A variant's cycles for one operation, or a sum of events of its
    median sample; None if it was not measured."""
    if what == "cycles":
        found = variant.estimates.get(benchmark)
        return found.value if found else None
    events = first_events(variant, benchmark)
    return float(sum(events.get(e, 0) for e in what.split("+"))) \
        if events else None


def _meant(summary: Summary, only: str) -> list:
    """The variants with a choice, axis=choice; all if none is named."""
    if not only:
        return summary.variants
    axis, _, choice = only.partition("=")
    place = list(summary.axes).index(axis) if axis in summary.axes else None
    return [v for v in summary.variants if place is not None and v.choices
            and v.choices[place] == choice]


def beside_published(summary: Summary) -> Table:
    """The published figures of this processor and the least and the most
    of our variants."""
    figures = published.read()
    rows = []
    for row in published.read_rows("beside.csv"):
        if row["platform"] != summary.results.platform:
            continue
        figure = figures[row["figure"]]
        ours = sorted((value, v.name) for v in _meant(summary, row["only"])
                      if (value := quantity(v, row["benchmark"],
                                            row["quantity"])) is not None)
        if not ours:
            continue
        what = row["benchmark"]
        if row["quantity"] != "cycles":
            what += ": " + row["quantity"].replace("clocks.", "")
        rows.append([f"{figure.row}, {figure.column}",
                     numbers.number(figure.value),
                     published.label(figure, figures), what,
                     numbers.number(ours[0][0]), ours[0][1],
                     numbers.number(ours[-1][0]), ours[-1][1], row["note"]])
    title = f"Published figures, and ours on {summary.results.where()}, in " \
            "cycles"
    notes = [*short_notes(summary),
             "published: measured on hardware, or derived, by others; ours: "
             "modelled. For one operation; named causes for a whole sample"]
    return Table(title, ["published", "cycles", "status", "ours", "least",
                         "variant", "most", "variant", "note"], rows, notes,
                 words=(0, 2, 3, 5, 7, 8))


def tables(summary: Summary, other: Summary | None, all_of_them: bool) -> list:
    """What a modelled run adds; fewer on the terminal than in the file."""
    if not summary.results.modelled:
        return []
    made = []
    if other and summary.benchmarks:
        made.append(tlb_sets(summary, other))
    if summary.benchmarks:
        made.append(beside_published(summary))
    with_events = [b for b in KEY
                   if any(first_events(v, b) for v in summary.variants)]
    return made + [where_it_went(summary, b) for b in
                   (with_events if all_of_them else with_events[:2])]


def events_csv(summary: Summary) -> tuple:
    """Header and rows of events.csv: every event of every cell."""
    header = ["platform", "machine", "tlb", "variant", "salt", "rep",
              "benchmark", "per", "event", "count"]
    model = summary.results.model
    rows = [[summary.results.where(), model.machine, model.tlb, c.variant,
             c.salt, c.rep, r.benchmark, r.per, event, count]
            for c in summary.results.passed() for r in c.results.values()
            for event, count in r.events.items()] if model else []
    return header, rows
