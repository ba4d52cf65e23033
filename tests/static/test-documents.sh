#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What the documents say is true: blocks made from the sources are fresh, files
# and targets they name exist.
# Backquotes in single quotes are meant, and targets are words.
# shellcheck disable=SC2016,SC2013
. "$SRC/tests/lib.sh"

verdict 'what the documents repeat is fresh' "$("$SRC/scripts/refresh" --check 2>&1)"

mkdir -p "$TMPDIR/t"
printf '<!-- made by: echo new -->\nold\n<!-- end -->\n' >"$TMPDIR/t/planted.md"
finds 'planted: a stale block is found' 'out of date' "$("$SRC/scripts/refresh" --check "$TMPDIR/t/planted.md" 2>&1)"
"$SRC/scripts/refresh" "$TMPDIR/t/planted.md" >/dev/null
finds 'planted: a stale block is renewed' '^new$' "$(cat "$TMPDIR/t/planted.md")"
printf '<!-- made by: false -->\n<!-- end -->\n' >"$TMPDIR/t/planted.md"
finds 'planted: a command that fails is found' 'this command failed' "$("$SRC/scripts/refresh" --check "$TMPDIR/t/planted.md" 2>&1)"

# Paths in backquotes that begin with a folder of the house.
named() {
	grep -o '`[^`]*`' "$1" | tr -d '`' | grep -E '^(kernel|variants|bench|results|scripts|plots|tests|\.ci)/[A-Za-z0-9_./-]*$' | sort -u
}
missing() {
	named "$1" | while read -r path; do [ -e "$SRC/$path" ] || printf '%s names %s, which does not exist\n' "${1##*/}" "$path"; done
}
targets() {
	grep -o '`make [a-z]*' "$1" | cut -d' ' -f2 | sort -u | while read -r target; do
		grep -q "^$target:" "$SRC/Makefile" || printf '%s names the target %s, which does not exist\n' "${1##*/}" "$target"
	done
}
# Lines for people: tables, and the commands that make them, may be longer.
wide() {
	LC_ALL=C awk -v name="$1" 'length($0) > 160 && !/^(\||<!--)/ { printf "%s:%d has %d columns\n", name, NR, length($0) }' "$2"
}
written() { (cd "$SRC" && find . -name build -prune -o -name '*.md' ! -name VALIDATION.md ! -path '*/golden/*' -print | sed 's|^\./||' | sort); }
for document in $(written); do
	verdict "$document names files that exist" "$(missing "$SRC/$document")"
	verdict "$document names targets that exist" "$(targets "$SRC/$document")"
	verdict "$document has lines that can be read" "$(wide "$document" "$SRC/$document")"
done
printf '%161s\n' word >"$TMPDIR/t/planted.md"
finds 'planted: a line that is too long is found' 'planted:1 has 161 columns' "$(wide planted "$TMPDIR/t/planted.md")"
printf 'See `kernel/nowhere.c`, `make nothing`.\n' >"$TMPDIR/t/planted.md"
finds 'planted: a file that is not there is found' 'kernel/nowhere.c' "$(missing "$TMPDIR/t/planted.md")"
finds 'planted: a target that is not there is found' 'nothing' "$(targets "$TMPDIR/t/planted.md")"

# The kernel's sources and their reading order: each is there, and is named.
unread() {
	(cd "$SRC/kernel" && ls ./*.c x86/*.c x86/*.S) | sed 's|^\./||' | while read -r file; do
		grep -qF "\`$file\`" "$1" || printf '%s does not name %s\n' "${1##*/}" "$file"
	done
}
gone() {
	grep -Eo '`[a-z0-9_/]+\.[chS]`' "$1" | tr -d '`' | sort -u | while read -r file; do
		[ -e "$SRC/kernel/$file" ] || [ -e "$SRC/$file" ] || printf '%s names %s, which does not exist\n' "${1##*/}" "$file"
	done
}
verdict 'kernel/README.md names every source' "$(unread "$SRC/kernel/README.md")"
verdict 'kernel/README.md names no source that is gone' "$(gone "$SRC/kernel/README.md")"
printf '`nowhere.c`\n' >"$TMPDIR/t/planted.md"
finds 'planted: a source without a place in the reading order is found' 'ipc.c' "$(unread "$TMPDIR/t/planted.md")"
finds 'planted: a place for a source that is gone is found' 'nowhere.c' "$(gone "$TMPDIR/t/planted.md")"

# Tests that a document names: conformance tests as area/what, others as files.
conformance_tests() { cat "$SRC"/tests/guest/conformance/*.c | grep -Eo '"[a-z0-9]+/[a-z0-9-]+"' | tr -d '"'; }
conformance_tests >"$TMPDIR/conformance"
missing_tests() {
	grep -o '`[a-z0-9]*/[a-z0-9-]*`' "$1" | tr -d '`' | sort -u | while read -r name; do
		[ -e "$SRC/tests/$name" ] || [ -e "$SRC/$name" ] || grep -qx "$name" "$TMPDIR/conformance" || printf '%s names the test %s, which does not exist\n' "${1##*/}" "$name"
	done
	missing "$1"
}
verdict 'tests/README.md names tests that exist' "$(missing_tests "$SRC/tests/README.md")"
printf '`ids/nowhere`, `tests/nowhere.c`\n' >"$TMPDIR/t/planted.md"
finds 'planted: a test that is not there is found' 'ids/nowhere' "$(missing_tests "$TMPDIR/t/planted.md")"

for target in $(sed -n 's/^\([a-z]*\):.*## .*/\1/p' "$SRC/Makefile"); do
	finds "make help tells of $target" "^  $target " "$("${MAKE:-make}" --no-print-directory -C "$SRC" help 2>&1)"
done

equals 'the README has the test command that .ci/run executes' './configure && make check' "$("$SRC/.ci/run" --command 2>&1)"

unexplained() {
	"$SRC/scripts/setup" --list | awk 'NF < 2 { print $1 " has no reason" }'
}
verdict 'each package has a reason' "$(unexplained)"
finish
