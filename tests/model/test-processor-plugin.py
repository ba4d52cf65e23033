#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The plugin in QEMU: two runs are one, entries cost what the manuals say, addresses are right, and bad use is refused.

MODEL names the plugin; a built variant is needed, too.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SRC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODEL = os.path.abspath(os.environ.get("MODEL", "build/model/ukmodel.so"))
QEMU = os.environ.get("QEMU", "qemu-system-i386")
TIMING = os.path.join(SOURCE, "bench", "model", "timing.csv")
PASSED = 33
failures = 0


def check(name, condition, why=""):
    global failures
    failures += not condition
    print(f"ok model/plugin/{name}" if condition else f"not ok model/plugin/{name}: {why}")


def machine(name):
    return os.path.join(SOURCE, "bench", "model", "machines", name + ".txt")


def boot(variant, cpu, plugin, arguments, folder, qemu=QEMU):
    arguments = arguments.replace(",", ",,")
    return subprocess.run(
        [qemu, "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot", "-m", "64",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", f"file:{folder}/serial", "-accel", "tcg",
         "-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-cpu", cpu, "-kernel", f"{variant}/kernel.elf",
         "-append", "platform=model exit=debug", "-initrd", f"{variant}/sigma0.bin,{variant}/bench.bin {arguments}",
         "-plugin", ",".join([MODEL] + plugin)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)


def model(variant, name, cpu, folder, arguments="only=null-call samples=8", more=()):
    """(bytes of the output, its records, what was said) of a run that passes."""
    out = os.path.join(folder, "out")
    done = boot(variant, cpu, [f"machine={machine(name)}", f"timing={TIMING}", f"out={out}", *more], arguments, folder)
    with open(out, "rb") as file:
        data = file.read()
    check(f"{name}/passes", done.returncode == PASSED, f"status {done.returncode}: {done.stderr[:200]}")
    return data, [json.loads(line) for line in data.splitlines()], done.stderr


def samples(records):
    return [record for record in records if record["type"] == "region" and record["id"] == "sample"]


def check_machine(variant, name, cpu, entry, folder):
    first, records, said = model(variant, name, cpu, folder)
    second, _, _ = model(variant, name, cpu, folder)
    end = records[-1]
    check(f"{name}/same-twice", first == second, "two runs differ")
    check(f"{name}/complete", end.get("complete") and not end["taint"] and said == "", f"{end} {said[:200]}")
    check(f"{name}/counts", end["regions"] == len(records) - 2 and len(samples(records)) == 8, str(end))
    check(f"{name}/sums", all(sum(r["clocks"].values()) == r["cycles"] == sum(r["cycles_in"].values())
                              for r in records if r["type"] == "region"), "causes do not add up to cycles")
    check(f"{name}/entry", all(r["clocks"]["entry"] == entry for r in samples(records)),
          f"INT and IRET take {samples(records)[-1]['clocks'].get('entry')} clocks, should be {entry}")


def check_everything(variant, folder):
    """All that can be measured, as `make matrix` has it: no mark without its counterpart, no form without clocks."""
    _, records, said = model(variant, "pentium90", "pentium", folder, "samples=2")
    check("everything/no taint", not records[-1]["taint"] and said == "", f"{records[-1]['taint']} {said[:200]}")


def check_trace(variant, folder):
    trace = os.path.join(folder, "trace")
    _, records, _ = model(variant, "i486dx50", "486,-vme,-pse", folder, "only=ipc-inter/words:0 samples=8",
                          [f"trace={trace}", "sample=8"])
    with open(trace, encoding="ascii") as file:
        steps = [json.loads(line) for line in file]
    kernel = [step for step in steps if not step["user"]]
    distances = {(int(step["linear"], 16) - int(step["physical"], 16)) for step in kernel}
    check("trace/sum", sum(step["clocks"] for step in steps) == samples(records)[-1]["cycles"], "not the sample's cycles")
    check("trace/physical", distances == {0xF0000000}, f"kernel code is mapped at {[hex(d) for d in distances]}")
    entries = [step for step in steps if step["text"].startswith("int ")]
    pushes = [access for step in entries for access in step["accesses"] if access[0] == "write"]
    check("trace/pushes", len(entries) == 2 and len(pushes) == 10, f"{len(pushes)} writes by {len(entries)} INTs")
    check("trace/tables", all(len(step["accesses"]) == 13 for step in entries), "gate, 2 descriptors, TSS, frame: 13 accesses")


def has_large_pages(variant):
    with open(os.path.join(variant, "variant.mak"), encoding="ascii") as file:
        return "kernelmap=large" in file.read()


def check_large_pages(variants, folder):
    """The model follows entries of 4 MB, through which the kernel finds itself on a Pentium; on a 486 there are none."""
    variant = next((v for v in map(os.path.dirname, variants) if has_large_pages(v)), None)
    if variant is None:
        print("skip model/plugin/large-pages: no variant with kernelmap=large is built")
        return
    for name, cpu, pages in (("i486dx50", "486,-vme,-pse", "4K"), ("pentium90", "pentium", "4M")):
        model(variant, name, cpu, folder)
        with open(f"{folder}/serial", encoding="ascii", errors="replace") as file:
            check(f"large-pages/{name}", f'"kernel_map":"{pages}"' in file.read(), f"the kernel is not mapped by {pages} pages")


def data_tlb_clocks(variant, name, cpu, folder, size):
    """Of one sample that touches 128 pages in pages of so many KB."""
    _, records, _ = model(variant, name, cpu, folder, f"only=page-size/kb:{size} samples=8")
    return samples(records)[-1]["clocks"].get("data-tlb", 0)


def check_superpages(variant, folder):
    """A program's 4 MB are one page of the hardware on a Pentium, for as long as all of it has the same rights."""
    one, many = (data_tlb_clocks(variant, "pentium90", "pentium", folder, size) for size in (4096, 4))
    check("superpages/pentium", one == 0 and many >= 128 * 9, f"{one} and {many} clocks for TLB misses")
    one, many = (data_tlb_clocks(variant, "i486dx50", "486,-vme,-pse", folder, size) for size in (4096, 4))
    check("superpages/i486", one == many > 0, f"{one} and {many} clocks for TLB misses")


def check_refusals(variant, folder):
    good = [f"machine={machine('i486dx50')}", f"timing={TIMING}", f"out={folder}/out"]
    for name, plugin, words in (
            ("no-machine", good[1:], "are needed"),
            ("unknown-argument", good + ["speed=9"], "no argument is written \"speed=9\""),
            ("unknown-file", ["machine=/nowhere.txt"] + good[1:], "/nowhere.txt"),
            ("unknown-key", good + ["set=clocks.nop:3"], "clocks.nop"),
            ("bad-table", [good[0], f"timing={machine('i486dx50')}", good[2]], "i486dx50.txt:")):
        done = boot(variant, "486,-vme,-pse", plugin, "", folder)
        check(f"refuses/{name}", done.returncode != PASSED and words in done.stderr, done.stderr[:200])


def main():
    variants = sorted(glob.glob("build/*/kernel.elf"))
    if not os.path.exists(MODEL) or not variants:
        print(f"skip model/plugin: needs {MODEL} and a built variant")
        return 0
    variant = os.path.dirname(variants[0])
    with tempfile.TemporaryDirectory() as folder:
        check_machine(variant, "i486dx50", "486,-vme,-pse", 107, folder)
        check_machine(variant, "pentium90", "pentium", 75, folder)
        _, records, _ = model(variant, "i486dx50", "486,-vme,-pse", folder, more=["set=clocks.int-inner:10"])
        check("set", samples(records)[-1]["clocks"]["entry"] == 46, str(samples(records)[-1]["clocks"]))
        _, records, _ = model(variant, "skylake-geometry", "pentium", folder, "only=ipc-inter/words:0 samples=8")
        check("geometry/no-cycles", len(samples(records)) == 8 and all(r["cycles"] == 0 and r["lines"] for r in samples(records)),
              "has cycles, or no samples")
        check_everything(variant, folder)
        check_trace(variant, folder)
        check_large_pages(variants, folder)
        check_superpages(variant, folder)
        check_refusals(variant, folder)
    return failures != 0


sys.exit(main())
