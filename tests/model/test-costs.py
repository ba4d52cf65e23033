#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The tables of costs in the axes' READMEs are whole, and those of their rows whose variants are in the matrix core hold what the models give now."""
import os
import re
import shutil
import subprocess
import sys

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SRC, "scripts"))

from ukstat import costs  # noqa: E402

NEEDED = ["build/host/ukrun", "build/model/ukmodel.so", "build/core.variants"]
failed = False


def verdict(name, why):
    """why: empty if all is well."""
    global failed
    failed |= bool(why)
    print(f"not ok model/{name}: {why}" if why else f"ok model/{name}", flush=True)


def documents():
    found = {}
    for path in {table.document() for table in costs.TABLES}:
        with open(os.path.join(SRC, path), encoding="utf-8") as file:
            found[path] = file.read()
    return found


def measured(texts):
    """Values as if of the variants of core: those that stand in the tables."""
    values = {}
    for table in costs.TABLES:
        values.update(costs.values_in(costs.standing(texts[table.document()], table), table))
    core = subprocess.run([os.path.join(SRC, "scripts/variants"), "--names", "core"], capture_output=True, text=True, check=True)
    return {key: value for key, value in values.items() if key[0] in core.stdout.split()}


def planted(name, wanted, texts, values, pattern="", replacement=""):
    """A change of the switching axis's README, or of the values, has to be found, with that reason."""
    path = "variants/switching/README.md"
    changed = {**texts, path: re.sub(pattern, replacement, texts[path], count=1)} if pattern else texts
    found = costs.findings(changed, values)
    verdict(f"costs-planted-{name}", "" if any(re.search(wanted, line) for line in found) else f"not found: {wanted}, but {found}")


def plant():
    texts = documents()
    values = measured(texts)
    verdict("costs-are-whole", "; ".join(costs.findings(texts, {})))
    row = r"(\| full-registers-lazy \|[^\n]* )\d+(\S* \|\n)"
    planted("changed-digit", "switching/path: .* should be", texts, values, row, r"\g<1>7\2")
    key = ("full-registers-lazy", "pentium", "ipc-inter/words:2", costs.CLOCKS)
    planted("changed-cost", "switching/path: .* should be", texts, {**values, key: values[key] + 0.5})
    key = ("small-registers-lazy", "i486", "ipc-inter/words:0", costs.CLOCKS)
    planted("changed-cost-of-what-others-are-compared-with", r"segments/path: \| small-registers-lazy-reload .* should be", texts,
            {**values, key: values[key] + 1})
    planted("missing-marker", "there are no lines", texts, values, costs.END, "")
    planted("unknown-table", "there is no table switching/gone", texts, values, "$", costs.begin("switching/gone"))
    planted("lost-row", "no .* of ipc", texts, values, r"\| small-registers-eager-scheduled [^\n]*\n", "")
    planted("row-too-many", "too many", texts, values, r"(\| small-registers-eager-scheduled [^\n]*\n)", r"\1| another | 1 | 2 | 3 |\n")
    planted("other-tools", "same tools", texts, values, "Made with kernels compiled by", "Made with kernels compiled well by")
    planted("no-number", "is no number", texts, values, r"(\| small-registers-eager-scheduled \| )", r"\1about ")
    planted("wrong-platform", "should be", texts, values, "tcg: counted", "tcg: measured")


def exact():
    if os.environ.get("HAVE_ZYDIS", "yes") != "yes" or not shutil.which("qemu-system-i386"):
        print("skip model/costs: no model without Zydis and QEMU")
        return
    missing = [path for path in NEEDED if not os.path.exists(path)]
    if missing:
        verdict("costs", f"{missing[0]} is missing: make check builds it")
        return
    done = subprocess.run([sys.executable, os.path.join(SRC, "scripts/costs"), "--check", "--variants", "build/core.variants",
                           "--compiler", os.environ.get("CC", "gcc"), "--", "build/host/ukrun", "--plugin", "build/model/ukmodel.so",
                           "--model", os.path.join(SRC, "bench/model")], capture_output=True, text=True, check=False)
    text = (done.stdout + done.stderr).strip()
    if done.returncode == 77:
        print("skip model/costs: " + text)
        return
    print("\n".join("# " + line for line in text.splitlines()))
    verdict("costs", (text.splitlines() or ["no reason given"])[-1] if done.returncode else "")


def names():
    """Every variant that a table names exists."""
    for name in costs.variants():
        done = subprocess.run([os.path.join(SRC, "scripts/variants"), "--mak", name], capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip()
    return ""


verdict("costs-name-variants", names())
plant()
exact()
sys.exit(failed)
