#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Finds instructions that a 486 lacks in the disassembly of an image, symbol by
symbol, and routines of libgcc in its symbols. Emulators execute them all the
same, so only the disassembly tells. What permitted-opcodes.txt lists passes.

Usage: opcodes.py FILE.asm ...     the image's name is the file's name
       opcodes.py --libgcc FILE.sym ..."""

import fnmatch
import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
SYMBOL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
LINE = re.compile(r"^ *([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t?(.*)$")
PREFIXES = {"rep", "repz", "repnz", "lock", "data16", "addr16", "cs", "ds", "es", "fs", "gs", "ss"}
# Helpers that compilers call: arithmetic of two words, bit counts, thunks.
LIBGCC = re.compile(r"^__([a-z]+(si|di|ti|sf|df|xf|tf)[2345]?|x86\.get_pc_thunk.*|i686\.get_pc_thunk.*|stack_chk_fail)$")


def data_lines(name):
    """The lines of a data file, split, without comments."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


def known_mnemonics():
    """Every spelling of what a 486 executes."""
    base = {word for line in data_lines("i486-mnemonics.txt") for word in line}
    return base | {word + suffix for word in base for suffix in "bwl"}


def lacking(code, text, known):
    """What a 486 lacks in one instruction, or None. `code` are its bytes."""
    words = text.split()
    while words and words[0] in PREFIXES:
        words = words[1:]
    if not words:
        return None
    name = words[0]
    operands = " ".join(words[1:])
    raw = bytes.fromhex("".join(code.split())).lstrip(b"\x66\x67\x2e\x36\x3e\x26\x64\x65\xf2\xf3\xf0")
    if raw[:2] in (b"\x0f\x1f", b"\x0f\x1e", b"\x0f\x0d", b"\x0f\x18"):
        return "multi-byte-nop"
    if name in ("mov", "movl") and "%cr4" in operands:
        return "cr4"
    if re.search(r"%(xmm|ymm|zmm|mm\d|st\b|r\d|k\d)", operands):
        return name
    return None if name in known else name


def scan(path, known, permitted):
    """Findings in one disassembly."""
    image = os.path.splitext(os.path.basename(path))[0]
    symbol = "?"
    count = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            head = SYMBOL.match(line)
            if head:
                symbol = head[1]
                continue
            match = LINE.match(line.rstrip("\n"))
            if not match or not match[3]:
                continue
            count += 1
            opcode = lacking(match[2], match[3], known)
            if opcode and not any(fnmatch.fnmatchcase(image, p[0]) and fnmatch.fnmatchcase(symbol, p[1])
                                  and fnmatch.fnmatchcase(opcode, p[2]) for p in permitted):
                yield f"{path}: {opcode} at {match[1]} in {symbol}: {match[3]}"
    if not count:
        yield f"{path}: holds no instruction"


def libgcc(path):
    """Findings in one symbol list, as nm writes it."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            name = line.split()[-1] if line.split() else ""
            if LIBGCC.match(name):
                yield f"{path}: {name} is libgcc's"
            elif len(line.split()) == 2 and line.split()[0] in "Uw":
                yield f"{path}: {name} is undefined"


def main():
    """Prints the findings; status 1 if there are any."""
    if sys.argv[1] == "--libgcc":
        findings = [found for path in sys.argv[2:] for found in libgcc(path)]
    else:
        known, permitted = known_mnemonics(), data_lines("permitted-opcodes.txt")
        findings = [found for path in sys.argv[1:] for found in scan(path, known, permitted)]
    print("\n".join(findings))
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
