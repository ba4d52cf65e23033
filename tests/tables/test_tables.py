# SPDX-License-Identifier: BSD-2-Clause
"""The tables of whole runs, complete and maimed, and the command line."""

import csv
import os
import subprocess
import sys
import unittest

from fixtures import (AXES, COSTS, Folder, cell_line, combinations, core,
                      result_line, run_line)
from ukstat import instrument, reader, render, report, summary

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "..", "scripts", "tables.py")
GOLDEN = os.path.join(HERE, "golden", "tables.md")
END = {"type": "end", "status": "complete", "cells": {}}


def summarise(records, reference=""):
    with Folder(records) as folder:
        return summary.summarise(reader.read(folder), reference)


def without_count(record):
    """For runs from which a test takes results away."""
    return {k: v for k, v in record.items() if k != "results"}


def program(*arguments):
    return subprocess.run([sys.executable, PROGRAM, *arguments], text=True,
                          capture_output=True, check=False)


def render_all(records, **options):
    """Everything that the terminal would show."""
    found = summarise(records, **options)
    tables, _ = report.tables(found, report.COLUMNS,
                              report.default_order(found))
    return "\n".join(render.terminal(t) for t in tables)


class Tables(unittest.TestCase):
    def test_golden_markdown(self):
        # to accept a change: UPDATE=1 tests/tables/run golden
        with Folder(core(noise=4, salts=2, leave_out=["small-memory-lazy"]
                         )) as folder:
            self.assertEqual(program(folder).stderr, "")
            with open(os.path.join(folder, "tables.md"),
                      encoding="utf-8") as file:
                made = file.read()
        if os.environ.get("UPDATE"):
            with open(GOLDEN, "w", encoding="utf-8") as file:
                file.write(made)
        with open(GOLDEN, encoding="utf-8") as file:
            self.assertEqual(made.splitlines(), file.read().splitlines())

    def test_same_run_same_files(self):
        made = []
        for _ in range(2):
            with Folder(core(noise=9, salts=2)) as folder:
                program(folder)
                for name in ("tables.md", "tables.csv", "effects.csv"):
                    with open(os.path.join(folder, name), "rb") as file:
                        made.append(file.read())
        self.assertEqual(made[:3], made[3:])

    def test_order_of_cells_is_of_no_consequence(self):
        records = core(noise=9, salts=3)
        each = len(COSTS) + 1
        cells = [records[i:i + each] for i in range(1, len(records) - 1, each)]
        turned = [records[0], *sum(reversed(cells), []), records[-1]]
        self.assertEqual(render_all(records), render_all(turned))

    def test_building_has_a_table_of_its_own(self):
        costs = {**COSTS, "page-fault": COSTS["null-call"],
                 "map/pages:1": COSTS["null-call"]}
        text = render_all(core(costs=costs))
        self.assertIn("Cost of pages, faults, interrupts", text)
        table = text.split("Cost of pages")[1].split("\nChange ")[0]
        self.assertRegex(table, r"variant +pages:1 +page-fault\n")
        self.assertNotIn("null-call", table)
        self.assertNotIn("Cost of pages", render_all(core()))

    def test_every_table_of_numbers_names_its_origin(self):
        found = summarise(core())
        tables, _ = report.tables(found, report.COLUMNS, 3)
        for table in tables[:3] + [report.everything(found)]:
            text = render.markdown(table)
            for word in ("tcg", "instructions", "A/A: passed",
                         "dose-response: passed"):
                self.assertIn(word, text)

    def test_one_way(self):
        found = summarise(core())
        plain = found.reference()
        self.assertEqual(plain.name, "full-memory-eager")
        self.assertEqual(plain.estimates["ipc-inter/words:0"].value, 450)

    def test_effects_of_the_core(self):
        found = summarise(core())
        columns = ["ipc-inter/words:8"]
        effects = report.analyses(found, columns, 3)[columns[0]].effects
        self.assertEqual(
            {e.name(): e.average.value for e in effects if e.average.value},
            {"spaces=small": -92.5, "messages=registers": -22.5,
             "scheduling=lazy": -40, "spaces=small x messages=registers": 15})

    def test_csv_has_every_value(self):
        with Folder(core()) as folder:
            program(folder)
            with open(os.path.join(folder, "tables.csv"),
                      encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            with open(os.path.join(folder, "effects.csv"),
                      encoding="utf-8") as file:
                effects = list(csv.DictReader(file))
        self.assertEqual(len(rows), 8 * len(COSTS))
        one = next(r for r in rows if r["variant"] == "small-registers-lazy"
                   and r["benchmark"] == "ipc-inter/words:0")
        self.assertEqual((one["platform"], one["unit"], one["spaces"],
                          one["value"], one["kind"], one["samples"]),
                         ("tcg", "instructions", "small", "315.0", "exact",
                          "16"))
        self.assertEqual(len(effects), 7 * 6)

    def test_other_reference(self):
        for name in ("small-registers-lazy",
                     "spaces=small,messages=registers,scheduling=lazy"):
            found = summarise(core(), name)
            self.assertEqual(found.reference().name, "small-registers-lazy")
            self.assertEqual(found.variants[-1].name, "full-memory-eager")

    def test_four_axes_one_of_three_choices(self):
        axes = {"kind": ["x", "y", "z"], "size": ["s", "t"], "way": ["u", "v"],
                "fixed": ["only"]}
        text = render_all(core(axes, {"null-call": ({"": 50, "z": 5}, 1)}))
        self.assertIn("kind=z x size=t x way=v", text)
        self.assertIn("common to all variants: fixed=only", text)
        self.assertIn("+5 (+10.0 %)", text)

    def test_one_variant_alone(self):
        text = render_all(core({a: c[:1] for a, c in AXES.items()}))
        self.assertIn("no axis is varied", text)
        self.assertIn("nothing to compare it with", text)


class KernelMap(unittest.TestCase):
    """What the notes say of kernelmap=large, by what the boots told."""
    AXES = {**AXES, "kernelmap": ["4k", "large"]}

    def run_of(self, *maps, axes=None):
        """Cells of `large` with these in turn, None: nothing is told."""
        records = core(axes or self.AXES)
        cells = [r for r in records if r["type"] == "cell"]
        for cell in cells:
            if cell["choices"]["kernelmap"] == "4k":
                cell["kernel_map"] = "4K"
        large = [c for c in cells if c["choices"]["kernelmap"] == "large"]
        for number, cell in enumerate(large):
            if maps[number % len(maps)]:
                cell["kernel_map"] = maps[number % len(maps)]
        return records

    def test_small_pages(self):
        found = summarise(self.run_of("4K"))
        tables, _ = report.tables(found, report.COLUMNS, 2)
        note = ("kernelmap=large: the processor has no 4 MB pages, the kernel "
                "was mapped by 4 KB pages: not another kernel than 4k here")
        for table in tables[:3]:
            self.assertEqual(table.notes.count(note), 1, table.title)
        self.assertNotIn("tainted", render_all(self.run_of("4K")))

    def notes(self, records):
        return report.map_notes(summarise(records).results)

    def test_not_varied(self):
        notes = self.notes(self.run_of("4K", axes={
            **AXES, "kernelmap": ["large"]}))
        self.assertEqual(len(notes), 1)
        self.assertIn("not another kernel than 4k here", notes[0])

    def test_global_pages(self):
        text = render_all(self.run_of("4M global"))
        self.assertIn("kernelmap=large: the kernel's pages were global", text)

    def test_nothing_to_say(self):
        for maps in (("4M",), (None,)):
            self.assertEqual(self.notes(self.run_of(*maps)), [])
        only_small = {**AXES, "kernelmap": ["4k"]}
        self.assertEqual(self.notes(self.run_of("4K", axes=only_small)), [])

    def test_not_the_same_everywhere(self):
        self.assertEqual(self.notes(self.run_of("4K", None)), [
            "kernelmap=large: not the same in all boots: 4K in 4, "
            "unknown in 4"])

    def test_only_what_passed_counts(self):
        records = [without_count(r) for r in self.run_of("4M")]
        for cell in (r for r in records if r["type"] == "cell"):
            if cell["variant"] == "small-registers-lazy-large":
                cell.update(status="failed", kernel_map="4K")
        self.assertEqual(self.notes(records), [])


class Maimed(unittest.TestCase):
    def test_failed_cell(self):
        text = render_all(core(leave_out=["full-registers-lazy"]))
        self.assertIn("full-registers-lazy/salt:0/rep:0  hung    no output "
                      "for 10 s", text)
        self.assertIn("7 passed", text)
        self.assertIn("without: full-registers-lazy", text)
        self.assertIn("spaces=small: from 3 of 4 settings", text)
        self.assertIn("not estimable, for want of variants: 1 effects: "
                      "spaces=small x messages=registers x scheduling=lazy",
                      " ".join(text.split()))

    def test_reference_failed(self):
        text = render_all(core(leave_out=["full-memory-eager"]))
        self.assertIn("the reference variant has no values", text)

    def test_an_axis_that_came_later(self):
        records = core()
        for record in records:
            if "small" in record.get("variant", ""):
                record["choices"] = {**record["choices"], "entry": "int"}
        text = " ".join(render_all(records).split())
        self.assertIn("not all choices are told, so no part of the effects: "
                      "full-memory-eager, full-memory-lazy", text)
        self.assertNotIn("common to all variants", text)

    def test_planned_but_not_run(self):
        plain = combinations(AXES)[0]
        text = render_all([
            run_line(cells=["full-memory-eager/salt:0/rep:0",
                            "other-one/salt:0/rep:0"]),
            cell_line(plain), result_line(plain, "null-call", [5, 5])])
        self.assertIn("\n  other-one            not run\n", text)
        self.assertIn("other-one/salt:0/rep:0  not run  the run ended before",
                      text)
        self.assertIn("no end record", text)

    def test_no_cells(self):
        text = render_all([run_line(), END])
        self.assertIn("no cell passed", text)
        self.assertIn("no cells", text)

    def test_all_failed(self):
        names = ["-".join(c.values()) for c in combinations(AXES)]
        text = render_all(core(leave_out=names))
        self.assertIn("8 hung", text)
        self.assertNotIn("instructions", text)

    def test_platform_without_samples(self):
        records = [run_line(platform="bochs", probe=[
            {"name": "cycles", "value": "none", "ok": False,
             "why": "time is made up"}])]
        for choices in combinations(AXES):
            records.append(cell_line(choices, platform="bochs"))
            records.append(result_line(choices, "null-call", [], unit="none",
                                       platform="bochs"))
        text = render_all(records + [END])
        self.assertIn("bochs gave no samples: it cannot know cycles", text)
        self.assertIn("time is made up", text)
        self.assertIn("small-registers-lazy   1 passed", text)

    def test_samples_of_failed_cells_are_not_used(self):
        plain, other = combinations(AXES)[:2]
        found = summarise([
            run_line(), cell_line(plain, "corrupt", "checksum"),
            result_line(plain, "null-call", [5, 5]),
            cell_line(other), result_line(other, "null-call", [7, 7]), END])
        self.assertEqual(list(found.measured("null-call")),
                         [("full", "memory", "lazy")])

    def test_hostile_text_is_tamed(self):
        plain = combinations(AXES)[0]
        why = "bad\x1b[2J | <b>\nx"
        found = summarise([run_line(), cell_line(plain, "failed", why), END])
        table = report.statuses(found)
        self.assertNotIn("\x1b", render.terminal(table))
        self.assertIn("bad [2J \\| \\<b> x", render.markdown(table))

    def test_huge_samples(self):
        plain = combinations(AXES)[0]
        text = render_all([run_line(), cell_line(plain), result_line(
            plain, "null-call", [2**63 - 1, -2**62]), END])
        self.assertIn("2305843009213693952", text)

    def test_taint_is_shown(self):
        records = core()
        records[1]["taint"] = ["frequency changed"]
        self.assertIn("tainted: frequency changed: 1 cells",
                      render_all(records))


class Instrument(unittest.TestCase):
    def verdicts(self, change=None, **options):
        costs = {**COSTS, **(change or {})}
        found = summarise(core(costs=costs, **options))
        return {v.control: v for v in instrument.verdicts(found)}

    def test_good(self):
        found = self.verdicts()
        self.assertIn("exactly equal", found["A/A"].text)
        self.assertIn("rises by 1 (instructions per unit of dose)",
                      found["dose-response"].text)

    def test_noise_is_not_a_failure(self):
        found = self.verdicts(noise=3)
        self.assertEqual([v.state for v in found.values()], ["ok", "ok"])

    def test_pair_differs_in_one_variant(self):
        found = self.verdicts({"control/aa:b": (
            {"": 50, "small registers lazy": 9}, 1)})
        self.assertEqual(found["A/A"].state, "bad")
        self.assertIn("in 1 of 8 comparisons, by up to 9 instructions "
                      "(small-registers-lazy)", found["A/A"].text)

    def test_pair_differs_above_noise(self):
        found = self.verdicts({"control/aa:b": ({"": 60}, 1)}, noise=3)
        self.assertEqual(found["A/A"].state, "bad")

    def test_dose_without_response(self):
        found = self.verdicts({f"control/nops:{n}": ({"": 4}, 1)
                               for n in (0, 8, 64)})
        self.assertEqual(found["dose-response"].state, "bad")
        self.assertIn("dose 64 costs no more than dose 0",
                      found["dose-response"].text)

    def test_dose_out_of_order(self):
        found = self.verdicts({"control/nops:8": ({"": 2}, 1)})
        self.assertIn("dose 8 costs less than dose 0",
                      found["dose-response"].text)

    def test_bent_response_is_told(self):
        found = self.verdicts({"control/nops:8": ({"": 20}, 1)})
        self.assertIn("straight within 8", found["dose-response"].text)

    def test_half_a_pair(self):
        records = [without_count(r) for r in core() if r.get("benchmark") != "control/aa:b"]
        found = {v.control: v for v in
                 instrument.verdicts(summarise(records))}
        self.assertEqual(found["A/A"].state, "unknown")

    def test_absent_controls_are_told(self):
        records = [without_count(r) for r in core()
                   if not r.get("benchmark", "").startswith("control/")]
        self.assertIn("A/A: not in this run", render_all(records))
        self.assertIn("dose-response: not in this run", render_all(records))


class CommandLine(unittest.TestCase):
    def test_damaged_file(self):
        with Folder("{}\n") as folder:
            done = program(folder)
            self.assertEqual(os.listdir(folder), ["results.jsonl"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("results.jsonl:1: type is None", done.stderr)

    def test_no_such_folder(self):
        done = program("/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent: No such file", done.stderr)

    def test_no_arguments(self):
        self.assertEqual(program().returncode, 2)

    def test_unknown_reference(self):
        with Folder(core()) as folder:
            done = program(folder, "--reference", "spaces=smal")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the choices of spaces in this run are full, small",
                      done.stderr)

    def test_other_columns(self):
        with Folder(core()) as folder:
            done = program(folder, "--columns", "control/nops:8,none",
                           "--no-files")
            self.assertEqual(os.listdir(folder), ["results.jsonl"])
        self.assertIn("not measured in this run: none", done.stdout)
        self.assertNotIn("null-call", done.stdout)
