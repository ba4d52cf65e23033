# SPDX-License-Identifier: BSD-2-Clause
"""Results of modelled processors: their labels, their events, both sets of
TLB parameters, and what stands beside the published figures."""

import csv
import os
import subprocess
import sys
import unittest

from fixtures import Folder, core, text
from ukstat import modelled, published, reader, render, report, summary

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "..", "scripts", "tables.py")
EVENTS = {"clocks.base": 70, "clocks.agi": 5, "clocks.entry": 150,
          "clocks.data-tlb": 18, "clocks.new-cause": 7,
          "instructions.user": 20, "instructions.kernel": 60,
          "tlb.kernel.data.flushed": 2, "l1.user.code.conflict": 3,
          "lines": 21, "pages": 9}


def records(platform="i486", machine="i486DX-50", tlb="liedtke", more=0,
            salts=1, **fields):
    """A whole run on a model, every sample `more` above the made-up cost."""
    lines = core(unit="cycles", platform=platform, salts=salts)
    for line in lines:
        if line["type"] == "run":
            line.update(modelled=True, model={"machine": "x", "set": []})
        if line["type"] == "result":
            line.update(machine=machine, modelled=True, tlb=tlb,
                        events=dict(EVENTS), **fields)
            line["samples"] = [s + more for s in line["samples"]]
    return lines


def summarise(lines):
    with Folder(lines) as folder:
        return summary.summarise(reader.read(folder))


def program(*arguments):
    return subprocess.run([sys.executable, PROGRAM, *arguments], text=True,
                          capture_output=True, check=False)


class Labels(unittest.TestCase):
    def test_every_table_says_modelled(self):
        found = summarise(records())
        tables, _ = report.tables(found, report.COLUMNS, 3)
        for table in tables + modelled.tables(found, None, True):
            shown = render.terminal(table)
            self.assertIn("i486 (modelled)", shown, table.title)
            if table.rows:
                self.assertIn("modelled, not measured: i486DX-50, TLB "
                              "parameters liedtke", " ".join(shown.split()))

    def test_what_was_set_is_said(self):
        found = summarise(records(set=["clocks.mov-cr3:high"]))
        self.assertIn("with clocks.mov-cr3:high",
                      report.model_notes(found.results)[0])

    def test_a_platform_that_measures_has_none_of_it(self):
        found = summarise(core())
        self.assertEqual(found.results.where(), "tcg")
        self.assertEqual(report.model_notes(found.results), [])
        self.assertEqual(modelled.tables(found, None, True), [])
        self.assertEqual(modelled.events_csv(found)[1], [])

    def test_csv_says_modelled(self):
        header, rows = report.values_csv(summarise(records()))
        self.assertEqual({r[header.index("platform")] for r in rows},
                         {"i486 (modelled)"})


class Damage(unittest.TestCase):
    def refuse(self, change, said):
        lines = records()
        change(lines)
        with Folder(lines) as folder:
            with self.assertRaisesRegex(reader.DamagedResults, said):
                reader.read(folder)

    def test_two_machines_do_not_mix(self):
        self.refuse(lambda lines: lines[4].update(tlb="manual"),
                    r":5: .*numbers of two machines do not mix")
        self.refuse(lambda lines: lines[4].update(set=["a:1"]),
                    "numbers of two machines do not mix")
        self.refuse(lambda lines: lines[4].update(machine="Pentium-90"),
                    "numbers of two machines do not mix")

    def test_measured_and_modelled_do_not_mix(self):
        self.refuse(lambda lines: lines[4].update(modelled=False),
                    "a modelled result in a run that is not")
        self.refuse(lambda lines: lines[0].update(modelled=False),
                    "a modelled result in a run that is not")

    def test_events_are_counts(self):
        for events in ([], {"a": 1.5}, {"a": "1"}, {"a": True}, {"a": 2**63}):
            self.refuse(lambda lines, e=events: lines[4].update(events=e),
                        "events is .* must be an object of whole numbers")

    def test_a_model_names_its_machine(self):
        self.refuse(lambda lines: lines[4].update(machine=""),
                    "no machine that it is a model of")


class Events(unittest.TestCase):
    def row(self, table, name="full-memory-eager"):
        cells = next(r for r in table.rows if r[0] == name)
        return dict(zip(table.header, cells))

    def test_where_the_cycles_went(self):
        row = self.row(modelled.where_it_went(summarise(records()),
                                              "null-call"))
        self.assertEqual(row, {
            "variant": "full-memory-eager", "cycles": "250", "base": "70",
            "int, iret": "150", "TLB": "18", "stalls": "5", "other": "7",
            "instr./user": "20", "instr./kernel": "60",
            "TLB misses/data": "2", "L1/misses": "3", "touched/lines": "21",
            "touched/pages": "9"})

    def test_the_first_layout_is_shown(self):
        lines = records(salts=2)
        for line in lines:
            if line["type"] == "result" and line["salt"]:
                line["events"]["clocks.base"] += line["salt"]
        found = summarise(lines[:1] + sorted(
            lines[1:-1], key=lambda r: -r["salt"]) + lines[-1:])
        self.assertEqual(modelled.first_events(found.variants[0],
                                               "null-call"), EVENTS)

    def test_events_of_every_cell_in_csv(self):
        header, rows = modelled.events_csv(summarise(records()))
        self.assertEqual(len(rows), 8 * 11 * len(EVENTS))
        first = dict(zip(header, rows[0]))
        self.assertEqual((first["machine"], first["tlb"]),
                         ("i486DX-50", "liedtke"))

    def test_a_geometry_has_a_table_of_events_alone(self):
        lines = records(tlb="none", machine="G")
        for line in lines:
            if line["type"] == "result":
                line.update(samples=[], unit="none")
                line["events"] = {"instructions.user": 3,
                                  "l1.user.read.cold": 2}
        found = summarise(lines)
        table = modelled.where_it_went(found, "null-call")
        self.assertEqual(self.row(table), {
            "variant": "full-memory-eager", "instr./user": "3",
            "L1/misses": "2"})
        self.assertTrue(table.title.startswith("Events of null-call on"))
        titles = [t.title for t in modelled.tables(found, found, True)]
        self.assertEqual(len(titles), 6, titles)
        self.assertTrue(all(t.startswith("Events of") for t in titles))


class BothSets(unittest.TestCase):
    def test_side_by_side(self):
        table = modelled.tlb_sets(summarise(records()), summarise(
            records(tlb="manual", more=30)))
        row = dict(zip(table.header, table.rows[0]))
        self.assertEqual((row["null-call/liedtke"], row["null-call/manual"]),
                         ("120", "150"))
        self.assertEqual((row["ipc-inter/words:0/liedtke"],
                          row["ipc-inter/words:0/manual"]), ("450", "465"))

    def test_other_builds_are_not_shown(self):
        second = records(tlb="manual")
        for line in second:
            if "build" in line:
                line["build"] = "f" * 16
        table = modelled.tlb_sets(summarise(records()), summarise(second))
        self.assertEqual(table.rows, [])
        self.assertIn("of other builds", table.notes[0])

    def test_the_program_finds_the_second_run(self):
        with Folder(records()) as folder:
            inner = os.path.join(folder, "manual", "latest")
            os.makedirs(inner)
            with open(os.path.join(inner, "results.jsonl"), "w",
                      encoding="utf-8") as file:
                file.write(text(records(tlb="manual", more=30)))
            done = program(folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("with both sets of TLB parameters", done.stdout)
            with open(os.path.join(folder, "events.csv"),
                      encoding="utf-8") as file:
                self.assertGreater(len(list(csv.reader(file))), 100)
            with open(os.path.join(folder, "tables.md"),
                      encoding="utf-8") as file:
                made = file.read()
        for benchmark in ("null-call", "rpc-working-set/pages:64"):
            self.assertIn(f"Where the cycles of {benchmark} go", made)

    def test_without_the_second_run(self):
        with Folder(records()) as folder:
            done = program("--no-files", folder)
            self.assertEqual(done.returncode, 0)
            self.assertNotIn("both sets", done.stdout)


class Beside(unittest.TestCase):
    def test_every_row_names_a_figure_of_cycles(self):
        figures = published.read()
        rows = published.read_rows("beside.csv")
        self.assertGreater(len(rows), 5)
        for row in rows:
            self.assertEqual(figures[row["figure"]].unit, "cycles", row)
            self.assertIn(row["platform"], ("i486", "pentium"))

    def test_least_and_most_of_the_variants_that_are_meant(self):
        lines = records()
        for line in lines:  # what never switches page tables
            if line.get("choices", {}).get("spaces") == "small":
                line.get("events", {}).pop("clocks.data-tlb", None)
        table = modelled.beside_published(summarise(lines))
        rows = {(r[0], r[3]): r for r in table.rows}
        achieved = rows["achieved, one way", "ipc-inter/words:0"]
        self.assertEqual(achieved[1:3] + achieved[4:6],
                         ["250", "read in the paper", "315",
                          "small-memory-lazy"])
        switch = next(r for r in table.rows if "best case" in r[0])
        self.assertEqual((switch[4], switch[6]), ("18", "18"))
        self.assertTrue(switch[5].startswith("full-"), switch)

    def test_nothing_for_another_processor(self):
        lines = records(platform="other")
        self.assertEqual(modelled.beside_published(summarise(lines)).rows, [])
