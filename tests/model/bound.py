#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs a variant's conformance suite under the plugin that measures how long the kernel runs with interrupts off.

Usage: bound.py PLUGIN FOLDER [ARGUMENTS]. Prints the longest stay per kind of entry, in instructions, longest first.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

QEMU = os.environ.get("QEMU", "qemu-system-i386")
SOURCE = os.environ.get("SRC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CALL_IPC = 0x80


def symbols(folder):
    """Code addresses and their names."""
    with open(os.path.join(folder, "kernel.asm"), encoding="utf-8") as listing:
        found = [re.match(r"([0-9a-f]{8}) <(.*)>:", line) for line in listing]
    return {match.group(2): int(match.group(1), 16) for match in found if match}


def call_names():
    """Names of the system calls by number."""
    with open(os.path.join(SOURCE, "kernel", "abi", "syscall.h"), encoding="utf-8") as header:
        found = re.findall(r"^#define (SYS_\w+) (\d+)", header.read(), re.M)
    return {int(number): name for name, number in found if name != "SYS_COUNT"}


def measure(plugin, folder, arguments="", seconds=400):
    """({(entry's name, call's name or ""): (longest, how many)}, the emulator's status)"""
    names = symbols(folder)
    by_address = {address: name for name, address in names.items()}
    idle_end = min(address for address in names.values() if address > names["idle_loop"]) if any(
        address > names["idle_loop"] for address in names.values()) else names["idle_loop"] + 64
    calls = call_names()
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "out")
        done = subprocess.run(
            [QEMU, "-machine", "pc", "-cpu", "pentium", "-accel", "tcg", "-icount", "shift=0,sleep=off", "-m", "64", "-nodefaults",
             "-vga", "none", "-display", "none", "-no-reboot", "-rtc", "clock=vm", "-serial", f"file:{scratch}/serial",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", f"{folder}/kernel.elf", "-append", "platform=tcg exit=debug",
             "-initrd", f"{folder}/sigma0.bin,{folder}/conformance.bin {arguments.replace(',', ',,')}",
             "-plugin", f"{plugin},out={out},idle={names['idle_loop']:x}-{idle_end - 1:x},gate={names['kernel_entry']:x}"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
        with open(out, encoding="ascii") as file:
            lines = [json.loads(line) for line in file]
    found = {}
    for line in lines[:-1]:
        entry = int(line["entry"], 16)
        gate = entry == names["kernel_entry"]
        call = ("IPC" if line["call"] == CALL_IPC else calls.get(line["call"], "no call")) if gate else ""
        key = (by_address.get(entry, line["entry"]), call)
        worst, entries = found.get(key, (0, 0))
        found[key] = max(worst, line["worst"]), entries + line["entries"]
    return found, done.returncode


def main():
    found, status = measure(os.path.abspath(sys.argv[1]), sys.argv[2], " ".join(sys.argv[3:]))
    for (entry, call), (worst, entries) in sorted(found.items(), key=lambda item: -item[1][0]):
        print(f"{worst:8} {entries:9} {entry} {call}")
    return status != 33


if __name__ == "__main__":
    sys.exit(main())
