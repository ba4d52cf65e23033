#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""No kernel entry keeps interrupts off for more than 2,000 instructions, whatever the conformance tests do; BOUND names the plugin.

Exceptions stand in bench/bound/README.md.
"""
import concurrent.futures
import os
import sys

from bound import measure

LIMIT = 2000
EXCEPTED = {"SYS_CHECK", "SYS_CONSOLE_WRITE", "SYS_HALT"}
BOUND = os.path.abspath(os.environ.get("BOUND", "build/bound/ukbound.so"))
VARIANTS = ("full-memory-eager", "small-registers-eager", "small-registers-lazy", "full-memory-lazy-copy-reload-4k")


def too_long(found):
    """What exceeds its limit, longest first."""
    for (entry, call), (worst, _) in sorted(found.items(), key=lambda item: -item[1][0]):
        if call not in EXCEPTED and worst > LIMIT:
            yield f"{entry} {call}: {worst} instructions"


def main():
    failed = 0
    folders = [f"build/{name}" for name in VARIANTS if os.path.exists(f"build/{name}/kernel.elf")]
    if not os.path.exists(BOUND) or not folders:
        print(f"skip bound: needs {BOUND} and a built variant")
        return 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = list(pool.map(lambda folder: measure(BOUND, folder), folders))
    for folder, (found, status) in zip(folders, measured):
        name = os.path.basename(folder)
        wrong = list(too_long(found))
        if not found or status != 33:
            wrong.append(f"the suite ended with status {status}")
        failed += bool(wrong)
        print(f"not ok bound/{name}: {wrong[0]}" if wrong else f"ok bound/{name}", flush=True)
        for line in wrong:
            print("#", line)
    # An instrument that cannot find anything: SYS_CHECK is long.
    seen = any(call == "SYS_CHECK" and worst > 100 * LIMIT for found, _ in measured for (_, call), (worst, _) in found.items())
    failed += not seen
    print("ok bound/sees" if seen else "not ok bound/sees: SYS_CHECK is not found to be long")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
