# SPDX-License-Identifier: BSD-2-Clause
"""How numbers are written: no more digits than the measurement has."""

from __future__ import annotations

from .estimate import Interval


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def number(value: float) -> str:
    """Whole numbers as they are, others with three significant digits but
    never less than the whole part and one decimal."""
    if value == int(value):
        return str(int(value))
    size = abs(value)
    return _fixed(value, 1 if size >= 10 else 2 if size >= 1 else 3)


def _plus(text: str) -> str:
    return text if text.startswith("-") or float(text) == 0 else "+" + text


def _digits(interval: Interval) -> int:
    """Decimals worth writing next to an interval of this width."""
    width = interval.high - interval.low
    return 0 if width >= 5 else 1 if width >= 0.5 else 2


def _with_interval(interval: Interval, sign) -> str:
    if interval.kind == "single":
        return sign(number(interval.value)) + " (one sample)"
    if interval.kind == "exact":
        return sign(number(interval.value))
    digits = _digits(interval)
    value, low, high = (sign(_fixed(v, digits)) for v in (
        interval.value, interval.low, interval.high))
    return f"{value} [{low}, {high}]"


def rounded(interval: Interval) -> str:
    """The value alone, with the digits that its interval allows."""
    if interval.kind == "interval":
        return _fixed(interval.value, _digits(interval))
    return number(interval.value)


def estimate(interval: Interval) -> str:
    """`412` if exact, else `412 [409, 415]`."""
    return _with_interval(interval, str)


def difference(interval: Interval, base: float | None) -> str:
    """`-31 (-7.5 %)`; per cent of `base` where there is one."""
    text = _with_interval(interval, _plus)
    if base:
        text += f" ({percent(interval.value, base)})"
    return text


def percent(value: float, base: float) -> str:
    """`+7.5 %`: one decimal, since two would claim too much."""
    return _plus(_fixed(100 * value / base, 1)) + " %"


def percent_interval(interval: Interval, base: float) -> str:
    """`+7.5 %`, with its interval if that is wide enough to be seen:
    `+7.5 % [7.1, 8.0]`."""
    text = percent(interval.value, base)
    if interval.kind == "single":
        return text + " (one sample)"
    low, high = (_fixed(100 * v / base, 1)
                 for v in (interval.low, interval.high))
    return text if low == high else f"{text} [{low}, {high}]"
