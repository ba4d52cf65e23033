#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The mapping database against its naive model: the corpus, then ten seconds of libFuzzer. `make fuzz` is the long run;
# what it finds it leaves in build/fuzz/, to be run again as build/tests/mapping_fuzz FILE.
. "$SRC/tests/lib.sh"

if ! command -v "${CLANG:-clang}" >/dev/null 2>&1; then
	skip mapping-fuzz 'clang is not installed; scripts/setup installs it'
	finish
fi
built=$(env -u MAKEFLAGS "${MAKE:-make}" --no-print-directory build/tests/mapping_fuzz 2>&1) || {
	printf '%s\n' "$built" | sed 's/^/# /'
	not_ok 'mapping-fuzz is built' "$(printf '%s\n' "$built" | grep -m 1 error)"
	exit 1
}
said=$(build/tests/mapping_fuzz -timeout=10 -max_len=512 -max_total_time=10 -artifact_prefix="$TMPDIR/" "$TMPDIR" "$SRC/tests/fuzz/corpus" 2>&1) || {
	printf '%s\n' "$said" | tail -n 30 | sed 's/^/# /'
	not_ok 'map, grant and flush are what the model says' "$(printf '%s\n' "$said" | grep -m 1 '^operation ')"
	exit 1
}
ok "map, grant and flush are what the model says ($(printf '%s\n' "$said" | sed -n 's/^\([0-9]* operations\)$/\1/p'))"
finish
