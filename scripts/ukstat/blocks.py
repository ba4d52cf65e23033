# SPDX-License-Identifier: BSD-2-Clause
"""What programs put into documents between two lines that mark the place."""

from __future__ import annotations


def split(text: str, begin: str, end: str) -> tuple | None:
    """(text with the marker, what stands between, text from the second
    marker on), so that the three joined are the whole; None if the markers
    are not there."""
    before, first, rest = text.partition(begin + "\n")
    inside, second, after = rest.partition("\n" + end)
    if not first or not second:
        return None
    return before + first, inside, "\n" + end + after
