# SPDX-License-Identifier: BSD-2-Clause
"""The grammar of names in results: `family[/part][/parameter:value]...`."""

from __future__ import annotations

import re

WORD = r"[a-z0-9][a-z0-9_.-]*"
NAME = re.compile(WORD)
BENCHMARK = re.compile(rf"{WORD}(?:/{WORD}(?::{WORD})?)*")


def is_name(text: str) -> bool:
    """True for a platform, axis, choice, variant or matrix name."""
    return len(text) <= 200 and NAME.fullmatch(text) is not None


def is_benchmark(text: str) -> bool:
    """True for a benchmark name such as `ipc-inter/words:8`."""
    return len(text) <= 200 and BENCHMARK.fullmatch(text) is not None


def split(benchmark: str) -> tuple[str, str]:
    """The family and the value of the last parameter.

    `control/nops:8` -> (`control/nops`, `8`); a name without a
    parameter -> (name, ``).
    """
    family, colon, value = benchmark.rpartition(":")
    return (family, value) if colon else (benchmark, "")


def sort_key(benchmark: str) -> tuple:
    """Orders by family, then numerically by parameter: 8 before 64."""
    family, value = split(benchmark)
    if value.isdecimal():
        return (family, 0, int(value), "")
    return (family, 1, 0, value)
