#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# configure and scripts/variants: what they accept, what they refuse, and what
# they say. Most tries run on a copy of variants/ that has been added to, so that
# what is read from there is seen to be read from there.
# Dollars in single quotes are meant.
# shellcheck disable=SC2016
. "$SRC/tests/lib.sh"

# The variables of an outer configuration must not reach these.
unset CC CFLAGS LD OBJCOPY OBJDUMP NM SIZE HOSTCC HOSTCXX HOSTCFLAGS HOSTLDFLAGS QEMU BOCHS GNUPLOT GRUB_MKRESCUE PKG_CONFIG
found=${PYTHON?}
unset PYTHON

tree=$TMPDIR/tree
mkdir -p "$tree/scripts" "$TMPDIR/out"
cp -r "$SRC/configure" "$SRC/variants" "$SRC/Makefile" "$SRC/variant.mk" "$tree/"
cp "$SRC/scripts/variants" "$SRC/scripts/variants.sh" "$SRC/scripts/combine.awk" "$tree/scripts/"

# The first three axes, and one of its own, with a conflict on one side only: what further axes there are changes no name here.
sed -i '/^#/b; /^\(spaces\|messages\|scheduling\)[	=]/!d' "$tree/variants/axes.txt" "$tree"/variants/presets/*
printf 'entry\thow the kernel is entered\n' >>"$tree/variants/axes.txt"
mkdir -p "$tree/variants/entry/int" "$tree/variants/entry/sysenter"
printf '/* SPDX-License-Identifier: BSD-2-Clause\n * help: a trap gate\n */\n' >"$tree/variants/entry/int/entry.h"
printf '/* SPDX-License-Identifier: BSD-2-Clause\n * help: a fast system call\n * conflicts: spaces=small\n * needs: sep\n */\n' \
	>"$tree/variants/entry/sysenter/entry.h"
for preset in "$tree"/variants/presets/*; do echo 'entry=int' >>"$preset"; done
printf '# help: all of entry, too\nbase: plain\nvary: spaces entry\n' >"$tree/variants/matrices/entries"

cd "$TMPDIR/out" || exit 1

# try ARGUMENT...: sets $said and $status.
try() {
	said=$("$tree/configure" "$@" 2>&1)
	status=$?
}

# refused NAME STATUS PATTERN ARGUMENT...
refused() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	rm -f config.mak
	try "$@"
	equals "$name: status" "$wanted" "$status"
	finds "$name: message" "$pattern" "$said"
	[ -e config.mak ] && not_ok "$name" 'config.mak was written all the same'
}

refused 'a wrong choice' 2 "'smal'.*mean 'small'" --spaces=smal
refused 'a wrong option' 2 "'--spacs'.*mean '--spaces'" --spacs=small
refused 'a wrong option without a value' 2 "'--hlep'.*mean '--help'" --hlep
refused 'a wrong preset' 2 "'leidtke95'.*mean 'liedtke95'" --preset=leidtke95
refused 'a wrong variable' 2 "'CFLGS'.*mean 'CFLAGS'" CFLGS=-O1
refused 'a bare word' 2 "'small'" small
refused 'an axis without a choice' 2 'needs a choice' --spaces
refused 'an empty choice' 2 'unknown choice' --spaces=
refused 'a conflict' 2 'entry=sysenter excludes --spaces=small' --entry=sysenter --spaces=small
refused 'a conflict with the preset' 2 'entry=sysenter excludes --spaces=small' --entry=sysenter
refused 'a compiler that is none' 1 'cannot build a kernel' CC=/nonexistent/cc
finds 'a compiler that is none: the way out' 'scripts/setup' "$said"

try --help
equals '--help: status' 0 "$status"
finds '--help: lists an axis found in variants/' '--entry=CHOICE' "$said"
finds '--help: lists its choices, help, conflicts and needs' 'sysenter +a fast system call.*excludes spaces=small.*needs sep' "$said"
finds '--help: lists presets' 'plain +every technique off' "$said"
finds '--help: lists matrices' 'ablation +all techniques on' "$said"
try --list
equals '--list: status' 0 "$status"
finds '--list: choices' "^choice	entry	sysenter	a fast system call	spaces=small	sep\$" "$said"
finds '--list: presets' "^preset	plain	spaces=full,messages=memory,scheduling=eager,entry=int	" "$said"
finds '--list: matrices' "^matrix	core	" "$said"

try
equals 'no option: status' 0 "$status"
finds 'no option: the default preset' '^VARIANT = small-registers-lazy$' "$(cat config.mak)"
finds 'probes are printed' '^checking whether .* (yes|no)' "$said"
finds 'outside the source tree a Makefile is written' "^include $tree/Makefile" "$(cat Makefile)"
try --entry=sysenter --preset=plain --scheduling=lazy 'CFLAGS=-O1 -DX=$y'
equals 'options override the preset in any order: status' 0 "$status"
finds 'options override the preset in any order' '^CHOICES = spaces=full messages=memory scheduling=lazy entry=sysenter$' "$(cat config.mak)"
finds 'the header repeats the command line' "^# command line: .*configure.*'--entry=sysenter' '--preset=plain' '--scheduling=lazy'" "$(cat config.mak)"
finds 'flags reach config.mak, dollars doubled for make' '^CFLAGS = -O1 -DX=\$\$y$' "$(cat config.mak)"
CC=gcc HOSTCFLAGS=-O1 "$tree/configure" >/dev/null 2>&1
finds 'the environment reaches config.mak' '^HOSTCFLAGS = -O1$' "$(cat config.mak)"
finds 'the environment is repeated' "^# command line: .*HOSTCFLAGS='-O1'" "$(cat config.mak)"
PYTHON=false "$tree/configure" >said 2>&1
finds 'without Python the plots are unavailable, and why is said' 'unavailable: no Python' "$(cat said)"
finds 'and written down' '^MATPLOTLIB_WHY = no Python' "$(cat config.mak)"

mkdir -p "$TMPDIR/with space" "$TMPDIR/taken"
finds 'a folder that make cannot name is refused' "'.*with space'" "$(cd "$TMPDIR/with space" && "$tree/configure" 2>&1)"
echo 'all:' >"$TMPDIR/taken/Makefile"
finds "a stranger's Makefile is kept" 'not from configure' "$(cd "$TMPDIR/taken" && "$tree/configure" 2>&1)"
equals "a stranger's Makefile is as it was" 'all:' "$(cat "$TMPDIR/taken/Makefile")"

# ---- scripts/variants ---------------------------------------------------

equals 'core has every combination once' 8 "$("$tree/scripts/variants" --names core | sort -u | grep -c .)"
equals 'impossible combinations are left out of a matrix' "$(printf 'full-memory-eager\nfull-memory-eager-sysenter\nsmall-memory-eager')" \
	"$("$tree/scripts/variants" --names entries)"
equals 'configured is the configured variant' "small-registers-lazy	spaces=small,messages=registers,scheduling=lazy,entry=int	build/small-registers-lazy" \
	"$("$tree/scripts/variants" --matrix configured)"
equals 'a preset resolves to its variant' full-memory-eager "$("$tree/scripts/variants" --resolve plain)"
finds 'a variant without a choice for an axis is refused' "says nothing about the axis 'scheduling'" "$("$tree/scripts/variants" --mak small-registers 2>&1)"
finds 'a variant with a choice of no axis is refused' "'sysentr'.*mean 'sysenter'" "$("$tree/scripts/variants" --mak full-registers-lazy-sysentr 2>&1)"
finds 'what every name leaves out is refused' "is called 'small-registers-lazy'" "$("$tree/scripts/variants" --mak small-registers-lazy-int 2>&1)"
finds 'two choices of one axis are refused' "two things about the axis 'entry': int and sysenter" "$("$tree/scripts/variants" --mak full-registers-lazy-int-sysenter 2>&1)"
finds 'two choices of a further axis, though one be unsaid' 'two things' "$("$tree/scripts/variants" --mak full-registers-lazy-sysenter-sysenter 2>&1)"
equals 'a variant is resolved, whatever is left out of its name' full-registers-lazy "$("$tree/scripts/variants" --resolve full-registers-lazy-int)"
finds 'an impossible variant is refused' 'excludes' "$("$tree/scripts/variants" --mak small-registers-lazy-sysenter 2>&1)"
"$tree/scripts/variants" --mak small-registers-lzy-int >/dev/null 2>&1
equals 'a wrong variant is refused: status' 2 "$?"
equals 'a wrong variant is refused: nothing is printed' '' "$("$tree/scripts/variants" --mak small-registers-lzy-int 2>/dev/null)"
finds 'a wrong matrix is refused' "'cor'.*mean 'core'" "$("$tree/scripts/variants" --matrix cor 2>&1)"

# A fifth axis: its order in the name is that of axes.txt.
printf 'path\thow far the path is assembler\n' >>"$tree/variants/axes.txt"
mkdir -p "$tree/variants/path/asm" "$tree/variants/path/c"
for choice in asm c; do printf '/*\n * help: %s\n */\n' "$choice" >"$tree/variants/path/$choice/path.h"; done
for preset in "$tree"/variants/presets/*; do echo 'path=asm' >>"$preset"; done
printf '# help: both further axes\nbase: plain\nvary: entry path\n' >"$tree/variants/matrices/further"
equals 'names say only what differs from liedtke95' 'full-memory-eager full-memory-eager-c full-memory-eager-sysenter full-memory-eager-sysenter-c' \
	"$("$tree/scripts/variants" --names further | paste -s -d ' ' -)"
for name in $("$tree/scripts/variants" --names further); do
	equals "the name $name reads as it was written" "$("$tree/scripts/variants" --matrix further | awk -v name="$name" '$1 == name { gsub(",", " ", $2); print $2 }')" \
		"$("$tree/scripts/variants" --mak "$name" | sed -n 's/^CHOICES = //p')"
done
sed -i -e 's/^VARIANT = .*/VARIANT = full-memory-eager-sysenter/' -e 's/ path=[a-z]*//' config.mak
equals 'what was configured before an axis was added is what its name says' \
	'full-memory-eager-sysenter	spaces=full,messages=memory,scheduling=eager,entry=sysenter,path=asm	build/full-memory-eager-sysenter' \
	"$("$tree/scripts/variants" --matrix configured)"
sed -i 's/^VARIANT = .*/VARIANT = full-memory/' config.mak
finds 'a configuration that is none any more is refused' "says nothing about the axis 'scheduling'" "$("$tree/scripts/variants" --matrix configured 2>&1)"
finds 'a name in another order is refused' "is called 'full-memory-eager-sysenter-c'" "$("$tree/scripts/variants" --mak full-memory-eager-c-sysenter 2>&1)"
mv "$tree/variants/path/c" "$tree/variants/path/sysenter"
finds 'a choice that two axes have is refused' "both axes 'entry' and 'path'" "$("$tree/scripts/variants" --mak full-memory-eager-sysenter 2>&1)"

sed -i '/^entry/d' "$tree/variants/presets/plain"
finds 'a preset that leaves an axis open is refused' "plain: says nothing about the axis 'entry'" "$("$tree/configure" --preset=plain 2>&1)"

# ---- plots --------------------------------------------------------------

if "$found" -c 'import matplotlib' 2>/dev/null; then
	finds 'the interpreter found imports matplotlib' 'imports matplotlib… yes' "$("$SRC/configure" 2>&1)"
else
	skip 'the interpreter found imports matplotlib' 'none here does'
fi
finish
