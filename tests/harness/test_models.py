# SPDX-License-Identifier: BSD-2-Clause
"""The modelled processors as platforms: the same bytes in every run, and
nothing published that the model and the guest do not agree on."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from harness import SRC, UKRUN, Skip, check, run_tests

LIST = "build/core.variants"
PLUGIN = "build/model/ukmodel.so"
FEW = "--benchmark_filter=/(null-call|ipc-oneway/words:0|rpc-working-set/pages:8)$"


def need():
    if os.environ.get("HAVE_ZYDIS", "yes") != "yes":
        raise Skip("Zydis is not installed, so there is no model")
    if not shutil.which("qemu-system-i386"):
        raise Skip("qemu-system-i386 is not installed")
    for path in (LIST, PLUGIN, "build/probe/probe.elf"):
        check(os.path.exists(path), path + " is missing: make variants probe-image model")


def variants(count=None):
    with open(LIST, encoding="utf-8") as file:
        return file.read().splitlines()[:count]


# What is measured: short messages and controls, not what moves megabytes.
ONLY = "only=control/*,null-call,thread-switch,ipc-inter*,ipc-intra/*,rpc-working-set/*,page-fault"


def run(folder, *args, platform="pentium", lines=None, samples=4):
    """The runner's exit status and messages."""
    chosen = os.path.join(folder, "list")
    with open(chosen, "w", encoding="utf-8") as file:
        file.write("\n".join(lines or variants(1)) + "\n")
    command = [UKRUN, "--platform", platform, "--variants", chosen, "--out", folder, "--plugin", PLUGIN,
               "--model", os.path.join(SRC, "bench/model"), "--args", f"samples={samples} {ONLY}", *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stderr


def read(folder, kind):
    with open(os.path.join(folder, "latest/results.jsonl"), encoding="utf-8") as file:
        return [line for line in map(json.loads, file) if line["type"] == kind]


def result_bytes(folder):
    """The result lines as they stand in the file, in a fixed order."""
    with open(os.path.join(folder, "latest/results.jsonl"), "rb") as file:
        return sorted(line for line in file if b'"type":"result"' in line)


def passed(folder, *args, **how):
    status, err = run(folder, *args, **how)
    check(status == 0, status, err)
    return read(folder, "result")


class Load:
    """Keeps every processor busy."""

    def __enter__(self):
        self.spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                         for _ in range(os.cpu_count() or 1)]

    def __exit__(self, *_):
        for process in self.spinning:
            process.kill()
            process.wait()


def same_twice(platform, count):
    need()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        passed(first, "--seed", "1", "--jobs", "2", platform=platform, lines=variants(count), samples=2)
        with Load():
            passed(second, "--seed", "2", "--jobs", "1", platform=platform, lines=variants(count), samples=2)
        one, two = result_bytes(first), result_bytes(second)
        check(len(one) >= count * 30, "only", len(one), "results")
        wrong = [line[:300] for line, other in zip(one, two) if line != other]
        check(not wrong and len(one) == len(two), wrong[:1])
        cells = [sorted((c["cell"], c["build"], c["status"], c["results"]) for c in read(f, "cell")) for f in (first, second)]
        check(cells[0] == cells[1], cells)


def test_pentium_twice_and_under_load_gives_the_same_bytes():
    same_twice("pentium", 8)


def test_i486_twice_and_under_load_gives_the_same_bytes():
    same_twice("i486", 2)


def test_every_line_says_that_it_is_modelled():
    need()
    with tempfile.TemporaryDirectory() as folder:
        for platform, machine in (("pentium", "Pentium-90"), ("i486", "i486DX-50")):
            results = passed(folder, FEW, platform=platform)
            check(len(results) == 3, results)
            for r in results:
                check(r["modelled"] is True and r["machine"] == machine and r["tlb"] == "liedtke" and r["unit"] == "cycles", r)
                check(len(r["samples"]) == 4 and "set" not in r and r["taint"] == [], r)
            check(read(folder, "run")[0]["modelled"] is True, "run record")
            cell = read(folder, "cell")[0]
            check(cell["modelled_instructions"] > 1000 and cell["cpu_seconds"] > 0, cell)


def test_events_are_counters_of_google_benchmark():
    """For one operation, as the ticks are."""
    need()
    with tempfile.TemporaryDirectory() as folder:
        results = passed(folder, "--benchmark_filter=/(null-call|ipc-inter/words:0)$", platform="i486")
        with open(os.path.join(folder, "latest/bench.json"), encoding="utf-8") as file:
            rows = {row["name"].partition("/")[2]: row for row in json.load(file)["benchmarks"]}
        check(len(rows) == 2, rows)
        for r in results:
            row = rows[r["benchmark"]]
            check(row["cycles"] == sorted(r["samples"])[1] / r["per"] or len(set(r["samples"])) > 1, row)
            for name, count in r["events"].items():
                check(row[name] == count / r["per"], name, row)
        check(rows["null-call"]["clocks.entry"] == 107, rows["null-call"])


def test_clocks_by_cause_add_up():
    need()
    with tempfile.TemporaryDirectory() as folder:
        for r in passed(folder, "--keep-events", platform="i486"):
            for count, events in [(sorted(r["samples"])[1], r["events"]), *zip(r["samples"], r["events_of_samples"])]:
                for what in ("clocks.", "cycles_in."):
                    total = sum(n for name, n in events.items() if name.startswith(what))
                    check(total == count, r["benchmark"], what, total, "of", count)


def test_a_value_of_the_machine_is_changed():
    need()
    with tempfile.TemporaryDirectory() as folder:
        plain = passed(folder, FEW)
        manual = passed(folder, FEW, "--set", "tlb.parameters=manual")
        check(all(r["tlb"] == "manual" and r["set"] == ["tlb.parameters:manual"] for r in manual), manual)
        for before, after in zip(plain, manual):
            misses = sum(n for name, n in before["events"].items() if name.startswith("tlb."))
            check((before["samples"] != after["samples"]) == (misses > 0), before["benchmark"], misses)
        other = passed(folder, FEW, "--machine", "pentium90-4way")
        check(all(r["machine"] == "Pentium-90 with 4-way caches" for r in other), other)


def test_a_geometry_has_events_and_no_cycles():
    need()
    with tempfile.TemporaryDirectory() as folder:
        for r in passed(folder, FEW, "--machine", "skylake-geometry"):
            check(r["samples"] == [] and r["unit"] == "none" and r["tlb"] == "none", r)
            check(r["events"]["instructions.kernel"] > 0, r)
            check(not any(name.startswith("clocks") for name in r["events"]), r)


def test_bad_values_are_refused_before_anything_is_booted():
    need()
    with tempfile.TemporaryDirectory() as folder:
        for args, said in ((("--set", "clocks.nothing=3"), "clocks.nothing"),
                           (("--set", "l1d.ways=odd"), "l1d.ways"), (("--machine", "no-such"), "no-such.txt")):
            status, err = run(folder, *args)
            check(status == 3 and said in err and "cells on" not in err, status, err)
        for args in (("--set", "tlb.parameters"), ("--set", "a=b,out=/etc/x"), ("--set", "=3")):
            status, err = run(folder, *args)
            check(status == 2 and "KEY=VALUE" in err, status, err)
        status, err = run(folder, "--set", "a=b", platform="tcg")
        check(status == 2 and "tcg is none" in err, status, err)


def test_a_resumed_run_keeps_its_machine():
    need()
    with tempfile.TemporaryDirectory() as folder:
        passed(folder, FEW, "--set", "tlb.parameters=manual")
        status, err = run(folder, "--resume", os.path.join(folder, "latest"))
        check(status == 2 and "the same --machine and --set" in err, status, err)
        status, err = run(folder, "--resume", os.path.join(folder, "latest"), "--set", "tlb.parameters=manual")
        check(status == 0, status, err)


def damaged(folder, script):
    """The cell of a run whose emulator is followed by a script on the model's file."""
    emulator = os.path.join(folder, "emulator")
    with open(emulator, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\nqemu-system-i386 "$@"\nstatus=$?\nfor word; do case $word in file:*probe*) ;;\n'
                   'file:*) model=${word#file:}.model; %s ;; esac; done\nexit $status\n' % script)
    os.chmod(emulator, 0o755)
    status, err = run(folder, FEW, "--emulator", emulator)
    check(status == 1 and not read(folder, "result"), status, err)
    return read(folder, "cell")[0]


def test_a_model_that_does_not_fit_the_guest_gives_no_result():
    need()
    with tempfile.TemporaryDirectory() as folder:
        for script, status, said in (
                ('sed -i "\\$d" "$model"', "truncated", "there is no end line"),
                ('rm "$model"', "truncated", "the model wrote nothing"),
                ('sed -i "s/\\"control\\"/\\"sample\\"/" "$model"', "corrupt", "the guest took 4 samples"),
                ('sed -i "/\\"region\\":70,/d" "$model"', "corrupt", "region 71 where 70"),
                ('sed -i "s/complete\\":true/complete\\":false/" "$model"', "truncated", "complete")):
            cell = damaged(folder, script)
            check(cell["status"] == status and said in cell["why"] and ".log.model" in cell["why"], cell)


def test_a_taint_of_the_model_is_in_every_line():
    need()
    with tempfile.TemporaryDirectory() as folder:
        emulator = os.path.join(folder, "emulator")
        with open(emulator, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nqemu-system-i386 "$@"\nstatus=$?\nfor word; do case $word in\n'
                       'file:*) sed -i "s/taint\\":\\[\\]/taint\\":[\\"odd\\"]/" "${word#file:}.model" ;; esac; done\nexit $status\n')
        os.chmod(emulator, 0o755)
        results = passed(folder, FEW, "--emulator", emulator)
        check(results and all(r["taint"] == ["odd"] for r in results + read(folder, "cell")), results)


def test_auto_falls_back_to_instructions_with_the_reason():
    need()
    with tempfile.TemporaryDirectory() as folder:
        status, err = run(folder, FEW, "--plugin", os.path.join(folder, "none.so"), platform="auto")
        platform = read(folder, "run")[0]["platform"]
        if platform == "kvm":
            raise Skip("KVM can be used here")
        check(status == 0 and platform == "tcg" and "none.so is missing: make model" in err, platform, err)
        with open(os.path.join(folder, "bad.so"), "w", encoding="utf-8") as file:
            file.write("no shared object")
        status, err = run(folder, FEW, "--plugin", os.path.join(folder, "bad.so"), platform="auto")
        check(status == 0 and read(folder, "run")[0]["platform"] == "tcg" and "bad.so" in err, err)
        passed(folder, FEW, platform="auto")
        check(read(folder, "run")[0]["platform"] == "pentium", read(folder, "run"))


run_tests(globals())
