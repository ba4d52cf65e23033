# SPDX-License-Identifier: BSD-2-Clause
"""Every way a boot can end gets its own status, says where it went wrong,
and costs no other cell anything."""

import os
import re
import time

from harness import BENCHMARKS, Lab, SRC, check, processes_with, run_tests

# behaviour of the fake guest: status, and what the reason must hold
ENDINGS = {
    "good": ("passed", "^$"),
    "junk": ("passed", "^$"),
    "hang": ("hung", "no end after"),
    "hang_deaf": ("hung", "no end after"),
    "endless": ("hung", "printed more"),
    "panic": ("panicked", "!kernel panic: page fault at c0001234"),
    "bad_boot": ("failed", "bad boot: no module given"),
    "triple_fault": ("crashed", "without the guest's exit code"),
    "dies": ("crashed", "signal 11"),
    "no_start": ("emulator-failed", "status 1.*could not load PC BIOS"),
    "truncate": ("truncated", r"\.log:5: the log ends without a complete record"),
    "cut": ("truncated", r"\.log:2: the log ends inside a record"),
    "missing_values": ("truncated", r"\.log:4: .*announced 64 values and gave 3"),
    "missing_benchmark": ("truncated", "ipc-inter/words:0 did not report"),
    "lie": ("corrupt", r"\.log:2: checksum is"),
    "gap": ("corrupt", r"\.log:2: sequence number 2, expected 1"),
    "twice": ("corrupt", r"\.log:4: .*comes twice"),
    "out_of_range": ("corrupt", r"\.log:3: sample 1152921504606846976 .*out of range"),
    "too_big": ("corrupt", r"\.log:3: not a JSON object: too big integer"),
    "long_record": ("corrupt", r"\.log:2: record line is too long"),
    "nul_record": ("corrupt", r"\.log:2: record holds a byte"),
    "other_build": ("mismatched", "build is ffffffffffffffff, booted was 0123456789abcdef"),
    "other_variant": ("mismatched", "variant is spaces=imaginary"),
    "two_minds": ("corrupt", "says #EXIT 16, the machine ended with 17"),
    "failing": ("failed", "the dose-response slope is zero"),
    "failing_note": ("failed", "the guest says it failed: no such measurement"),
}


def test_every_ending_has_its_status():
    with Lab() as lab:
        for behaviour in ENDINGS:
            lab.add(behaviour, behaviour)
        status, _, err = lab.run("--timeout", "3", "--max-output", "4000000")
        check(status == 1, "exit status", status, err)
        cells = lab.cells()
        wrong = []
        for behaviour, (expected, why) in ENDINGS.items():
            cell = cells["%s/salt:0/rep:0" % behaviour]
            if cell["status"] != expected or not re.search(why, cell["why"]):
                wrong.append("%s: %s: %s" % (behaviour, cell["status"], cell["why"]))
        check(not wrong, *wrong)


def test_only_passed_cells_have_results():
    with Lab() as lab:
        for behaviour in ("good", "failing", "truncate", "lie", "other_build"):
            lab.add(behaviour, behaviour)
        lab.run()
        found = [line for line in lab.results() if line["type"] == "result"]
        check({line["variant"] for line in found} == {"good"}, found)
        check([line["benchmark"] for line in found] == BENCHMARKS, found)
        result = found[1]
        check(result["samples"] == [100 + i for i in range(60)], result)
        check((result["per"], result["overhead"], result["unit"]) == (2, 23, "instructions"), result)
        check(result["choices"] == {"spaces": "good", "messages": "memory"}, result)
        check(result["machine"] == "GenuineIntel 5.4.3", result)


def test_what_the_kernel_was_mapped_by():
    """A word of the boot record goes into the cell's; what is none makes the log corrupt, and nothing is made up."""
    words = {"old": None, "small": "4K", "large": "4M", "global": "4M global"}
    lies = {"number": 4, "true": True, "null": None, "list": ["4M"], "object": {"4M": 1}, "empty": "", "near": "4M ", "other": "4k",
            "long": "4M" * 300, "quote": '4M"},{'}
    with Lab() as lab:
        for name, word in words.items():
            lab.add(name, **({} if word is None else {"kernel_map": word}))
        for name, lie in lies.items():
            lab.add("lie-" + name, kernel_map=lie)
        lab.add("early", "bad_boot", kernel_map="4M")
        status, _, err = lab.run()
        cells = lab.cells()
        check(status == 1, status, err)
        for name, word in words.items():
            cell = cells["%s/salt:0/rep:0" % name]
            check(cell["status"] == "passed" and cell.get("kernel_map") == word, cell)
        for name in lies:
            cell = cells["lie-%s/salt:0/rep:0" % name]
            check(cell["status"] == "corrupt" and re.search(r'\.log:2: "kernel_map" is ', cell["why"]), cell)
            check("kernel_map" not in cell, cell)
        check("kernel_map" not in cells["early/salt:0/rep:0"], cells)


def test_counts_of_the_end_record():
    with Lab() as lab:
        for behaviour in ("good", "panic", "lie"):
            lab.add(behaviour, behaviour)
        lab.run("--repetitions", "2")
        end = lab.results()[-1]
        check(end == {"type": "end", "status": "complete", "cells": {"passed": 2, "panicked": 2, "corrupt": 2}}, end)


def test_missing_emulator():
    with Lab() as lab:
        lab.add("good")
        status, _, err = lab.run(emulator=lab.path("no-such-emulator"))
        check(status == 3 and "could not be started: No such file" in err, status, err)
        check("no-such-emulator; scripts/setup" in err, err)


def test_emulator_vanishes_after_the_probe():
    with Lab() as lab:
        lab.add("good")
        lab.write("once", "#!/bin/sh\ncase \"$*\" in *probe.elf*) rm \"$0\";; esac\nexec '%s' \"$@\"\n" % lab.emulator)
        os.chmod(lab.path("once"), 0o755)
        status, _, err = lab.run(emulator=lab.path("once"))
        cell = lab.cells()["good/salt:0/rep:0"]
        check(status == 1 and cell["status"] == "emulator-failed", status, cell, err)


def test_not_built_is_skipped():
    with Lab() as lab:
        lab.add("good")
        lab.add("unbuilt")
        os.unlink(lab.path("unbuilt/kernel.elf"))
        status, _, _ = lab.run()
        cells = lab.cells()
        check(status == 1, status)
        check(cells["good/salt:0/rep:0"]["status"] == "passed", cells)
        check(cells["unbuilt/salt:0/rep:0"]["status"] == "skipped", cells)
        check("kernel.elf is missing" in cells["unbuilt/salt:0/rep:0"]["why"], cells)


def test_no_process_is_left():
    """Neither of a guest that hangs and ignores SIGTERM, nor of an emulator that leaves a child behind."""
    with Lab() as lab:
        lab.add("hang_deaf", "hang_deaf")
        lab.add("leaves_child", "leaves_child")
        started = time.monotonic()
        lab.run("--timeout", "3")
        check(time.monotonic() - started < 10, "took too long")
        check(lab.cells()["leaves_child/salt:0/rep:0"]["status"] == "passed", lab.cells())
        while processes_with(lab.folder.encode()) and time.monotonic() - started < 15:
            time.sleep(0.05)  # a killed process needs a moment to go
        left = processes_with(lab.folder.encode())
        check(not left, "processes left:", left)


def test_tests_are_printed():
    with Lab() as lab:
        lab.add("tests", "tests")
        lab.add("panic", "panic")
        status, out, _ = lab.run("--program", "conformance.bin", "--jobs", "1", "--seed", "1")
        check(status == 1, status)
        lines = set(out.splitlines())
        for line in ("ok tcg/tests/ipc/call", "skip tcg/tests/ipc/timeouts: no timer",
                     "not ok tcg/tests/ipc/ids: sender was 3"):
            check(line in lines, out)
        check("not ok tcg/panic/boot: panicked: !kernel panic" in out, out)
        check(lab.cells()["tests/salt:0/rep:0"]["tests"][2]["result"] == "fail", lab.cells())


def test_status_table_is_documented():
    """results/README.md has the rows of the program's own table, to the letter."""
    with open(os.path.join(SRC, "bench/host/status.c"), encoding="utf-8") as file:
        rows = re.findall(r'\[STATUS_\w+\] = \{ "([^"]+)", "([^"]+)" \}', file.read())
    check(len(rows) == 11, rows)
    with open(os.path.join(SRC, "results/README.md"), encoding="utf-8") as file:
        text = file.read()
    for name, meaning in rows:
        check("| `%s` | %s |" % (name, meaning) in text, "not in results/README.md:", name, meaning)


run_tests(globals())
