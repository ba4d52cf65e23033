# SPDX-License-Identifier: BSD-2-Clause
"""The published figures: their statuses and their arithmetic."""

import json
import os
import tempfile
import unittest

import fixtures  # noqa: F401  (puts scripts/ on the path)
from ukstat import published, render

GOOD = {"id": "E1/x", "experiment": "E1", "table": "t", "row": "r",
        "column": "c", "value": 1, "unit": "cycles", "status": "C",
        "source": "s"}


def read(*records):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "E1.jsonl"), "w",
                  encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record) + "\n")
        return published.read(folder)


class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = published.read()

    def test_every_experiment_is_there(self):
        found = {f.experiment for f in self.figures.values()}
        self.assertEqual(found, {f"E{n}" for n in range(1, 10)})

    def test_ids_name_their_experiment(self):
        for figure in self.figures.values():
            self.assertEqual(figure.id.split("/")[0], figure.experiment)

    def test_arithmetic(self):
        computed = 0
        for figure in self.figures.values():
            if figure.formula:
                computed += 1
                self.assertEqual(published.compute(figure, self.figures),
                                 figure.value, figure.id)
        self.assertGreater(computed, 20)

    def test_derived_figures_rest_on_read_ones_or_are_marked(self):
        for figure in self.figures.values():
            if figure.status != "A":
                continue
            roots = self.roots(figure, ())
            told = published.label(figure, self.figures)
            self.assertEqual(roots == {"C"}, "UNVERIFIED" not in told,
                             figure.id)

    def roots(self, figure, above):
        """The statuses that a figure rests on in the end; itself is `self`."""
        if figure.id in above:
            return {"self"}
        if figure.status != "A":
            return {figure.status}
        return set().union(*(self.roots(self.figures[i], (*above, figure.id))
                             for i in figure.inputs.values()))

    def test_read_figures_do_not_rest_on_unread_ones(self):
        for figure in self.figures.values():
            if figure.status == "C":
                for name in figure.inputs.values():
                    self.assertEqual(self.figures[name].status, "C", figure.id)

    def test_unverified_is_marked_wherever_shown(self):
        shown = "\n".join(render.markdown(t)
                          for t in published.tables(self.figures))
        for figure in self.figures.values():
            if figure.status == "N":
                rows = [line for line in shown.splitlines()
                        if f"| {figure.row} | {figure.column} |" in line]
                self.assertTrue(any("UNVERIFIED" in r for r in rows),
                                figure.id)

    def test_every_figure_has_a_source(self):
        for figure in self.figures.values():
            self.assertTrue(figure.source and figure.unit, figure.id)


class Reader(unittest.TestCase):
    def refuse(self, words, *records):
        with self.assertRaises(published.DamagedFigures) as caught:
            read(*records)
        self.assertIn(words, str(caught.exception))

    def test_good(self):
        self.assertEqual(read(GOOD)["E1/x"].value, 1)

    def test_damage(self):
        for words, change in (("status is 'X'", {"status": "X"}),
                              ("value is '1'", {"value": "1"}),
                              ("value is True", {"value": True}),
                              ("source is None", {"source": None}),
                              ("colour", {"colour": "red"}),
                              ("needs the formula", {"status": "A"})):
            with self.subTest(words):
                self.refuse(words, {**GOOD, **change})

    def test_duplicate(self):
        self.refuse("E1.jsonl:2: id E1/x is there twice", GOOD, GOOD)

    def test_unknown_input(self):
        self.refuse("no figure E1/y", {**GOOD, "inputs": {"a": "E1/y"}})

    def test_derived_from_unverified_is_unverified(self):
        figures = read({**GOOD, "status": "N"},
                       {**GOOD, "id": "E1/y", "status": "A", "formula": "a",
                        "inputs": {"a": "E1/x"}})
        self.assertIn("UNVERIFIED",
                      published.label(figures["E1/y"], figures))

    def test_formula_is_arithmetic_only(self):
        figures = read({**GOOD, "formula": "__import__('os')"})
        with self.assertRaises(ValueError):
            published.compute(figures["E1/x"], figures)
