# SPDX-License-Identifier: BSD-2-Clause
"""What a line of results.jsonl must look like; see results/README.md.

Everything in the file came out of a guest or an emulator that may have
been cut off or broken, so each field is checked before it is used.
"""

from __future__ import annotations

import json
import math

from . import names

FORMAT = 1
"""The one format number this reader knows."""

STATUSES = (
    "passed", "failed", "panicked", "hung", "crashed", "emulator-failed",
    "truncated", "corrupt", "mismatched", "interrupted", "skipped",
)

KERNEL_MAPS = ("4K", "4M", "4M global")
"""What pages a kernel says that it is mapped by."""

LARGEST_SAMPLE = 2**63
"""No 64-bit counter difference reaches it: a larger number is damage."""


NO_UNIT = "none"
"""The unit of a platform that cannot tell what it counts."""


class Invalid(ValueError):
    """A line is not what the format says; the text says why."""


def shorten(value: object) -> str:
    """A value as it can be quoted in an error message: one short line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _reject_constant(text: str) -> float:
    raise Invalid(f"{text} is not a number that JSON allows")


def _unique_keys(pairs: list) -> dict:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Invalid(f"field {shorten(twice)} is given twice")
    return result


def parse_line(line: bytes) -> dict:
    """One line as an object. Raises Invalid."""
    try:
        record = json.loads(
            line.decode("utf-8"),
            parse_constant=_reject_constant,
            object_pairs_hook=_unique_keys,
        )
    except Invalid:
        raise
    except UnicodeDecodeError as error:
        raise Invalid(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Invalid("nested too deeply to be a record") from error
    except ValueError as error:
        raise Invalid(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise Invalid(f"a record is an object, this is {shorten(record)}")
    return record


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    """A finite number of a size that a counter can show."""
    if not _integer(value) and not isinstance(value, float):
        return False
    return abs(value) < LARGEST_SAMPLE and math.isfinite(value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _counts(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(k, str) and _integer(v) and abs(v) < LARGEST_SAMPLE
        for k, v in value.items())


def _choices(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(v, str) and names.is_name(k) and names.is_name(v)
        for k, v in value.items()
    )


def _unit(value: object) -> bool:
    return (isinstance(value, str) and value.isascii() and value.isprintable()
            and len(value) <= 32)


KINDS = {
    "text": (lambda v: isinstance(v, str), "a string"),
    "texts": (_texts, "a list of strings"),
    "name": (lambda v: isinstance(v, str) and names.is_name(v),
             "a name of lower-case letters, digits, . _ -"),
    "benchmark": (lambda v: isinstance(v, str) and names.is_benchmark(v),
                  "a benchmark name such as ipc-inter/words:8"),
    "count": (lambda v: _integer(v) and 0 <= v < LARGEST_SAMPLE,
              "a whole number, 0 or more"),
    "divisor": (lambda v: _integer(v) and 0 < v < LARGEST_SAMPLE,
                "a whole number, 1 or more"),
    "number": (_number, "a finite number"),
    "flag": (lambda v: isinstance(v, bool), "true or false"),
    "choices": (_choices, "an object of axis names and choice names"),
    "unit": (_unit, "a unit of at most 32 printable ASCII characters"),
    "pages": (lambda v: v in KERNEL_MAPS, "one of " + ", ".join(KERNEL_MAPS)),
    "status": (lambda v: v in STATUSES, "one of " + ", ".join(STATUSES)),
    "object": (lambda v: isinstance(v, dict), "an object"),
    "objects": (lambda v: isinstance(v, list)
                and all(isinstance(o, dict) for o in v),
                "a list of objects"),
    "counts": (_counts, "an object of whole numbers"),
    "list": (lambda v: isinstance(v, list), "a list"),
}

_CELL = {"cell": "text", "variant": "name", "choices": "choices",
         "build": "name", "salt": "count", "rep": "count", "platform": "name"}

REQUIRED = {
    "run": {"format": "count", "platform": "name"},
    "cell": {**_CELL, "status": "status"},
    "result": {**_CELL, "benchmark": "benchmark", "unit": "unit",
               "per": "divisor", "samples": "list"},
    "end": {"status": "text"},
}

OPTIONAL = {
    "run": {"resumed": "flag", "matrix": "name", "seed": "count",
            "started": "text", "host": "object", "probe": "objects",
            "cells": "texts", "modelled": "flag", "model": "object"},
    "cell": {"why": "text", "seconds": "number", "log": "text",
             "results": "count", "taint": "texts", "cpu_seconds": "number",
             "modelled_instructions": "count", "kernel_map": "pages"},
    "result": {"machine": "text", "overhead": "number", "taint": "texts",
               "modelled": "flag", "tlb": "text", "set": "texts",
               "events": "counts", "events_of_samples": "objects"},
    "end": {"cells": "object"},
}


def _check_field(record: dict, name: str, kind: str) -> None:
    accepts, meaning = KINDS[kind]
    value = record[name]
    # `in` on a tuple of strings needs no hashing, so any JSON value may be
    # offered to the tests above.
    if not accepts(value):
        raise Invalid(f"{name} is {shorten(value)}, must be {meaning}")


def _check_samples(record: dict) -> None:
    samples = record["samples"]
    for position, value in enumerate(samples):
        if not _number(value):
            raise Invalid(f"sample {position} is {shorten(value)}, must be a "
                          f"finite number below 2^63")
    if record.get("modelled") and not record.get("machine"):
        raise Invalid("modelled, and no machine that it is a model of")
    if samples and record["unit"] in ("", NO_UNIT):
        raise Invalid("samples without a unit")


def _check_cell_name(record: dict) -> None:
    name = f"{record['variant']}/salt:{record['salt']}/rep:{record['rep']}"
    if record["cell"] != name:
        raise Invalid(f"cell is {shorten(record['cell'])}, but variant, salt "
                      f"and rep make it {shorten(name)}")


def check(record: dict) -> None:
    """Checks one record by its type. Raises Invalid."""
    kind = record.get("type")
    if not isinstance(kind, str) or kind not in REQUIRED:
        raise Invalid(f"type is {shorten(kind)}, must be one of "
                      + ", ".join(REQUIRED))
    number = record.get("format")
    if kind == "run" and _integer(number) and number != FORMAT:
        raise Invalid(f"format {shorten(number)} is unknown: this reader "
                      f"knows format {FORMAT}")
    for name, field_kind in REQUIRED[kind].items():
        if name not in record:
            raise Invalid(f"a {kind} record needs {name}")
        _check_field(record, name, field_kind)
    for name, field_kind in OPTIONAL[kind].items():
        if name in record:
            _check_field(record, name, field_kind)
    if kind in ("cell", "result"):
        _check_cell_name(record)
    if kind == "result":
        _check_samples(record)
