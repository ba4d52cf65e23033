# SPDX-License-Identifier: BSD-2-Clause
"""Runs that are interrupted, resumed, robbed of an emulator, filtered or
given wrong words: what was finished is kept, and nothing is guessed."""

import json
import os
import re
import signal
import time

from harness import BENCHMARKS, Lab, Skip, check, processes_with, run_tests


def wait_for(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain for " + what)


def finished(lab):
    """Cells on record so far, by reading the file as it grows."""
    path = lab.path("runs/latest/results.jsonl")
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        return file.read().count('"type":"cell"')


def emulators(lab):
    """Process ids of fake emulators that boot a variant."""
    return processes_with(b"fake_emulator.py", lab.folder.encode(), b"bench.bin")


def test_killed_emulator_loses_one_cell():
    with Lab() as lab:
        for name in "abcde":
            lab.add(name, "slow")
        process = lab.start("--jobs", "1", "--seed", "3")
        wait_for(lambda: finished(lab) == 2 and emulators(lab), "the third boot")
        os.kill(emulators(lab)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=60)
        states = sorted(cell["status"] for cell in lab.cells().values())
        check(process.returncode == 1, process.returncode, err)
        check(states == ["crashed"] + 4 * ["passed"], states, err)
        check(lab.results()[-1]["cells"] == {"passed": 4, "crashed": 1}, lab.results()[-1])


def interrupt(lab, number, *args):
    process = lab.start("--jobs", "2", "--seed", "3", *args)
    wait_for(lambda: finished(lab) >= 2 and emulators(lab), "the third boot")
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_interrupted_and_resumed():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Lab() as lab:
            for name in "abcdef":
                lab.add(name, "slow")
            status, _, err = interrupt(lab, number)
            check(status == 130, status, err)
            folder = os.path.realpath(lab.path("runs/latest"))
            check("--resume '%s'" % folder in err, err)
            check(not emulators(lab), "emulators are left")
            lines = lab.results()
            check(lines[-1]["type"] == "end" and lines[-1]["status"] == "interrupted", lines[-1])
            check("interrupted" in lines[-1]["cells"], lines[-1])
            before = [n for n, c in lab.cells().items() if c["status"] == "passed"]
            check(2 <= len(before) < 6, before)
            status, _, err = lab.run("--resume", folder, variants=False, platform=None)
            check(status == 0, status, err)
            lines = lab.results()
            check(lines[-1] == {"type": "end", "status": "complete", "cells": {"passed": 6}}, lines[-1])
            check([line.get("resumed") for line in lines if line["type"] == "run"] == [None, True], lines)
            passed = [c["cell"] for c in lines if c["type"] == "cell" and c["status"] == "passed"]
            check(sorted(passed) == sorted(set(passed)) and len(passed) == 6, "a passed cell was booted again", passed)
            names = [(r["cell"], r["benchmark"]) for r in lines if r["type"] == "result"]
            check(len(names) == len(set(names)) == 18, names)


def test_resume_retries_what_failed():
    with Lab() as lab:
        lab.add("good")
        lab.add("shy", "dies then good")
        check(lab.run()[0] == 1, "first run")
        status, out, err = lab.run("--resume", lab.path("runs/latest"), variants=False, platform=None)
        check(status == 0 and lab.results()[-1]["cells"] == {"passed": 2}, status, err)
        check("cell 2 of 2: shy" in err and "good/salt" not in err, err)
        check(out == "", "a matrix has a better table than a row for each boot", out)
        with open(lab.path("runs/latest/bench.json"), encoding="utf-8") as file:
            names = {row["name"] for row in json.load(file)["benchmarks"] if "error_message" not in row}
        check({"good/null-call", "shy/null-call"} <= names, names)


def cut_results(lab, keep):
    """Leaves the first `keep` bytes of the results, or all but the last -keep."""
    path = lab.path("runs/latest/results.jsonl")
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(data[:keep])
    return data


def test_resume_after_the_runner_was_killed():
    """Cut anywhere behind the run record, the file still resumes to the same
    results."""
    with Lab() as lab:
        lab.add("a")
        lab.add("b")
        lab.run("--seed", "1")
        wanted = sorted(json.dumps(r) for r in lab.results() if r["type"] == "result")
        with open(lab.path("runs/latest/results.jsonl"), "rb") as file:
            data = file.read()
        first = data.index(b"\n") + 1
        for keep in range(first, len(data), (len(data) - first) // 7):
            with open(lab.path("runs/latest/results.jsonl"), "wb") as file:
                file.write(data[:keep])
            status, _, err = lab.run("--resume", lab.path("runs/latest"), variants=False, platform=None)
            check(status == 0, keep, status, err)
            check(data[:keep].endswith(b"\n") or "is cut off" in err, keep, err)
            found = sorted(json.dumps(r) for r in lab.results() if r["type"] == "result")
            check(found == wanted, "cut at", keep)


def test_resume_refuses():
    with Lab() as lab:
        lab.add("good")
        lab.add("bad", "panic")
        lab.run()
        latest = lab.path("runs/latest")
        status, _, err = lab.run("--resume", latest, platform="bochs", variants=False)
        check(status == 2 and "begun on platform tcg" in err, status, err)
        lab.write("bad/build.id", "1111111111111111\n")
        status, _, err = lab.run("--resume", latest, platform=None, variants=False)
        check(status == 2 and "build 0123456789abcdef of bad/salt:0, which is now 1111111111111111" in err, status, err)
        lab.write("bad/build.id", "0123456789abcdef\n")
        lab.write("runs/latest/results.jsonl", open(latest + "/results.jsonl").read().replace('"passed"', '"pissed"', 1))
        status, _, err = lab.run("--resume", latest, platform=None, variants=False)
        check(status == 2 and re.search(r"results.jsonl:[2-9]: unknown status", err), status, err)
        status, _, err = lab.run("--resume", lab.path("nowhere"), platform=None, variants=False)
        check(status == 2 and "cannot be read" in err, status, err)


def test_second_writer_is_refused():
    with Lab() as lab:
        lab.add("a", "slow")
        lab.add("b", "slow")
        process = lab.start("--jobs", "1")
        wait_for(lambda: finished(lab) == 1, "the first cell")
        status, _, err = lab.run("--resume", lab.path("runs/latest"), platform=None, variants=False)
        process.communicate(timeout=60)
        check(status == 2 and "another ukrun is writing" in err, status, err)
        check(process.returncode == 0 and lab.results()[-1]["cells"] == {"passed": 2}, lab.results()[-1])


def test_order_is_balanced_and_from_the_seed():
    with Lab() as lab:
        for name in "abcd":
            lab.add(name, salts=2)
        orders = []
        for seed in ("7", "7", "8"):
            lab.run("--seed", seed, "--salts", "2", "--repetitions", "2")
            orders.append(lab.results()[0]["cells"])
        check(orders[0] == orders[1] and orders[0] != orders[2], orders)
        check(len(set(orders[0])) == 16, orders[0])
        for block in range(4):
            cells = orders[0][4 * block:4 * block + 4]
            check(sorted(c[0] for c in cells) == list("abcd"), cells)
            check(len({c.split("/", 1)[1] for c in cells}) == 1, cells)


def test_fresh_seed_is_printed():
    with Lab() as lab:
        lab.add("a")
        _, _, err = lab.run()
        check("seed %d" % lab.results()[0]["seed"] in err, err)


def test_list_and_filter():
    with Lab() as lab:
        lab.add("a")
        lab.add("b")
        lab.probe("hang")  # listing must not boot anything
        status, out, err = lab.run("--benchmark_list_tests")
        check(status == 0 and out.split() == [v + "/" + b for v in "ab" for b in BENCHMARKS], out, err)
        _, out, _ = lab.run("--benchmark_list_tests=true", "--benchmark_filter=^b/ipc")
        check(out.split() == ["b/ipc-inter/words:0", "b/ipc-inter/words:8"], out)
        _, out, _ = lab.run("--benchmark_list_tests", "--benchmark_filter=-ipc")
        check(out.split() == ["a/null-call", "b/null-call"], out)
        status, _, err = lab.run("--benchmark_list_tests", "--benchmark_filter=nothing")
        check(status == 2 and "nothing" in err, status, err)
        status, _, err = lab.run("--benchmark_list_tests", "--benchmark_filter=(")
        check(status == 2, status, err)


def test_filter_reaches_the_guest():
    with Lab() as lab:
        lab.add("a")
        lab.add("b")
        status, out, err = lab.run("--benchmark_filter=a/(null|.*:8)")
        check(status == 0, err)
        check([line["benchmark"] for line in lab.results() if line["type"] == "result"] ==
              ["null-call", "ipc-inter/words:8"], lab.results())
        check("b/salt" not in err and "b/null-call" not in out, out, err)


def test_report_and_its_json():
    with Lab() as lab:
        lab.add("a")
        lab.add("b", "dies")
        _, out, _ = lab.run("--benchmark_out=" + lab.path("out.json"), "--benchmark_repetitions=2")
        check(re.search(r"^a/ipc-inter/words:0 +64\.8 +23 +60$", out, re.M), out)
        check(re.search(r"^b/null-call +none +b/salt:0/rep:[01]: crashed$", out, re.M), out)
        check(" ns" not in out, "a time from a platform that knows none", out)
        with open(lab.path("out.json"), encoding="utf-8") as file:
            report = json.load(file)
        rows = report["benchmarks"]
        row = next(r for r in rows if r["name"] == "a/ipc-inter/words:0")
        check(row["instructions"] == 64.75 and row["overhead"] == 23 and row["samples"] == 60, row)
        check(row["repetitions"] == 2, row)
        check(not any("real_time" in r or "cpu_time" in r for r in rows), "a time from a platform that knows none")
        check(any(r.get("error_occurred") and "crashed" in r["error_message"] for r in rows), rows)
        check(any(r.get("aggregate_name") == "median" for r in rows), rows)
        check(report["context"]["platform"] == "tcg" and report["context"]["unit"] == "instructions", report["context"])
        _, out, _ = lab.run("--benchmark_format=json")
        check(json.loads(out)["benchmarks"], out)


def test_wrong_words():
    with Lab() as lab:
        lab.add("a")
        for words, said in (
                (["--jbos", "2"], "--jobs"), (["--jobs", "0"], "--jobs needs"), (["--jobs"], "needs a value"),
                (["--salts", "2.5"], "whole number"), (["--seed", "-1"], "--seed needs"), (["stray"], "'stray'"),
                (["--timeout", "nan"], "--timeout needs"), (["--platform", "vax"], "unknown platform 'vax'"),
                (["--benchmark_nonsense=1"], "--benchmark_nonsense"), (["--benchmark_min_time=2"], "samples=N"),
                (["--benchmark_repetitions=x"], "whole number"), (["--benchmark_out_format=csv"], "JSON"),
                (["--matrix", "../x"], "'../x'"), (["--variants", "/nowhere"], "/nowhere"),
                (["--args", "a\nb"], "printable"),
                (["--args", "only=null-call sample=8"], "no 'sample=8'")):
            status, _, err = lab.run(*words)
            check(status == 2 and said in err, words, status, err)
        check(not os.path.exists(lab.path("runs")), "a run was made all the same")


def test_damaged_list_of_variants():
    with Lab() as lab:
        for text, said in (("a b c\n", ":1: expected name"), ("# c\nA\tx=y\tz\n", ":2: a variant's name"),
                           ("a\tx\tz\n", "choices are a list"), ("a\tx=y\tz\na\tx=y\tz\n", ":2: this variant is listed twice"),
                           ("", "no variant")):
            lab.write("bad", text)
            status, _, err = lab.run("--variants", lab.path("bad"))
            check(status == 2 and said in err, repr(text), status, err)


def test_plain_progress():
    with Lab() as lab:
        lab.add("a", "slow")
        lab.add("b", "slow")
        _, _, err = lab.run("--jobs", "1", "--seed", "1")
        check(re.search(r"^cell 1 of 2: [ab]/salt:0/rep:0 passed, 0\.\d s; elapsed 0:01, about 0:01 left$", err, re.M), err)
        check("\r" not in err and "\033" not in err, repr(err))


def test_probe_table():
    with Lab() as lab:
        status, out, _ = lab.run("--probe-only", variants=False)
        check(status == 0 and "platform tcg: usable, publishes instructions" in out, out)
        lab.probe(bad={"paging": "CR0.PG raised #GP"})
        status, out, _ = lab.run("--probe-only", variants=False)
        check(status == 3 and "platform tcg: cannot be used: paging: CR0.PG raised #GP" in out, status, out)
        lab.probe("probe_dies")
        status, out, _ = lab.run("--probe-only", variants=False)
        check(status == 3 and "the probe image crashed trying paging" in out, status, out)
        os.unlink(lab.path("probe.elf"))
        status, out, _ = lab.run("--probe-only", variants=False)
        check(status == 3 and "is missing" in out, status, out)


def need_kvm():
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        raise Skip("/dev/kvm cannot be used here")


def test_kvm_that_emulates_ring_0_is_refused():
    need_kvm()
    with Lab() as lab:
        lab.add("a")
        lab.probe(bad={"ring0-native": "a privileged instruction takes 4000 cycles"})
        status, _, err = lab.run(platform="kvm")
        check(status == 3 and "publishes no counts: ring0-native: a privileged" in err, status, err)
        check(not os.path.exists(lab.path("runs")), "a run was made all the same")
        status, _, err = lab.run("--program", "conformance.bin", platform="kvm")
        check(status == 0, "programs that measure nothing may run", status, err)


def test_auto_takes_the_best_that_works():
    with Lab() as lab:
        lab.add("a")
        lab.probe(bad={"ring0-native": "slow"})
        status, _, err = lab.run(platform=None)
        check(status == 0 and lab.results()[0]["platform"] == "tcg", status, err)
        need_kvm()
        lab.probe()
        lab.run(platform=None)
        check(lab.results()[0]["platform"] == "kvm", lab.results()[0])


def test_kvm_boots_one_at_a_time():
    need_kvm()
    with Lab() as lab:
        lab.add("a")
        _, _, err = lab.run("--jobs", "4", platform="kvm")
        check("on kvm, 1 at a time" in err, err)


run_tests(globals())
