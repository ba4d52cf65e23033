#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every variant of `tested` (core, the presets, and pairs, in which every two
# choices meet) passes the same conformance tests on TCG, and every one of `core`
# on Bochs, which enforces segment limits. `make check-long` takes all. The guest's own tests are the lines here:
# ok PLATFORM/VARIANT/AREA/TEST. To run some by hand:
#     scripts/boot build/VARIANT conformance.bin 'only=spaces/*'
. "$SRC/tests/lib.sh"

# on PLATFORM EMULATOR MATRIX: boots them all and shows what they said.
on() {
	build/host/ukrun --platform "$1" --emulator "$2" --mkiso "$SRC/scripts/mkiso" \
		--variants "build/$3.variants" --matrix conformance --out "$TMPDIR/runs" \
		--program conformance.bin >"$TMPDIR/lines" 2>"$TMPDIR/messages"
	status=$?
	grep -E '^(ok|not ok|skip) ' "$TMPDIR/lines"
	if grep -q '^not ok ' "$TMPDIR/lines"; then
		failures=1
	elif [ "$status" -ne 0 ]; then
		sed 's/^/# /' "$TMPDIR/messages"
		not_ok "$1/runner" "ukrun ended with status $status"
	fi
	# A variant that says less than another has lost tests, not passed them.
	counts=$(sed -n 's,^[a-z ]* [a-z0-9]*/\([^/]*\)/.*,\1,p' "$TMPDIR/lines" | sort | uniq -c | awk '{ print $1 }' | sort -u | wc -l)
	variants=$(sed -n 's,^[a-z ]* [a-z0-9]*/\([^/]*\)/.*,\1,p' "$TMPDIR/lines" | sort -u | wc -l)
	equals "$1/all variants run the same number of tests" 1 "$counts"
	equals "$1/all variants of $3 were run" "$(wc -l <"build/$3.variants")" "$variants"
}

if [ "${HAVE_QEMU-no}" = yes ]; then
	on tcg "$QEMU" tested
else
	skip tcg 'no QEMU; scripts/setup installs it'
fi
if [ "${HAVE_BOCHS-no}" = yes ] && [ "${HAVE_ISO-no}" = yes ]; then
	on bochs "$BOCHS" core
else
	skip bochs 'no Bochs, or no way to make an ISO for it; scripts/setup installs them'
fi
finish
