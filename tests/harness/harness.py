# SPDX-License-Identifier: BSD-2-Clause
"""What the harness tests share: a folder of fake variants, the runner, and
tests that report in the language of tests/run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(HERE))
UKRUN = os.path.abspath(os.environ.get("UKRUN", "build/host/ukrun"))
FAKE = os.path.join(HERE, "fake_emulator.py")
BENCHMARKS = ["null-call", "ipc-inter/words:0", "ipc-inter/words:8"]


class Skip(Exception):
    """The test cannot be run here; the text says why."""


class Lab:
    """A scratch folder with a fake probe image and fake variants."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="harness-")
        self.variants = []
        self.emulator = os.path.join(self.folder, "emulator")
        with open(self.emulator, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec '%s' '%s' \"$@\"\n" % (sys.executable, FAKE))
        os.chmod(self.emulator, 0o755)
        self.probe()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))

    def probe(self, behaviour="probe", **fields):
        self.write("probe.elf", {"behaviour": behaviour, **fields})

    def add(self, name, behaviour="good", salts=1, build="0123456789abcdef", **image):
        """A variant whose images behave so, with other words for the fake guest."""
        choices = "spaces=%s,messages=memory" % name
        for salt in range(salts):
            folder = name + ("/salt%d" % salt if salt else "")
            self.write(folder + "/kernel.elf", {
                "behaviour": behaviour, "variant": choices, "build": build, "salt": salt, "benchmarks": BENCHMARKS,
                **image})
            for program in ("sigma0.bin", "bench.bin", "conformance.bin"):
                self.write(folder + "/" + program, "")
            self.write(folder + "/build.id", build + "\n")
        self.write(name + "/benchmarks.list", "\n".join(BENCHMARKS) + "\n")
        self.variants.append("%s\t%s\t%s" % (name, choices, self.path(name)))

    def command(self, *args, platform="tcg", emulator=None, variants=True):
        self.write("list", "\n".join(self.variants) + "\n")
        command = [UKRUN, "--emulator", emulator or self.emulator, "--probe-image", self.path("probe.elf")]
        if platform:
            command += ["--platform", platform]
        if variants:
            command += ["--variants", self.path("list"), "--out", self.path("runs")]
        return command + list(args)

    def start(self, *args, **how):
        return subprocess.Popen(self.command(*args, **how), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, cwd=self.folder)

    def run(self, *args, **how):
        """Exit status, standard output, standard error."""
        process = self.start(*args, **how)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def results(self):
        """The lines of the latest run's results, each checked to be whole."""
        with open(self.path("runs/latest/results.jsonl"), encoding="utf-8") as file:
            text = file.read()
        assert text.endswith("\n"), "the last line is cut off"
        return [json.loads(line) for line in text.splitlines()]

    def cells(self):
        """Last record of each cell by its name."""
        return {line["cell"]: line for line in self.results() if line["type"] == "cell"}


def check(condition, *shown):
    """As assert, but never optimised away, and saying what was seen."""
    if not condition:
        raise AssertionError(" ".join(str(part) for part in shown) or "condition does not hold")


def processes_with(*words):
    """Ids of the processes whose command line holds all these bytes."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                line = file.read()
        except OSError:
            continue
        if all(word in line for word in words):
            found.append(int(pid))
    return found


def run_tests(tests):
    """Runs functions named test_*; exits 1 if one fails."""
    failed = False
    for name, test in sorted(tests.items()):
        if not name.startswith("test_"):
            continue
        title = name[5:].replace("_", "-")
        try:
            test()
            print("ok " + title, flush=True)
        except Skip as reason:
            print("skip %s: %s" % (title, reason), flush=True)
        except Exception as error:  # a broken test is a failed test
            failed = True
            print("not ok %s: %s" % (title, str(error).replace("\n", " | ")), flush=True)
            traceback.print_exc()
    sys.exit(1 if failed else 0)
