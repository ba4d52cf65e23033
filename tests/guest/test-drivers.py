#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Drivers outside the kernel, with a device that not every machine has: the second serial line. On QEMU this is its
other end, a socket, which sends back each byte inverted; with Bochs it is a file, in which all that was sent must be."""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 60
# What the guest's test serial-line sends.
SENT = bytes((i * 7 + i // 256 + 1) & 0xff for i in range(256))
# The first and the last of `core` differ in every choice.
PICKED = (0, -1)


def start(folder, log, line):
    """QEMU with its second serial line on our socket."""
    return subprocess.Popen(
        [os.environ.get("QEMU", "qemu-system-i386"), "-machine", "pc", "-cpu", "pentium", "-accel", "tcg", "-m", "64", "-nodefaults",
         "-vga", "none", "-display", "none", "-no-reboot", "-serial", "file:" + log,
         "-chardev", f"socket,path={line},server=on,wait=on,id=line", "-serial", "chardev:line",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", folder + "/kernel.elf",
         "-append", "platform=tcg exit=debug",
         "-initrd", f"{folder}/sigma0.bin,{folder}/conformance.bin only=drivers/* line=yes"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def connect(path, end):
    """The other end of the line, once QEMU listens."""
    line = socket.socket(socket.AF_UNIX)
    while time.monotonic() < end:
        try:
            line.connect(path)
            return line
        except OSError:
            time.sleep(0.02)
    return None


def echo(line, emulator, end):
    """Sends back what comes, until the emulator or the time is at its end."""
    while emulator.poll() is None and time.monotonic() < end:
        if not select.select([line], [], [], 0.2)[0]:
            continue
        data = os.read(line, 4096)
        if not data:
            break
        os.write(line, bytes(byte ^ 0xff for byte in data))
    while emulator.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if emulator.poll() is None:
        emulator.kill()


def on_qemu(folder, scratch):
    """The guest's log of a run."""
    log, path, end = os.path.join(scratch, "log"), os.path.join(scratch, "line"), time.monotonic() + SECONDS
    with start(folder, log, path) as emulator:
        line = connect(path, end)
        if line:
            echo(line.fileno(), emulator, end)
            line.close()
        else:
            emulator.kill()
    return log


def on_bochs(row, scratch):
    """The same with Bochs: the runner boots its platform; the same boot again has a second line."""
    with open(os.path.join(scratch, "variants"), "w", encoding="utf-8") as file:
        file.write("\t".join(row) + "\n")
    subprocess.run(
        ["build/host/ukrun", "--platform", "bochs", "--emulator", os.environ.get("BOCHS", "bochs"),
         "--mkiso", os.environ["SRC"] + "/scripts/mkiso", "--variants", os.path.join(scratch, "variants"), "--matrix", "drivers",
         "--out", os.path.join(scratch, "runs"), "--program", "conformance.bin", "--args", "only=drivers/restarted line=yes"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False, timeout=SECONDS)
    logs = os.path.join(scratch, "runs", "latest", "logs")
    boot = os.path.join(logs, next(name for name in os.listdir(logs) if name.endswith(".boot")))
    with open(boot + "/run", encoding="utf-8") as file:
        script = file.read().replace("only=drivers/restarted", "only=drivers/*")
    with open(boot + "/run", "w", encoding="utf-8") as file:
        file.write(script)
    with open(boot + "/bochsrc", "a", encoding="utf-8") as file:
        file.write("com2: enabled=1, mode=file, dev=line.log\n")
    subprocess.run(["timeout", str(SECONDS), "sh", "run"], cwd=boot, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.STDOUT, check=False)
    try:
        with open(boot + "/line.log", "rb") as file:
            sent = file.read()
    except FileNotFoundError:
        sent = b""
    if sent != SENT:
        print(f"not ok bochs/{row[0]}/line: {len(sent)} bytes arrived, not the {len(SENT)} that were sent")
        return None
    print(f"ok bochs/{row[0]}/line")
    return boot + "/serial.log"


def records(log):
    """The records that the guest wrote."""
    with open(log, encoding="ascii", errors="replace") as file:
        return [json.loads(line.strip()[1:-9]) for line in file if line.startswith("@{") and line.endswith("\n")]


def judge(where, log, skipped):
    """One line per test of the guest. Those of `skipped` cannot run there. How many failed."""
    if not log:
        return 1
    found, failed = records(log), 0
    tests = [r for r in found if r["t"] == "test" and r["name"] not in skipped]
    for test in tests:
        good = test["result"] == "pass"
        failed += not good
        print(f"ok {where}/{test['name']}" if good else f"not ok {where}/{test['name']}: {test['why']}", flush=True)
    if not tests or found[-1]["t"] != "complete":
        failed += 1
        print(f"not ok {where}: the guest did not come to its end", flush=True)
    return failed


def main():
    """Both emulators, as far as they are here."""
    failed = 0
    with open("build/core.variants", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    for row in (rows[i] for i in PICKED):
        with tempfile.TemporaryDirectory() as scratch:
            if os.environ.get("HAVE_QEMU", "yes") == "yes":
                failed += judge("tcg/" + row[0], on_qemu(row[2], scratch), ())
            else:
                print(f"skip tcg/{row[0]}: no QEMU; scripts/setup installs it")
            if os.environ.get("HAVE_BOCHS", "yes") == "yes" and os.environ.get("HAVE_ISO", "yes") == "yes":
                failed += judge("bochs/" + row[0], on_bochs(row, scratch), ("drivers/serial-short", "drivers/serial-long"))
            else:
                print(f"skip bochs/{row[0]}: no Bochs, or no way to make an ISO for it; scripts/setup installs them")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
