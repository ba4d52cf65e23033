# SPDX-License-Identifier: BSD-2-Clause
"""The validation document of the modelled processors: its numbers are those
of modelled runs and of the published figures, and its sentences follow from
the numbers, so that they cannot become untrue."""

from __future__ import annotations

from dataclasses import dataclass

from . import modelled, names, published
from .numbers import number
from .render import Table, markdown, plain
from .summary import Summary, Variant

PATH = "rpc-working-set/pages:"
SETS = ("liedtke", "manual")


@dataclass
class Runs:
    """by: (platform, set of TLB parameters) -> Summary. preset: axis ->
    choice of the kernel with all techniques on."""
    by: dict
    preset: dict

    def variant(self, platform: str, spaces: str,
                tlb: str = SETS[0]) -> Variant:
        """The variant with these spaces that is nearest to the preset."""
        summary: Summary = self.by[platform, tlb]
        wanted = {**self.preset, "spaces": spaces}

        def agreement(variant: Variant) -> int:
            return sum(wanted.get(axis) == choice for axis, choice
                       in zip(summary.axes, variant.choices))
        place = list(summary.axes).index("spaces")
        return max((v for v in summary.variants
                    if v.choices[place] == spaces), key=agreement)

    def cost(self, platform: str, spaces: str, benchmark: str,
             tlb: str = SETS[0]) -> float:
        """Cycles of one operation."""
        return self.variant(platform, spaces, tlb).estimates[benchmark].value

    def events(self, platform: str, spaces: str, benchmark: str,
               tlb: str = SETS[0]) -> dict:
        """Of the median sample."""
        return modelled.first_events(self.variant(platform, spaces, tlb),
                                     benchmark)

    def pages(self, platform: str) -> list:
        """The working sets that were measured, in pages."""
        found = self.by[platform, SETS[0]].benchmarks
        return sorted(int(names.split(b)[1]) for b in found
                      if b.startswith(PATH))


def groups(events: dict, per: int = 1) -> dict:
    """Clocks by kind of cause, for one of `per` operations."""
    rest = {n[7:]: c for n, c in events.items() if n.startswith("clocks.")}
    found = {}
    for name, causes in modelled.CAUSES:
        count = sum(rest.pop(c, 0) for c in causes)
        if count:
            found[name] = count / per
    if sum(rest.values()):
        found["other"] = sum(rest.values()) / per
    return found


def tlb_clocks(events: dict) -> int:
    return events.get("clocks.code-tlb", 0) + events.get("clocks.data-tlb", 0)


def misses(events: dict) -> int:
    return modelled.total(events, "tlb.")


def listed(parts: dict) -> str:
    """`base 12, int and iret 107` of what is not 0."""
    return ", ".join(f"{name} {number(value)}" for name, value
                     in parts.items() if value) or "nothing"


def signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)


def figure(key: str) -> float:
    return published.read()[key].value


def cited(key: str) -> str:
    """A published figure, how it follows from others, and how sure it is."""
    figures = published.read()
    found = figures[key]
    text = number(found.value)
    if found.formula:
        sum_of = found.formula
        for name, other in found.inputs.items():
            sum_of = sum_of.replace(name, number(figures[other].value))
        text = f"{sum_of.replace('*', '·')} = {text}"
    status = published.label(found, figures)
    return text + (f" ({status})" if "UNVERIFIED" in status else "")


# ---- anchors --------------------------------------------------------------

def entry_and_return(runs: Runs) -> list:
    """int and iret, measured in the null call."""
    rows = []
    for platform, key in (("i486", "E1/bare/both"), ("pentium", None)):
        entry = runs.events(platform, "full", "null-call").get(
            "clocks.entry", 0)
        rows.append([platform, str(entry),
                     number(figure(key)) if key else "none"])
    measured, paper = float(rows[0][1]), figure("E1/bare/both")
    verdict = "They are equal." if measured == paper else \
        f"They differ by {signed(measured - paper)}."
    return [markdown(Table("Kernel entry and return: int and iret", [
        "processor", "modelled, in null-call", "published"], rows)),
            f"The 486: {number(measured)} modelled, {number(paper)} "
            f"published. {verdict}"]


def reload_rows(runs: Runs, platform: str) -> list:
    rows = []
    for pages in runs.pages(platform):
        benchmark = f"{PATH}{pages}"
        events = runs.events(platform, "full", benchmark)
        manual = runs.events(platform, "full", benchmark, SETS[1])
        count, clocks = misses(events), tlb_clocks(events)
        rows.append((pages, count, clocks, tlb_clocks(manual)))
    return rows


def slopes(rows: list) -> list:
    """(from, to, clocks for each page) between neighbours."""
    return [(a[0], b[0], (b[2] - a[2]) / (b[0] - a[0]))
            for a, b in zip(rows, rows[1:])]


def straight_part(rows: list) -> tuple:
    """The longest beginning with one slope: (its last page, the slope)."""
    found = slopes(rows)
    slope = found[0][2]
    last = found[0][1]
    for _, to, each in found[1:]:
        if each != slope:
            break
        last = to
    return last, slope


def reload_text(runs: Runs, platform: str, reference: list) -> list:
    rows = reload_rows(runs, platform)
    last, slope = straight_part(rows)
    peak = max(rows, key=lambda row: row[2])
    table = Table(
        f"TLB reload after the switches of an RPC on {platform} (modelled), "
        "page-table switch",
        ["pages of the client", "TLB misses", "clocks, liedtke",
         "clocks a miss", "clocks, manual"],
        [[str(p), str(n), str(c), number(c / n) if n else "-", str(m)]
         for p, n, c, m in rows], words=())
    per_miss = {c / n for _, n, c, _ in rows if n}
    paper = figure("E2/486/miss-low")
    same = "every miss costs the paper's " + number(paper) \
        if per_miss == {paper} else "a miss costs " + " or ".join(
            number(m) for m in sorted(per_miss))
    return [markdown(table),
            f"Under `liedtke` {same} clocks. The reload rises by "
            f"{number(slope)} clocks for each page from {rows[0][0]} to {last} "
            f"pages. At {rows[0][0]} pages it is {rows[0][2]} clocks: "
            f"{rows[0][1]} misses of kernel, server and the client's own "
            "code and data, which the paper's sums leave out. It is largest "
            f"at {peak[0]} pages, {peak[2]} clocks; beyond the TLB's reach the "
            "client misses without an RPC, too, which is subtracted. "
            "Published, for a reload of the client's pages alone and the bare "
            "switch: " + "; ".join(
                f"{what} {cited(key)}" for what, key in reference) + "."]


# ---- whole path -----------------------------------------------------------

def null_call(runs: Runs) -> list:
    parts = groups(runs.events("i486", "small", "null-call"))
    cost = runs.cost("i486", "small", "null-call")
    entry = parts.get("int, iret", 0)
    waiting = sum(parts.get(n, 0) for n in ("TLB", "lines", "write buffer"))
    rest = sum(parts.values()) - entry - waiting
    low, high = figure("E1/l3/low"), figure("E1/l3/high")
    place = "within" if low <= cost <= high else "below" if cost < low \
        else "above"
    rows = [["int, iret", number(figure("E1/bare/both")), number(entry)],
            ["instructions", number(figure("E1/l3/overhead")) + " at least",
             number(rest)],
            ["TLB and cache misses", "0 to " + number(figure(
                "E1/l3/misses")), number(waiting)],
            ["together", f"{number(low)} to {number(high)}", number(cost)]]
    return [markdown(Table("The null call on the 486", [
        "part", "L3, published", "ours, modelled"], rows)),
            f"Ours is {place} L3's range. Beside `int` and `iret` it executes "
            f"{number(rest)} clocks of instructions, "
            f"{signed(rest - figure('E1/l3/overhead'))} against L3's least, "
            "the calling program's own instructions among them, and waits "
            f"{number(waiting)} clocks for misses: run again and again, with "
            "nothing else between, it finds all in its caches."]


def inter_space(runs: Runs) -> list:
    benchmark = "ipc-inter/words:0"
    parts = groups(runs.events("i486", "full", benchmark), 2)
    cost = runs.cost("i486", "full", benchmark)
    bound = {"int, iret": figure("E7/null/int") + figure("E7/null/iret"),
             "control": figure("E7/null/flush"),
             "TLB": figure("E7/null/tlb-misses") * figure(
                 "E7/null/tlb-miss")}
    ours = {name: parts.get(name, 0) for name in bound}
    ours["rest"] = sum(parts.values()) - sum(ours.values())
    bound["rest"] = figure("E7/null/rest")
    rows = [[name.replace("control", "load of CR3"), number(bound[name]),
             number(ours[name]), signed(ours[name] - bound[name])]
            for name in bound]
    total, achieved = figure("E7/null/bound"), figure("E7/null/achieved")
    rows.append(["together", number(total), number(sum(ours.values())),
                 signed(sum(ours.values()) - total)])
    most = max(ours, key=lambda name: ours[name] - bound[name])
    return [markdown(Table(
        "IPC between spaces on the 486, one way, page-table switch",
        ["part", "lower bound, published", "ours, modelled", "difference"],
        rows)),
            f"One layout's median sample; over all samples ours is "
            f"{number(cost)}. L3 achieved {number(achieved)}, the bound is "
            f"{number(total)}: ours is {signed(cost - total)} against the "
            f"bound and {signed(cost - achieved)} against L3. Most of what it "
            f"has above the bound is "
            f"{most.replace('control', 'loading CR3')}, "
            f"{signed(ours[most] - bound[most])}. `rest` is all other "
            f"instructions ({listed({k: v for k, v in parts.items() if k not in bound})})."]


def small_space(runs: Runs) -> list:
    benchmark = "ipc-inter-small/words:0"
    cost = runs.cost("pentium", "small", benchmark)
    parts = groups(runs.events("pentium", "small", benchmark), 2)
    paper = figure("E4/later/pentium")
    return ["## IPC between small spaces on the Pentium, one way\n",
            f"Ours, modelled: {number(cost)}; L4, published, 8 bytes: "
            f"{number(paper)}; {signed(cost - paper)}. Ours goes to "
            f"{listed(parts)}. What L4's consists of is not published, so the "
            "difference cannot be split."]


# ---- claims ---------------------------------------------------------------

def compare(runs: Runs, platform: str) -> list:
    """(benchmark, full, small) of each point that the claims are about."""
    points = ["ipc-inter/words:0"] + [
        f"{PATH}{p}" for p in runs.pages(platform)]
    return [(b, runs.cost(platform, "full", b),
             runs.cost(platform, "small", b)) for b in points]


def compare_table(platform: str, points: list) -> str:
    rows = [[b, number(full), number(small), signed(small - full),
             "page tables" if full < small else
             "segments" if small < full else "neither"]
            for b, full, small in points]
    return plain(Table(
        f"Page tables against segments on {platform} (modelled)",
        ["large to small and back", "page tables", "segments",
         "segments less page tables", "cheaper"], rows, words=(0, 4)))


def split(runs: Runs, platform: str, benchmark: str) -> dict:
    """By how much segments are above page tables, by kind of cause."""
    full, small = (groups(runs.events(platform, s, benchmark))
                   for s in ("full", "small"))
    return {name: small.get(name, 0) - full.get(name, 0)
            for name in {**full, **small}
            if small.get(name, 0) != full.get(name, 0)}


def what_decides(runs: Runs, platform: str) -> str:
    """One sentence for each end of the working sets."""
    pages = runs.pages(platform)
    sentences = []
    for count in (pages[0], pages[-1]):
        parts = split(runs, platform, f"{PATH}{count}")
        saved = {n: -v for n, v in parts.items() if v < 0}
        lost = {n: v for n, v in parts.items() if v > 0}
        sentences.append(
            f"With {count} pages segments save {listed(saved)} and cost "
            f"{listed(lost)} (sum {signed(sum(parts.values()))}).")
    return " ".join(sentences)


def claim_486(runs: Runs) -> list:
    points = compare(runs, "i486")
    won = [b for b, full, small in points if full < small]
    verdict = "holds at every point" if len(won) == len(points) else \
        "does not hold at any point" if not won else \
        f"holds at {len(won)} of {len(points)} points: " + ", ".join(won)
    extra = split(runs, "i486", f"{PATH}{runs.pages('i486')[0]}")
    more = sum(v for v in extra.values() if v > 0)
    reason = (
        "For large to small and back by segments the paper counts "
        f"{cited('E6/486/segment')}, most of them segment loads and "
        "instructions all over the kernel. In ours segments add "
        f"{number(more)} in all to such a round trip: ") + (
        "fewer than the TLB misses that they save."
        if len(won) < len(points) / 2 else "more than they save.")
    return ["## Claim: on the 486 the page-table switch beats segments\n",
            compare_table("i486", points),
            f"In this kernel, the claim **{verdict}**. "
            f"{what_decides(runs, 'i486')} {reason}"]


def claim_pentium(runs: Runs) -> list:
    points = compare(runs, "pentium")
    lost = [b for b, full, small in points if small >= full]
    verdict = "holds" if not lost else "does not hold at " + ", ".join(lost)
    return ["## Claim: on the Pentium segments win at every working set\n",
            compare_table("pentium", points),
            f"In this kernel, the claim **{verdict}**. "
            f"{what_decides(runs, 'pentium')}"]


# ---- the document ---------------------------------------------------------

def unit_table(suites: list) -> list:
    """suites: (file, what it is for, how many passed)."""
    return ["Expected clocks and counts are typed in by hand from the "
            "sources, never read from what the model reads.\n",
            plain(Table("Tests", ["file", "what it checks", "passed"],
                           [[f"tests/model/{f}", w, str(n)]
                            for f, w, n in suites], words=(0, 1)))]


def both_sets(runs: Runs) -> list:
    return [markdown(modelled.tlb_sets(*(runs.by[p, t] for t in SETS)))
            for p in ("i486", "pentium")]


def document(runs: Runs, suites: list, made_with: list) -> str:
    """The whole of VALIDATION.md."""
    parts = [
        "# Validation of the modelled processors\n",
        "Made by `make validation`, which runs the models; `make check` "
        "fails when it is out of date. Published figures were measured on "
        "hardware, or follow from such; all others here are modelled. Nothing "
        "in the model is tuned to come nearer to a published figure. "
        "`full` and `small` kernels are those with all other techniques on. "
        "To look into any number: `make explain`.\n",
        *("- " + line for line in made_with), "",
        "# Units\n", *unit_table(suites),
        "# Anchors\n", *entry_and_return(runs), "",
        *reload_text(runs, "i486", [
            ("whole TLB", "E6/486/table-full"),
            ("half of it", "E6/486/table-half"),
            ("none", "E6/486/table-best")]), "",
        *reload_text(runs, "pentium", [
            ("whole TLB, at least", "E2/pentium/reload")]), "",
        "# The whole path\n", *null_call(runs), "", *inter_space(runs), "",
        *small_space(runs), "",
        "# The paper's claims\n", *claim_486(runs), "",
        *claim_pentium(runs), "",
        "# Key results with both sets of TLB parameters\n",
        *both_sets(runs)]
    return "\n".join(parts).rstrip() + "\n"
