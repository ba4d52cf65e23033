#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The memory system in C and bench/model/reference.py agree on every count, over traces made here and recorded in QEMU.

MEMORY_TRACES in the environment names other recorded traces to compare as well, separated by colons. LENGTH is the number of
steps of each trace made here.
"""
import glob
import os
import random
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SRC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
REPLAY = os.environ.get("MEMORY_REPLAY", "build/model/memory_replay")
MACHINES = os.path.join(SOURCE, "bench", "model", "machines")
REFERENCE = os.path.join(SOURCE, "bench", "model", "reference.py")
LENGTH = int(os.environ.get("LENGTH", "6000"))

PLUGIN = os.path.abspath(os.environ.get("MODEL", "build/model/ukmodel.so"))
RUNS = [("i486dx50", "486,-vme,-pse", "ipc-inter/words:0"), ("pentium90", "pentium", "rpc-working-set/pages:64")]
CASES = [  # name, machine, overrides, CR4
    ("i486dx50", "i486dx50", [], 0),
    ("i486dx50-manual-walks", "i486dx50", ["tlb.parameters=manual"], 0),
    ("i486dx50-lru-write-back", "i486dx50", ["l1d.replacement=lru", "l1d.write=back", "l1d.write-allocate=yes"], 0),
    ("i486dx50-small-direct-mapped", "i486dx50", ["l1d.size=1024", "l1d.ways=1", "dtlb.entries=8", "dtlb.ways=2"], 0),
    ("i486dx50-no-second-level", "i486dx50", ["l2.size=0"], 0),
    ("i486dx50-small-second-level", "i486dx50", ["l2.size=16384", "l2.write=through"], 0),
    ("i486dx50-tagged-tlb", "i486dx50-tagged-tlb", [], 0),
    ("pentium90", "pentium90", [], 0),
    ("pentium90-large-global", "pentium90", ["tlb.parameters=manual"], 0x90),
    ("pentium90-large", "pentium90", [], 0x10),
    ("pentium90-tagged-global", "pentium90", ["tlb.tagged=yes"], 0x90),
    ("pentium90-small-second-level", "pentium90", ["l2.size=32768", "l2.write-allocate=yes"], 0),
    ("pentium90-4way", "pentium90-4way", ["l1d.replacement=pseudo-lru"], 0),
    ("skylake-geometry", "skylake-geometry", [], 0x90),
    ("skylake-geometry-small", "skylake-geometry", ["l1d.size=4096", "l2.size=16384", "l3.size=65536",
                                                    "stlb.entries=48", "dtlb.entries=16"], 0x10),
]


class Maker:
    """A trace that looks like programs and a kernel: loops of code, stacks, tables, strides, space switches."""

    def __init__(self, seed, cr4, file):
        self.random = random.Random(seed)
        self.file = file
        self.spaces = 3
        self.space = 0
        self.user = 1
        self.frames = {}
        self.tables = {}
        for space in range(self.spaces):
            for directory in (0, 1, 0x300):
                self.entry(self.directory(space) + 4 * directory, 0x400000 + (4 * space + directory % 3) * 4096 | 7)
            self.entry(self.directory(space) + 4 * 0x380, 0x00400000 | 0x183)
        self.say(f"4 {cr4:x}")
        self.say(f"3 {self.directory(0):x}")
        self.say("0 80000001")

    def say(self, text):
        self.file.write(text + "\n")

    def directory(self, space):
        return 0x500000 + 4096 * space

    def entry(self, physical, value):
        self.tables[physical] = value
        self.say(f"P {physical:x} {value:x}")

    def translate(self, linear):
        """Every page that is not the kernel's large one gets a frame of its own when first used."""
        if linear >> 22 == 0x380:
            # Machines without 4 MB pages find a table here, whose entries are made as needed.
            table = 0x00400000 + (linear >> 12 & 0x3ff) * 4
            if table not in self.tables:
                self.entry(table, (0x00400000 + (linear & 0x3ff000)) | 0x103)
            return 0x00400000 + (linear & 0x3fffff)
        page = (self.space, linear >> 12)
        if page not in self.frames:
            self.frames[page] = 0x800000 + 4096 * self.random.randrange(2048)
            table = 0x400000 + (4 * self.space + (linear >> 22) % 3) * 4096 + (linear >> 12 & 0x3ff) * 4
            self.entry(table, self.frames[page] | self.random.choice((0x07, 0x27, 0x67)))
        return self.frames[page] | linear & 0xfff

    def access(self, kind, linear, size):
        physical = self.translate(linear)
        if (linear & 0xfff) + size > 4096:
            self.translate(linear + size - 1)
        self.say(f"{kind} {linear:x} {physical:x} {size} {self.user}")

    def loop(self):
        start = self.random.choice((0x200000, 0x201000, 0x400000, 0xe0010000, 0xe0011000)) + self.random.randrange(4096)
        stack = self.random.choice((0x2ff000, 0xe0020ff0, 0xe0021ff0))
        for _ in range(self.random.randrange(1, 4)):
            at = start
            for _ in range(self.random.randrange(5, 40)):
                size = self.random.randrange(1, 8)
                self.access("F", at, size)
                at += size
                if self.random.random() < 0.4:
                    self.access(self.random.choice("RRW"), stack - 4 * self.random.randrange(24), 4)

    def stride(self):
        start = self.random.choice((0x280000, 0x281002, 0x400000, 0xe0040000))
        step = self.random.choice((4, 16, 32, 256, 2048, 4096, 8192))
        kind = self.random.choice("RRW")
        for i in range(self.random.randrange(4, 70)):
            self.access(kind, start + i * step % 0x100000, self.random.choice((1, 2, 4, 4, 4, 8)))

    def page_edges(self):
        self.access(self.random.choice("RW"), 0x290000 + 4096 * self.random.randrange(8) - self.random.randrange(1, 4), 4)

    def switch(self):
        self.space = self.random.randrange(self.spaces)
        self.say(f"3 {self.directory(self.space):x}")

    def remap(self):
        """The kernel writes a table entry through its window, and often invalidates the page."""
        (space, page), frame = self.random.choice(list(self.frames.items()) or [((0, 0x200), 0x800000)])
        table = 0x400000 + (4 * space + (page >> 10) % 3) * 4096 + (page & 0x3ff) * 4
        value = frame | self.random.choice((0x07, 0x27, 0x67))
        window = 0xe0000000 + (table - 0x400000)
        self.translate(window)
        self.entry(table, value)
        self.say(f"W {window:x} {table:x} 4 0")
        if self.random.random() < 0.7:
            self.say(f"I {page << 12:x}")

    def rare(self):
        if self.random.random() < 0.05:
            self.say("C")
        self.say(self.random.choice(("X 0", "X 1", "Z", "Z", f"I {0xe0010000 + 4096 * self.random.randrange(8):x}")))

    def make(self, steps):
        acts = [self.loop] * 8 + [self.stride] * 4 + [self.page_edges] + [self.switch] * 2 + [self.remap] + [self.rare]
        written = 0
        while written < steps:
            self.user = int(self.random.random() < 0.6)
            self.random.choice(acts)()
            written += 20


def counts(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None, f"{os.path.basename(command[0])}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}"
    return sorted(done.stdout.splitlines()), None


def compare(machine, trace, overrides):
    """None if both give the same counts and there are some of them; else what differs."""
    machine = os.path.join(MACHINES, machine + ".txt")
    model, why = counts([REPLAY, machine, trace] + overrides)
    wanted, why_not = counts([sys.executable, REFERENCE, machine, trace] + overrides)
    if why or why_not:
        return why or why_not
    if model != wanted:
        return f"the model has {sorted(set(model) - set(wanted))[:6]}, the reference {sorted(set(wanted) - set(model))[:6]}"
    if not any(line.startswith("l1") for line in model) or not any(line.startswith("tlb") for line in model):
        return "the trace has no cache miss or no TLB miss, so it shows nothing"
    return None


def record_again(machine, trace, folder):
    """A trace recorded while another is replayed tells the same."""
    again = os.path.join(folder, "again")
    path = os.path.join(MACHINES, machine + ".txt")
    first, why = counts([REPLAY, "--record", again, path, trace])
    if why:
        return why
    second, why = counts([sys.executable, REFERENCE, path, again])
    if why or first != second:
        return why or "the counts of the recorded trace differ"
    return None


def record(variant, machine, cpu, benchmark, folder):
    """The path of the accesses of a real run, or None and why there is none."""
    trace = os.path.join(folder, f"{machine}-accesses")
    images = f"{variant}/sigma0.bin,{variant}/bench.bin only={benchmark} samples=2"
    plugin = [PLUGIN, f"machine={os.path.join(MACHINES, machine + '.txt')}", f"out={folder}/out", f"accesses={trace}",
              "timing=" + os.path.join(SOURCE, "bench", "model", "timing.csv")]
    done = subprocess.run(
        [os.environ.get("QEMU", "qemu-system-i386"), "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot", "-m", "64",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", f"file:{folder}/serial", "-accel", "tcg",
         "-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-cpu", cpu, "-kernel", f"{variant}/kernel.elf",
         "-append", "platform=model exit=debug", "-initrd", images, "-plugin", ",".join(plugin)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 33:
        return None, f"QEMU ended with status {done.returncode}: {done.stderr.strip()[:200]}"
    return trace, None


def compare_recorded(folder):
    """Both models over what the kernel really does."""
    variants = sorted(glob.glob("build/*/benchmarks.list"))
    if not os.access(PLUGIN, os.R_OK) or not variants:
        print("skip memory-reference/kernel: needs build/model/ukmodel.so and a built variant")
        return 0
    failed = 0
    for machine, cpu, benchmark in RUNS:
        trace, why = record(os.path.dirname(variants[0]), machine, cpu, benchmark, folder)
        for name in (machine, "skylake-geometry"):
            failed += report(f"kernel-on-{machine}-by-{name}", why or compare(name, trace, []))
    return failed


def report(name, why):
    print(f"not ok memory-reference/{name}: {why}" if why else f"ok memory-reference/{name}")
    return why is not None


def main():
    if not os.access(REPLAY, os.X_OK):
        print(f"not ok memory-reference: there is no {REPLAY}; make model builds it")
        return 1
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace")
        for seed, (name, machine, overrides, cr4) in enumerate(CASES):
            with open(trace, "w", encoding="ascii") as file:
                Maker(seed, cr4, file).make(LENGTH)
            failed += report(name, compare(machine, trace, overrides))
            if name in ("i486dx50", "pentium90-large-global"):
                failed += report(name + "-recorded", record_again(machine, trace, folder))
        failed += compare_recorded(folder)
    for recorded in filter(None, os.environ.get("MEMORY_TRACES", "").split(":")):
        for machine in ("i486dx50", "pentium90", "skylake-geometry"):
            failed += report(f"{os.path.basename(recorded)}-{machine}", compare(machine, recorded, []))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
