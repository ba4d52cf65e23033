# SPDX-License-Identifier: BSD-2-Clause
"""The runner with real kernels: in QEMU the same counts to the last digit, on
Bochs none at all."""

import glob
import json
import os
import re
import signal
import shutil
import subprocess
import tempfile
import time

from harness import SRC, UKRUN, Skip, check, processes_with, run_tests

LIST = "build/core.variants"
# Few samples: what is tested is the runner.
ARGS = ["--args", "samples=4"]


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(program + " is not installed")
    for path in (LIST, "build/probe/probe.elf"):
        if not os.path.exists(path):
            raise Skip(path + " is missing: make variants probe-image")


def variants():
    with open(LIST, encoding="utf-8") as file:
        return file.read().splitlines()


def command(folder, *args, platform="tcg", lines=None):
    chosen = os.path.join(folder, "list")
    with open(chosen, "w", encoding="utf-8") as file:
        file.write("\n".join(lines or variants()) + "\n")
    return [UKRUN, "--platform", platform, "--variants", chosen, "--out", folder,
            "--mkiso", os.path.join(SRC, "scripts/mkiso"), *ARGS, *args]


def read(folder):
    with open(os.path.join(folder, "latest/results.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def matrix(folder, *args, **how):
    done = subprocess.run(command(folder, *args, **how), capture_output=True, text=True, timeout=600, check=False)
    check(done.returncode == 0, done.returncode, done.stderr)
    return read(folder)


def samples(lines):
    return {(line["cell"], line["benchmark"]): line["samples"] for line in lines if line["type"] == "result"}


def processes_in(folder):
    """Ids of the processes whose current folder is below this one."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            where = os.readlink("/proc/%s/cwd" % pid)
        except OSError:
            continue
        if where.startswith(os.path.realpath(folder)):
            found.append(int(pid))
    return found


def test_second_matrix_gives_the_same_counts():
    """Another order and another number of jobs must not matter either."""
    need("qemu-system-i386")
    with tempfile.TemporaryDirectory() as folder:
        first = samples(matrix(folder, "--seed", "1", "--jobs", "2"))
        second = samples(matrix(folder, "--seed", "2", "--jobs", "1"))
        check(len({cell for cell, _ in first}) == len(variants()), sorted(first))
        check(all(len(s) == 4 for s in first.values()), first)
        wrong = [key for key in first if first[key] != second.get(key)]
        check(not wrong and len(first) == len(second), wrong)


def test_killed_qemu_loses_one_cell():
    need("qemu-system-i386")
    with tempfile.TemporaryDirectory() as folder:
        with subprocess.Popen(command(folder, "--jobs", "1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None and not processes_with(b"bench.bin", folder.encode()):
                time.sleep(0.002)
            check(process.poll() is None, "over before its first boot was seen")
            os.kill(processes_with(b"bench.bin", folder.encode())[0], signal.SIGKILL)
            _, err = process.communicate(timeout=600)
        end = read(folder)[-1]
        check(process.returncode == 1, process.returncode, err)
        check(end == {"type": "end", "status": "complete", "cells": {"crashed": 1, "passed": len(variants()) - 1}}, end)
        # And what it lost is made up for by going on.
        done = subprocess.run([UKRUN, "--resume", os.path.join(folder, "latest")], capture_output=True, text=True,
                              timeout=600, check=False)
        check(done.returncode == 0, done.stderr)
        check(read(folder)[-1]["cells"] == {"passed": len(variants())}, read(folder)[-1])


def test_one_benchmark_alone():
    need("qemu-system-i386")
    with tempfile.TemporaryDirectory() as folder:
        lines = matrix(folder, "--benchmark_filter=/(null-call|ipc-inter/words:8)$")
        check({key[1] for key in samples(lines)} == {"null-call", "ipc-inter/words:8"}, sorted(samples(lines)))


def test_bochs_runs_and_counts_nothing():
    need("bochs", "script", "grub-mkrescue", "xorriso", "mformat")
    with tempfile.TemporaryDirectory() as folder:
        lines = matrix(folder, "--timeout", "120", platform="bochs", lines=variants()[:1])
        results = [line for line in lines if line["type"] == "result"]
        check(results, "no result lines")
        check(all(r["samples"] == [] and r["unit"] == "none" and "overhead" not in r for r in results), results[0])


def last_tick(folder):
    """When a Bochs ended whose run is in `folder`, in emulated ticks."""
    [log] = glob.glob(os.path.join(folder, "latest/logs/*.boot/bochs.log"))
    with open(log, encoding="utf-8", errors="replace") as file:
        ticks = re.findall(r"^(\d+)\w\[", file.read(), re.MULTILINE)
    check(ticks, log, "tells no time")
    return ticks[-1]


def test_bochs_knows_no_host_time():
    """Where it does, timer interrupts come late, and no two boots with many of them end at the same tick."""
    need("bochs", "script", "grub-mkrescue", "xorriso", "mformat")
    ticks = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            matrix(folder, "--matrix", "conformance", "--program", "conformance.bin", "--args", "only=timeouts/*",
                   platform="bochs", lines=variants()[:1])
            ticks.append(last_tick(folder))
    check(len(set(ticks)) == 1, ticks)


def test_bochs_without_its_clock_is_refused():
    need("bochs", "script", "grub-mkrescue", "xorriso", "mformat")
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "host"))
        alone = shutil.copy(UKRUN, os.path.join(folder, "host"))
        done = subprocess.run([alone, *command(folder, platform="bochs", lines=variants()[:1])[1:]], capture_output=True,
                              text=True, timeout=100, check=False)
        check(done.returncode != 0 and "bochs/clock.so cannot be read" in done.stderr, done.returncode, done.stderr)


def test_hung_bochs_is_ended():
    need("bochs", "script", "grub-mkrescue", "xorriso", "mformat")
    with tempfile.TemporaryDirectory() as folder:
        # Long enough for a probe, too short for so many samples on an emulated serial line.
        done = subprocess.run(command(folder, "--timeout", "10", "--args", "samples=1000", platform="bochs",
                                      lines=variants()[:1]), capture_output=True, text=True, timeout=100, check=False)
        cell = [line for line in read(folder) if line["type"] == "cell"][0]
        check(done.returncode == 1 and cell["status"] == "hung", cell, done.stderr)
        time.sleep(0.5)  # a killed process needs a moment to go
        check(not processes_in(folder), "Bochs is left:", processes_in(folder))


run_tests(globals())
