#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The matrices hold what their shapes promise: of the axes as they are, and of
made-up ones with conflicts. What is legal, and which pairs are, is counted
here by trying every combination."""

import itertools
import os
import shutil
import subprocess
import tempfile

SRC = os.environ["SRC"]
FAILED = []


def check(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {why}")
    if not good:
        FAILED.append(name)


def run(tree, *arguments):
    return subprocess.run([os.path.join(tree, "scripts", "variants"), *arguments], text=True, capture_output=True, check=False)


def variants(tree, matrix):
    """name -> choices, {axis: choice}."""
    done = run(tree, "--matrix", matrix)
    if done.returncode:
        raise SystemExit(f"not ok {matrix}: {done.stderr}")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    found = {name: dict(pair.split("=") for pair in choices.split(",")) for name, choices, _ in lines}
    check(f"{os.path.basename(tree)}: {matrix} lists no variant twice", len(found) == len(lines), str(lines))
    return found


class Tree:
    """What ./configure --list says of a source tree."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(folder)
        self.axes, self.excluded, self.presets = {}, set(), {}
        listed = subprocess.run([os.path.join(folder, "configure"), "--list"], text=True, capture_output=True, check=True)
        for line in listed.stdout.splitlines():
            kind, *fields = line.split("\t")
            if kind == "choice":
                axis, choice, _, conflicts, _ = fields
                self.axes.setdefault(axis, []).append(choice)
                for other in conflicts.split():
                    self.excluded.add(frozenset([f"{axis}={choice}", other]))
            elif kind == "preset":
                self.presets[fields[0]] = dict(pair.split("=") for pair in fields[1].split(","))
        self.legal = [c for c in (dict(zip(self.axes, chosen)) for chosen in itertools.product(*self.axes.values()))
                      if self.is_legal(c)]

    def is_legal(self, choices):
        return not any(pair in self.excluded for pair in pairs(choices))

    def examine(self):
        """All that the shapes promise."""
        every = set().union(*(pairs(c) for c in self.legal))
        covering = variants(self.folder, "pairs")
        lacking = every.difference(*(pairs(c) for c in covering.values()))
        check(f"{self.name}: pairs has every legal pair", not lacking, str(sorted(map(sorted, lacking))))
        check(f"{self.name}: pairs has nothing illegal", all(map(self.is_legal, covering.values())), str(covering))
        for preset in ("liedtke95", "plain"):
            check(f"{self.name}: pairs has {preset}", self.presets[preset] in covering.values(), str(covering))
        check(f"{self.name}: pairs is the same again", run(self.folder, "--matrix", "pairs").stdout
              == run(self.folder, "--matrix", "pairs").stdout, "it is not")
        self.examine_full()
        self.examine_ablation()
        tested = set(variants(self.folder, "tested"))
        wanted = set(covering) | set(variants(self.folder, "core")) | set(variants(self.folder, "presets"))
        check(f"{self.name}: tested is core, the presets and pairs", tested == wanted, str(tested ^ wanted))
        return covering

    def examine_full(self):
        full = variants(self.folder, "full")
        check(f"{self.name}: full has all that is legal", sorted(map(str, full.values())) == sorted(map(str, self.legal)),
              f"{len(full)} variants, legal are {len(self.legal)}")
        for name, choices in list(full.items())[::max(1, len(full) // 6)]:
            found = run(self.folder, "--mak", name).stdout
            words = " ".join(f"{axis}={choice}" for axis, choice in choices.items())
            check(f"{self.name}: {name} is read as it was written", f"CHOICES = {words}\n" in found, found)

    def examine_ablation(self):
        on, off = self.presets["liedtke95"], self.presets["plain"]
        differ = [axis for axis in self.axes if on[axis] != off[axis]]
        wanted = [on] + [{**on, axis: off[axis]} for axis in differ] + [off]
        found = list(variants(self.folder, "ablation").values())
        check(f"{self.name}: ablation is all on, each off, all off", found == [c for c in wanted if self.is_legal(c)], str(found))


def pairs(choices):
    return {frozenset(p) for p in itertools.combinations([f"{a}={c}" for a, c in choices.items()], 2)}


def plant(folder, added, conflicts):
    """A tree with the first three axes and `added`, axis -> choices, the first of liedtke95, the last of plain. More of
    those there are would be combinations that take long to count."""
    for name in ("configure", "variants", "scripts/variants", "scripts/variants.sh", "scripts/combine.awk"):
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        (shutil.copytree if os.path.isdir(os.path.join(SRC, name)) else shutil.copy)(os.path.join(SRC, name), target)
    for name in ("axes.txt", "presets/liedtke95", "presets/plain"):
        path = os.path.join(folder, "variants", name)
        with open(path, encoding="utf-8") as file:
            kept = [line for line in file if line.startswith(("#", "spaces", "messages", "scheduling"))]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(kept)
    for axis, choices in added.items():
        append(folder, "axes.txt", f"{axis}\tmade up")
        append(folder, "presets/liedtke95", f"{axis}={choices[0]}")
        append(folder, "presets/plain", f"{axis}={choices[-1]}")
        for choice in choices:
            excludes = " ".join(conflicts.get(f"{axis}={choice}", []))
            append(folder, f"{axis}/{choice}/{axis}.h", f"/*\n * help: made up\n * conflicts: {excludes}\n */")
    return Tree(folder)


def append(folder, name, text):
    path = os.path.join(folder, "variants", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text + "\n")


def binary(count):
    return {f"axis{n}": [f"on{n}", f"off{n}"] for n in range(count)}


def complain(folder, matrix, text, words):
    append(folder, f"matrices/{matrix}", text)
    done = run(folder, "--matrix", matrix)
    check(f"a matrix with {text.splitlines()[-1]!r} is refused", done.returncode == 1 and words in done.stderr, done.stderr)


def main():
    Tree(SRC).examine()
    with tempfile.TemporaryDirectory() as scratch:
        tree = plant(os.path.join(scratch, "ten"), binary(7), {})
        found = tree.examine()
        check("ten: pairs is small", len(tree.legal) == 1024 and len(found) <= 10, str(len(found)))
        # spaces=small excludes a fast entry; shy excludes all there is of another axis but one choice; hermit
        # excludes every choice of another axis, so that no variant can have it
        plant(os.path.join(scratch, "conflicts"), {
            "gate": ["trap", "fast"], "third": ["one", "two", "three"], "shape": ["plump", "shy"], "home": ["town", "hermit", "village"]}, {
                "gate=fast": ["spaces=small"], "shape=shy": ["third=one", "third=two"],
                "home=hermit": ["gate=trap", "spaces=full", "third=three"]}).examine()
        complain(os.path.join(scratch, "ten"), "odd", "base: plain\nvry: spaces", "'base vry'")
        complain(os.path.join(scratch, "ten"), "lost", "join: croe", "mean 'core'")
        complain(os.path.join(scratch, "ten"), "stray", "with: palin", "mean 'plain'")
    return 1 if FAILED else 0


raise SystemExit(main())
