#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stands in for QEMU: understands the words the runner boots with and prints
on the "serial line" what a guest would, well or badly behaved.

What it does is in the image: kernel.elf holds a JSON object with the fields
of the boot record and a "behaviour", which is the name of a function below.
"""

import json
import os
import signal
import sys
import time
import zlib

PASSED, FAILED, PANIC, BAD_BOOT = 0x10, 0x11, 0x12, 0x13
PROBES = ("paging", "user-interrupt", "tsc", "user-tsc", "tsc-rate", "tick", "ring0-native")


class Guest:
    """One boot: the serial line and what the image says."""

    def __init__(self, log, image, cmdline, modules):
        self.serial = open(log, "wb", buffering=0)
        self.image = image
        self.words = dict(w.split("=", 1) for w in cmdline.split() if "=" in w)
        self.modules = modules
        self.seq = 0

    def line(self, data):
        if isinstance(data, str):
            data = data.encode("ascii")
        self.serial.write(data + b"\r\n")

    def encode(self, kind, **fields):
        record = {"t": kind, "seq": self.seq, **fields}
        self.seq += 1
        return json.dumps(record, separators=(",", ":")).encode("ascii")

    def raw(self, body):
        self.line(b"@" + body + b"*%08x" % zlib.crc32(body))

    def record(self, kind, **fields):
        self.raw(self.encode(kind, **fields))

    def boot(self, **changes):
        fields = {"protocol": 1, "variant": self.image.get("variant", ""), "build": self.image.get("build", "0"),
                  "salt": self.image.get("salt", 0), "platform": self.words.get("platform", ""),
                  "program": "bench", "cpu": "GenuineIntel 5.4.3", "tsc": True, "features": "00000010"}
        if "kernel_map" in self.image:
            fields["kernel_map"] = self.image["kernel_map"]
        self.record("boot", **{**fields, **changes})

    def only(self):
        for word in self.modules[-1].split():
            if word.startswith("only="):
                return word[5:].split(",")
        return self.image["benchmarks"]

    def bench(self, name, samples):
        self.record("bench", name=name, unit="ticks", per=2, n=len(samples), overhead=23, expect="100")
        for at in range(0, len(samples), 48):
            self.record("values", name=name, **{"from": at, "v": samples[at:at + 48]})

    def benches(self):
        for number, name in enumerate(self.only()):
            self.bench(name, [100 * number + i for i in range(60)])

    def complete(self):
        self.record("complete", records=self.seq)

    def exit(self, code=PASSED):
        self.line("#EXIT %d" % code)
        sys.exit(code << 1 | 1)


def good(guest):
    guest.line("console text, never interpreted")
    guest.boot()
    guest.benches()
    guest.complete()
    guest.exit()


def slow(guest):
    time.sleep(0.6)
    good(guest)


def hang(guest):
    guest.boot()
    time.sleep(1000)


def hang_deaf(guest):
    """Ignores SIGTERM, and leaves a child that does so too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        time.sleep(1000)
        os._exit(0)
    hang(guest)


def leaves_child(guest):
    if os.fork() == 0:
        time.sleep(1000)
        os._exit(0)
    good(guest)


def endless(guest):
    guest.boot()
    while True:
        guest.line(b"x" * 10000)


def panic(guest):
    guest.boot()
    guest.serial.write(b'@{"t":"note","seq":1,"te')
    guest.line("")
    guest.line("!kernel panic: page fault at c0001234")
    guest.line("!eax 00000000 ebx 00000000")
    guest.exit(PANIC)


def bad_boot(guest):
    guest.line("no module given")
    guest.exit(BAD_BOOT)


def triple_fault(guest):
    guest.boot()
    sys.exit(0)


def dies(guest):
    guest.boot()
    os.kill(os.getpid(), signal.SIGSEGV)


def no_start(_guest):
    print("qemu: could not load PC BIOS 'bios.bin'", file=sys.stderr)
    sys.exit(1)


def truncate(guest):
    guest.boot()
    guest.bench("null-call", list(range(60)))
    guest.exit()


def cut(guest):
    """Ends inside a record."""
    guest.boot()
    guest.serial.write(b'@{"t":"bench","seq":1,"na')
    sys.exit(PASSED << 1 | 1)


def missing_values(guest):
    guest.boot()
    guest.record("bench", name="null-call", unit="ticks", per=1, n=64, overhead=0, expect="")
    guest.record("values", name="null-call", **{"from": 0, "v": [1, 2, 3]})
    guest.complete()
    guest.exit()


def missing_benchmark(guest):
    guest.boot()
    guest.bench(guest.image["benchmarks"][0], [1, 2, 3])
    guest.complete()
    guest.exit()


def lie(guest):
    """A record whose checksum belongs to another one."""
    guest.boot()
    body = guest.encode("note", text="honest")
    guest.line(b"@" + body.replace(b"honest", b"hornet") + b"*%08x" % zlib.crc32(body))
    guest.complete()
    guest.exit()


def gap(guest):
    guest.boot()
    guest.seq += 1
    guest.complete()
    guest.exit()


def twice(guest):
    guest.boot()
    guest.bench("null-call", [1])
    guest.bench("null-call", [1])
    guest.complete()
    guest.exit()


def out_of_range(guest):
    guest.boot()
    guest.bench("null-call", [1, 2 ** 60])
    guest.complete()
    guest.exit()


def too_big(guest):
    guest.boot()
    guest.bench("null-call", [2 ** 70])
    guest.complete()
    guest.exit()


def junk(guest):
    """Binary rubbish, NUL bytes and a line of a megabyte around good records: console text, and harmless."""
    guest.line(bytes(range(256)) * 10)
    guest.boot()
    guest.line(b"\0" * 1000)
    guest.line(b"y" * 1000000)
    guest.benches()
    guest.complete()
    guest.exit()


def long_record(guest):
    guest.boot()
    guest.record("note", text="z" * 1000000)
    guest.complete()
    guest.exit()


def nul_record(guest):
    guest.boot()
    guest.raw(b'{"t":"note","seq":1,"text":"a\0b"}')
    guest.complete()
    guest.exit()


def other_build(guest):
    guest.boot(build="ffffffffffffffff")
    guest.benches()
    guest.complete()
    guest.exit()


def other_variant(guest):
    guest.boot(variant="spaces=imaginary")
    guest.benches()
    guest.complete()
    guest.exit()


def two_minds(guest):
    guest.boot()
    guest.benches()
    guest.complete()
    guest.line("#EXIT %d" % PASSED)
    sys.exit(FAILED << 1 | 1)


def failing(guest):
    guest.boot()
    guest.benches()
    guest.complete()
    guest.line("the dose-response slope is zero")
    guest.exit(FAILED)


def failing_note(guest):
    guest.boot()
    guest.record("note", text="no such measurement")
    guest.complete()
    guest.exit(FAILED)


def tests(guest):
    guest.boot()
    guest.record("test", name="ipc/call", result="pass", why="")
    guest.record("test", name="ipc/timeouts", result="skip", why="no timer")
    guest.record("test", name="ipc/ids", result="fail", why="sender was 3")
    guest.complete()
    guest.exit(FAILED)


def probe(guest):
    guest.boot(program="probe", variant="")
    bad = guest.image.get("bad", {})
    for name in PROBES:
        guest.record("probe", name=name, value="no" if name in bad else "yes", ok=name not in bad,
                     why=bad.get(name, ""))
    guest.complete()
    guest.exit()


def probe_dies(guest):
    guest.boot(program="probe", variant="")
    guest.record("note", text="trying paging")
    sys.exit(0)


def option(argv, name, default=""):
    return argv[argv.index(name) + 1] if name in argv else default


def split_modules(text):
    """As QEMU does: modules are separated by commas, two commas are one that is meant."""
    return [part.replace("\0", ",") for part in text.replace(",,", "\0").split(",")]


def main(argv):
    if "--version" in argv:
        print("QEMU emulator version 0.1 (a stand-in for tests)")
        return
    with open(option(argv, "-kernel"), encoding="ascii") as file:
        image = json.load(file)
    log = option(argv, "-serial")
    assert log.startswith("file:"), argv
    guest = Guest(log[5:], image, option(argv, "-append"), split_modules(option(argv, "-initrd")))
    behaviour = image["behaviour"]
    # "first then second": the marker file tells that the first time is over.
    if " then " in behaviour:
        first, second = behaviour.split(" then ")
        behaviour = second if os.path.exists("seen") else first
        open("seen", "w", encoding="ascii").close()
    globals()[behaviour](guest)


main(sys.argv)
