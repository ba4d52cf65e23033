# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What is written below variants/, read once, here: axes, choices with their
# metadata, presets, matrices. configure, scripts/ and the tests source this
# file; $src must hold the source folder and $program the name that errors
# begin with. A bad word ends the caller with status 2, a damaged file with 1.

: "${src:?}" "${program:?}"
tab=$(printf '\t')

die() { # die STATUS MESSAGE...
	status=$1
	shift
	printf '%s: %s\n' "$program" "$*" >&2
	exit "$status"
}

# nearest WORD CANDIDATE...: the candidate with the least edit distance.
nearest() {
	printf '%s\n' "$@" | awk '
	function least(a, b, c) { if (b < a) a = b; return c < a ? c : a }
	function distance(s, t,    i, j, d) {
		for (i = 0; i <= length(s); i++) d[i, 0] = i
		for (j = 0; j <= length(t); j++) d[0, j] = j
		for (i = 1; i <= length(s); i++)
			for (j = 1; j <= length(t); j++)
				d[i, j] = least(d[i-1, j] + 1, d[i, j-1] + 1, \
				    d[i-1, j-1] + (substr(s, i, 1) != substr(t, j, 1)))
		return d[length(s), length(t)]
	}
	NR == 1 { word = $0; next }
	{ n = distance(word, $0); if (NR == 2 || n < best) { best = n; found = $0 } }
	END { print found }'
}

# wrong WHAT WORD CANDIDATE...: refuses WORD, naming the nearest right one.
wrong() {
	what=$1
	word=$2
	shift 2
	[ $# -gt 0 ] || die 2 "unknown $what '$word', and none exists"
	die 2 "unknown $what '$word'; did you mean '$(nearest "$word" "$@")'? (there are: $*)"
}

# axes: one name per line, in the order of a variant's name.
axes() { axes_table | cut -f1; }

# axes_table: axis TAB help.
axes_table() {
	[ -r "$src/variants/axes.txt" ] || die 1 "$src/variants/axes.txt: cannot be read; the source tree is not whole"
	grep -v -e '^#' -e '^[[:space:]]*$' "$src/variants/axes.txt"
}

# choices AXIS: its choices, one per line, in alphabetical order. A folder is a
# choice when it holds <axis>.h.
choices() {
	for header in "$src/variants/$1"/*/"$1.h"; do
		[ -r "$header" ] || continue
		choice=${header%/*}
		printf '%s\n' "${choice##*/}"
	done
}

# choices_table: axis TAB choice TAB help TAB conflicts TAB needs, in axis
# order, from the first comment of each choice's header.
choices_table() {
	for axis in $(axes); do
		for choice in $(choices "$axis"); do
			awk -v axis="$axis" -v choice="$choice" '
			{ sub(/\r$/, ""); line = $0; sub(/^[ \t]*(\/\*)?[ \t*]*/, "", line); sub(/[ \t]*\*\/.*/, "", line) }
			line ~ /^help:/ { help = substr(line, 6) }
			line ~ /^conflicts:/ { conflicts = conflicts substr(line, 11) }
			line ~ /^needs:/ { needs = needs substr(line, 7) }
			/\*\// && NR > 1 { exit }
			function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }
			END { printf "%s\t%s\t%s\t%s\t%s\n", axis, choice, trim(help), trim(conflicts), trim(needs) }
			' "$src/variants/$axis/$choice/$axis.h"
		done
	done
}

presets() { list_files presets; }
matrices() { list_files matrices; }

list_files() {
	for file in "$src/variants/$1"/*; do
		[ ! -r "$file" ] || printf '%s\n' "${file##*/}"
	done
}

# help_of FILE: the text behind `# help:` in a preset or matrix.
help_of() { sed -n 's/^# help: *//p' "$1" | head -n 1; }

# contains WORD CANDIDATE...
contains() {
	sought=$1
	shift
	for candidate; do
		[ "$candidate" != "$sought" ] || return 0
	done
	return 1
}

# check_axis AXIS, check_choice AXIS CHOICE, check_preset NAME, check_matrix
# NAME: refuse a word that does not exist. The lists are meant to be split.
# shellcheck disable=SC2046
check_axis() { contains "$1" $(axes) || wrong axis "$1" $(axes); }
# shellcheck disable=SC2046
check_choice() { contains "$2" $(choices "$1") || wrong "choice for --$1:" "$2" $(choices "$1"); }
# shellcheck disable=SC2046
check_preset() { contains "$1" $(presets) || wrong preset "$1" $(presets); }
# shellcheck disable=SC2046
check_matrix() { contains "$1" configured $(matrices) || wrong matrix "$1" configured $(matrices); }

# choice_of AXIS AXIS=CHOICE...: what the list says for AXIS, the last one wins;
# empty when it says nothing.
choice_of() {
	wanted=$1
	shift
	result=
	for pair; do
		[ "${pair%%=*}" != "$wanted" ] || result=${pair#*=}
	done
	printf '%s\n' "$result"
}

# preset NAME: its choices as axis=choice, one per line, in axis order.
preset() {
	check_preset "$1"
	file=$src/variants/presets/$1
	pairs=$(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$file")
	for pair in $pairs; do
		case $pair in
		*=*) ;;
		*) die 1 "$file: '$pair' is not axis=choice" ;;
		esac
		(check_axis "${pair%%=*}" && check_choice "${pair%%=*}" "${pair#*=}") ||
			die 1 "$file: mend the line '$pair'"
	done
	for axis in $(axes); do
		# shellcheck disable=SC2086
		chosen=$(choice_of "$axis" $pairs)
		[ -n "$chosen" ] || die 1 "$file: says nothing about the axis '$axis'; add a line $axis=<choice>"
		printf '%s=%s\n' "$axis" "$chosen"
	done
}

# conflicts AXIS=CHOICE...: one sentence per pair that excludes each other;
# status 1 if there is one.
conflicts() {
	choices_table | awk -F "$tab" -v chosen="$*" '
	BEGIN { n = split(chosen, list, " "); for (i = 1; i <= n; i++) has[list[i]] = 1 }
	has[$1 "=" $2] {
		m = split($4, other, " ")
		for (i = 1; i <= m; i++) if (has[other[i]]) {
			printf "--%s=%s excludes --%s (variants/%s/%s/%s.h says so); change one of the two\n", \
			    $1, $2, other[i], $1, $2, $1
			bad = 1
		}
	}
	END { exit bad }'
}

# A variant's name says the choices of the first so many axes, whatever they
# are, and of the others only what differs from this preset: a name stays short,
# and stays what it was when an axis is added.
always_named=3
unsaid=liedtke95

# variant_names: reads lines of axis=choice words, and prints name TAB line.
variant_names() {
	usual=$(preset "$unsaid") || return 1
	awk -v axes="$(axes | paste -s -d ' ' -)" -v usual="$(printf '%s\n' "$usual" | paste -s -d ' ' -)" -v always="$always_named" '
	BEGIN {
		n = split(axes, axis, " ")
		m = split(usual, pair, " ")
		for (i = 1; i <= m; i++) unsaid[pair[i]] = 1
	}
	{
		split("", chosen)
		for (i = 1; i <= NF; i++) { split($i, part, "="); chosen[part[1]] = part[2] }
		name = ""
		for (i = 1; i <= n; i++)
			if (i <= always || !(axis[i] "=" chosen[axis[i]] in unsaid)) name = name "-" chosen[axis[i]]
		print substr(name, 2) "\t" $0
	}'
}

# variant_name AXIS=CHOICE...: that of one variant.
variant_name() { printf '%s\n' "$*" | variant_names | cut -f1; }

# axis_of CHOICE AXIS...: the one among these axes that has the choice; nothing
# if none has. Two that have it would make names ambiguous.
axis_of() {
	wanted=$1
	shift
	found=
	for axis; do
		[ -r "$src/variants/$axis/$wanted/$axis.h" ] || continue
		[ -z "$found" ] || die 1 "both axes '$found' and '$axis' have a choice '$wanted', so that a variant's name does not say which is meant; rename one of the two"
		found=$axis
	done
	printf '%s\n' "$found"
}

# variant_choices NAME: the choices of a variant, one axis=choice per line.
variant_choices() {
	rest=$1-
	usual=$(preset "$unsaid") || exit 1
	said=
	number=0
	for axis in $(axes); do
		number=$((number + 1))
		[ "$number" -le "$always_named" ] || break
		[ -n "$rest" ] || die 2 "variant '$1' says nothing about the axis '$axis'; a name begins with a choice of each of $(axes | head -n "$always_named" | paste -s -d - -)"
		check_choice "$axis" "${rest%%-*}"
		said="$said $axis=${rest%%-*}"
		rest=${rest#*-}
	done
	others=$(axes | tail -n "+$((always_named + 1))")
	while [ -n "$rest" ]; do
		part=${rest%%-*}
		rest=${rest#*-}
		# shellcheck disable=SC2086
		axis=$(axis_of "$part" $others) || exit 1
		# shellcheck disable=SC2046,SC2086
		[ -n "$axis" ] || wrong "part of the variant's name '$1':" "$part" \
			$(for other in $others; do choices "$other"; done)
		# shellcheck disable=SC2086
		[ -z "$(choice_of "$axis" $said)" ] || die 2 "variant '$1' says two things about the axis '$axis': $(choice_of "$axis" $said) and $part"
		said="$said $axis=$part"
	done
	for axis in $(axes); do
		# shellcheck disable=SC2086
		printf '%s=%s\n' "$axis" "$(choice_of "$axis" $usual $said)"
	done
}

# check_variant NAME: its choices, one axis=choice per line; refuses what is
# impossible, and a name that is not how the variant is called, as a folder
# and every result bear the name.
check_variant() {
	chosen=$(variant_choices "$1") || exit $?
	# shellcheck disable=SC2086
	called=$(variant_name $chosen)
	[ "$called" = "$1" ] || die 2 "variant '$1' is called '$called': behind the choices of $(axes | head -n "$always_named" | paste -s -d - -) stand, in the order of variants/axes.txt, only those that preset $unsaid does not have"
	# shellcheck disable=SC2086
	bad=$(conflicts $chosen) || die 2 "$bad"
	printf '%s\n' "$chosen"
}

# matrix NAME CONFIGURED-CHOICE...: its legal variants, one per line, the
# choices separated by spaces. `configured` is the configured variant alone.
# A file of variants/matrices/ says which; its last line decides the shape:
#     base: PRESET, vary: AXIS... or all     every combination of these axes
#     base: PRESET, towards: PRESET          each difference alone, then all
#     with: PRESET...                        a covering array of pairs
#     presets: PRESET... or all              these
#     join: MATRIX...                        what is in any of them, once
matrix() {
	check_matrix "$1"
	if [ "$1" = configured ]; then
		shift
		printf '%s\n' "$*"
		return
	fi
	file=$src/variants/matrices/$1
	keys=$(sed -n -e '/^#/d' -e 's/^\([a-z]*\):.*/\1/p' "$file" | paste -s -d ' ' -)
	case $keys in
	'base vary')
		for axis in $(value vary); do
			[ "$axis" = all ] || (check_axis "$axis") || die 1 "$file: mend the line 'vary:'"
		done
		base=$(preset_of base) || exit 1
		combine product -v "base=$base" -v "vary=$(value vary)"
		;;
	'base towards')
		base=$(preset_of base) && towards=$(preset_of towards) || exit 1
		combine ablate -v "base=$base" -v "towards=$towards"
		;;
	with)
		with=$(presets_of with) || exit 1
		combine cover -v "with=$(printf '%s\n' "$with" | paste -s -d ';' -)"
		;;
	presets) presets_of presets ;;
	join)
		joined=$(for other in $(value join); do
			(matrix "$other") || die 1 "$file: mend the line 'join:'"
		done) || exit 1
		printf '%s\n' "$joined" | awk '!seen[$0]++'
		;;
	*) die 1 "$file: its lines are '$keys'; a matrix has 'base vary', 'base towards', 'with', 'presets' or 'join' (scripts/variants.sh says more)" ;;
	esac
}

# value KEY: what $file says behind it.
value() { sed -n "s/^$1:[[:space:]]*//p" "$file"; }

# preset_of KEY: the choices of the preset that it names, in one line;
# presets_of KEY: those of each, a line each.
preset_of() {
	found=$(preset "$(value "$1")") || die 1 "$file: mend the line '$1:'"
	printf '%s\n' "$found" | paste -s -d ' ' -
}
presets_of() {
	list=$(value "$1")
	[ "$list" != all ] || list=$(presets)
	for name in $list; do
		found=$(preset "$name") || die 1 "$file: mend the line '$1:'"
		printf '%s\n' "$found" | paste -s -d ' ' -
	done
}

# combine SHAPE ARGUMENT...: scripts/combine.awk on the choices there are.
combine() {
	shape=$1
	shift
	choices_table | awk -v "shape=$shape" "$@" -f "$src/scripts/combine.awk"
}

# count_of MATRIX: how many variants it has.
count_of() { matrix "$1" | grep -c .; }
