#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel says, and with which code it ends, when it is booted wrongly or a defect is found."""

import os
import socket
import subprocess
import sys
import time

BAD_BOOT, PANIC = 0x13 << 1 | 1, 0x12 << 1 | 1
FOLDER = os.path.abspath(os.path.join("build", os.environ["VARIANT"]))
SCRATCH = os.environ.get("TMPDIR", "/tmp")
SERIAL = os.path.join(SCRATCH, "serial.log")
LIMIT = 30  # seconds

failures = 0


def report(name, why=""):
    global failures
    print(f"not ok {name}: {why}" if why else f"ok {name}", flush=True)
    failures += bool(why)


def start(command_line, modules, memory=64, more=()):
    """QEMU with the kernel, under way."""
    open(SERIAL, "wb").close()
    arguments = [os.environ.get("QEMU", "qemu-system-i386"), "-accel", "tcg", "-nodefaults", "-vga", "none", "-display", "none",
                 "-no-reboot", "-cpu", "pentium", "-m", str(memory), "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                 "-serial", "file:" + SERIAL, "-kernel", os.path.join(FOLDER, "kernel.elf"), "-append", command_line, *more]
    if modules:
        arguments += ["-initrd", ",".join(modules)]
    return subprocess.Popen(arguments, cwd=FOLDER, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end(process):
    """(status or None, what was said)"""
    try:
        status = process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        status = None
    with open(SERIAL, encoding="utf-8", errors="replace") as log:
        return status, log.read()


def refused(name, sentence, modules, command_line="exit=debug", **machine):
    """The boot ends as a bad one, and says why."""
    status, said = end(start(command_line, modules, **machine))
    wrong = status != BAD_BOOT or "boot: " not in said or sentence not in said or "#EXIT 19" not in said
    report("boot/" + name, f"status {status}, not {BAD_BOOT} with '{sentence}', but: {said[:200]!r}" if wrong else "")


def cut_module():
    path = os.path.join(SCRATCH, "cut.bin")
    with open(os.path.join(FOLDER, "bench.bin"), "rb") as whole, open(path, "wb") as cut:
        cut.write(whole.read(3000))
    return path


def junk_module():
    path = os.path.join(SCRATCH, "junk.bin")
    with open(path, "wb") as junk:
        junk.write(bytes(range(256)) * 16)
    return path


def defect():
    """A non-maskable interrupt is none the kernel expects: it must say where it was, and end."""
    monitor = os.path.join(SCRATCH, "monitor")
    process = start("exit=debug", ["sigma0.bin", "misbehave.bin mode=hang"],
                    more=("-monitor", f"unix:{monitor},server,nowait"))
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline and b"@" not in open(SERIAL, "rb").read():
        time.sleep(0.1)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(monitor)
        line.sendall(b"nmi\n")
        status, said = end(process)
    missing = [word for word in ("!panic: ", "esp=", "cr0=", "cr2=", "cr3=", "#EXIT 18") if word not in said]
    wrong = status != PANIC or missing
    report("boot/defect", f"status {status}, without {missing}: {said[-300:]!r}" if wrong else "")


def main():
    both = ["sigma0.bin", "bench.bin"]
    refused("no-modules", "needs two modules", [])
    refused("one-module", "needs two modules", ["sigma0.bin"])
    refused("exchanged", "the first module is not sigma0.bin", both[::-1])
    refused("junk", "the second module is not a root program", ["sigma0.bin", junk_module()])
    refused("cut", "a module is truncated", ["sigma0.bin", cut_module()])
    refused("long-line", "longer than 255 characters", both, "exit=debug " + "x" * 300)
    refused("long-arguments", "longer than 511 characters", ["sigma0.bin", "bench.bin " + "x" * 600])
    refused("return-elsewhere", "return= an address in the reserved range", both, "exit=debug return=0x1000")
    refused("return-nonsense", "return= an address in the reserved range", both, "exit=debug return=0xfoo")
    refused("little-memory", "less than 32 MB", both, memory=16)
    defect()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
