#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""scripts/check-long with a make and a runner that are told what happens: it
names what did not pass, removes what it built, and goes on where it stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SRC = os.environ["SRC"]
PROGRAM = os.path.join(SRC, "scripts", "check-long")
ASM = os.path.abspath(os.path.join("build", os.environ["VARIANT"], "kernel.asm"))
FAILED = []

# What a variant's name says is what becomes of it.
MAKE = f"""#!{sys.executable}
import os, shutil, sys
folder = sys.argv[sys.argv.index("-C") + 1]
for word in sys.argv:
    if not word.startswith("variant/"):
        continue
    name = word[8:]
    place = os.path.join(folder, "build", name)
    os.makedirs(place)
    if name.startswith("broken"):
        print("kernel/x.c:1: error: broken")
        continue
    for file in ("kernel.elf", "build.id", "conformance.bin", "sigma0.bin"):
        open(os.path.join(place, file), "w").close()
    if name.startswith("deep"):
        open(os.path.join(place, "kernel.asm"), "w").close()
    else:
        shutil.copy({ASM!r}, os.path.join(place, "kernel.asm"))
"""
RUNNER = f"""#!{sys.executable}
import json, os, sys, time
listed = sys.argv[sys.argv.index("--variants") + 1]
os.makedirs("runs/latest/logs")
with open("runs/latest/results.jsonl", "w") as file:
    for line in open(listed):
        name, _, folder = line.rstrip("\\n").split("\\t")
        assert os.path.exists(os.path.join(folder, "kernel.elf"))
        with open("../../booted", "a") as booted:
            booted.write(name + "\\n")
        if name.startswith("slow"):
            time.sleep(60)
        tests = [dict(name="a/b", result="pass", why="")] * (2 if name.startswith("short") else 3)
        status, why = "passed", ""
        if name.startswith("hung"):
            status, why, tests = "hung", "no output for 10 s", tests[:1]
        if name.startswith("failed"):
            status, tests = "failed", [dict(name="a/b", result="fail", why="a.c:1: wrong")]
        open(f"runs/latest/logs/{{name}}.salt0.rep0.log", "w").close()
        file.write(json.dumps(dict(type="cell", variant=name, status=status, why=why, tests=tests)) + "\\n")
"""


def check(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {str(why).strip()!r}")
    if not good:
        FAILED.append(name)


class Rig:
    """A folder as configure leaves it, with a make and a runner that obey."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}
        self.write("make", MAKE, 0o755)
        self.write("build/host/ukrun", RUNNER, 0o755)
        self.write("config.mak", "# made\nVARIANT = x\nCC = gcc\n")

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def start(self, names, *words):
        self.write("list", "".join(f"{name}\tx=y\tbuild/{name}\n" for name in names))
        return subprocess.Popen([sys.executable, PROGRAM, "--parts", "variants", "--variants", "list", "--jobs", "1", *words],
                                cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, names, *words):
        """(status, what was said, what was booted)"""
        if os.path.exists(os.path.join(self.folder, "booted")):
            os.remove(os.path.join(self.folder, "booted"))
        process = self.start(names, *words)
        said, _ = process.communicate()
        return process.returncode, said, self.booted()

    def booted(self):
        path = os.path.join(self.folder, "booted")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().split()

    def left(self):
        return os.path.exists(os.path.join(self.folder, "build", "long", "build"))


def statuses(rig):
    status, said, _ = rig.run(["good-a", "hung-a", "good-b", "failed-a", "broken-a", "deep-a"])
    check("one that hangs makes the status 1", status == 1, said)
    for line in ("tcg variant 1 of 6: good-a passed, 3 tests; elapsed", "hung-a HUNG: no output for 10 s",
                 "failed-a FAILED: a/b: a.c:1: wrong", "broken-a NOT BUILT: kernel/x.c:1: error: broken", "deep-a STACK: ",
                 "tcg: 1 failed, 1 hung, 1 not built, 2 passed, 1 stack"):
        check(f"says '{line}'", line in said, said)
    check("what was built is gone", not rig.left())
    check("the log of what hung is kept", os.path.exists(os.path.join(rig.folder, "build/long/logs/tcg-hung-a.log")))
    status, said, booted = rig.run(["good-a", "hung-a", "good-b"])
    check("what passed is not run again, what did not is", booted == ["hung-a"], booted)
    status, said, booted = rig.run(["good-a", "hung-a", "good-b"], "--only", "good-*")
    check("a subset by name", (status, booted) == (0, []), said)
    status, said, booted = rig.run(["good-a"], "--fresh")
    check("--fresh forgets", (status, booted) == (0, ["good-a"]), said)
    rig.write("config.mak", "# made\nVARIANT = x\nCC = clang\n")
    status, said, booted = rig.run(["good-a"])
    check("another compiler begins anew", booted == ["good-a"] and "have changed" in said, said)
    rig.write("config.mak", "# made again\nVARIANT = y\nCC = clang\n")
    status, said, booted = rig.run(["good-a"])
    check("another configured variant does not", (status, booted) == (0, []), said)
    status, said, _ = rig.run(["good-a", "short-a"])
    check("a variant that runs fewer tests is found", status == 1 and "short-a" in said.splitlines()[-1], said)
    status, said, _ = rig.run(["good-a"], "--only", "god-*")
    check("a subset of nothing is refused", status == 1 and "god-*" in said, said)


def interrupted(rig):
    process = rig.start(["good-c", "good-d", "slow-a", "good-e"])
    until = time.monotonic() + 30
    while "slow-a" not in rig.booted() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    said, _ = process.communicate(timeout=30)
    check("an interrupt ends it with 130", process.returncode == 130 and "goes on from here" in said, said)
    check("and soon", time.monotonic() - began < 10)
    check("and what was built is gone", not rig.left())
    status, said, booted = rig.run(["good-c", "good-d", "good-e"])
    check("it goes on where it was", (status, booted) == (0, ["good-e"]) and "2 of 3 variants passed before" in said, said)


def fuzzer(rig):
    rig.write("build/tests/mapping_fuzz", "#!/bin/sh\necho '3000 operations'\n", 0o755)
    words = [sys.executable, PROGRAM, "--parts", "fuzz", "--operations", "7000"]
    done = subprocess.run(words, cwd=rig.folder, text=True, capture_output=True, check=False)
    check("the fuzzer runs until it has its operations", "fuzz operation 7000 of 7000" in done.stdout
          and "fuzz: 9000 operations" in done.stdout and not done.returncode, done.stdout + done.stderr)
    rig.write("build/tests/mapping_fuzz", "#!/bin/sh\necho 'operation 12: rights'\nexit 77\n", 0o755)
    done = subprocess.run(words, cwd=rig.folder, text=True, capture_output=True, check=False)
    check("what it finds is told", "fuzz: operation 12: rights" in done.stdout and done.returncode == 1, done.stdout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(folder)
        statuses(rig)
        interrupted(rig)
        fuzzer(rig)
        path = os.path.join(folder, "build", "long", "tcg.jsonl")
        with open(path, encoding="utf-8") as file:
            check("what is remembered is JSON Lines", all(json.loads(line) for line in file))
        shutil.rmtree(os.path.join(folder, "build"))
    return 1 if FAILED else 0


sys.exit(main())
