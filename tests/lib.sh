# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# For test scripts: one line per test, as tests/run counts them. A script
# sources this as `. "$SRC/tests/lib.sh"` and ends with `finish`.

failures=0
# Run by hand, outside tests/run, the scratch folder is the test's own.
[ -n "${TMPDIR-}" ] || { TMPDIR=$(mktemp -d) && export TMPDIR && trap 'rm -rf "$TMPDIR"' EXIT; }

ok() { printf 'ok %s\n' "$1"; }

not_ok() { # not_ok NAME WHY
	printf 'not ok %s: %s\n' "$1" "$2"
	failures=$((failures + 1))
}

skip() { printf 'skip %s: %s\n' "$1" "$2"; }

# verdict NAME FINDINGS: ok if the findings are empty, else each line of them
# is shown and the first is the reason.
verdict() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		not_ok "$1" "$(printf '%s\n' "$2" | head -n 1)"
	fi
}

# finds NAME PATTERN TEXT: ok if the text has a line that matches the pattern.
finds() {
	if printf '%s\n' "$3" | grep -Eq -e "$2"; then
		ok "$1"
	else
		printf '%s\n' "$3" | sed 's/^/# /'
		not_ok "$1" "no line matches '$2'"
	fi
}

# equals NAME WANTED GOT
equals() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted '$2', got '$3'"
	fi
}

finish() { [ "$failures" -eq 0 ]; exit; }
