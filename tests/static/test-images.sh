#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every image of every built variant holds only what a 486 executes, and nothing
# of libgcc; the search is tried on planted instructions.
. "$SRC/tests/lib.sh"

opcodes() { "$PYTHON" "$SRC/tests/static/opcodes.py" "$@" 2>&1; }

"$SRC/scripts/variants" --matrix tested >"$TMPDIR/variants"
while IFS="$(printf '\t')" read -r name _ folder; do
	if [ -r "$folder/kernel.asm" ]; then
		verdict "$name runs on a 486" "$(opcodes "$folder"/*.asm)"
		verdict "$name is free of libgcc" "$(opcodes --libgcc "$folder"/*.sym)"
	else
		not_ok "$name runs on a 486" "$folder is not built; make variants"
	fi
done <"$TMPDIR/variants"

if $OBJDUMP -d build/probe/probe.elf >"$TMPDIR/probe.asm" 2>&1; then
	verdict 'the probe runs on a 486' "$(opcodes "$TMPDIR/probe.asm")"
else
	not_ok 'the probe runs on a 486' 'build/probe/probe.elf is not built; make probe-image'
fi

# planted NAME PATTERN: assembles stdin and disassembles it.
planted() {
	cat >"$TMPDIR/plant.s"
	# shellcheck disable=SC2086
	$CC -m32 -c -o "$TMPDIR/plant.o" "$TMPDIR/plant.s" && $OBJDUMP -d "$TMPDIR/plant.o" >"$TMPDIR/plant.asm"
	found=$(opcodes "$TMPDIR/plant.asm")
	if [ -n "$2" ]; then
		finds "planted: $1 is found" "$2" "$found"
	else
		verdict "planted: $1 passes" "$found"
	fi
}
for instruction in 'cmovne %eax,%ebx' rdtsc cpuid sysenter sysexit rdmsr wrmsr rdpmc endbr32 pause 'cmpxchg8b (%eax)' \
	'movd %eax,%mm0' 'movaps %xmm0,%xmm1' 'fld1' fxsave\ '(%eax)' emms 'popcnt %eax,%ebx' 'prefetcht0 (%eax)' lfence; do
	printf 'f: %s\n' "$instruction" | planted "${instruction%% *}" " in f: "
done
printf 'f: nopl 0(%%eax)\n' | planted 'a long nop' 'multi-byte-nop .* in f:'
printf 'f: mov %%eax,%%cr4\n' | planted 'cr4' 'cr4 .* in f:'
planted 'code of a 486' '' <<'EOF'
f:	pushal
	bswap %eax
	lock cmpxchg %ebx,(%ecx)
	rep movsl
	xaddl %eax,(%ebx)
	invlpg (%eax)
	movzwl %ax,%ecx
	sete %al
	mov %ds,%eax
	mov %cr3,%eax
	lgdt (%eax)
	ljmp $8,$f
	.p2align 4
	iret
	lss (%eax),%esp
	repnz scasb
EOF
printf '00000000 T __udivdi3\n' >"$TMPDIR/plant.sym"
finds 'planted: a routine of libgcc is found' '__udivdi3 is libgcc' "$(opcodes --libgcc "$TMPDIR/plant.sym")"
printf '         U memcpy\n' >"$TMPDIR/plant.sym"
finds 'planted: an undefined symbol is found' 'memcpy is undefined' "$(opcodes --libgcc "$TMPDIR/plant.sym")"
finish
