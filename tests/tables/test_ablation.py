# SPDX-License-Identifier: BSD-2-Clause
"""What each technique is worth: made-up ablations of known costs."""

import csv
import os
import random
import unittest

from fixtures import Folder, cell_line, core, cost, result_line, run_line
from test_tables import program, summarise
from ukstat import ablation, published, report

AXES = {"spaces": ("small", "full"), "messages": ("registers", "memory"), "scheduling": ("lazy", "eager"),
        "transfer": ("map", "copy"), "tcbs": ("array", "table")}
ON = {axis: on for axis, (on, _) in AXES.items()}
OFF = {axis: off for axis, (_, off) in AXES.items()}

# A sample with all on, and what each one off adds; what two off add beyond that.
COSTS = {
    "ipc-inter/words:2": ({"": 400, "full": 80, "memory": 40, "eager": 20, "table": 10, "full memory": -30,
                           "copy table": 6}, 2),
    "null-call": ({"": 100, "table": 3}, 1),
}
END = {"type": "end", "status": "complete", "cells": {}}


def settings():
    return [ON, *({**ON, axis: off} for axis, off in OFF.items()), OFF]


def records(chosen=None, noise=0, failed=(), matrix="ablation"):
    rng = random.Random(1)
    lines = []
    for choices in chosen or settings():
        if choices in failed:
            lines.append(cell_line(choices, "hung", "no output for 10 s"))
            continue
        lines.append(cell_line(choices))
        for name, (effects, per) in COSTS.items():
            base = cost(effects, choices.values())
            lines.append(result_line(choices, name, [base + round(rng.gauss(0, noise)) for _ in range(16)], per))
    return [run_line(matrix=matrix), *lines, END]


def worth(lines, reference=""):
    """What stands in the first table: without -> cells of its row."""
    found = summarise(lines, reference)
    made = ablation.tables(found, list(COSTS))
    return {row[0]: row[1:] for row in made[0].rows}, made


class Worth(unittest.TestCase):
    def test_single_effects_sum_and_interaction(self):
        rows, _ = worth(records())
        self.assertEqual(rows["spaces=small"], ["full", "+20.0 %", "0.0 %"])
        self.assertEqual(rows["messages=registers"], ["memory", "+10.0 %", "0.0 %"])
        self.assertEqual(rows["transfer=map"], ["copy", "0.0 %", "0.0 %"])
        self.assertEqual(rows["tcbs=array"], ["table", "+2.5 %", "+3.0 %"])
        self.assertEqual(rows["sum of these"], ["", "+37.5 %", "+3.0 %"])
        self.assertEqual(rows[ablation.TOGETHER], ["full-memory-eager-copy-table", "+31.5 %", "+3.0 %"])
        self.assertEqual(rows["beyond the sum"], ["", "-6.0 %", "0.0 %"])

    def test_the_base_is_found_whatever_the_choices_are_called(self):
        found = summarise(records())
        self.assertEqual(found.reference().choices, tuple(ON.values()))
        # two axes: all on and all off have as many neighbours, and the reader may say which is meant
        few = [{**ON, **changed} for changed in ({}, {"spaces": "full"}, {"messages": "memory"},
                                                 {"spaces": "full", "messages": "memory"})]
        rows, _ = worth(records(few), "small-registers-lazy-map-array")
        self.assertEqual(rows["beyond the sum"][1], "-7.5 %")

    def test_intervals(self):
        rows, _ = worth(records(noise=4))
        for name in ("spaces=small", "sum of these", "beyond the sum"):
            self.assertRegex(rows[name][1], r"^[+-]\d+\.\d % \[-?\d+\.\d, -?\d+\.\d\]$")

    def test_one_missing_leaves_no_sum(self):
        for failed in ({**ON, "tcbs": "table"}, OFF, ON):
            lines = records(failed=[failed])
            if failed == ON:
                self.assertEqual(ablation.tables(summarise(lines), list(COSTS)), [])
                continue
            rows, made = worth(lines)
            self.assertEqual(rows["beyond the sum"][1:], ["-", "-"])
            if failed == OFF:
                self.assertEqual(rows["sum of these"][1], "+37.5 %")
                self.assertEqual(rows[ablation.TOGETHER][1], "-")
            else:
                self.assertEqual(rows["tcbs=array"], ["not by itself", "-", "-"])
                self.assertEqual(rows["sum of these"][1], "-")
                self.assertIn("not taken away by themselves: tcbs=array", " ".join(made[0].notes))

    def test_one_left_out_as_impossible(self):
        rows, _ = worth(records([c for c in settings() if c != {**ON, "spaces": "full"}]))
        self.assertEqual(rows["spaces=small"][0], "not by itself")

    def test_labels_of_many_axes_are_short(self):
        found = summarise(records())
        labels = [found.short_name(v) for v in found.variants]
        self.assertEqual(sorted(labels), sorted([
            "small-registers-lazy-map-array", "full", "memory", "eager", "copy", "table", "all others"]))
        self.assertEqual(found.label_rule(), "what differs from small-registers-lazy-map-array")

    def test_other_matrices_have_effects_instead(self):
        found = summarise(core())
        self.assertEqual(ablation.tables(found, ["null-call"]), [])
        titles = [t.title for t in report.tables(found, ["null-call"], 2)[0]]
        self.assertTrue(any("What each choice changes" in t for t in titles), titles)

    def test_the_reference_elsewhere_is_the_first_by_name_if_it_was_run(self):
        self.assertEqual(summarise(core()).reference().name, "full-memory-eager")
        found = summarise(records([ON, {**ON, "tcbs": "table"}, {**ON, "messages": "memory"},
                                   {**ON, "scheduling": "eager"}], matrix="mine"))
        self.assertEqual(found.reference().choices, tuple(ON.values()))

    def test_the_program(self):
        with Folder(records()) as folder:
            done = program(folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("What each technique is worth on tcg", done.stdout)
            self.assertNotIn("What each choice changes", done.stdout)
            with open(os.path.join(folder, "ablation.csv"), encoding="utf-8") as file:
                rows = {(r["benchmark"], r["without"]): r for r in csv.DictReader(file)}
        self.assertEqual(float(rows["ipc-inter/words:2", "spaces=small"]["percent"]), 20)
        self.assertEqual(float(rows["ipc-inter/words:2", "beyond the sum"]["change"]), -12)
        with Folder(core()) as folder:
            program(folder)
            self.assertFalse(os.path.exists(os.path.join(folder, "ablation.csv")))


class Beside(unittest.TestCase):
    def test_every_row_names_a_figure_in_per_cent(self):
        figures = published.read()
        rows = published.read_rows("ablation.csv")
        self.assertGreater(len(rows), 20)
        self.assertEqual(len({r["figure"] for r in rows}), len(rows))
        for row in rows:
            self.assertEqual((figures[row["figure"]].unit, figures[row["figure"]].experiment), ("per cent", "E7"), row)

    def test_published_and_ours(self):
        _, made = worth(records())
        rows = {row[0]: row for row in made[1].rows}
        self.assertEqual(rows["short messages in registers, 8 bytes"][1:6],
                         ["+49 %", "read in the paper", "messages=registers", "ipc-inter/words:2", "+10.0 %"])
        self.assertEqual(rows["TCBs in a virtual array, 8 bytes"][5], "+2.5 %")
        self.assertEqual(rows["sum of the single techniques, 8 bytes"][5], "+37.5 %")
        # not measured, or not varied, in this run
        self.assertNotIn("lazy scheduling, 12 bytes", rows)
        self.assertNotIn("condensed kernel tables in one page, 8 bytes", rows)
