# SPDX-License-Identifier: BSD-2-Clause
"""The reader refuses damage with file and line, and nothing else."""

import json
import unittest

from fixtures import (Folder, cell_line, combinations, core, result_line,
                      run_line, text, AXES)
from ukstat import reader

PLAIN, OTHER = combinations(AXES)[:2]
END = {"type": "end", "status": "complete", "cells": {}}


def small(*records):
    """A run, the records, an end."""
    return [run_line(), *records, END]


class Reader(unittest.TestCase):
    def read(self, content):
        with Folder(content) as folder:
            return reader.read(folder)

    def refuse(self, content, line, words):
        """The content is refused at that line in those words."""
        with Folder(content) as folder:
            with self.assertRaises(reader.DamagedResults) as caught:
                reader.read(folder)
        message = str(caught.exception)
        self.assertIn(f"results.jsonl:{line}: ", message)
        self.assertIn(words, message)

    def test_whole_run(self):
        results = self.read(core())
        self.assertEqual(len(results.passed()), 8)
        self.assertEqual(results.problems, [])
        self.assertEqual(results.not_run(), [])

    def test_last_line_cut_off(self):
        content = text(core())[:-7]
        results = self.read(content)
        self.assertEqual(len(results.passed()), 8)
        self.assertIn("cut off", results.problems[0])
        self.assertIn("no end record", results.problems[1])

    def test_every_cut_is_tolerated(self):
        content = text(small({**cell_line(PLAIN), "results": 1},
                             result_line(PLAIN, "null-call", [1, 2])))
        first = content.index("\n") + 1
        for end in range(first, len(content)):
            results = self.read(content[:end])
            self.assertTrue(results.problems, end)

    def test_nothing_but_a_cut_line(self):
        self.refuse(text([run_line()])[:30], 1, "empty")

    def test_empty_file(self):
        self.refuse("", 1, "empty: no run record")

    def test_damage_in_the_middle(self):
        lines = text(core()).splitlines(keepends=True)
        lines[4] = lines[4][:50] + "\n"
        self.refuse("".join(lines), 5, "not JSON")

    def test_damage_in_the_last_line(self):
        self.refuse(text(core()) + "{]\n", text(core()).count("\n") + 1,
                    "not JSON")

    def test_hostile_lines(self):
        result = json.dumps(result_line(PLAIN, "null-call", [1]))
        for line, words in (
                (result.replace("[1]", "[NaN]"), "NaN"),
                (result.replace("[1]", "[1, Infinity]"), "Infinity"),
                (result.replace("[1]", "[1e999]"), "sample 0 is inf"),
                (result.replace("[1]", "[1" + "0" * 30 + "]"), "sample 0"),
                (result.replace("[1]", "[1" + "0" * 5000 + "]"), "not JSON"),
                (result.replace("[1]", "[true]"), "sample 0 is True"),
                (result.replace("[1]", '["1"]'), "sample 0 is '1'"),
                (result.replace("[1]", "[null]"), "sample 0 is None"),
                (result.replace("[1]", "7"), "samples is 7"),
                (result.replace('"per": 1', '"per": 0'), "per is 0"),
                (result.replace('"per": 1', '"per": "1"'), "per is '1'"),
                (result.replace('"salt": 0', '"salt": -1'), "salt is -1"),
                (result.replace('"salt": 0', '"salt": 1'), "cell is"),
                (result.replace('"salt": 0, ', ""), "needs salt"),
                (result.replace('"per"', '"salt"'), "given twice"),
                (result.replace("null-call", "../x"), "benchmark is '../x'"),
                (result.replace("null-call", "a\\u001b[2J"), "benchmark is"),
                (result.replace("null-call", "a" * 201), "benchmark is"),
                (result.replace('"eager"', f'"{"a" * 201}"'), "choices is"),
                (result.replace('"full"', "[]"), "choices is"),
                (result.replace('"instructions"', '""'), "without a unit"),
                (result.replace('"instructions"', '"none"'), "without a unit"),
                (result.replace('"result"', '"outcome"'), "type is 'outcome'"),
                (result.replace('"result"', "[1]"), "type is [1]"),
                ("[" * 100000, ""), ("[]", "a record is an object"), ("", ""),
                ("{}", "type is None"), ("1", "a record is an object"),
                ("\x00", "not JSON")):
            with self.subTest(f"{words}: ...{line[-60:]}"):
                content = text([run_line(), cell_line(PLAIN)]) + line + "\n" + text([END])
                self.refuse(content, 3, words)

    def test_not_utf8(self):
        self.refuse(text([run_line()]).encode() + b'{"type": "\xff"}\n', 2,
                    "not UTF-8")

    def test_unknown_format(self):
        self.refuse([run_line(format=2)], 1, "format 2 is unknown")

    def test_wrong_types_in_the_run(self):
        self.refuse([run_line(format="1")], 1, "format is '1'")
        self.refuse([run_line(cells=[1])], 1, "cells is [1]")
        self.refuse([run_line(platform={})], 1, "platform is {}")

    def test_unknown_status(self):
        self.refuse(small(cell_line(PLAIN, "fine")), 2, "status is 'fine'")
        self.refuse(small(cell_line(PLAIN, [])), 2, "status is []")

    def test_kernel_map(self):
        for pages in ("4K", "4M", "4M global"):
            results = self.read(small({**cell_line(PLAIN),
                                       "kernel_map": pages}))
            self.assertEqual([c.kernel_map for c in results.passed()], [pages])
        old = self.read(small(cell_line(PLAIN)))
        self.assertEqual([c.kernel_map for c in old.passed()], [""])

    def test_hostile_kernel_map(self):
        for lie in ("", "4k", "4M\x1b[2J", "4M" * 10000, 4, True, None, ["4M"],
                    {"4M": 1}, [[]]):
            with self.subTest(repr(lie)[:20]):
                self.refuse(small({**cell_line(PLAIN), "kernel_map": lie}), 2,
                            "kernel_map is ")

    def test_first_record_is_a_run(self):
        self.refuse([cell_line(PLAIN)], 1, "first record must be a run")

    def test_duplicate_cell(self):
        self.refuse(small(cell_line(PLAIN), cell_line(PLAIN)), 3,
                    "already on line 2")

    def test_duplicate_result(self):
        again = result_line(PLAIN, "null-call", [1])
        self.refuse(small(cell_line(PLAIN), again, again), 4,
                    "already on line 3")

    def test_two_platforms(self):
        self.refuse(small(cell_line(PLAIN), cell_line(OTHER, platform="kvm")),
                    3, "do not mix")

    def test_resumed_on_another_platform(self):
        self.refuse([run_line(), run_line(resumed=True, platform="kvm")], 2,
                    "do not mix")

    def test_resumed_with_another_matrix(self):
        self.refuse([run_line(), run_line(resumed=True, matrix="full")], 2,
                    "resumed with matrix full, begun with core")

    def test_failed_cell_twice(self):
        self.refuse(small(cell_line(PLAIN, "hung"), cell_line(PLAIN)), 3,
                    "already on line 2, with status hung")

    def test_two_names_for_the_same_choices(self):
        other = cell_line(PLAIN)
        other.update(variant="other", cell="other/salt:0/rep:0")
        self.refuse(small(cell_line(PLAIN), other), 3,
                    "has the choices of full-memory-eager on line 2")

    def test_interrupted_run_is_reported(self):
        results = self.read([run_line(), {**END, "status": "interrupted"}])
        self.assertEqual(results.problems, ["the run is interrupted"])

    def test_two_builds(self):
        later = cell_line(PLAIN, rep=1)
        later["build"] = "other"
        self.refuse(small(cell_line(PLAIN), later), 3, "rebuilt")

    def test_two_runs(self):
        self.refuse([run_line(), run_line()], 2, "a second run")

    def test_changed_choices(self):
        other = cell_line(PLAIN, rep=1)
        other["choices"] = {**PLAIN, "spaces": "small"}
        self.refuse(small(cell_line(PLAIN), other), 3, "other choices")

    def test_an_axis_that_came_later_is_unknown_before(self):
        later = cell_line({**OTHER, "entry": "int"})
        again = cell_line(PLAIN, rep=1)
        again["choices"] = {**PLAIN, "entry": "int"}
        self.read(small(cell_line(PLAIN), later, again))

    def test_what_became_known_is_kept(self):
        lines = [cell_line(PLAIN, rep=rep) for rep in range(3)]
        lines[1]["choices"] = {**PLAIN, "entry": "int"}
        lines[2]["choices"] = {**PLAIN, "entry": "sysenter"}
        self.refuse(small(*lines), 4, "other choices")

    def test_changed_unit(self):
        self.refuse(small(cell_line(PLAIN),
                          result_line(PLAIN, "null-call", [1]),
                          cell_line(OTHER),
                          result_line(OTHER, "null-call", [1], per=2)), 5,
                    "per 2 here")

    def test_record_after_the_end(self):
        self.refuse([run_line(), END, cell_line(PLAIN)], 3, "after the end")

    def test_resume_replaces_what_had_not_passed(self):
        results = self.read([
            run_line(), cell_line(PLAIN, "interrupted"),
            result_line(PLAIN, "null-call", [1]),
            {**END, "status": "interrupted"}, run_line(resumed=True),
            cell_line(PLAIN), result_line(PLAIN, "null-call", [2]), END])
        cell, = results.passed()
        self.assertEqual(cell.results["null-call"].samples, [2])
        self.assertEqual(results.problems, [])

    def test_resume_does_not_repeat_what_passed(self):
        self.refuse([run_line(), cell_line(PLAIN), run_line(resumed=True),
                     cell_line(PLAIN)], 4, "already on line 2")

    CUT = [run_line(), {**cell_line(PLAIN), "results": 2},
           result_line(PLAIN, "null-call", [1])]

    def test_killed_while_writing_a_cell(self):
        results = self.read(self.CUT)
        self.assertEqual(results.passed(), [])
        self.assertIn("1 of 2 results: killed", results.problems[0])

    def test_resumed_after_being_killed_while_writing(self):
        results = self.read([*self.CUT, run_line(resumed=True),
                             cell_line(PLAIN), END])
        self.assertEqual(len(results.passed()), 1)

    def test_results_lost(self):
        for after in (cell_line(OTHER), END):
            self.refuse([*self.CUT, after], 4, "announced 2 results, only 1")

    def test_results_too_many(self):
        self.refuse(small({**cell_line(PLAIN), "results": 0},
                          result_line(PLAIN, "null-call", [1])), 3,
                    "announced 0 results, this is one more")

    def test_result_without_its_cell(self):
        stray = result_line(OTHER, "null-call", [1])
        self.refuse(small(stray), 2, "must follow its cell record")
        self.refuse(small(cell_line(PLAIN), stray), 3,
                    "must follow its cell record")

    def test_skipped_cells_have_no_build(self):
        skipped = {**cell_line(PLAIN, "skipped"), "build": "none"}
        later = [run_line(resumed=True), cell_line(PLAIN), END]
        self.assertEqual(len(self.read([run_line(), skipped, *later]
                                       ).passed()), 1)

    def test_another_host_is_reported(self):
        results = self.read([run_line(), run_line(
            resumed=True, host={"emulator": "another"}), END])
        self.assertIn("emulator was 'QEMU", results.problems[0])
