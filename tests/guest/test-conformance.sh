#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every variant of `tested` (core, the presets, and pairs, in which every two
# choices meet) passes the same conformance tests on TCG, and every one of `core`
# on Bochs, which enforces segment limits; some also on processors with global
# pages, and with no 4 MB pages. `make check-long` takes all. The guest's own tests
# are the lines here: ok PLATFORM/VARIANT/AREA/TEST. To run some by hand:
#     CPU=pentium,+pge scripts/boot build/VARIANT conformance.bin 'only=spaces/*'
. "$SRC/tests/lib.sh"

# on NAME PLATFORM EMULATOR LIST: boots all variants of the list and shows what they said, as that of NAME.
on() {
	build/host/ukrun --platform "$2" --emulator "$3" --mkiso "$SRC/scripts/mkiso" \
		--variants "$4" --matrix conformance --out "$TMPDIR/runs" \
		--program conformance.bin >"$TMPDIR/output" 2>"$TMPDIR/messages"
	status=$?
	grep -E '^(ok|not ok|skip) ' "$TMPDIR/output" | sed -E "s,^(ok|not ok|skip) $2/,\\1 $1/," >"$TMPDIR/lines"
	cat "$TMPDIR/lines"
	if grep -q '^not ok ' "$TMPDIR/lines"; then
		failures=1
	elif [ "$status" -ne 0 ]; then
		sed 's/^/# /' "$TMPDIR/messages"
		not_ok "$1/runner" "ukrun ended with status $status"
	fi
	# A variant that says less than another has lost tests, not passed them.
	counts=$(sed -n 's,^[a-z ]* [a-z0-9+]*/\([^/]*\)/.*,\1,p' "$TMPDIR/lines" | sort | uniq -c | awk '{ print $1 }' | sort -u | wc -l)
	variants=$(sed -n 's,^[a-z ]* [a-z0-9+]*/\([^/]*\)/.*,\1,p' "$TMPDIR/lines" | sort -u | wc -l)
	equals "$1/all variants run the same number of tests" 1 "$counts"
	equals "$1/all variants of $(basename "$4" .variants) were run" "$(wc -l <"$4")" "$variants"
}

# on_processor NAME PLATFORM COMMAND MAP LIST: the same with another processor, where a kernel of kernelmap=large has to find the
# pages MAP. COMMAND is the emulator's, with its arguments in "$@".
on_processor() {
	printf '#!/bin/sh\nexec %s\n' "$3" >"$TMPDIR/$1.sh"
	chmod +x "$TMPDIR/$1.sh"
	on "$1" "$2" "$TMPDIR/$1.sh" "$5"
	equals "$1/the kernel is mapped by $4 pages" "\"kernel_map\":\"$4\"" \
		"$(grep -o '"kernel_map":"[^"]*"' "$TMPDIR/runs/latest/results.jsonl" | sort -u)"
}

# with CHOICE...: the variants of `tested` that have all of these choices.
with() {
	awk -F '\t' -v wanted="$*" 'BEGIN { n = split(wanted, choices, " ") }
		{ for (i = 1; i <= n; i++) if (index("," $2 ",", "," choices[i] ",") == 0) next; print }' build/tested.variants
}

# The default, and the same with address spaces that a switch flushes.
with kernelmap=large messages=registers scheduling=lazy tcbs=array >"$TMPDIR/large.variants"
if [ "${HAVE_QEMU-no}" = yes ]; then
	on tcg tcg "$QEMU" build/tested.variants
	# With global pages, which QEMU forgets with all others when CR3 is loaded: this shows that the kernel runs with CR4.PGE.
	on_processor tcg+pge tcg "\"$QEMU\" \"\$@\" -cpu pentium,+pge" '4M global' "$TMPDIR/large.variants"
	# Without 4 MB pages, and CR4: as the i486 of the models, and faster.
	on_processor tcg+486 tcg "\"$QEMU\" \"\$@\" -cpu 486,-vme,-pse" 4K "$TMPDIR/large.variants"
else
	skip tcg 'no QEMU; scripts/setup installs it'
fi
if [ "${HAVE_BOCHS-no}" = yes ] && [ "${HAVE_ISO-no}" = yes ]; then
	on bochs bochs "$BOCHS" build/core.variants
	# Bochs keeps global pages as a processor does: what is global and should not be, is seen where switches load CR3.
	with kernelmap=large messages=registers scheduling=lazy tcbs=array spaces=full >"$TMPDIR/large.variants"
	on_processor bochs+pge bochs "\"$BOCHS\" \"\$@\" 'cpu: model=p2_klamath'" '4M global' "$TMPDIR/large.variants"
else
	skip bochs 'no Bochs, or no way to make an ISO for it; scripts/setup installs them'
fi
finish
