#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench/model/VALIDATION.md is what the models, their tests and the published figures give now."""
import os
import shutil
import subprocess
import sys

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEEDED = ["build/host/ukrun", "build/model/ukmodel.so", "build/core.variants", "build/tests/model/test_machine"]


def main():
    if os.environ.get("HAVE_ZYDIS", "yes") != "yes" or not shutil.which("qemu-system-i386"):
        print("skip model/validation: no model without Zydis and QEMU")
        return 0
    for path in NEEDED:
        if not os.path.exists(path):
            print(f"not ok model/validation: {path} is missing: make check builds it")
            return 1
    done = subprocess.run([sys.executable, os.path.join(SRC, "scripts/validation"), "--check", "--variants", "build/core.variants",
                           "--tests", "build/tests/model", "--compiler", os.environ.get("CC", "gcc"), "--", "build/host/ukrun",
                           "--plugin", "build/model/ukmodel.so", "--model", os.path.join(SRC, "bench/model")],
                          capture_output=True, text=True, check=False)
    text = (done.stdout + done.stderr).strip()
    if done.returncode == 77:
        print("skip model/validation: " + text)
        return 0
    if done.returncode:
        print(text)
        print("not ok model/validation: " + (text.splitlines() or ["no reason given"])[-1])
        return 1
    print("ok model/validation")
    return 0


sys.exit(main())
