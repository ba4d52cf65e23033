#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The deepest kernel stack, proved from the disassembly.

A thread's kernel stack is what its TCB block leaves; running over would damage the neighbour's TCB in silence. This
walks every path from every kernel entry through the machine code and adds up what is pushed.

Usage: kernel_stack.py KERNEL.asm LIMIT
Prints the deepest path; status 1 if it exceeds LIMIT bytes, or if the code does something that cannot be followed.
"""

import re
import sys

# Where the processor enters on a thread's stack; depth 0 is the TCB's address.
ENTRIES = r"kernel_entry|kernel_go_on_entry|exception_\d+|interrupt_\d+"

# Who is called through a pointer, by caller.
INDIRECT = {
    "system_call": r"sys_\w+",
}

# An exception in the kernel on top of the deepest path: frame, error code, PUSHA, then the panic stack.
RESERVE = 4 * (3 + 1 + 8)

INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t[0-9a-f ]+\t(?:(?:ss|ds|es|repz?|lock|data16) )*(\S+)\s*(.*)$")
SYMBOL = re.compile(r"^([0-9a-f]+) <([^>]+)>:$")


class Unfollowable(Exception):
    """Code whose stack use this cannot tell."""


def read(path):
    """Instructions by address: (mnemonic, operands, next address, symbol)."""
    code, symbols, symbol, previous = {}, {}, None, None
    with open(path, encoding="utf-8") as listing:
        for line in listing:
            match = SYMBOL.match(line)
            if match:
                symbol = match.group(2)
                symbols[symbol] = int(match.group(1), 16)
                continue
            match = INSTRUCTION.match(line)
            if not match:
                continue
            address = int(match.group(1), 16)
            code[address] = [match.group(2), match.group(3), None, symbol]
            if previous is not None:
                code[previous][2] = address
            previous = address
    return code, symbols


def pushed(mnemonic, operands):
    """Bytes an instruction pushes; None: it gives esp another value."""
    if mnemonic in ("push", "pushl", "pushf", "pushfl"):
        return 4
    if mnemonic in ("pop", "popl", "popf", "popfl"):
        return -4
    if mnemonic in ("pusha", "pushal"):
        return 32
    if mnemonic in ("popa", "popal"):
        return -32
    match = re.match(r"\$(-?0x[0-9a-f]+|-?\d+),%esp$", operands)
    if match and mnemonic in ("sub", "subl", "add", "addl"):
        value = int(match.group(1), 0)
        value -= 1 << 32 if value >> 31 else 0
        return value if mnemonic.startswith("sub") else -value
    match = re.match(r"(-?0x[0-9a-f]+)\(%esp\),%esp$", operands)
    if match and mnemonic == "lea":
        return -int(match.group(1), 16)
    if re.search(r",%esp$", operands) and not mnemonic.startswith(("cmp", "test")):
        return None
    return 0


class Walker:
    """Deepest stack below each address, found by depth-first search; recursion is an error."""

    def __init__(self, code, symbols):
        self.code, self.symbols = code, symbols
        self.depths = {}
        self.active = []
        self.returning = set()  # functions with a way to RET

    def callees(self, symbol):
        pattern = INDIRECT.get(symbol)
        found = [name for name in self.symbols if pattern and re.fullmatch(pattern, name)]
        if not found:
            raise Unfollowable(f"{symbol} calls through a pointer; add it to INDIRECT in {sys.argv[0]}")
        return found

    def function(self, start):
        """(bytes, path) that code from `start` needs below its entry depth."""
        if start in self.depths:
            return self.depths[start]
        if start in self.active:
            raise Unfollowable(f"recursion through {self.code[start][3]}")
        self.active.append(start)
        best, seen, work = (0, []), {}, [(start, 0)]
        while work:
            address, depth = work.pop()
            while address is not None and address in self.code and address not in seen:
                seen[address] = depth
                address, depth, best = self.step(address, depth, best, work)
        self.active.pop()
        self.depths[start] = (best[0], [self.code[start][3]] + best[1])
        return self.depths[start]

    def step(self, address, depth, best, work):
        mnemonic, operands, following, symbol = self.code[address]
        change = pushed(mnemonic, operands)
        if change is None:
            return None, depth, best
        depth += change
        best = max(best, (depth, []), key=lambda item: item[0])
        target = re.match(r"([0-9a-f]+) <", operands)
        if mnemonic == "call":
            for callee in self.targets(target, operands, symbol):
                below, path = self.function(callee)
                best = max(best, (depth + 4 + below, path), key=lambda item: item[0])
                if callee not in self.returning:
                    following = None
        elif mnemonic == "jmp":
            for goal in self.targets(target, operands, symbol):
                if not self.inside(goal, symbol):
                    below, path = self.function(goal)
                    self.returning.update({self.active[-1]} if goal in self.returning else ())
                    best = max(best, (depth + below, path), key=lambda item: item[0])
                else:
                    work.append((goal, depth))
            following = None
        elif mnemonic.startswith("j") and target:
            goal = int(target.group(1), 16)
            if self.inside(goal, symbol):
                work.append((goal, depth))
            else:
                below, path = self.function(goal)
                best = max(best, (depth + below, path), key=lambda item: item[0])
        elif mnemonic in ("ret", "iret", "hlt", "ud2"):
            self.returning.update({self.active[-1]} if mnemonic == "ret" else ())
            following = None
        elif mnemonic == "ljmp" and symbol == "leave_to_conductor":
            following = None  # the kernel is over
        elif mnemonic in ("ljmp", "lcall"):
            raise Unfollowable(f"far transfer in {symbol}")
        return following, depth, best

    def targets(self, target, operands, symbol):
        if target:
            return [int(target.group(1), 16)]
        if operands.startswith("*"):
            return [self.symbols[name] for name in self.callees(symbol)]
        raise Unfollowable(f"{symbol}: cannot follow {operands}")

    def inside(self, address, symbol):
        return address in self.code and self.code[address][3] == symbol


def main():
    path, limit = sys.argv[1], int(sys.argv[2], 0)
    code, symbols = read(path)
    walker = Walker(code, symbols)
    worst = (0, [])
    try:
        for name, address in symbols.items():
            if re.fullmatch(ENTRIES, name):
                worst = max(worst, walker.function(address), key=lambda item: item[0])
    except Unfollowable as reason:
        print(f"{path}: {reason}")
        return 1
    depth = worst[0] + RESERVE
    print(f"{depth} of {limit} bytes: {' > '.join(worst[1])}, and an exception in the kernel")
    if not worst[0] or depth > limit:
        print(f"{path}: the deepest kernel stack does not fit a TCB block")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
