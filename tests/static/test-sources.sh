#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The sources themselves: scripts pass shellcheck, each source has its licence
# line, nothing is left to do, each choice carries its metadata and offers the
# same files as its neighbour.
. "$SRC/tests/lib.sh"
cd "$SRC" || exit 1

# In a checkout what git knows or would add, else every file.
sources() {
	{ git ls-files -co --exclude-standard 2>/dev/null || find . -type f ! -path './build/*' ! -path './.git/*' | sed 's|^\./||'; } |
		while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
}
sources >"$TMPDIR/sources"

grep -v -e '\.py$' -e '\.[chS]$' "$TMPDIR/sources" | while read -r file; do
	case $file in *.sh) printf '%s\n' "$file" && continue ;; esac
	head -n 1 "$file" | grep -aq '^#!/bin/sh' && printf '%s\n' "$file"
done >"$TMPDIR/scripts"
if command -v shellcheck >/dev/null 2>&1; then
	while read -r file; do
		verdict "shellcheck $file" "$(shellcheck -x --source-path="$SRC" "$file" 2>&1)"
	done <"$TMPDIR/scripts"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nrm $1\n' >"$TMPDIR/planted.sh"
	finds 'planted: shellcheck finds' SC2086 "$(shellcheck "$TMPDIR/planted.sh")"
else
	skip shellcheck 'shellcheck is not installed; scripts/setup installs it'
fi

licence='SPDX-License-Identifier: BSD-2-Clause'
bare() { grep -E -e '\.(c|cc|h|S|inc|ld|sh|awk|py|mk|gp|gnuplot)$' -e '^(Makefile|configure|\.ci/run|tests/run|scripts/[^./]*)$' "$1" | while read -r file; do
	head -n 4 "$file" | grep -q "$licence" || printf '%s has no line %s\n' "$file" "$licence"
done; }
verdict 'each source has its licence line' "$(bare "$TMPDIR/sources")"

# Written apart, or the search would find itself.
unfinished="TO""DO|FIX""ME|XX""X|HA""CK"
left() { while read -r file; do grep -InE "(^|[^A-Za-z_.])($unfinished)([^A-Za-z_]|\$)" "$file" /dev/null; done <"$1"; }
verdict 'nothing is left to do' "$(left "$TMPDIR/sources")"
printf '/* %s: mend */\n' "TO""DO" >"$TMPDIR/planted.c"
printf '%s\n' "$TMPDIR/planted.c" >"$TMPDIR/planted"
finds 'planted: what is left to do is found' planted.c "$(left "$TMPDIR/planted")"

# Whatever is text, but for what programs wrote or found: data made by the model, tables that a test expects, a corpus.
excepted='^(bench/model/VALIDATION\.md|bench/model/timing\.csv|results/published/.*\.jsonl|tests/tables/golden/.*|tests/fuzz/corpus/.*|tests/static/i486-mnemonics\.txt)$'
long() { grep -vE "$excepted" "$1" | while read -r file; do
	grep -Iq . "$file" || continue
	lines=$(grep -c '' "$file")
	[ "$lines" -le 600 ] || printf '%s has %d lines; more than 600 are hard to read, split it\n' "$file" "$lines"
done; }
verdict 'no file is longer than 600 lines' "$(long "$TMPDIR/sources")"
awk 'BEGIN { for (i = 0; i < 601; i++) print "x" }' >"$TMPDIR/planted.md"
printf '%s\n' "$TMPDIR/planted.md" >"$TMPDIR/planted"
finds 'planted: a file of 601 lines is found' '601 lines' "$(long "$TMPDIR/planted")"

# ---- choices ------------------------------------------------------------

program=test src=$SRC
. "$SRC/scripts/variants.sh"
metadata() {
	choices_table | awk -F "$tab" '
	$3 == "" { print $1 "=" $2 " has no line help: in its header" }
	$2 !~ /^[a-z0-9]+$/ { print $1 "=" $2 ": a choice is named by lower-case letters and digits, as - joins choices in names" }'
	for axis in $(axes); do
		[ "$(choices "$axis" | grep -c .)" -ge 2 ] || printf '%s has fewer than two choices\n' "$axis"
		for folder in "$src/variants/$axis"/*/; do
			[ -r "$folder$axis.h" ] || printf '%s has no %s.h\n' "$folder" "$axis"
		done
	done
	for folder in "$src"/variants/*/; do
		name=$(basename "$folder")
		case $name in
		presets | matrices) ;;
		*) (check_axis "$name") 2>&1 ;;
		esac
	done
}
verdict 'each choice carries its metadata' "$(metadata)"

# A variant's name is read back by its choices (scripts/variants.sh), and a kernel has room for all of them (kernel/abi/info.h).
verdict 'no two axes have a choice of the same name' "$(choices_table | awk -F "$tab" '$2 in axis { print $1 "=" $2 ": " axis[$2] " has a choice of that name too" } { axis[$2] = $1 }')"
room=$(sed -n 's/.*char variant\[\([0-9]*\)\].*/\1/p' kernel/abi/info.h)
length() { choices_table | awk -F "$tab" -v room="$room" '
	{ n = length($1 $2) + 2; if (n > longest[$1]) longest[$1] = n }
	END { for (axis in longest) sum += longest[axis]; if (sum > room) print "the longest list of choices has " sum " bytes, struct kernel_info room for " room }'; }
verdict 'the kernel can say all its choices' "$(length)"

parity() {
	for axis in $(axes); do
		for choice in $(choices "$axis"); do
			for file in "$src/variants/$axis/$choice"/*; do printf '%s\n' "$axis/*/${file##*/}"; done
		done | sort | uniq -c | awk -v axis="$axis" -v n="$(choices "$axis" | grep -c .)" '$1 != n { print $2 " is not in every choice of " axis }'
	done
}
verdict 'the choices of an axis have files of the same names' "$(parity)"

conflicting() {
	choices_table | awk -F "$tab" '{ n = split($4, pair, " "); for (i = 1; i <= n; i++) print $1, $2, pair[i] }' |
		while read -r from chosen pair; do
			program="variants/$from/$chosen/$from.h: conflicts: $pair"
			(check_axis "${pair%%=*}" && check_choice "${pair%%=*}" "${pair#*=}") 2>&1
		done
	for name in $(presets); do
		# shellcheck disable=SC2046
		conflicts $(preset "$name")
	done
}
verdict 'conflicts name choices that exist, and no preset has one' "$(conflicting)"

for name in $(matrices); do
	finds "matrix $name lists variants" '^[a-z]+=[a-z0-9]+ ' "$(matrix "$name" 2>&1)"
done
finish
