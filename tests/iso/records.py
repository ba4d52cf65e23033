#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What two serial logs have in common: prints the records of a log, with what
an emulator may decide (values, processor, overhead, notes on how well it could be
measured) left out.
Usage: records.py LOG; status 1 if a checksum or the sequence is wrong."""

import json
import re
import sys
import zlib

MACHINE = {"seq", "records", "cpu", "tsc", "features", "overhead", "v", "value", "why", "ok"}
RECORD = re.compile(rb"^\r*@(\{.*\})\*([0-9a-f]{8})\r?$")


def main():
    """One line per record."""
    with open(sys.argv[1], "rb") as file:
        lines = file.read().split(b"\n")
    expected = 0
    for line in lines:
        match = RECORD.match(line)
        if not match:
            continue
        if zlib.crc32(match[1]) != int(match[2], 16):
            sys.exit(f"{sys.argv[1]}: the checksum of {line!r} is wrong")
        record = json.loads(match[1])
        if record["seq"] != expected:
            sys.exit(f"{sys.argv[1]}: record {record['seq']} stands where {expected} should")
        expected += 1
        if record["t"] == "complete" and record["records"] != record["seq"]:
            sys.exit(f"{sys.argv[1]}: the last record counts {record['records']} of {record['seq']} records")
        if record["t"] == "note":
            continue
        print(json.dumps({key: value for key, value in record.items() if key not in MACHINE}, sort_keys=True))
    if not expected or record["t"] != "complete":
        sys.exit(f"{sys.argv[1]}: no complete record after {expected} records")


if __name__ == "__main__":
    main()
