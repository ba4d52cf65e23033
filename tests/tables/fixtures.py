# SPDX-License-Identifier: BSD-2-Clause
"""Results files made up for tests: what a runner would have written for
kernels whose costs are known."""

import itertools
import json
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "scripts"))

AXES = {"spaces": ["full", "small"], "messages": ["memory", "registers"],
        "scheduling": ["eager", "lazy"]}

# Effects per benchmark: the cost of the plain kernel, then what each choice,
# and each pair of choices beyond their sum, adds to a sample.
COSTS = {
    "null-call": ({"": 120}, 1),
    "ipc-inter/words:0": ({"": 900, "small": -200, "lazy": -80,
                           "small lazy": 10}, 2),
    "ipc-inter/words:8": ({"": 1000, "small": -200, "registers": -60,
                           "lazy": -80, "small registers": 30}, 2),
    "rpc-working-set/pages:0": ({"": 950, "small": -200}, 1),
    "rpc-working-set/pages:8": ({"": 1300, "small": -400}, 1),
    "rpc-working-set/pages:64": ({"": 4000, "small": -1800}, 1),
    "control/aa:a": ({"": 50}, 1),
    "control/aa:b": ({"": 50}, 1),
    "control/nops:0": ({"": 4}, 1),
    "control/nops:8": ({"": 12}, 1),
    "control/nops:64": ({"": 68}, 1),
}


def cost(effects, choices):
    """The sum of all effects whose choices are all in `choices`."""
    return sum(value for words, value in effects.items()
               if set(words.split()) <= set(choices))


def run_line(**other):
    return {"type": "run", "format": 1, "platform": "tcg", "matrix": "core",
            "seed": 1, "started": "2001-02-03T04:05:06Z",
            "host": {"emulator": "QEMU emulator version 7.2"}, "probe": [],
            "cells": [], **other}


def identity(choices, salt=0, rep=0, platform="tcg"):
    variant = "-".join(choices.values())
    return {"cell": f"{variant}/salt:{salt}/rep:{rep}", "variant": variant,
            "choices": choices, "build": f"{salt:016x}", "salt": salt,
            "rep": rep, "platform": platform}


def cell_line(choices, status="passed", why="", **other):
    return {"type": "cell", **identity(choices, **other), "status": status,
            "why": why, "seconds": 1.5, "log": "logs/x.log", "taint": []}


def result_line(choices, benchmark, samples, per=1, unit="instructions",
                **other):
    return {"type": "result", **identity(choices, **other),
            "machine": "GenuineIntel 5.4.3", "benchmark": benchmark,
            "unit": unit, "per": per, "overhead": 3, "samples": samples,
            "taint": []}


def combinations(axes):
    return [dict(zip(axes, choices))
            for choices in itertools.product(*axes.values())]


def core(axes=None, costs=None, noise=0, salts=1, leave_out=(), count=16,
         unit="instructions", platform="tcg"):
    """The records of a whole run. noise: standard deviation of samples.
    leave_out: variants that hang."""
    rng = random.Random(7)
    records = []
    for choices in combinations(axes or AXES):
        for salt in range(salts):
            where = {"salt": salt, "platform": platform}
            if "-".join(choices.values()) in leave_out:
                records.append(cell_line(choices, "hung",
                                         "no output for 10 s", **where))
                continue
            records.append(cell_line(choices, **where))
            records[-1]["results"] = len(costs or COSTS)
            for name, (effects, per) in (costs or COSTS).items():
                base = cost(effects, choices.values())
                samples = [base + round(rng.gauss(0, noise))
                           for _ in range(count)]
                records.append(result_line(choices, name, samples, per, unit,
                                           **where))
    planned = [r["cell"] for r in records if r["type"] == "cell"]
    return ([run_line(cells=planned, platform=platform)] + records
            + [{"type": "end", "status": "complete", "cells": {}}])


def text(records):
    return "".join(json.dumps(record) + "\n" for record in records)


class Folder:
    """A temporary run folder holding `content` as results.jsonl."""

    def __init__(self, content):
        self.content = content

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        data = self.content
        if isinstance(data, list):
            data = text(data)
        if isinstance(data, str):
            data = data.encode()
        path = os.path.join(self.folder.name, "results.jsonl")
        with open(path, "wb") as file:
            file.write(data)
        return self.folder.name

    def __exit__(self, *_):
        self.folder.cleanup()


def working_set():
    """COSTS with more points of the working-set curve."""
    costs = dict(COSTS)
    for pages in (0, 1, 2, 4, 8, 12, 16, 24, 32, 48, 64):
        costs[f"rpc-working-set/pages:{pages}"] = (
            {"": 950 + 14 * pages + 9 * min(pages, 28),
             "small": -200 - 9 * min(pages, 28), "lazy": -80}, 1)
    return costs


if __name__ == "__main__":
    # a made-up run for trying tables and plots by hand:
    # fixtures.py FOLDER [NOISE]
    os.makedirs(sys.argv[1], exist_ok=True)
    NOISE = float(sys.argv[2]) if len(sys.argv) > 2 else 0
    with open(os.path.join(sys.argv[1], "results.jsonl"), "w",
              encoding="utf-8") as target:
        target.write(text(core(costs=working_set(), noise=NOISE,
                               salts=3 if NOISE else 1)))
