#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A real guest on a real kernel that misbehaves in each of its ways: the runner
# gives each its own status.
. "$SRC/tests/lib.sh"

if [ "${HAVE_QEMU-no}" != yes ]; then
	skip misbehave 'no QEMU; scripts/setup installs it'
	finish
fi
head -n 1 build/core.variants >"$TMPDIR/variants"

# expect MODE STATUS [SECONDS]
expect() {
	build/host/ukrun --platform tcg --emulator "$QEMU" --variants "$TMPDIR/variants" --matrix "$1" --out "$TMPDIR/runs" \
		--program misbehave.bin --args "mode=$1" --timeout "${3:-30}" >/dev/null 2>&1
	got=$(sed -n '/"type":"cell"/s/.*"status":"\([^"]*\)".*/\1/p' "$TMPDIR/runs/latest/results.jsonl")
	equals "a guest with mode=$1 is $2" "$2" "$got"
}

expect good passed
expect junk passed
expect fail failed
expect panic panicked
expect truncate truncated
expect garble corrupt
expect short truncated
expect lie corrupt
expect gap corrupt
expect hang hung 3
finish
