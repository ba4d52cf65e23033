#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The memory system of a modelled processor, written a second time, for clarity alone.

    reference.py MACHINE TRACE [key=value ...]

prints what tests/model/memory_replay prints: every count that is not 0. It shares nothing with the C model but the
machine files: sets are lists in order of use, a fully associative cache is an ordered dictionary, nothing is
remembered to make it fast. It knows what misses and why; of clocks, only those of page walks.

A trace has one event per line, numbers in hexadecimal but for sizes:
    F|R|W LINEAR PHYSICAL SIZE USER   fetch, read, write; USER is 0 or 1
    P PHYSICAL VALUE                  a page-table entry, as the next access's walk finds it (after a write: as written)
    0|3|4 VALUE                       CR0, CR3, CR4 is loaded
    I LINEAR                          INVLPG
    X GLOBAL                          the TLB is flushed, with global pages or without
    C                                 the caches are flushed
    Z                                 a region begins: what is touched counts from here
"""
import math
import os
import re
import sys
from collections import Counter, OrderedDict

DEFAULTS = {"size": 0, "entries": 0, "ways": 1, "line": 16, "write": "through", "write-allocate": "no", "tagged": "no"}


def read_machine(path):
    """The settings of a machine file, without their ranges and sources."""
    settings = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if not line:
                continue
            key, value = (part.strip() for part in line.split("=", 1))
            if key == "based-on":
                settings.update(read_machine(os.path.join(os.path.dirname(path), value + ".txt")))
            else:
                settings[key] = re.sub(r"\s*\[.*\]$", "", value)
    return settings


class Store:
    """A set-associative store of keys. A key is (number, class); the number chooses the set."""

    def __init__(self, sets, ways, pseudo_lru):
        self.ways, self.pseudo_lru = ways, pseudo_lru
        self.sets = [[None] * ways for _ in range(sets)]       # what each way holds
        self.order = [[] for _ in range(sets)]                 # ways, least recently used first
        self.newer_left = [{} for _ in range(sets)]            # pseudo-LRU: (first way, width) of a group -> left half newer?
        self.full = OrderedDict()                              # the fully associative one, oldest first
        self.ever = {}                                         # key -> has it been flushed since it was filled?
        self.written = set()                                   # missed, but perhaps not filled
        self.dirty = set()

    def index(self, key):
        return key[0] % len(self.sets)

    def use_way(self, index, way):
        if way in self.order[index]:
            self.order[index].remove(way)
        self.order[index].append(way)
        first, width = 0, self.ways
        while width > 1:
            width //= 2
            left = way < first + width
            self.newer_left[index][first, width] = left
            if not left:
                first += width

    def oldest_way(self, index):
        if None in self.sets[index]:
            return self.sets[index].index(None)
        if not self.pseudo_lru:
            return self.order[index][0]
        first, width = 0, self.ways
        while width > 1:
            width //= 2
            if self.newer_left[index].get((first, width), False):
                first += width
        return first

    def use_full(self, key, allocate):
        hit = key in self.full
        if hit:
            self.full.move_to_end(key)
        elif allocate:
            if len(self.full) == self.ways * len(self.sets):
                self.full.popitem(last=False)
            self.full[key] = True
        return hit

    def use(self, key, allocate=True):
        """(why it missed or None, the dirty key that made room or None)"""
        index = self.index(key)
        ways = self.sets[index]
        in_full = self.use_full(key, allocate)
        if key in ways:
            self.use_way(index, ways.index(key))
            return None, None
        if key not in self.ever:
            why = "cold" if allocate or key not in self.written else "unfetched"
            self.written.add(key)
        elif self.ever[key]:
            why = "flushed"
        else:
            why = "conflict" if in_full else "capacity"
        if not allocate:
            return why, None
        way = self.oldest_way(index)
        victim = ways[way] if ways[way] in self.dirty else None
        self.dirty.discard(ways[way])
        ways[way] = key
        self.use_way(index, way)
        self.ever[key] = False
        return why, victim

    def has(self, key):
        return key in self.sets[self.index(key)]

    def drop(self, key):
        index = self.index(key)
        self.sets[index] = [None if held == key else held for held in self.sets[index]]
        self.full.pop(key, None)
        self.dirty.discard(key)
        if key in self.ever:
            self.ever[key] = True

    def flush(self, goes):
        for key in list(self.ever):
            if goes(key):
                self.drop(key)


class Reference:
    def __init__(self, machine):
        self.machine = machine
        self.line = int(self.get("l1d.line"))
        self.data = self.cache("l1d")
        self.code = self.cache("l1i") if self.get("l1") == "split" else self.data
        self.outer = [name for name in ("l2", "l3") if int(self.get(name + ".size"))]
        self.outer_caches = {name: self.cache(name) for name in self.outer}
        split = self.get("tlb") == "split"
        self.tlbs = {"data": {False: self.tlb("dtlb"), True: self.tlb("dtlb.large")}}
        self.tlbs["code"] = {False: self.tlb("itlb"), True: self.tlb("itlb.large")} if split else self.tlbs["data"]
        self.second = self.tlb("stlb")
        self.cr0 = self.cr3 = self.cr4 = 0
        self.memory = {}                # table entries: physical address -> value
        self.bits = {}                  # accessed and dirty bits as the processor knows them: {"accessed", "dirty"}
        self.clean = set()              # (which, key) of pages in a TLB whose dirty bit it must set before a write
        self.counts = Counter()
        self.begin_region()

    def get(self, key):
        return self.machine.get(key, DEFAULTS.get(key.rsplit(".", 1)[-1]))

    def cache(self, name):
        ways, line = int(self.get(name + ".ways")), int(self.get(name + ".line"))
        replacement = self.machine.get(name + ".replacement", "lru")
        return Store(int(self.get(name + ".size")) // (ways * line), ways, replacement == "pseudo-lru")

    def tlb(self, name):
        entries, ways = int(self.get(name + ".entries")), int(self.get(name + ".ways"))
        replacement = self.machine.get(name + ".replacement", "pseudo-lru")
        return Store(entries // ways, ways, replacement == "pseudo-lru") if entries else None

    def begin_region(self):
        self.lines, self.pages = set(), set()

    # ---- caches --------------------------------------------------------------------------------

    def outer_write(self, level, physical):
        if level == len(self.outer):
            return
        name = self.outer[level]
        cache, line = self.outer_caches[name], int(self.get(name + ".line"))
        key = (physical // line, "")
        _, victim = cache.use(key, self.get(name + ".write-allocate") == "yes")
        if victim:
            self.outer_write(level + 1, victim[0] * line)
        if cache.has(key) and self.get(name + ".write") == "back":
            cache.dirty.add(key)
        else:
            self.outer_write(level + 1, physical)

    def outer_read(self, level, physical, who, kind):
        if level == len(self.outer):
            return
        name = self.outer[level]
        line = int(self.get(name + ".line"))
        why, victim = self.outer_caches[name].use((physical // line, ""))
        if why:
            self.counts[name, who, kind, why] += 1
            if victim:
                self.outer_write(level + 1, victim[0] * line)
            self.outer_read(level + 1, physical, who, kind)

    def use_line(self, kind, physical, who):
        cache = self.code if kind == "fetch" else self.data
        key = (physical // self.line, "")
        allocate = kind != "write" or self.get("l1d.write-allocate") == "yes"
        why, victim = cache.use(key, allocate)
        if why:
            self.counts["l1", who, kind, why] += 1
            if allocate:
                self.outer_read(0, physical, who, kind)
            if victim:
                self.counts["write-back", "kernel", "l1", "any"] += 1
                self.outer_write(0, victim[0] * self.line)
        if kind == "write":
            if cache.has(key) and self.get("l1d.write") == "back":
                cache.dirty.add(key)
            else:
                self.outer_write(0, physical)
        if kind != "walk":
            self.lines.add(("code" if kind == "fetch" else "data", key))

    # ---- pages ---------------------------------------------------------------------------------

    def read_tables(self, linear):
        """(addresses of the entries, large, global, base of the page); no addresses: unknown"""
        unknown = ([], False, False, None)
        directory = self.cr3 // 4096 * 4096 + linear // 2**22 * 4
        entry = self.memory.get(directory, 0)
        if not entry & 1:
            return unknown
        if self.cr4 & 0x10 and entry & 0x80:
            return [directory], True, bool(self.cr4 & 0x80 and entry & 0x100), entry // 2**22 * 2**22
        table = entry // 4096 * 4096 + linear // 4096 % 1024 * 4
        entry = self.memory.get(table, 0)
        if not entry & 1:
            return unknown
        return [directory, table], False, bool(self.cr4 & 0x80 and entry & 0x100), entry // 4096 * 4096

    def key(self, linear, form, is_global):
        """form: "small", "large", or "piece", of a large page in a TLB that has only small ones."""
        number = linear // (2**22 if form == "large" else 4096)
        return number, (form, "global" if is_global else self.cr3 // 4096)

    @staticmethod
    def store_for(tlb, form):
        return tlb[form == "large"]

    def walk(self, entries, write, who):
        updates = 0
        for address in entries:
            wanted = {"accessed", "dirty"} if write and address == entries[-1] else {"accessed"}
            known = self.bits.setdefault(address, set())
            updates += not wanted <= known
            known |= wanted
            self.counts["access", who, "walk", "any"] += 1
            self.use_line("walk", address, who)
        if self.get("cycles") == "none":
            return
        if self.get("tlb.parameters") == "liedtke":
            clocks = float(self.get("tlb.liedtke.miss"))
        else:
            name = ("miss", "one-update", "two-updates")[updates]
            clocks = float(self.get("tlb.manual." + name)) * float(self.get("bus.ratio"))
        self.counts["clocks", who, "any", "walk"] += math.ceil(clocks)

    def is_clean(self, entries):
        return bool(entries) and "dirty" not in self.bits.get(entries[-1], set())

    def held_key(self, tlb, linear):
        for form in ("small", "piece", "large"):
            for is_global in (False, True):
                key = self.key(linear, form, is_global)
                store = self.store_for(tlb, form)
                if store and store.has(key):
                    return key
        return None

    def use_page(self, kind, linear, who):
        which = "code" if kind == "fetch" else "data"
        tlb = self.tlbs[which]
        key = self.held_key(tlb, linear)
        if key:
            self.store_for(tlb, key[1][0]).use(key)
        else:
            entries, large, is_global, _ = self.read_tables(linear)
            form = "small" if not large else "large" if tlb[True] else "piece"
            key = self.key(linear, form, is_global)
            why, _ = self.store_for(tlb, form).use(key)
            self.counts["tlb", who, which, why] += 1
            if self.second and self.second.use(self.key(linear, "large" if large else "small", is_global))[0] is None:
                self.counts["stlb", who, "any", "hit"] += 1
            else:
                self.walk(entries, kind == "write", who)
            self.clean.discard((id(tlb), key))
            if self.is_clean(entries):
                self.clean.add((id(tlb), key))
        if kind == "write" and (id(tlb), key) in self.clean:
            self.clean.discard((id(tlb), key))
            entries = self.read_tables(linear)[0]
            if self.is_clean(entries):
                self.counts["dirty", who, "any", "walk"] += 1
                self.walk(entries, True, who)
        self.pages.add((which, key))

    def stores(self):
        found = [self.tlbs["data"][False], self.tlbs["data"][True], self.tlbs["code"][False], self.tlbs["code"][True]]
        return [store for store in found + [self.second] if store]

    def flush_pages(self, global_too):
        for store in self.stores():
            store.flush(lambda key: global_too or key[1][1] != "global")

    def invalidate(self, linear):
        pages = [("small", linear), ("large", linear)]
        pages += [("piece", linear // 2**22 * 2**22 + 4096 * piece) for piece in range(1024)]
        keys = [self.key(page, form, is_global) for form, page in pages for is_global in (False, True)]
        for store in self.stores():
            for key in keys:
                store.drop(key)

    # ---- events --------------------------------------------------------------------------------

    def access(self, kind, linear, physical, size, who):
        self.counts["access", who, kind, "any"] += 1
        end = linear + size
        while linear < end:
            if self.cr0 & 0x80000000:
                self.use_page(kind, linear, who)
            self.use_line(kind, physical, who)
            if kind == "write" and physical // 4 * 4 in self.bits:
                value = self.memory.get(physical // 4 * 4, 0)
                self.bits[physical // 4 * 4] = {name for name, bit in (("accessed", 0x20), ("dirty", 0x40)) if value & bit}
            step = min(end - linear, self.line - physical % self.line)
            linear, physical = linear + step, physical + step
            if linear < end and linear % 4096 == 0 and self.cr0 & 0x80000000:
                entries, large, _, base = self.read_tables(linear)
                if entries:
                    physical = base + linear % (2**22 if large else 4096)

    def load(self, number, value):
        old = (self.cr0, self.cr4)
        if number == 3:
            self.cr3 = value
            if self.get("tlb.tagged") == "no":
                self.counts["flush", "kernel", "tlb", "any"] += 1
                self.flush_pages(False)
            return
        if number == 0:
            self.cr0 = value
        else:
            self.cr4 = value
        if (self.cr0 ^ old[0]) & 0x80000000 or (self.cr4 ^ old[1]) & 0x90:
            self.counts["flush", "kernel", "tlb", "any"] += 1
            self.flush_pages(True)

    def event(self, words):
        what = words[0]
        if what in "FRW":
            kind = {"F": "fetch", "R": "read", "W": "write"}[what]
            self.access(kind, int(words[1], 16), int(words[2], 16), int(words[3]), "user" if words[4] == "1" else "kernel")
        elif what == "P":
            self.memory[int(words[1], 16)] = int(words[2], 16)
        elif what in "034":
            self.load(int(what), int(words[1], 16))
        elif what == "I":
            self.counts["invlpg", "kernel", "tlb", "any"] += 1
            self.invalidate(int(words[1], 16))
        elif what == "X":
            self.counts["flush", "kernel", "tlb", "any"] += 1
            self.flush_pages(words[1] == "1")
        elif what == "C":
            for store in [self.data, self.code] + list(self.outer_caches.values()):
                store.flush(lambda key: True)
        elif what == "Z":
            self.begin_region()
        else:
            sys.exit(f"reference.py: no such event: {' '.join(words)}")

    def report(self):
        for key, count in self.counts.items():
            if count:
                yield f"{' '.join(key)} {count}"
        for name, touched in (("lines", self.lines), ("pages", self.pages)):
            both = len({key for _, key in touched})
            code, data = (sum(1 for which, _ in touched if which == wanted) for wanted in ("code", "data"))
            yield f"touched {name} {both} {code} {data}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n\n")[1])
    machine = read_machine(sys.argv[1])
    machine.update(word.split("=", 1) for word in sys.argv[3:])
    reference = Reference(machine)
    with open(sys.argv[2], encoding="ascii") as trace:
        for line in trace:
            reference.event(line.split())
    print("\n".join(sorted(reference.report())))


if __name__ == "__main__":
    main()
