#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Cost of an RPC against the pages that the client touches after it, a line
for each choice of one axis, a panel for each setting of the others.

After figure 2 of "On micro-Kernel Construction". Reads only the results.
Writes RUNDIR/plots/working_set.svg and .png. Exit status 77: not available.
"""

import argparse
import math
import os
import sys
import textwrap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "scripts"))

from ukstat import instrument, names, reader, report, summary  # noqa: E402

UNAVAILABLE = 77

# Okabe and Ito's colours, told apart also by marker and dash, so that neither
# colour-blind readers nor grey printers lose a line.
STYLES = [("#0072B2", "o", "-"), ("#D55E00", "s", "--"),
          ("#009E73", "^", "-."), ("#CC79A7", "D", ":"),
          ("#000000", "v", (0, (5, 1))), ("#E69F00", "P", (0, (1, 1)))]

MOST_PANELS = 12

STATES = {"ok": "passed", "bad": "FAILED", "unknown": "not known"}


class Unavailable(Exception):
    """This figure cannot be drawn here; the text says why."""


def load_matplotlib():
    try:
        import matplotlib
    except ImportError as error:
        raise Unavailable(f"{sys.executable} cannot import matplotlib: "
                          f"{error}") from error
    matplotlib.use("Agg")
    # the same results make the same file, byte for byte
    matplotlib.rcParams["svg.hashsalt"] = "ukbench"
    matplotlib.rcParams["font.family"] = "DejaVu Sans"
    from matplotlib import pyplot
    return pyplot


def points(variant, family):
    """(pages, Estimate) of one variant, by pages."""
    found = []
    for benchmark, estimate in variant.estimates.items():
        name, value = names.split(benchmark)
        if name == family and value.isdecimal():
            found.append((int(value), estimate))
    return sorted(found, key=lambda point: point[0])


def panels(results, axis, family):
    """setting of the other varied axes -> choice of the axis -> points."""
    found = {}
    varied = results.varied()
    for variant in results.variants:
        line = points(variant, family)
        if not line:
            continue
        choices = dict(zip(results.axes, variant.choices))
        setting = ", ".join(choices[a] for a in varied if a != axis)
        found.setdefault(setting, {})[choices[axis]] = line
    return found


def prepare(results, axis, family):
    """The panels, or the reason why there are none."""
    platform = results.results.where()
    if not results.benchmarks:
        raise Unavailable(f"no numbers from {platform}")
    if axis not in results.axes:
        raise Unavailable(f"this run has no axis {axis}, only "
                          f"{', '.join(results.axes)}: choose with --axis")
    found = panels(results, axis, family)
    if not found:
        raise Unavailable(f"{family} was not measured in this run")
    if len(found) > MOST_PANELS:
        raise Unavailable(f"{len(found)} settings of the other axes are too "
                          f"many panels (at most {MOST_PANELS})")
    return found


def draw_panel(axes, lines, choices, styles):
    for choice in choices:
        if choice not in lines:
            continue
        colour, marker, dash = styles[choice]
        pages = [p for p, _ in lines[choice]]
        values = [e.value for _, e in lines[choice]]
        axes.plot(pages, values, color=colour, marker=marker, linestyle=dash,
                  markersize=5, linewidth=1.6)
        axes.fill_between(pages, [e.low for _, e in lines[choice]],
                          [e.high for _, e in lines[choice]], color=colour,
                          alpha=0.2, linewidth=0)
    axes.grid(True, color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def legend_of(pyplot, axis, choices, styles):
    lines = pyplot.matplotlib.lines
    return [lines.Line2D([], [], color=styles[c][0], marker=styles[c][1],
                         linestyle=styles[c][2], label=f"{axis}={c}")
            for c in choices]


def draw(pyplot, results, axis, family):
    """The whole figure."""
    found = prepare(results, axis, family)
    choices = results.axes[axis]
    if len(choices) > len(STYLES):
        raise Unavailable(f"{axis} has {len(choices)} choices, more than "
                          f"{len(STYLES)} lines can be told apart")
    styles = dict(zip(choices, STYLES))
    across = min(len(found), 2 if len(found) <= 4 else 3)
    down = math.ceil(len(found) / across)
    figure, grid = pyplot.subplots(
        down, across, sharex=True, sharey=True, squeeze=False,
        figsize=(max(4.2 * across, 7.4), 2.7 * down + 1.9))
    cells = list(grid.flat)
    for cell, (setting, lines) in zip(cells, found.items()):
        draw_panel(cell, lines, choices, styles)
        if setting:
            cell.set_title(setting, fontsize=10, loc="left")
    for cell in cells[len(found):]:
        cell.set_axis_off()
    cells[0].set_ylim(bottom=0)
    most = max(p for lines in found.values() for line in lines.values()
               for p, _ in line)
    # page counts are powers of two: so is the distance of the ticks
    step = 2 ** max(0, math.ceil(math.log2(max(most, 1) / 8)))
    cells[0].xaxis.set_major_locator(pyplot.MultipleLocator(step))
    explain(pyplot, figure, results, (axis, choices, styles, family), found)
    return figure


def explain(pyplot, figure, results, what, found):
    """Title, axis labels, legend, origin: so that it reads without a text."""
    axis, choices, styles, family = what
    height = figure.get_figheight()
    unit = results.unit([b for b in results.benchmarks
                         if names.split(b)[0] == family])
    where = report.platform_notes(results)
    others = [a for a in results.varied() if a != axis]
    if others:
        where.append("panels: " + ", ".join(others))
    left = 0.01

    def write(text, inches, size):
        figure.text(left, 1 - inches / height, text, fontsize=size, va="top")

    small = textwrap.wrap("; ".join(where), int(figure.get_figwidth() * 15))
    legend = 0.55 + 0.16 * len(small)
    write(f"{family.split('/')[0]} on {results.results.where()}: cost "
          "against working set", 0.12, 13)
    write("\n".join(small), 0.44, 8.5)
    figure.legend(handles=legend_of(pyplot, axis, choices, styles),
                  loc="center left", ncol=len(choices), frameon=False,
                  bbox_to_anchor=(left - 0.01, 1 - legend / height),
                  handlelength=3.5, fontsize=10)
    figure.supxlabel("pages that the client touches after each RPC",
                     fontsize=10, y=0.32 / height)
    figure.supylabel(f"{unit} per RPC and touches", fontsize=10, x=0.008)
    exact = all(e.kind == "exact" for lines in found.values()
                for line in lines.values() for _, e in line)
    note = "every value exact: all its samples are equal" if exact else \
        "points: median; band: 95 % bootstrap interval"
    note += "".join(f"; {v.control}: {STATES[v.state]}"
                    for v in instrument.verdicts(results))
    figure.text(left, 0.12 / height, note, fontsize=8.5, va="center")
    figure.tight_layout(rect=(0.015, 0.28 / height, 1,
                              1 - (legend + 0.12) / height))


def save(figure, folder):
    os.makedirs(folder, exist_ok=True)
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        path = os.path.join(folder, "working_set." + kind)
        figure.savefig(path + ".new", format=kind, dpi=120, metadata=metadata)
        os.replace(path + ".new", path)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", metavar="RUNDIR")
    parser.add_argument("--axis", default="spaces",
                        help="the axis whose choices are compared")
    parser.add_argument("--family", default="rpc-working-set/pages",
                        help="a benchmark whose parameter is a page count")
    options = parser.parse_args(arguments)
    try:
        results = summary.summarise(reader.read(options.run))
        pyplot = load_matplotlib()
        save(draw(pyplot, results, options.axis, options.family),
             os.path.join(options.run, "plots"))
    except Unavailable as reason:
        print(reason)
        return UNAVAILABLE
    except (reader.DamagedResults, OSError) as error:
        print(f"working_set.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
