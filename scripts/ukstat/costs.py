# SPDX-License-Identifier: BSD-2-Clause
"""The tables of costs in the READMEs of the axes: what is in them, how they
are written, and whether those that stand there are what is found now."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace

from . import blocks, modelled
from .numbers import number
from .render import Table, plain
from .summary import Summary

PLATFORMS = ("i486", "pentium")
END = "<!-- end of costs -->"
SOUGHT = re.compile(r"<!-- costs (\S+), renewed by: make costs -->")
MADE_WITH = "Made with "


def begin(name: str) -> str:
    """The line before a table in its document."""
    return f"<!-- costs {name}, renewed by: make costs -->"


# ---- what a table says ----------------------------------------------------

KERNEL, CLOCKS = "kernel instructions", "clocks"
OWN = "own clocks"
"""These three are of one operation. OWN: all but NOT_OWN, as if everything
were in caches and TLB, and no target of a jump where a line of code ends."""

NOT_OWN = ("clocks.code-tlb", "clocks.data-tlb", "clocks.code-line",
           "clocks.data-line", "clocks.write-buffer", "clocks.split-target")

QUANTITIES = {
    "TLB misses": ("tlb.",),
    "code TLB misses": ("tlb.kernel.code", "tlb.user.code"),
    "data TLB misses": ("tlb.kernel.data", "tlb.user.data"),
    "L1 read misses": ("l1.kernel.read", "l1.user.read"),
    "code lines": ("code_lines",), "data lines": ("data_lines",),
}
"""What is counted in a whole sample, and the events that it is the sum of."""


@dataclass(frozen=True)
class Column:
    """platform: empty if the row names it, or if all count the same, as any
    does that runs on QEMU's translator."""
    quantity: str
    benchmark: str
    platform: str = ""
    header: str = ""

    def title(self) -> str:
        where = self.platform or ("tcg" if self.quantity == KERNEL else "")
        return self.header or self.quantity + (f", {where}" if where else "")


@dataclass(frozen=True)
class Row:
    """against: the variant that this one's numbers are compared with, empty
    for none; it stands above. platform: empty if the columns name it."""
    variant: str
    against: str = ""
    platform: str = ""

    def title(self) -> str:
        return self.variant + (f", {self.platform}" if self.platform else "")


@dataclass(frozen=True)
class Costs:
    """A table; its document is variants/<axis>/README.md, and the axis
    what its name begins with."""
    name: str
    caption: str
    columns: tuple
    rows: tuple

    def document(self) -> str:
        return f"variants/{self.name.partition('/')[0]}/README.md"

    def platforms(self) -> list:
        """Which the numbers are of, and what that makes them."""
        named = {cell.platform for cell in (*self.columns, *self.rows)}
        modelled_ones = " and ".join(p for p in PLATFORMS if p in named)
        return [f"{modelled_ones}: modelled"] + [
            "tcg: counted" for c in self.columns[:1] if c.quantity == KERNEL]

    def benchmarks(self) -> set:
        return {column.benchmark for column in self.columns}


def both(quantity: str, benchmark: str) -> tuple:
    """A column for each modelled processor."""
    return tuple(Column(quantity, benchmark, p) for p in PLATFORMS)


def headed(what: str, *columns: Column) -> tuple:
    """The columns, and over each what it is of."""
    return tuple(replace(c, header=f"{what}: {c.title()}") for c in columns)


def pairs(*variants: str, choice: str) -> tuple:
    """For each variant a row, and one for it with another choice, compared
    with it."""
    rows = []
    for variant in variants:
        # a name has the choices in the order of the axes
        head, last, tail = variant.partition("-4k")
        rows += [Row(variant), Row(f"{head}-{choice}{last}{tail}", variant)]
    return tuple(rows)


def switched(spaces: str) -> tuple:
    """A row for each way in which an IPC can switch, with such spaces."""
    return tuple(Row(f"{spaces}-registers-{scheduling}{switching}")
                 for switching in ("", "-scheduled")
                 for scheduling in ("lazy", "eager"))


SHORTEST, WITHIN = "ipc-inter/words:0", "ipc-intra/words:0"
LONG = tuple(f"ipc-long/bytes:{4 ** n}" for n in range(3, 11))
PLACED = pairs("full-registers-lazy", "small-registers-lazy", choice="page")

TABLES = (
    Costs("switching/path",
          "A message of two words, one way between two spaces "
          "(`ipc-inter/words:2`, the mean of a call and a reply)",
          (Column(KERNEL, "ipc-inter/words:2"),
           *both(CLOCKS, "ipc-inter/words:2")),
          switched("full") + switched("small")),
    Costs("switching/priorities",
          "A message of two words, one way between threads of one space and "
          "of different priorities, the caller's the lower "
          "(`ipc-priorities/server:above`)",
          (Column(KERNEL, "ipc-priorities/server:above"),
           *both(CLOCKS, "ipc-priorities/server:above")),
          switched("full")),
    Costs("switching/lines",
          "What a round trip touches, both programs included "
          "(`ipc-inter/words:2`): lines of 16 bytes on the 486, of 32 on "
          "the Pentium",
          (*both("code lines", "ipc-inter/words:2"),
           *both("data lines", "ipc-inter/words:2"),
           *both("data TLB misses", "ipc-inter/words:2")),
          switched("full")),
    Costs("transfer/clocks",
          "Clocks of a message with a string of so many bytes to another "
          "large space, and an empty one back (`ipc-long`)",
          tuple(Column(CLOCKS, b, header=b.partition(":")[2]) for b in LONG),
          tuple(Row(variant, platform=platform) for platform in PLATFORMS
                for variant in ("full-registers-lazy-copy",
                                "full-registers-lazy"))),
    Costs("tcbs/lookup",
          "A message of no words, one way within one space "
          "(`ipc-intra/words:0`), and data TLB misses of a round trip "
          "between two (`ipc-inter/words:0`)",
          (Column(KERNEL, WITHIN), *both(CLOCKS, WITHIN),
           *both(OWN, WITHIN), *both("data TLB misses", SHORTEST)),
          pairs("full-registers-lazy", "full-registers-lazy-4k",
                choice="table")),
    Costs("tables/path",
          "A round trip of messages of no words (`ipc-inter/words:0`), and "
          "clocks of one way",
          (Column(KERNEL, SHORTEST),
           *both("data lines", SHORTEST), *both("data TLB misses", SHORTEST),
           *both(CLOCKS, SHORTEST)),
          pairs("full-registers-lazy", "full-registers-lazy-4k",
                "small-registers-lazy", choice="scattered")),
    Costs("kernelmap/misses",
          "TLB misses of a round trip between two spaces, and clocks of one "
          "way (`ipc-inter`)",
          sum((headed(f"{n} words", *(
              Column(q, f"ipc-inter/words:{n}")
              for q in ("data TLB misses", "code TLB misses", CLOCKS)))
               for n in (0, 8)), ()),
          tuple(row for variant in (
              "full-registers-lazy", "full-registers-lazy-scattered",
              "full-registers-lazy-table", "full-memory-lazy",
              "small-registers-lazy")
              for row in (Row(variant, "", "pentium"),
                          Row(variant + "-4k", variant, "pentium")))),
    Costs("segments/path",
          "A message of no words, one way between two spaces "
          "(`ipc-inter/words:0`), and `SYS_MY_ID` (`null-call`)",
          headed("IPC", Column(KERNEL, SHORTEST), *both(CLOCKS, SHORTEST))
          + headed("SYS_MY_ID", Column(KERNEL, "null-call"),
                   *both(CLOCKS, "null-call")),
          pairs("full-registers-lazy", "small-registers-lazy",
                choice="reload")),
    Costs("placement/within",
          "A message of no words, one way within one space "
          "(`ipc-intra/words:0`)",
          (*both(CLOCKS, WITHIN), *both(OWN, WITHIN)), PLACED),
    Costs("placement/between",
          "A message of no words between two spaces (`ipc-inter/words:0`): "
          "clocks of one way, misses of a round trip",
          (*both(CLOCKS, SHORTEST), *both("TLB misses", SHORTEST),
           *both("L1 read misses", SHORTEST)), PLACED),
)


def variants() -> list:
    """All that the tables name, each once."""
    return list(dict.fromkeys(row.variant for table in TABLES
                              for row in table.rows))


def families() -> list:
    """Sets of (benchmarks, variants) for one boot each. What comes before a
    benchmark in a boot moves its numbers a little, so that a variant is
    always booted with all that its family needs."""
    long = [t for t in TABLES if t.benchmarks() <= set(LONG)]
    short = [t for t in TABLES if t not in long]
    return [(tuple(sorted(set().union(*(t.benchmarks() for t in part)))),
             [v for v in variants() if any(
                 row.variant == v for t in part for row in t.rows)])
            for part in (short, long)]


# ---- values ---------------------------------------------------------------

def values_of(summary: Summary, platform: str) -> dict:
    """(variant, platform, benchmark, quantity) -> number."""
    found = {}
    for variant in summary.variants:
        for benchmark, (_, per) in summary.benchmarks.items():
            events = modelled.first_events(variant, benchmark)
            if not events:
                continue

            def put(quantity: str, value: float) -> None:
                found[variant.name, platform, benchmark, quantity] = value

            put(CLOCKS, variant.estimates[benchmark].value)
            put(OWN, variant.estimates[benchmark].value
                - modelled.total(events, *NOT_OWN) / per)
            put(KERNEL, events.get("instructions.kernel", 0) / per)
            for quantity, parts in QUANTITIES.items():
                put(quantity, modelled.total(events, *parts))
    return found


class Missing(Exception):
    """A number is not there, or two that must agree do not."""


def value(values: dict, row: Row, column: Column) -> float:
    """The number of a cell. Raises Missing."""
    platform = column.platform or row.platform
    keys = [(row.variant, p, column.benchmark, column.quantity)
            for p in ([platform] if platform else PLATFORMS)]
    found = {values.get(key) for key in keys}
    if None in found:
        raise Missing(f"{row.variant}: no {column.quantity} of "
                      f"{column.benchmark}")
    if len(found) > 1:
        raise Missing(f"{row.variant}: {column.quantity} of "
                      f"{column.benchmark} are not the same on "
                      + " and ".join(PLATFORMS))
    return found.pop()


def figure(exact: float) -> str:
    """Operations come in pairs at most, so halves are exact."""
    return f"{exact:.1f}" if exact % 1 == 0.5 else number(exact)


def cell(values: dict, row: Row, column: Column) -> str:
    """`225 (+37)` where it is compared, else `225`."""
    mine = value(values, row, column)
    if not row.against:
        return figure(mine)
    more = mine - value(values, Row(row.against, "", row.platform), column)
    return f"{figure(mine)} ({'+' if more > 0 else ''}{figure(more)})"


def text_of(table: Costs, values: dict, made_with: list) -> str:
    """What stands between the markers. Raises Missing."""
    header = ["variant", *(column.title() for column in table.columns)]
    rows = [[row.title(), *(cell(values, row, c) for c in table.columns)]
            for row in table.rows]
    notes = [table.caption, *table.platforms()]
    if any(row.against for row in table.rows):
        notes.append("in brackets the difference to the row before")
    return "\n".join([
        *textwrap.wrap("; ".join(notes) + ":", 150), "",
        plain(Table("", header, rows)).rstrip(), "",
        MADE_WITH + "; ".join(made_with)])


# ---- what stands in a document --------------------------------------------

def replaced(text: str, table: Costs, inside: str) -> str:
    """A document with the table anew. Raises Missing without markers."""
    parts = blocks.split(text, begin(table.name), END)
    if parts is None:
        raise Missing(f"{table.document()} has no lines "
                      f"{begin(table.name)} and {END}")
    return parts[0] + inside + parts[2]


def standing(text: str, table: Costs) -> str:
    """What stands between the table's markers. Raises Missing."""
    parts = blocks.split(text, begin(table.name), END)
    if parts is None or SOUGHT.search(parts[1]):
        raise Missing(f"{table.document()}: there are no lines "
                      f"{begin(table.name)} and {END}")
    return parts[1]


def made_with_of(inside: str) -> list:
    """What the table that stands there was made with."""
    last = inside.rpartition("\n")[2]
    return last.removeprefix(MADE_WITH).split("; ")


def made_otherwise(documents: dict, made_with: list) -> list:
    """What the tables were made with that were not made with this, each
    once. Those that are not there are left to findings()."""
    found = []
    for table in TABLES:
        try:
            one = made_with_of(standing(documents[table.document()], table))
        except Missing:
            continue
        if one != made_with and one not in found:
            found.append(one)
    return found


def values_in(inside: str, table: Costs) -> dict:
    """The numbers of a table that stands in a document, by row and column.
    Raises Missing for one that is no number."""
    lines = {line.split("|")[1].strip(): line.split("|")[2:-1]
             for line in inside.splitlines() if line.count("|") > 2}
    found = {}
    for row in table.rows:
        cells = lines.get(row.title(), [])
        for column, word in zip(table.columns, cells):
            match = re.match(r" (-?\d+(?:\.\d+)?)(?: \(\S+\))? $", word)
            if not match:
                raise Missing(f"{table.name}: {row.title()}: "
                              f"{word.strip()!r} is no number")
            platform = column.platform or row.platform
            for p in ([platform] if platform else PLATFORMS):
                found[row.variant, p, column.benchmark,
                      column.quantity] = float(match[1])
    return found


def findings(documents: dict, measured: dict) -> list:
    """What is wrong with the tables of the documents (path -> text). Rows of
    variants that were measured have to be what was found; of the others all
    but their numbers, and these have to agree with each other."""
    wrong = []
    if len(made_otherwise(documents, [])) > 1:
        wrong.append("not all tables were made with the same tools")
    for table in TABLES:
        try:
            inside = standing(documents[table.document()], table)
            values = {**values_in(inside, table), **measured}
            wanted = text_of(table, values, made_with_of(inside))
        except Missing as error:
            wrong.append(str(error))
            continue
        for old, new in zip(inside.splitlines(), wanted.splitlines()):
            if old != new:
                wrong.append(f"{table.name}: {old} should be {new}")
        if inside.count("\n") != wanted.count("\n"):
            wrong.append(f"{table.name}: there are lines too many or missing")
    known = {table.name for table in TABLES}
    wrong += [f"{path}: there is no table {name}"
              for path, text in documents.items()
              for name in SOUGHT.findall(text) if name not in known]
    return wrong
