# SPDX-License-Identifier: BSD-2-Clause
"""The figures: drawn whole, drawn alike, and absent with a reason."""

import os
import shutil
import subprocess
import sys
import unittest

from fixtures import (AXES, Folder, cell_line, combinations, core, run_line,
                      working_set)

HERE = os.path.dirname(os.path.abspath(__file__))
MAKE_PLOTS = os.path.join(HERE, "..", "..", "plots", "make-plots")
END = {"type": "end", "status": "complete", "cells": {}}


def can_plot(python):
    return subprocess.run([python, "-c", "import matplotlib"], check=False,
                          capture_output=True).returncode == 0


CANDIDATES = [os.environ.get("PYTHON", sys.executable), sys.executable,
              "/usr/bin/python3"]
PLOTTING = next((p for p in CANDIDATES if shutil.which(p) and can_plot(p)),
                None)
needs_matplotlib = unittest.skipUnless(
    PLOTTING, "no interpreter at hand imports matplotlib")
needs_gnuplot = unittest.skipUnless(
    shutil.which(os.environ.get("GNUPLOT", "gnuplot")), "no gnuplot")


def make_plots(folder, *figures, **environment):
    environment = {**os.environ, "PYTHON": PLOTTING or sys.executable,
                   **environment}
    return subprocess.run(["sh", MAKE_PLOTS, folder, *figures], text=True,
                          capture_output=True, env=environment, check=False)


def content(folder, name):
    with open(os.path.join(folder, "plots", name), "rb") as file:
        return file.read()


class Plots(unittest.TestCase):
    def drawn(self, folder, figure):
        """Both files are there, whole, and the SVG is returned as text."""
        png, svg = content(folder, figure + ".png"), \
            content(folder, figure + ".svg")
        self.assertTrue(png.startswith(b"\x89PNG") and b"IEND" in png[-12:])
        self.assertTrue(svg.rstrip().endswith(b"</svg>"))
        return svg.decode()

    @needs_gnuplot
    def test_variants(self):
        with Folder(core(leave_out=["small-memory-lazy"])) as folder:
            done = make_plots(folder, "variants")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            svg = self.drawn(folder, "variants")
        for word in ("on tcg, in instructions", "null-call", "words:0",
                     "words:8", "pages:8", "small registers lazy", "hung",
                     "A/A: passed", "dose-response: passed"):
            self.assertIn(word, svg)

    @needs_gnuplot
    def test_hostile_words_are_only_words(self):
        records = core()
        records[0]["host"] = {"emulator": "a'; system('touch pwned'); b'`id`"}
        for record in records:
            if record["type"] == "result":
                record["unit"] = "o'clock @{^x}"
        with Folder(records) as folder:
            done = make_plots(folder, "variants")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("clock @{^x}", self.drawn(folder, "variants"))
            self.assertEqual(sorted(os.listdir(folder)),
                             ["plots", "results.jsonl"])

    @needs_gnuplot
    def test_too_many_bars(self):
        axes = {"a": [f"a{i}" for i in range(9)],
                "b": [f"b{i}" for i in range(5)]}
        with Folder(core(axes, {"null-call": ({"": 5}, 1)})) as folder:
            done = make_plots(folder, "variants")
        self.assertEqual(done.returncode, 0)
        self.assertIn("variants: unavailable: 45 variants are too many",
                      done.stdout)

    @needs_matplotlib
    def test_working_set(self):
        with Folder(core(costs=working_set(), noise=3)) as folder:
            done = make_plots(folder, "working_set")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.drawn(folder, "working_set")

    @needs_matplotlib
    @needs_gnuplot
    def test_same_results_same_files(self):
        names = [f"{figure}.{kind}" for figure in ("variants", "working_set")
                 for kind in ("svg", "png")]
        made = []
        for _ in range(2):
            with Folder(core(costs=working_set(), noise=3)) as folder:
                self.assertEqual(make_plots(folder).returncode, 0)
                made.append([content(folder, name) for name in names])
        for name, first, second in zip(names, *made):
            self.assertEqual(first, second, name)

    @needs_matplotlib
    def test_absent_axis(self):
        with Folder(core({"entry": ["int", "fast"]})) as folder:
            done = make_plots(folder, "working_set")
        self.assertEqual(done.returncode, 0)
        self.assertIn("unavailable: this run has no axis spaces, only entry",
                      done.stdout)

    def test_platform_without_samples(self):
        records = [run_line(platform="bochs")]
        records += [cell_line(c, platform="bochs") for c in combinations(AXES)]
        with Folder(records + [END]) as folder:
            done = make_plots(folder)
            self.assertFalse(os.path.exists(os.path.join(folder, "plots")))
        self.assertEqual(done.returncode, 0)
        self.assertIn("working_set: unavailable: no numbers from bochs",
                      done.stdout)

    def test_no_gnuplot(self):
        with Folder(core()) as folder:
            done = make_plots(folder, "variants", GNUPLOT="/none/gnuplot")
        self.assertEqual(done.returncode, 0)
        self.assertIn("unavailable: gnuplot is not installed (/none/gnuplot)",
                      done.stdout)

    def test_no_matplotlib(self):
        with Folder(core(costs=working_set())) as folder:
            hidden = os.path.join(folder, "matplotlib")
            os.mkdir(hidden)
            with open(os.path.join(hidden, "__init__.py"), "w",
                      encoding="utf-8") as file:
                file.write("raise ImportError('hidden by the test')\n")
            done = make_plots(folder, "working_set", PYTHONPATH=folder)
        self.assertEqual(done.returncode, 0)
        self.assertIn("cannot import matplotlib: hidden by the test",
                      done.stdout)

    def test_damage_is_a_failure(self):
        with Folder("{}\n") as folder:
            done = make_plots(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("working_set: FAILED", done.stderr)
        self.assertIn("results.jsonl:1: type is None", done.stderr)

    def test_command_line(self):
        with Folder(core()) as folder:
            self.assertEqual(make_plots(folder, "nosuch").returncode, 2)
        self.assertEqual(make_plots("/nonexistent").returncode, 2)
