#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The tools around the models: sensitivity, explanation and speed, each in short form."""
import os
import shutil
import subprocess
import sys

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNNER = ["build/host/ukrun", "--plugin", "build/model/ukmodel.so", "--model", os.path.join(SRC, "bench/model")]
LIST = "build/core.variants"
failed = False


def verdict(name, fine, why=""):
    global failed
    failed |= not fine
    print(f"ok model/{name}" if fine else f"not ok model/{name}: {' | '.join(why.split(chr(10)))}", flush=True)


def run(script, *args):
    done = subprocess.run([sys.executable, os.path.join(SRC, "scripts", script), *args], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def speed():
    """Machines that are busy with other things are slower: the demand is made of the best of several tries."""
    status, out, err = run("model-speed", "--variants", LIST, "--tries", "5", "--", *RUNNER)
    print(out, end="")
    if status and os.getloadavg()[0] > (os.cpu_count() or 1):
        print("skip model/10-million-instructions-a-second: the machine is busy with other things: " + err.strip())
    else:
        verdict("10-million-instructions-a-second", status == 0, out + err)
    status, out, err = run("model-speed", "--variants", LIST, "--tries", "1", "--least", "1e6", "--", *RUNNER)
    verdict("too-slow-is-noticed", status == 1 and "below 1e+06 million" in err, out + err)


def sensitivity():
    common = ("--variants", LIST, "--model", os.path.join(SRC, "bench/model"), "--benchmarks", "null-call,ipc-inter/words:0")
    status, out, err = run("sensitivity", *common, "--keys", "clocks.segment-load,clocks.int-inner", "--", *RUNNER)
    rows = {tuple(line.split()[:1] + line.split()[3:4]): line.split() for line in out.splitlines()
            if line.startswith("  clocks.")}
    verdict("sensitivity-both-ends", status == 0 and {("clocks.segment-load", "2"), ("clocks.segment-load", "11"),
                                                      ("clocks.int-inner", "46")} == set(rows), out + err)
    # A null call enters the kernel once and loads no segment register.
    verdict("sensitivity-of-the-null-call", status == 0 and rows["clocks.int-inner", "46"][4] == "-2"
            and rows["clocks.segment-load", "11"][4] == "0", out)
    verdict("sensitivity-counts-conclusions", "6 conclusions" in out and "under 3 changes" in " ".join(out.split()), out)
    status, out, err = run("sensitivity", *common, "--keys", "clocks.pop", "--", *RUNNER)
    verdict("sensitivity-refuses-a-certain-value", status == 1 and "clocks.pop has no range" in err, err)


def explain():
    with open(LIST, encoding="utf-8") as file:
        folder = file.readline().split("\t")[2].strip()
    for platform in ("i486", "pentium"):
        status, out, err = run("explain", folder, "null-call", "--platform", platform)
        verdict(f"explain-on-{platform}", status == 0 and "kernel_entry" in out and f"modelled {platform}" in out, out[:300] + err)


if os.environ.get("HAVE_ZYDIS", "yes") != "yes" or not shutil.which("qemu-system-i386"):
    print("skip model/tools: no model without Zydis and QEMU")
    sys.exit(0)
speed()
sensitivity()
explain()
sys.exit(failed)
