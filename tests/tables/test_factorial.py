# SPDX-License-Identifier: BSD-2-Clause
"""Effects of made-up designs with known effects and interactions."""

import itertools
import unittest

import fixtures  # noqa: F401  (puts scripts/ on the path)
from ukstat.estimate import estimate
from ukstat.factorial import analyse, name_terms

TWO = {"a": ["a0", "a1"], "b": ["b0", "b1"], "c": ["c0", "c1"]}


def exact(value):
    return estimate([[value, value]], 1, "x")


def design(axes, law, without=()):
    return {setting: exact(law(*setting))
            for setting in itertools.product(*axes.values())
            if setting not in without}


def law(a, b, c):
    """1000, a1 -100, b1 -30, c1 +7, a1 with b1 +20, all three +8."""
    x, y, z = a == "a1", b == "b1", c == "c1"
    return 1000 - 100 * x - 30 * y + 7 * z + 20 * x * y + 8 * x * y * z


def averages(analysis):
    return {e.name(): e.average.value for e in analysis.effects}


def alones(analysis):
    return {e.name(): e.alone and e.alone.value for e in analysis.effects}


class Complete(unittest.TestCase):
    def setUp(self):
        self.found = analyse(TWO, design(TWO, law), 3)

    def test_alone(self):
        self.assertEqual(alones(self.found), {
            "a=a1": -100, "b=b1": -30, "c=c1": 7, "a=a1 x b=b1": 20,
            "a=a1 x c=c1": 0, "b=b1 x c=c1": 0, "a=a1 x b=b1 x c=c1": 8})

    def test_average(self):
        # a: -100 + 20/2 + 8/4; a x b: 20 + 8/2; a x c: 8/2
        self.assertEqual(averages(self.found), {
            "a=a1": -88, "b=b1": -18, "c=c1": 9, "a=a1 x b=b1": 24,
            "a=a1 x c=c1": 4, "b=b1 x c=c1": 4, "a=a1 x b=b1 x c=c1": 8})

    def test_settings(self):
        used = {e.name(): (e.used, e.possible) for e in self.found.effects}
        self.assertEqual(used["a=a1"], (4, 4))
        self.assertEqual(used["a=a1 x b=b1 x c=c1"], (1, 1))
        self.assertEqual(self.found.lacking_count, 0)

    def test_order_limits(self):
        found = analyse(TWO, design(TWO, law), 1)
        self.assertEqual(len(found.effects), 3)
        self.assertEqual(found.lacking_count, 0)


class Incomplete(unittest.TestCase):
    def test_one_variant_missing(self):
        gone = ("a1", "b1", "c1")
        found = analyse(TWO, design(TWO, law, [gone]), 3)
        used = {e.name(): (e.used, e.possible) for e in found.effects}
        self.assertEqual(used["a=a1"], (3, 4))
        self.assertEqual(used["a=a1 x b=b1"], (1, 2))
        self.assertEqual(list(map(name_terms, found.lacking)),
                         ["a=a1 x b=b1 x c=c1"])
        self.assertEqual(found.lacking_count, 1)

    def test_reference_missing(self):
        found = analyse(TWO, design(TWO, law, [("a0", "b0", "c0")]), 3)
        self.assertIsNone(alones(found)["a=a1"])
        self.assertEqual(found.lacking_count, 1)

    def test_ablation(self):
        # all on, each one off, all off: as one removes techniques
        keep = [("a1", "b1", "c1"), ("a0", "b1", "c1"), ("a1", "b0", "c1"),
                ("a1", "b1", "c0"), ("a0", "b0", "c0")]
        values = {k: v for k, v in design(TWO, law).items() if k in keep}
        found = analyse(TWO, values, 3)
        self.assertEqual(averages(found), {"a=a1": -72, "b=b1": -2,
                                           "c=c1": 15})
        self.assertEqual(found.lacking_count, 4)

    def test_single_variant(self):
        axes = {"a": ["a0"], "b": ["b0"]}
        found = analyse(axes, design(axes, lambda a, b: 5), 2)
        self.assertEqual((found.effects, found.lacking_count), ([], 0))

    def test_nothing_measured(self):
        found = analyse(TWO, {}, 3)
        self.assertEqual((found.effects, found.lacking_count), ([], 7))


class ManyChoices(unittest.TestCase):
    AXES = {"a": ["a0", "a1", "a2"], "b": ["b0", "b1"]}

    def test_each_against_the_reference(self):
        def three(a, b):
            return 100 + {"a0": 0, "a1": -5, "a2": -50}[a] + 10 * (b == "b1") \
                + 4 * (a == "a2" and b == "b1")
        found = analyse(self.AXES, design(self.AXES, three), 2)
        rounded = {n: round(v, 9) for n, v in averages(found).items()}
        self.assertEqual(rounded, {
            "a=a1": -5, "a=a2": -48, "b=b1": round(10 + 4 / 3, 9),
            "a=a1 x b=b1": 0, "a=a2 x b=b1": 4})

    def test_all_unsupported_effects_are_counted(self):
        axes = {**self.AXES, "c": ["c0", "c1", "c2"]}
        found = analyse(axes, {}, 3)
        self.assertEqual(found.lacking_count, 3 * 2 * 3 - 1)
        self.assertEqual(analyse(axes, {}, 2).lacking_count, 5 + 2 + 4 + 2)

    def test_twelve_axes(self):
        axes = {f"x{i}": ["0", "1"] for i in range(12)}
        top = ("1",) * 12
        ones = [top] + [top[:i] + ("0",) + top[i + 1:] for i in range(12)]
        values = {setting: exact(100 - setting.count("1") ** 2)
                  for setting in ones}
        found = analyse(axes, values, 12)
        self.assertEqual(set(averages(found).values()), {-23})
        self.assertEqual(len(found.effects) + found.lacking_count, 4095)
