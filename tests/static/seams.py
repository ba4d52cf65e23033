#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Finds design choices that leaked out of variants/ into a kernel's source:
preprocessor conditionals other than include guards and __ASSEMBLER__, and
identifiers, file names and includes that name a choice. Prints file:line and
what is wrong. Usage: seams.py conditionals|identifiers SOURCE-FOLDER"""

import os
import re
import sys

ASKING = {"is", "if", "has", "have", "use", "using", "with", "without", "no", "not", "config", "option", "variant"}
SUFFIXES = (".c", ".h", ".S", ".inc", ".ld", ".cc")


def sources(folder):
    """Every source file below a folder."""
    for parent, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                yield os.path.join(parent, name)


def without_comments(text):
    """The text with comments, strings and character constants blanked, lines kept.
    An include keeps its file name."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    includes = {number: line for number, line in enumerate(text.split("\n")) if re.match(r"\s*#\s*include\b", line)}
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)
    return [includes.get(number, line) for number, line in enumerate(text.split("\n"))]


def conditionals(root):
    """Conditionals that are neither an include guard nor about __ASSEMBLER__."""
    for path in sources(os.path.join(root, "kernel")):
        with open(path, encoding="utf-8") as file:
            lines = without_comments(file.read())
        directives = [(n, line.strip()) for n, line in enumerate(lines, 1) if re.match(r"\s*#\s*\w", line)]
        for place, (number, line) in enumerate(directives):
            if not re.match(r"#\s*(if|ifdef|ifndef|elif|elifdef|elifndef)\b", line):
                continue
            if re.fullmatch(r"#\s*(ifdef|ifndef)\s+__ASSEMBLER__", line):
                continue
            guard = re.fullmatch(r"#\s*ifndef\s+(\w+)", line)
            following = directives[place + 1][1] if place + 1 < len(directives) else ""
            if guard and place == 0 and re.fullmatch(rf"#\s*define\s+{guard[1]}", following):
                continue
            yield f"{path}:{number}: conditional '{line}'; what depends on a choice belongs in variants/"


def words_of(identifier):
    """small_space, smallSpace, SMALL_SPACE -> small, space."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", identifier).lower().split("_")
    return [part for part in parts if part]


def choices(root):
    """choice -> its axes."""
    result = {}
    with open(os.path.join(root, "variants/axes.txt"), encoding="utf-8") as file:
        axes = [line.split("\t")[0] for line in file if line.strip() and not line.startswith("#")]
    for axis in axes:
        folder = os.path.join(root, "variants", axis)
        for choice in sorted(os.listdir(folder)):
            if os.path.isdir(os.path.join(folder, choice)):
                result.setdefault(choice, []).append(axis)
    return result


def plain_words():
    """Choices whose name is a common word too."""
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), "plain-words.txt")
    with open(path, encoding="utf-8") as file:
        return {line.split()[0] for line in file if line.strip() and not line.startswith("#")}


def named_choice(words, known, plain):
    """The choice that these words of an identifier name, or None."""
    for place, word in enumerate(words):
        if word not in known:
            continue
        if word not in plain:
            return word
        beside = set(words[max(0, place - 1):place] + words[place + 1:place + 2])
        if any(axis in beside or axis.rstrip("s") in beside for axis in known[word]):
            return word
        if len(words) == 2 and words[0] in ASKING:
            return word
    return None


def identifiers(root):
    """Identifiers, file names and includes that name a choice."""
    known, plain = choices(root), plain_words()
    for path in sources(os.path.join(root, "kernel")):
        stem = os.path.splitext(os.path.basename(path))[0]
        found = named_choice(words_of(stem.replace("-", "_")), known, plain)
        if found:
            yield f"{path}:1: the file's name names the choice '{found}'"
        with open(path, encoding="utf-8") as file:
            lines = without_comments(file.read())
        for number, line in enumerate(lines, 1):
            included = re.match(r'\s*#\s*include\s*[<"](.*)[>"]', line)
            if included:
                for choice in set(included[1].split("/")[:-1]) & set(known):
                    yield f"{path}:{number}: includes from the folder of the choice '{choice}'"
                continue
            for identifier in re.findall(r"[A-Za-z_]\w*", line):
                found = named_choice(words_of(identifier), known, plain)
                if found:
                    yield f"{path}:{number}: '{identifier}' names the choice '{found}'"


def main():
    """Prints the findings; status 1 if there are any."""
    search = {"conditionals": conditionals, "identifiers": identifiers}[sys.argv[1]]
    findings = list(search(sys.argv[2]))
    print("\n".join(findings))
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
