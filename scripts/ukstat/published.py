# SPDX-License-Identifier: BSD-2-Clause
"""The figures of the papers as data; see results/published/README.md.

A figure is only as good as what it rests on: one that follows by arithmetic
from an unverified one, or only from itself, is unverified too, whatever
status it was given.
"""

from __future__ import annotations

import ast
import csv
import glob
import json
import operator
import os
from dataclasses import dataclass, field

from .numbers import number
from .render import Table

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "..", "..", "results", "published")

STATUSES = {"C": "read in the paper", "A": "by arithmetic",
            "N": "UNVERIFIED"}

REQUIRED = {"id": str, "experiment": str, "table": str, "row": str,
            "column": str, "value": (int, float), "unit": str, "status": str,
            "source": str}
OPTIONAL = {"formula": str, "inputs": dict, "digits": int, "note": str}


class DamagedFigures(Exception):
    """A figure is not what the format says; begins with file:line."""


@dataclass
class Figure:
    """One published number. formula: how it follows from inputs, which are
    names -> ids of figures; digits: decimals that the paper rounded to."""
    id: str
    experiment: str
    table: str
    row: str
    column: str
    value: float
    unit: str
    status: str
    source: str
    formula: str = ""
    inputs: dict = field(default_factory=dict)
    digits: int = 0
    note: str = ""


def _check(record: object) -> str:
    """What is wrong with a record, or nothing."""
    if not isinstance(record, dict):
        return "not an object"
    for name, kind in REQUIRED.items():
        value = record.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            return f"{name} is {value!r}"
    for name in set(record) - set(REQUIRED):
        if name not in OPTIONAL or not isinstance(record[name],
                                                  OPTIONAL[name]):
            return f"{name} is unknown or {record[name]!r}"
    if record["status"] not in STATUSES:
        return f"status is {record['status']!r}, must be C, A or N"
    if record["status"] == "A" and not record.get("formula"):
        return "status A needs the formula that it follows by"
    return ""


def read(folder: str = FOLDER) -> dict:
    """id -> Figure, of all *.jsonl in a folder. Raises DamagedFigures."""
    figures: dict = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, encoding="utf-8") as lines:
            for count, line in enumerate(lines, 1):
                where = f"{os.path.relpath(path)}:{count}"
                try:
                    record = json.loads(line)
                except ValueError as error:
                    raise DamagedFigures(f"{where}: {error}") from error
                wrong = _check(record)
                if not wrong and record["id"] in figures:
                    wrong = f"id {record['id']} is there twice"
                if wrong:
                    raise DamagedFigures(f"{where}: {wrong}")
                figures[record["id"]] = Figure(**record)
    for figure in figures.values():
        for name in figure.inputs.values():
            if name not in figures:
                raise DamagedFigures(f"{figure.id}: no figure {name}")
    return figures


def read_rows(name: str, folder: str = FOLDER) -> list:
    """Rows of a table beside the figures, as dicts. Raises DamagedFigures."""
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as lines:
        rows = list(csv.DictReader(
            line for line in lines if not line.startswith("#")))
    for row in rows:
        if None in row or None in row.values():
            raise DamagedFigures(f"{os.path.relpath(path)}: a row has too "
                                 f"few or too many columns: {row}")
    return rows


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub,
             ast.Mult: operator.mul, ast.Div: operator.truediv}


def _evaluate(node: ast.AST, values: dict) -> float:
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_evaluate(node.left, values),
                                        _evaluate(node.right, values))
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    raise ValueError(f"cannot evaluate {ast.dump(node)}")


def compute(figure: Figure, figures: dict) -> float:
    """What the figure's formula gives, rounded as the paper rounds.

    Raises ValueError for anything but + - * / on inputs and numbers.
    """
    values = {name: figures[key].value for name, key in figure.inputs.items()}
    tree = ast.parse(figure.formula, mode="eval")
    return round(_evaluate(tree.body, values), figure.digits)


def verified(figure: Figure, figures: dict, above: tuple = ()) -> bool:
    """Whether the figure was read, or rests only on figures that were."""
    if figure.status != "A":
        return figure.status == "C"
    if figure.id in above:
        return False
    return all(verified(figures[key], figures, above + (figure.id,))
               for key in figure.inputs.values())


def label(figure: Figure, figures: dict) -> str:
    """How the figure must be marked wherever it is shown."""
    if figure.status == "A" and not verified(figure, figures):
        return "by arithmetic from UNVERIFIED"
    return STATUSES[figure.status]


def tables(figures: dict, experiment: str = "") -> list:
    """The figures as tables, one for each table of the papers."""
    groups: dict = {}
    for figure in figures.values():
        if experiment in ("", figure.experiment):
            groups.setdefault((figure.experiment, figure.table),
                              []).append(figure)
    if not groups:
        known = sorted({f.experiment for f in figures.values()})
        raise DamagedFigures(f"no experiment {experiment}: there are "
                             + ", ".join(known))
    return [Table(f"{name}: {title} (published)",
                  ["what", "which", "value", "unit", "status", "source"],
                  [[f.row, f.column, number(f.value), f.unit,
                    label(f, figures), f.source] for f in group],
                  [f"{f.row}, {f.column}: {f.note}" for f in group if f.note],
                  words=(0, 1, 3, 4, 5))
            for (name, title), group in groups.items()]
