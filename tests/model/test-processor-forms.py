#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every instruction in the images has a row in the timing table, and its clocks are checked by test_processor_clocks.

Looks at all code that was linked, so at more than runs. What only a later processor executes stands behind a question
for its features: functions whose names begin with cpuid_ (bench/guest/runtime/clock.S), and the instructions of GUARDED.
Floating-point state is not modelled: what saves and loads it (x87_ in kernel/x86/fpu.c) runs for programs that use it,
none of which is measured; a region that met it would be tainted.
"""
import glob
import os
import re
import subprocess
import sys

CLOCKS = os.environ.get("MODEL_CLOCKS", "build/tests/model/test_processor_clocks")
IMAGES = ("kernel.elf", "sigma0.elf", "bench.elf")
GUARDED = {"cpuid", "mov cr4,r", "mov r,cr4", "rdtsc", "rdmsr", "wrmsr", "rdpmc"}  # not on a 486, and asked for before
LINE = re.compile(r"^\s*[0-9a-f]+:\t((?:[0-9a-f]{2} )+)\s*\t(\S.*)$")
SYMBOL = re.compile(r"^[0-9a-f]+ <(.*)>:$")


def instructions(path):
    """(bytes, function) of each instruction of an image."""
    listing = subprocess.run(["objdump", "-d", "--insn-width=15", path], check=True, capture_output=True, text=True)
    function = ""
    for line in listing.stdout.splitlines():
        symbol, match = SYMBOL.match(line), LINE.match(line)
        if symbol:
            function = symbol.group(1)
        elif match and "(bad)" not in match.group(2):
            yield match.group(1).replace(" ", ""), function


def forms(codes):
    """form of each instruction: (on the 486, on the Pentium, form)."""
    answer = subprocess.run([CLOCKS, "--forms"], input="\n".join(codes) + "\n", check=True, capture_output=True, text=True)
    return [line.split("\t") for line in answer.stdout.splitlines()]


def problems(images, covered):
    where = {}
    for image in images:
        for code, function in instructions(image):
            if not function.startswith(("cpuid_", "x87_")):
                where.setdefault(code, f"{function} in {image}")
    codes = sorted(where)
    for code, (i486, pentium, form) in zip(codes, forms(codes)):
        form = form.strip()
        if pentium == "-" or (i486 == "-" and form not in GUARDED):
            yield form, f"no row in bench/model/timing.csv: {code} of {where[code]}"
        elif form not in covered:
            yield form, f"no case in tests/model/test_processor_clocks.c: {code} of {where[code]}"


def main():
    output = subprocess.run([CLOCKS], check=False, capture_output=True, text=True).stdout
    covered = {" ".join(line.split()[2:]) for line in output.splitlines() if line.startswith("# covers ")}
    covered |= {" ".join(words.split()[:-1]) for words in covered}  # without the condition
    variants = sorted({os.path.dirname(path) for path in glob.glob("build/*/kernel.elf")})
    if not variants or not covered:
        print(f"skip model/forms: needs built variants and {CLOCKS}")
        return
    for variant in variants:
        images = [os.path.join(variant, name) for name in IMAGES]
        found = {}
        for form, why in problems([image for image in images if os.path.exists(image)], covered):
            found.setdefault(form, why)
        for form, why in found.items():
            print(f"not ok model/forms/{os.path.basename(variant)}: {form}: {why}")
        if not found:
            print(f"ok model/forms/{os.path.basename(variant)}")


sys.exit(main())
