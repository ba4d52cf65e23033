#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Interrupts of a real device reach their handlers in every variant of `core`.

Programs have no access to ports, so this plays the device's driver from outside: through QEMU's monitor it programs the
real-time clock, and clears its status, which lets it interrupt once more, whenever the guest's test says "fire"."""

import json
import os
import subprocess
import sys
import tempfile
import time

ENABLE = "o /b 0x70 0x0a\no /b 0x71 0x26\no /b 0x70 0x0b\no /b 0x71 0x42\n"  # 1024 Hz, and to interrupt
FIRE = "o /b 0x70 0x0c\ni /b 0x71\n"  # reading register C; the next period interrupts
SECONDS = 90


def start(folder, log):
    """QEMU with its monitor on our pipe."""
    return subprocess.Popen(
        [os.environ.get("QEMU", "qemu-system-i386"), "-machine", "pc", "-cpu", "pentium", "-accel", "tcg", "-m", "64", "-nodefaults",
         "-vga", "none", "-display", "none", "-no-reboot", "-monitor", "stdio", "-serial", "file:" + log,
         "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", folder + "/kernel.elf",
         "-append", "platform=tcg exit=debug",
         "-initrd", f"{folder}/sigma0.bin,{folder}/conformance.bin only=interrupts/* device=yes"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True)


def records(log):
    """The records so far; a line still being written is left out."""
    try:
        with open(log, encoding="ascii", errors="replace") as file:
            lines = file.read().split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [json.loads(line.strip()[1:-9]) for line in lines if line.strip().startswith("@{")]


def run(folder, log):
    """All records of a run in which each "fire" was answered."""
    fired, end = 0, time.monotonic() + SECONDS
    with start(folder, log) as emulator:
        while emulator.poll() is None and time.monotonic() < end:
            wanted = sum(r["t"] == "note" and r["text"] == "fire" for r in records(log))
            if wanted > fired:
                emulator.stdin.write((FIRE if fired else ENABLE + FIRE))
                emulator.stdin.flush()
                fired += 1
            time.sleep(0.01)
        emulator.kill()
    return records(log)


def main():
    """One line per test of the guest and variant."""
    if os.environ.get("HAVE_QEMU", "yes") != "yes":
        print("skip interrupts: no QEMU; scripts/setup installs it")
        return 0
    failed = 0
    with open("build/core.variants", encoding="utf-8") as file:
        variants = [line.rstrip("\n").split("\t") for line in file]
    with tempfile.TemporaryDirectory() as scratch:
        for name, _, folder in variants:
            found = run(folder, os.path.join(scratch, name))
            tests = [r for r in found if r["t"] == "test"]
            for test in tests:
                good = test["result"] == "pass"
                failed += not good
                print(f"ok {name}/{test['name']}" if good else f"not ok {name}/{test['name']}: {test['why']}", flush=True)
            if not tests or not found or found[-1]["t"] != "complete":
                failed += 1
                print(f"not ok {name}: the guest did not come to its end", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
