# SPDX-License-Identifier: BSD-2-Clause
"""The sentences of the validation document follow from the numbers: other
numbers give other sentences."""

import unittest

from fixtures import Folder, core
from ukstat import reader, summary, validation

PRESET = {"spaces": "small", "messages": "registers", "scheduling": "lazy"}
PAGES = (0, 1, 2, 4, 8, 16)


def runs(segments, tables, miss=9, fixed=3, entry=107):
    """Made-up runs. segments, tables: clocks that an RPC takes more for the
    one and for the other, TLB misses apart; one miss for each page."""
    by = {}
    for platform in ("i486", "pentium"):
        for tlb, clocks in (("liedtke", miss), ("manual", 2 * miss)):
            lines = core(axes={"spaces": ["full", "small"],
                               "messages": ["registers"],
                               "scheduling": ["lazy"]},
                         costs={name: ({"": 1}, per) for name, per in [
                             ("null-call", 1), ("ipc-inter/words:0", 2),
                             ("ipc-inter-small/words:0", 2)]
                             + [(f"rpc-working-set/pages:{p}", 1)
                                for p in PAGES]},
                         unit="cycles", platform=platform)
            for line in lines:
                if line["type"] == "run":
                    line["modelled"] = True
                if line["type"] == "result":
                    fill(line, segments, tables, clocks, fixed, entry, tlb)
            with Folder(lines) as folder:
                by[platform, tlb] = summary.summarise(reader.read(folder))
    return validation.Runs(by, PRESET)


def fill(line, segments, tables, clocks, fixed, entry, tlb):
    name, small = line["benchmark"], line["choices"]["spaces"] == "small"
    misses = fixed + int(name.split(":")[1]) if "pages:" in name else fixed
    events = {"clocks.entry": entry, "clocks.base": 20,
              "instructions.kernel": 9}
    if small:
        events["clocks.segment-load"] = segments
    elif name != "null-call":
        events["clocks.control"] = tables
        events["clocks.data-tlb"] = misses * clocks
        events["tlb.user.data.flushed"] = misses
    line.update(machine="M", modelled=True, tlb=tlb, events=events)
    cost = sum(c for n, c in events.items() if n.startswith("clocks."))
    line["samples"] = [cost] * 5


def flat(parts):
    return " ".join(" ".join(parts).split())


class Verdicts(unittest.TestCase):
    def test_486_claim_either_way(self):
        cheap = flat(validation.claim_486(runs(10, 8)))
        self.assertIn("the claim **does not hold at any point**", cheap)
        self.assertIn("fewer than the TLB misses that they save", cheap)
        dear = flat(validation.claim_486(runs(1000, 8)))
        self.assertIn("the claim **holds at every point**", dear)
        self.assertIn("more than they save", dear)
        self.assertIn("segments add 1000 in all", dear)

    def test_486_claim_at_some_points(self):
        text = flat(validation.claim_486(runs(80, 8)))
        self.assertIn("holds at 5 of 7 points: ipc-inter/words:0, "
                      "rpc-working-set/pages:0", text)

    def test_pentium_claim_either_way(self):
        self.assertIn("the claim **holds**",
                      flat(validation.claim_pentium(runs(10, 8))))
        lost = flat(validation.claim_pentium(runs(80, 8)))
        self.assertIn("**does not hold at ipc-inter/words:0, "
                      "rpc-working-set/pages:0", lost)

    def test_what_decides(self):
        text = validation.what_decides(runs(10, 8), "pentium")
        self.assertEqual(text, "With 0 pages segments save control 8, TLB 27 "
                         "and cost segment 10 (sum -25). With 16 pages "
                         "segments save control 8, TLB 171 and cost segment "
                         "10 (sum -169).")

    def test_unverified_figures_are_marked(self):
        self.assertIn("(130 + 39) · 2 = 338 (by arithmetic from UNVERIFIED)",
                      flat(validation.claim_486(runs(10, 8))))


class Anchors(unittest.TestCase):
    def test_entry(self):
        self.assertIn("They are equal.", flat(
            validation.entry_and_return(runs(1, 1))))
        self.assertIn("They differ by +3.", flat(
            validation.entry_and_return(runs(1, 1, entry=110))))

    def test_slope(self):
        text = flat(validation.reload_text(runs(1, 1), "i486", [
            ("whole TLB", "E6/486/table-full")]))
        self.assertIn("every miss costs the paper's 9 clocks", text)
        self.assertIn("rises by 9 clocks for each page from 0 to 16 pages",
                      text)
        self.assertIn("(32 - 4) · 9 + 36 = 288", text)
        other = flat(validation.reload_text(runs(1, 1, miss=13), "i486", []))
        self.assertIn("a miss costs 13 clocks", other)

    def test_straight_part_ends_where_the_slope_does(self):
        rows = [(0, 3, 27, 0), (2, 5, 45, 0), (4, 7, 63, 0), (8, 8, 72, 0)]
        self.assertEqual(validation.straight_part(rows), (4, 9.0))

    def test_null_call_in_and_out_of_the_range(self):
        for entry, word in ((107, "within"), (50, "below"), (200, "above")):
            text = flat(validation.null_call(runs(0, 1, entry=entry)))
            self.assertIn(f"Ours is {word} L3's range", text)


class Document(unittest.TestCase):
    def test_same_input_same_document(self):
        made = [validation.document(runs(10, 8), [("test_x.c", "all", 3)],
                                    ["tool 1"]) for _ in range(2)]
        self.assertEqual(made[0], made[1])
        self.assertIn("| tests/model/test_x.c | all | 3 |", made[0])
        self.assertIn("- tool 1", made[0])
