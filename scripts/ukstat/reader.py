# SPDX-License-Identifier: BSD-2-Clause
"""Reads results.jsonl, refusing damage with file and line.

A run that was killed leaves a last line without its line feed, or a last
cell with fewer results than it announced. That is normal: it is reported,
and not used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from . import schema


UNBUILT = "none"
"""The build of a cell that was skipped because nothing was built."""


class DamagedResults(Exception):
    """The file cannot be trusted; the text begins with file:line."""


@dataclass
class Result:
    """The samples of one benchmark in one boot, in `unit`, each sample
    covering `per` operations, timer overhead already subtracted. events:
    what a modelled processor counted in the median sample."""
    benchmark: str
    unit: str
    per: int
    samples: list
    machine: str = ""
    taint: list = field(default_factory=list)
    line: int = 0
    events: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """What a modelled run's numbers are of. tlb: the set of TLB parameters;
    changed: values of the machine that were overridden, as key:value."""
    machine: str
    tlb: str
    changed: tuple


@dataclass
class Cell:
    """One boot of one variant in one layout. announced: the number of its
    result lines, if it says. kernel_map: the pages that the kernel was
    mapped by, empty if unknown."""
    name: str
    variant: str
    choices: dict
    build: str
    salt: int
    rep: int
    status: str
    why: str = ""
    taint: list = field(default_factory=list)
    line: int = 0
    part: int = 0
    announced: int | None = None
    kernel_map: str = ""
    results: dict = field(default_factory=dict)


@dataclass
class Results:
    """A whole file: `cells` by name in file order, `planned` cell names as
    the run announced them, `problems` sentences about what was tolerated.
    model: None on a platform that measures."""
    path: str
    platform: str = ""
    matrix: str = ""
    host: dict = field(default_factory=dict)
    probe: list = field(default_factory=list)
    planned: list = field(default_factory=list)
    cells: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    end: str = ""
    modelled: bool = False
    model: Model | None = None

    def where(self) -> str:
        """The platform as every table and label names it."""
        return self.platform + (" (modelled)" if self.modelled else "")

    def passed(self) -> list:
        """The cells whose samples may be used."""
        return [c for c in self.cells.values() if c.status == "passed"]

    def not_run(self) -> list:
        """Names of planned cells that left no record."""
        return [name for name in self.planned if name not in self.cells]


class _Assembler:
    """Puts checked records together; one method for each record type."""

    def __init__(self, path: str):
        self.results = Results(path)
        self.part = 0           # number of run lines seen
        self.line = 0
        self.ended = False
        self.cell = None        # the last cell, whose results follow
        self.builds = {}        # (variant, salt) -> (build, line)
        self.choices = {}       # variant -> (choices, line)
        self.units = {}         # benchmark -> (unit, per, line)

    def refuse(self, why: str) -> None:
        raise DamagedResults(f"{self.results.path}:{self.line}: {why}")

    def add(self, record: dict) -> None:
        kind = record["type"]
        if not self.part and kind != "run":
            self.refuse(f"the first record must be a run, this is a {kind}")
        if self.ended and kind != "run":
            self.refuse(f"a {kind} record after the end record")
        if kind in ("cell", "end") and self._short():
            self.refuse(f"cell {self.cell.name} on line {self.cell.line} "
                        f"announced {self.cell.announced} results, only "
                        f"{len(self.cell.results)} came")
        getattr(self, "add_" + kind)(record)

    def add_run(self, record: dict) -> None:
        results = self.results
        if self.part:
            self._check_resumed(record)
        else:
            results.platform = record["platform"]
            results.matrix = record.get("matrix", "")
            results.host = record.get("host", {})
            results.probe = record.get("probe", [])
            results.modelled = record.get("modelled", False)
        self._close_part()
        for name in record.get("cells", []):
            if name not in results.planned:
                results.planned.append(name)
        self.part += 1
        self.ended = False
        results.end = ""

    def _check_resumed(self, record: dict) -> None:
        results = self.results
        if not record.get("resumed"):
            self.refuse("a second run in one file; every run has its own "
                        "folder, only a resumed one is appended")
        if record["platform"] != results.platform:
            self.refuse(f"resumed on platform {record['platform']}, begun on "
                        f"{results.platform}: numbers of two platforms do not "
                        "mix")
        if record.get("matrix", results.matrix) != results.matrix:
            self.refuse(f"resumed with matrix {record['matrix']}, begun with "
                        f"{results.matrix}")
        host = record.get("host", results.host)
        for key in sorted(set(host) | set(results.host)):
            if host.get(key) != results.host.get(key):
                results.problems.append(
                    f"line {self.line}: resumed on another host: {key} was "
                    f"{schema.shorten(results.host.get(key))}, is "
                    f"{schema.shorten(host.get(key))}")

    def _check_identity(self, record: dict) -> None:
        """Same platform as the run, and one build and one set of choices
        for each variant: else two experiments are in one file."""
        results, variant = self.results, record["variant"]
        if record["platform"] != results.platform:
            self.refuse(f"platform {record['platform']} in a run on "
                        f"{results.platform}: numbers of two platforms do "
                        "not mix")
        key = (variant, record["salt"])
        build, line = self.builds.setdefault(
            key, (record["build"], self.line))
        if build == UNBUILT:
            self.builds[key] = (record["build"], self.line)
        elif record["build"] not in (build, UNBUILT):
            self.refuse(f"{variant} salt {record['salt']} is build "
                        f"{record['build']} here and {build} on line {line}: "
                        "the kernel was rebuilt; begin a new run")
        self._check_choices(variant, record["choices"])

    def _check_choices(self, variant: str, found: dict) -> None:
        """A variant means the same on every line, and no two variants mean
        the same. What a line does not name, as the axis came later, is
        unknown there and contradicts nothing."""
        choices, line = self.choices.setdefault(variant, (found, self.line))
        if any(choices.get(axis, choice) != choice
               for axis, choice in found.items()):
            self.refuse(f"{variant} has other choices than on line {line}")
        self.choices[variant] = ({**choices, **found}, line)
        for other, (choices, line) in self.choices.items():
            if other != variant and choices == found:
                self.refuse(f"{variant} has the choices of {other} on line "
                            f"{line}")

    def _short(self) -> bool:
        """Whether results of the last cell are still to come."""
        cell = self.cell
        return bool(cell and cell.announced is not None
                    and len(cell.results) < cell.announced)

    def _check_free(self, name: str) -> None:
        """A cell may come again only after a resume, if it had not passed."""
        old = self.results.cells.get(name)
        if old and (old.part == self.part or old.status == "passed"):
            self.refuse(f"cell {name} is already on line {old.line}, with "
                        f"status {old.status}")

    def add_cell(self, record: dict) -> None:
        name = record["cell"]
        self._check_identity(record)
        self._check_free(name)
        self.results.cells.pop(name, None)
        self.cell = self.results.cells[name] = Cell(
            name, record["variant"], record["choices"], record["build"],
            record["salt"], record["rep"], record["status"],
            record.get("why", ""), record.get("taint", []), self.line,
            self.part, record.get("results"), record.get("kernel_map", ""))

    def add_result(self, record: dict) -> None:
        cell, benchmark = self.cell, record["benchmark"]
        self._check_identity(record)
        self._check_unit(record)
        self._check_model(record)
        if not cell or record["cell"] != cell.name:
            self.refuse(f"a result of cell {record['cell']} must follow its "
                        "cell record")
        if benchmark in cell.results:
            self.refuse(f"{benchmark} of cell {cell.name} is already on line "
                        f"{cell.results[benchmark].line}")
        if cell.announced == len(cell.results):
            self.refuse(f"cell {cell.name} on line {cell.line} announced "
                        f"{cell.announced} results, this is one more")
        cell.results[benchmark] = Result(
            benchmark, record["unit"], record["per"], record["samples"],
            record.get("machine", ""), record.get("taint", []), self.line,
            record.get("events", {}))

    def _check_model(self, record: dict) -> None:
        """A run is of one machine, or of none."""
        results = self.results
        if record.get("modelled", False) != results.modelled:
            self.refuse("a modelled result in a run that is not, or the "
                        "other way round")
        if not results.modelled:
            return
        model = Model(record["machine"], record.get("tlb", "none"),
                      tuple(record.get("set", [])))
        results.model = results.model or model
        if model != results.model:
            self.refuse(f"modelled on {model} here and on {results.model} "
                        "before: numbers of two machines do not mix")

    def _check_unit(self, record: dict) -> None:
        if not record["samples"]:
            return
        now = (record["unit"], record["per"])
        unit, per, line = self.units.setdefault(
            record["benchmark"], (*now, self.line))
        if (unit, per) != now:
            self.refuse(f"{record['benchmark']} is in {now[0]} per {now[1]} "
                        f"here and in {unit} per {per} on line {line}")

    def add_end(self, record: dict) -> None:
        self.ended = True
        self.results.end = record["status"]

    def _close_part(self) -> None:
        """A cell with too few results was being written when the run was
        killed: it counts as interrupted."""
        cell = self.cell
        if self._short():
            cell.status = "interrupted"
            cell.why = (f"{len(cell.results)} of {cell.announced} results: "
                        "killed while they were written")
            self.results.problems.append(f"cell {cell.name}: {cell.why}")
        self.cell = None

    def finish(self) -> Results:
        results = self.results
        if not self.part:
            raise DamagedResults(f"{results.path}:1: empty: no run record")
        self._close_part()
        if not self.ended:
            results.problems.append(
                "no end record: the run was killed or still goes on")
        elif results.end != "complete":
            results.problems.append(f"the run is {results.end}")
        return results


def _feed(assembler: _Assembler, line: bytes) -> None:
    try:
        record = schema.parse_line(line)
        schema.check(record)
    except schema.Invalid as error:
        assembler.refuse(str(error))
    else:
        assembler.add(record)


def read(path: str) -> Results:
    """Reads a results file, or the results.jsonl of a run folder.

    Raises DamagedResults for content, OSError for the file itself.
    """
    if os.path.isdir(path):
        path = os.path.join(path, "results.jsonl")
    assembler = _Assembler(path)
    with open(path, "rb") as lines:
        for assembler.line, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                assembler.results.problems.append(
                    f"line {assembler.line}, the last, is cut off after "
                    f"{len(line)} bytes; not used")
                break
            _feed(assembler, line)
    return assembler.finish()
