#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every source that a machine file names is described in machines/SOURCES, and none is described for nothing."""
import glob
import os
import re
import sys

SOURCE = os.environ.get("SRC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MACHINES = os.path.join(SOURCE, "bench", "model", "machines")


def main():
    known, used, wrong = set(), set(), []
    with open(os.path.join(MACHINES, "SOURCES"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                known.add(line.split("\t")[0])
    for path in sorted(glob.glob(os.path.join(MACHINES, "*.txt"))):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                found = re.search(r"=.*# source: (.*)", line)
                tags = [tag.strip() for tag in found.group(1).split(",")] if found else []
                used.update(tags)
                wrong += [f"{os.path.basename(path)}:{number}: no source {tag} in SOURCES" for tag in tags if tag not in known]
    wrong += [f"SOURCES: nothing names {tag}" for tag in sorted(known - used)]
    for sentence in wrong:
        print(f"# {sentence}")
    print(f"not ok machine-sources: {wrong[0]}" if wrong else "ok machine-sources")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
