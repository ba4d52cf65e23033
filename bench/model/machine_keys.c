/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every property that a machine file can set: name, who needs it, words or bounds, default, meaning.
 */
#include "machine_keys.h"

#define POLICY "lru|pseudo-lru"

/* A cache or a TLB is absent where its size is 0; what else is said of it then does not matter. */
#define CACHE(level, need)                                                                                      \
    {level ".size", NEED_NEVER, NULL, 0, 1 << 27, "0", "bytes; 0: there is none"},                              \
    {level ".ways", NEED_NEVER, NULL, 1, 64, "1", "lines per set"},                                             \
    {level ".line", NEED_NEVER, NULL, 4, 256, "16", "bytes per line"},                                          \
    {level ".replacement", NEED_NEVER, POLICY, 0, 0, "lru", "which way a miss takes once all hold a line"}

#define WRITES(level)                                                                                           \
    {level ".write", NEED_NEVER, "through|back", 0, 0, "through", "where a write that hits goes"},              \
    {level ".write-allocate", NEED_NEVER, "no|yes", 0, 0, "no", "does a write that misses fetch the line"}

#define TLB(name)                                                                                               \
    {name ".entries", NEED_NEVER, NULL, 0, 65536, "0", "pages it can hold; 0: there is none"},                  \
    {name ".ways", NEED_NEVER, NULL, 1, 64, "1", "entries per set"},                                            \
    {name ".replacement", NEED_NEVER, POLICY, 0, 0, "pseudo-lru", "which way a miss takes once all are valid"}

const struct machine_key machine_keys[] = {
    {"name", NEED_ALWAYS, "", 0, 0, NULL, "what tables call it"},
    {"cycles", NEED_ALWAYS, "none|i486|pentium", 0, 0, NULL, "whose pipeline rules and clocks; none: misses only"},
    {"clock.mhz", NEED_CYCLES, NULL, 0.001, 1e6, NULL, "core clock, to turn cycles into time"},
    {"bus.ratio", NEED_CYCLES, NULL, 1, 64, NULL, "core clocks per bus clock"},
    {"bus.width", NEED_CYCLES, NULL, 1, 64, NULL, "bytes that one transfer of a line fill brings"},

    {"l1", NEED_ALWAYS, "unified|split", 0, 0, NULL, "first level: l1d alone for both, or l1i and l1d"},
    CACHE("l1i", NEED_NEVER),
    CACHE("l1d", NEED_NEVER),
    WRITES("l1d"),
    CACHE("l2", NEED_NEVER),
    WRITES("l2"),
    CACHE("l3", NEED_NEVER),
    WRITES("l3"),

    {"l2.first", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks that a first-level miss waits for its first transfer from l2"},
    {"l2.next", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks between further transfers"},
    {"l2.store", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks the bus is busy with one write that l2 takes"},
    {"l2.victim", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks that a fill waits because l2 writes back a dirty line first"},
    {"memory.first", NEED_CYCLES, NULL, 0, 1000, NULL, "as l2.first, from memory"},
    {"memory.next", NEED_CYCLES, NULL, 0, 1000, NULL, "as l2.next, from memory"},
    {"memory.store", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks the bus is busy with one write to memory"},

    {"write-buffer.entries", NEED_CYCLES, NULL, 0, 64, NULL, "writes that need not be waited for"},
    {"write-buffer.pass", NEED_CYCLES, "never|hits|always", 0, 0, NULL,
     "may a read go before buffered writes: if all of them hit the cache, or always"},

    {"tlb", NEED_ALWAYS, "unified|split", 0, 0, NULL, "dtlb alone for both, or itlb and dtlb"},
    TLB("itlb"),
    TLB("dtlb"),
    TLB("itlb.large"),
    TLB("dtlb.large"),
    TLB("stlb"),
    {"tlb.tagged", NEED_NEVER, "no|yes", 0, 0, "no", "entries carry their space: loading CR3 flushes nothing"},
    {"tlb.parameters", NEED_CYCLES, "liedtke|manual", 0, 0, NULL, "which of the sets below a miss is charged by"},
    {"tlb.liedtke.miss", NEED_CYCLES, NULL, 0, 1000, NULL, "clocks of a miss, all included"},
    {"tlb.manual.miss", NEED_CYCLES, NULL, 0, 1000, NULL, "bus clocks of a miss that sets no bit in the tables"},
    {"tlb.manual.one-update", NEED_CYCLES, NULL, 0, 1000, NULL, "bus clocks where one entry's accessed or dirty bit is set"},
    {"tlb.manual.two-updates", NEED_CYCLES, NULL, 0, 1000, NULL, "bus clocks where both entries are updated"},

    {"prefetch.bytes", NEED_CYCLES, NULL, 0, 4096, NULL, "what the prefetch buffers hold"},
    {"prefetch.refill", NEED_NEVER, NULL, 0, 1000, "0", "clocks to refill from the first level after a jump, beyond the jump's own"},

    {"penalty.agi", NEED_CYCLES, NULL, 0, 100, NULL, "address register written by the instruction (clock) before"},
    {"penalty.index", NEED_I486, NULL, 0, 100, NULL, "index register in the address"},
    {"penalty.displacement-immediate", NEED_I486, NULL, 0, 100, NULL, "displacement and immediate in one instruction"},
    {"penalty.prefix", NEED_CYCLES, NULL, 0, 100, NULL, "each prefix byte"},
    {"penalty.misaligned", NEED_CYCLES, NULL, 0, 100, NULL, "each access across a doubleword's end"},
    {"penalty.split-target", NEED_I486, NULL, 0, 100, NULL, "jump to an instruction that crosses a line's end"},
    {"penalty.byte-register", NEED_I486, NULL, 0, 100, NULL, "byte register written, then the whole register used"},
    {"penalty.byte-load", NEED_I486, NULL, 0, 100, NULL, "byte register loaded two clocks before its register addresses"},
    {"penalty.lock", NEED_CYCLES, NULL, 0, 100, NULL, "LOCK, beyond the prefix"},
    {"penalty.bank", NEED_PENTIUM, NULL, 0, 100, NULL, "both pipes at one bank of the data cache"},
    {"penalty.segment-base", NEED_CYCLES, NULL, 0, 100, NULL, "access through a segment whose base is not zero"},

    {"branch.entries", NEED_PENTIUM, NULL, 1, 65536, NULL, "branch target buffer"},
    {"branch.ways", NEED_PENTIUM, NULL, 1, 64, NULL, "its ways"},
    {"branch.wrong-u", NEED_PENTIUM, NULL, 0, 100, NULL, "conditional branch mispredicted in U"},
    {"branch.wrong-v", NEED_PENTIUM, NULL, 0, 100, NULL, "conditional branch mispredicted in V"},
    {"branch.wrong-unconditional", NEED_PENTIUM, NULL, 0, 100, NULL, "jump or call mispredicted"},

    {"clocks.int-inner", NEED_CYCLES, NULL, 0, 1000, NULL, "INT n, fault or interrupt, to an inner privilege"},
    {"clocks.int-same", NEED_CYCLES, NULL, 0, 1000, NULL, "the same, privilege kept"},
    {"clocks.iret-outer", NEED_CYCLES, NULL, 0, 1000, NULL, "IRET to an outer privilege"},
    {"clocks.iret-same", NEED_CYCLES, NULL, 0, 1000, NULL, "IRET, privilege kept"},
    {"clocks.segment-load", NEED_CYCLES, NULL, 0, 1000, NULL, "MOV or POP to DS, ES, FS, GS, SS, in protected mode"},
    {"clocks.segment-unaccessed", NEED_CYCLES, NULL, 0, 1000, NULL, "more, if the descriptor's accessed bit is clear"},
    {"clocks.far-load", NEED_CYCLES, NULL, 0, 1000, NULL, "LDS, LES, LFS, LGS"},
    {"clocks.far-load-stack", NEED_CYCLES, NULL, 0, 1000, NULL, "LSS"},
    {"clocks.mov-cr0", NEED_CYCLES, NULL, 0, 1000, NULL, "MOV CR0, r"},
    {"clocks.mov-cr3", NEED_CYCLES, NULL, 0, 1000, NULL, "MOV CR3, r, which flushes the TLB"},
    {"clocks.invlpg-hit", NEED_CYCLES, NULL, 0, 1000, NULL, "INVLPG of a page that is in the TLB"},
    {"clocks.invlpg-miss", NEED_CYCLES, NULL, 0, 1000, NULL, "INVLPG of one that is not"},
    {"clocks.pop", NEED_CYCLES, NULL, 0, 1000, NULL, "POP r"},
    {"clocks.xchg-memory", NEED_CYCLES, NULL, 0, 1000, NULL, "XCHG r, m"},
    {"clocks.rdtsc", NEED_PENTIUM, NULL, 0, 1000, NULL, "RDTSC"},
};
const size_t machine_key_count = sizeof machine_keys / sizeof machine_keys[0];
