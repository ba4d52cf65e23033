#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Floating-point state on processors of each kind: with FNSAVE, with FXSAVE and SSE, without a unit. The conformance suite has
# the platforms' own processors, which know FNSAVE alone.
. "$SRC/tests/lib.sh"

tab=$(printf '\t')
only='only=fpu/*,exceptions/*'

# judge NAME LOG PASSED: one line per test that did not pass, and one for the whole, which must have that test among the passed.
judge() {
	bad=$(sed -n 's/.*"name":"\([^"]*\)","result":"fail","why":"\([^"]*\)".*/\1: \2/p' "$2")
	grep -q '"t":"complete"' "$2" || bad=$(printf '%s\nthe guest did not come to its end' "$bad")
	grep -q "\"name\":\"$3\",\"result\":\"pass\"" "$2" || bad=$(printf '%s\n%s did not pass' "$bad" "$3")
	verdict "$1" "$(printf '%s\n' "$bad" | sed '/^$/d')"
}

# qemu CPU PASSED NAME FOLDER
qemu() {
	timeout 60 "$QEMU" -machine pc -cpu "$1" -accel tcg -icount shift=0,sleep=off -m 64 -nodefaults -vga none -display none -no-reboot \
		-rtc clock=vm -serial "file:$TMPDIR/log" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$4/kernel.elf" -append 'platform=tcg exit=debug' \
		-initrd "$4/sigma0.bin,$4/conformance.bin $(printf '%s' "$only" | sed 's/,/,,/g')" </dev/null >/dev/null 2>&1
	judge "tcg, $1: $3" "$TMPDIR/log" "$2"
}

# bochs PASSED NAME: the runner boots the platform's Pentium; the same boot again is a Pentium III's.
bochs() {
	grep "^$2$tab" "$TMPDIR/both" >"$TMPDIR/variants"
	build/host/ukrun --platform bochs --emulator "$BOCHS" --mkiso "$SRC/scripts/mkiso" --variants "$TMPDIR/variants" --matrix fpu \
		--out "$TMPDIR/runs" --program conformance.bin --args "$only" >"$TMPDIR/messages" 2>&1
	boot=$(echo "$TMPDIR"/runs/latest/logs/"$2".*.boot)
	sed 's/model=pentium/model=p3_katmai/' "$boot/bochsrc" >"$TMPDIR/bochsrc" && cp "$TMPDIR/bochsrc" "$boot/bochsrc"
	(cd "$boot" && timeout 60 sh ./run </dev/null >/dev/null 2>&1)
	judge "bochs, Pentium III: $2" "$boot/serial.log" "$1"
}

# The first and the last of `core` differ in every choice.
sed -n -e 1p -e '$p' build/core.variants >"$TMPDIR/both"
while IFS="$tab" read -r name _ folder; do
	if [ "${HAVE_QEMU-no}" = yes ]; then
		qemu 486 fpu/ipc-all "$name" "$folder"
		qemu pentium3 fpu/ipc-all "$name" "$folder"
		qemu 486,-fpu fpu/absent "$name" "$folder"
	else
		skip "tcg: $name" 'no QEMU; scripts/setup installs it'
	fi
	if [ "${HAVE_BOCHS-no}" = yes ] && [ "${HAVE_ISO-no}" = yes ]; then
		bochs fpu/sse-exception "$name"
	else
		skip "bochs: $name" 'no Bochs, or no way to make an ISO for it; scripts/setup installs them'
	fi
done <"$TMPDIR/both"
finish
