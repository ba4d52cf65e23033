# SPDX-License-Identifier: BSD-2-Clause
"""Statistics against values worked out by hand, or by brute force."""

import random
import unittest

import fixtures  # noqa: F401  (puts scripts/ on the path)
from ukstat import estimate, names, numbers


class Median(unittest.TestCase):
    def test_odd(self):
        self.assertEqual(estimate.median([9, 1, 5]), 5)

    def test_even(self):
        self.assertEqual(estimate.median([4, 1, 3, 100]), 3.5)

    def test_one(self):
        self.assertEqual(estimate.median([7]), 7)


class Estimates(unittest.TestCase):
    def test_exact(self):
        found = estimate.estimate([[8, 8], [8]], 2, "x")
        self.assertEqual((found.value, found.low, found.high, found.kind,
                          found.samples, found.groups),
                         (4, 4, 4, "exact", 3, 2))

    def test_one_sample_is_not_exact(self):
        self.assertEqual(estimate.estimate([[8]], 1, "x").kind, "single")

    def test_median_of_layouts(self):
        # medians 10, 20 and 90: a layout weighs as one, however many samples
        found = estimate.estimate([[10] * 99, [20], [80, 100]], 1, "x")
        self.assertEqual(found.value, 20)

    def test_interval_spans_the_layouts(self):
        found = estimate.estimate([[10, 10], [20, 20], [30, 30]], 2, "x")
        self.assertEqual((found.low, found.value, found.high), (5, 10, 15))

    def test_deterministic_by_name(self):
        samples = [list(range(50)), list(range(5, 60))]
        a, b, c = (estimate.estimate(samples, 1, name) for name in "xxy")
        self.assertEqual(a.replicates, b.replicates)
        self.assertNotEqual(a.replicates, c.replicates)

    def test_interval_brackets_the_median(self):
        found = estimate.estimate([[1, 2, 3, 4, 5, 6, 7, 8, 1000]], 1, "x")
        self.assertLessEqual(found.low, found.value)
        self.assertLessEqual(found.value, found.high)
        self.assertLess(found.high, 1000)

    def test_known_interval(self):
        # The median of a resample of 9 is at most the k-th smallest with
        # probability P(Binomial(9, k/9) >= 5): .0014 for k=1, .0304 for k=2.
        # So 2.5 % of the resamples end at the 2nd smallest; likewise above.
        found = estimate.estimate([[1, 2, 3, 4, 5, 6, 7, 8, 9]], 1, "x")
        self.assertEqual((found.low, found.high), (2, 8))

    def test_same_as_literal_resampling(self):
        rng = random.Random(1)
        for size in (5, 8):
            values = list(range(size))
            literal = [estimate.median(rng.choices(values, k=size))
                       for _ in range(20000)]
            quick = [(a + b) / 2 for a, b in estimate.middle_ranks(size)]
            for value in set(literal):
                self.assertAlmostEqual(literal.count(value) / len(literal),
                                       quick.count(value) / len(quick),
                                       delta=0.035)

    def test_coverage(self):
        # the interval of 95 % must hold the truth in about 95 % of trials
        rng = random.Random(2)
        hits = 0
        for trial in range(400):
            samples = [rng.gauss(100, 10) for _ in range(31)]
            found = estimate.estimate([samples], 1, str(trial))
            hits += found.low <= 100 <= found.high
        self.assertGreaterEqual(hits, 364)
        self.assertLess(hits, 392)


class Differences(unittest.TestCase):
    def test_exact_shift(self):
        before = estimate.estimate([[10, 10]], 1, "a")
        after = estimate.estimate([[7, 7]], 1, "b")
        found = estimate.shift(before, after)
        self.assertEqual((found.value, found.kind), (-3, "exact"))
        self.assertTrue(found.excludes_zero())

    def test_equal(self):
        same = estimate.estimate([[10, 10]], 1, "a")
        self.assertFalse(estimate.shift(same, same).excludes_zero())

    def test_one_sample_shows_nothing(self):
        found = estimate.shift(estimate.estimate([[1]], 1, "a"),
                               estimate.estimate([[9]], 1, "b"))
        self.assertFalse(found.excludes_zero())

    def test_shift_of_noise(self):
        rng = random.Random(3)
        a, b, c = (estimate.estimate(
            [[rng.gauss(mean, 5) for _ in range(60)]], 1, name)
            for mean, name in ((50, "a"), (50, "b"), (58, "c")))
        self.assertFalse(estimate.shift(a, b).excludes_zero())
        found = estimate.shift(a, c)
        self.assertTrue(found.excludes_zero())
        self.assertTrue(found.low < 8 < found.high)

    def test_weights(self):
        a, b = (estimate.estimate([[v, v]], 1, "x") for v in (10, 4))
        self.assertEqual(estimate.combine([(0.5, a), (2, b)]).value, 13)

    def test_exact_and_noisy_together(self):
        exact = estimate.estimate([[100, 100]], 1, "a")
        noisy = estimate.estimate([list(range(40))], 1, "b")
        found = estimate.combine([(1, exact), (1, noisy)])
        self.assertTrue(100 < found.low < found.value < found.high < 140)

    def test_equal_noise_is_independent(self):
        # were the two drawn alike, their difference would be exactly zero
        samples = [list(range(40))]
        found = estimate.shift(estimate.estimate(samples, 1, "a"),
                               estimate.estimate(samples, 1, "b"))
        self.assertLess(found.low, 0)
        self.assertGreater(found.high, 0)


class Names(unittest.TestCase):
    def test_parameters_count(self):
        ordered = ["a/n:0", "a/n:8", "a/n:64", "a/n:x", "b"]
        self.assertEqual(sorted(reversed(ordered), key=names.sort_key),
                         ordered)


class Numbers(unittest.TestCase):
    def test_digits(self):
        for value, written in ((5, "5"), (5.0, "5"), (412.5, "412.5"),
                               (1.23456, "1.23"), (0.12345, "0.123"),
                               (-0.0001, "0.000"), (-3.5, "-3.50")):
            self.assertEqual(numbers.number(value), written)

    def test_interval_sets_the_digits(self):
        found = estimate.Interval(412.34567, 400.1, 420.9, "interval")
        self.assertEqual(numbers.estimate(found), "412 [400, 421]")

    def test_difference(self):
        found = estimate.Interval(-31, -31, -31, "exact")
        self.assertEqual(numbers.difference(found, 400), "-31 (-7.8 %)")
        self.assertEqual(numbers.difference(found, 0), "-31")
        self.assertEqual(numbers.difference(found, None), "-31")
