#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints the probe records of a serial log as name, ok, value, reason,
separated by tabs. Usage: records.py LOG; status 1, with a line that begins
with `records.py:`, if the log is not whole."""

import json
import sys
import zlib


def read(path):
    """The records of a log, checked; the first fault ends the program."""
    with open(path, encoding="ascii", errors="replace") as file:
        lines = [line.rstrip("\r\n") for line in file]
    records = []
    for number, line in enumerate(lines, 1):
        if not line.startswith("@"):
            continue
        text, star, crc = line[1:].rpartition("*")
        if not star or f"{zlib.crc32(text.encode()):08x}" != crc or len(line) >= 1000:
            sys.exit(f"records.py: {path}:{number}: the checksum or the length is wrong")
        record = json.loads(text)
        if record["seq"] != len(records):
            sys.exit(f"records.py: {path}:{number}: record {record['seq']} stands where {len(records)} should")
        records.append(record)
    if not records or records[0]["t"] != "boot" or records[0]["program"] != "probe":
        sys.exit(f"records.py: {path}: no boot record of the probe")
    if records[-1]["t"] != "complete" or records[-1]["records"] != len(records) - 1:
        sys.exit(f"records.py: {path}: no complete record after {len(records)} records")
    return records


def main():
    """One line per probe record, no name twice."""
    seen = set()
    for record in read(sys.argv[1]):
        if record["t"] != "probe":
            continue
        if record["name"] in seen:
            sys.exit(f"records.py: {sys.argv[1]}: {record['name']} comes twice")
        seen.add(record["name"])
        print(record["name"], json.dumps(record["ok"]), record["value"], record["why"], sep="\t")


if __name__ == "__main__":
    main()
