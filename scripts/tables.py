#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tabulates a run: on the terminal, and in the run's folder as tables.md,
tables.csv (one row per variant and benchmark) and effects.csv; of the matrix
ablation also ablation.csv, what each technique is worth; on a modelled
processor also events.csv, and the run with the other set of TLB parameters,
if there is one in the folder's manual/, beside.

Exit status: 0 done; 1 the results are damaged or cannot be read, or the
tables not written; 2 the command line is wrong; 77 nothing for --gnuplot;
130 interrupted.
"""

import argparse
import errno
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from ukstat import (ablation, gnuplot, modelled, published,  # noqa: E402
                    reader, render, report, summary)

UNAVAILABLE = 77
"""The status by which a figure says that it cannot be drawn here."""


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="tables.py", description="Tabulates the results of a run.")
    parser.add_argument("run", nargs="?", metavar="RUNDIR",
                        help="the run's folder, or its results.jsonl")
    parser.add_argument("--columns", metavar="NAME,...",
                        default=",".join(report.COLUMNS),
                        help="benchmarks of the tables on the terminal")
    parser.add_argument("--reference", metavar="VARIANT", default="",
                        help="what the others are compared with: a variant's "
                        "name or axis=choice,... (default: of each axis the "
                        "first choice by name; in an ablation, and where "
                        "that was not run, the variant from which most "
                        "others differ in one choice)")
    parser.add_argument("--order", metavar="N", type=int, default=0,
                        help="largest number of axes in an interaction "
                        "(default: all up to five axes, else 2)")
    parser.add_argument("--no-files", action="store_true",
                        help="only print, write nothing")
    parser.add_argument("--gnuplot", metavar="NAME,...", default="",
                        help="instead, print these benchmarks for a gnuplot "
                        "script of plots/")
    parser.add_argument("--published", metavar="E", nargs="?", const="",
                        help="instead of a run, print the published figures "
                        "(of one experiment, E1 to E9, or all)")
    options = parser.parse_args(arguments)
    if options.published is None and not options.run:
        parser.error("a run's folder is needed, such as build/runs/latest")
    if options.order < 0:
        parser.error(f"--order {options.order}: must be 1 or more")
    return options


def fail(message, status=1):
    print(f"tables.py: {message}", file=sys.stderr)
    return status


def write(folder, name, text):
    """Writes a whole file or none of it."""
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return path


def write_files(folder, tables, found, results, second):
    tables = tables + modelled.tables(results, second, True) + ([report.everything(results)] if found else [])
    title = f"# Results of {results.results.matrix or 'a run'} on " \
            f"{results.results.where()}\n"
    text = "\n".join([title] + [render.markdown(t) for t in tables])
    paths = [write(folder, "tables.md", text)]
    for name, content in (("tables.csv", report.values_csv(results)),
                          ("effects.csv",
                           report.effects_csv(results, found)),
                          ("ablation.csv", ablation.to_csv(results)),
                          ("events.csv", modelled.events_csv(results))):
        if name in ("ablation.csv", "events.csv") and not content[1]:
            continue
        paths.append(write(folder, name, render.to_csv(*content)))
    return paths


def tabulate(options):
    results = summary.summarise(reader.read(options.run), options.reference)
    if options.gnuplot:
        print(gnuplot.bars(results, options.gnuplot.split(",")), end="")
        return
    order = options.order or report.default_order(results)
    columns = [c for c in options.columns.split(",") if c]
    tables, found = report.tables(results, columns, order,
                                  ablation.tables(results, columns))
    folder = options.run if os.path.isdir(options.run) \
        else os.path.dirname(options.run) or "."
    second = modelled.second_set(folder) if results.results.modelled else ""
    second = summary.summarise(reader.read(second)) if second else None
    print("\n".join(render.terminal(table) for table in
                    tables + modelled.tables(results, second, False)))
    if not options.no_files:
        for path in write_files(folder, tables, found, results, second):
            print("wrote", path)


def main(arguments):
    options = parse_arguments(arguments)
    try:
        if options.published is not None:
            figures = published.read()
            print("\n".join(render.terminal(t) for t in
                            published.tables(figures, options.published)))
        else:
            tabulate(options)
    except (reader.DamagedResults, published.DamagedFigures) as error:
        return fail(error)
    except gnuplot.NothingToPlot as reason:
        print(reason)
        return UNAVAILABLE
    except summary.UnknownReference as error:
        return fail(error, 2)
    except OSError as error:
        hint = "; make matrix makes a run" \
            if error.errno in (errno.ENOENT, errno.ENOTDIR) else ""
        return fail(f"{error.filename}: {error.strerror}{hint}")
    except KeyboardInterrupt:
        return fail("interrupted; the results are as they were, and make "
                    f"tables RUN={options.run} begins anew", 130)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
