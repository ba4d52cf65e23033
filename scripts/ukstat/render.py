# SPDX-License-Identifier: BSD-2-Clause
"""Tables as text for a terminal, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from dataclasses import dataclass, field


@dataclass
class Table:
    """words: the columns that are set left; the others are numbers and are
    set right. notes: sentences below the table."""
    title: str
    header: list
    rows: list
    notes: list = field(default_factory=list)
    words: tuple = (0,)


def clean(text: str) -> str:
    """One printable line: a guest's console text must not move the
    terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _pad(text: str, width: int, left: bool) -> str:
    return text.ljust(width) if left else text.rjust(width)


def _stack(title: str) -> list:
    """`ipc-inter/words:8` over two lines keeps columns narrow."""
    return title.split("/")


def terminal(table: Table) -> str:
    """A table in plain columns, the header as high as its names are deep."""
    header = [_stack(clean(h)) for h in table.header]
    rows = [[clean(c) for c in row] for row in table.rows]
    height = max((len(h) for h in header), default=0)
    lines = [[""] * (height - len(h)) + h for h in header]
    columns = range(len(header))
    widths = [max(len(t) for t in lines[c] + [row[c] for row in rows])
              for c in columns]
    text = [clean(table.title), ""]

    def add(cells: list) -> None:
        text.append("  " + "  ".join(
            _pad(cells[c], widths[c], c in table.words)
            for c in columns).rstrip())

    for level in range(height):
        add([lines[c][level] for c in columns])
    if height:
        add(["-" * width for width in widths])
    for row in rows:
        add(row)
    for note in table.notes:
        text += textwrap.wrap(clean(note), 96, initial_indent="  ",
                              subsequent_indent="    ")
    return "\n".join(text) + "\n"


def _escape(text: str) -> str:
    """Only the marks that would break a table or hide text."""
    text = clean(text)
    for mark in "\\|<`*":
        text = text.replace(mark, "\\" + mark)
    return text


def markdown(table: Table) -> str:
    """A table in GitHub's Markdown."""
    def row(cells: list) -> str:
        return "| " + " | ".join(_escape(c) for c in cells) + " |"

    text = ["## " + _escape(table.title), ""]
    if table.header:
        rules = [":--" if c in table.words else "--:"
                 for c in range(len(table.header))]
        text += [row(table.header), "|" + "|".join(rules) + "|"]
        text += [row(cells) for cells in table.rows] + [""]
    text += ["- " + _escape(note) for note in table.notes]
    return "\n".join(text).rstrip() + "\n"


def plain(table: Table) -> str:
    """The table in Markdown without a heading of its own."""
    return markdown(table).partition("\n\n")[2]


def to_csv(header: list, rows: list) -> str:
    """RFC 4180 but for line feeds alone; floats as Python writes them, so
    that reading them back gives the same number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
