#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The targets: what they say when something is missing or wrong, and that a
# disassembly difference shows code, not addresses.
. "$SRC/tests/lib.sh"

# An outer make's settings must not reach the inner ones.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES
build=$PWD
quiet_make() { said=$("${MAKE:-make}" --no-print-directory "$@" 2>&1); }

mkdir -p "$TMPDIR/empty"
quiet_make -C "$TMPDIR/empty" -f "$SRC/Makefile" all
equals 'make without configure: status' 2 "$?"
finds 'make without configure: the way out' 'run ./configure first' "$said"
quiet_make -C "$TMPDIR/empty" -f "$SRC/Makefile" help
equals 'make help without configure: status' 0 "$?"

quiet_make variants MATRIX=cor
equals 'a wrong matrix: status' 2 "$?"
finds 'a wrong matrix: the right one' "'cor'.*mean 'core'" "$said"
quiet_make variant/small-registers-lzy
equals 'a wrong variant: status' 2 "$?"
finds 'a wrong variant: the right one' "'lzy'.*mean 'lazy'" "$said"
quiet_make variant/small-registers-lzy
equals 'a wrong variant, again: status' 2 "$?"
quiet_make run HAVE_QEMU=no
equals 'run without QEMU: status' 2 "$?"
finds 'run without QEMU: the way out' 'scripts/setup' "$said"
quiet_make tables PYTHON=
finds 'tables without Python: the way out' 'scripts/setup' "$said"
for name in '' core/x 'core pairs'; do
	quiet_make help "MATRIX=$name"
	finds "a matrix '$name': where their names are" 'make help lists them' "$said"
done

# What is wrong is said before anything is built.
refused() { # refused NAME PATTERN ARGUMENT...
	name=$1 pattern=$2
	shift 2
	quiet_make "$@"
	equals "$name: status" 2 "$?"
	finds "$name: what is wrong" "$pattern" "$said"
	equals "$name: nothing is built first" '' "$(printf '%s\n' "$said" | grep BUILT)"
}
refused 'a wrong platform' "unknown platform 'i386'.*pentium" matrix PLATFORM=i386
refused 'no jobs' "'0'" matrix JOBS=0
refused 'a wrong platform for bench' "unknown platform 'i386'" bench PLATFORM=i386
refused 'explain on a platform without model' 'i486 and pentium are' explain PLATFORM=tcg
refused 'a wrong suite' 'no tests/nowhere.sh' check SUITES='tests/static tests/nowhere.sh'
refused 'no part of the long tests' 'variants, bochs and fuzz' check-long LONG=
refused 'a wrong number of operations' 'FUZZ_OPERATIONS=many' check-long LONG=fuzz FUZZ_OPERATIONS=many
refused 'no compiler for this machine' 'scripts/setup' host HAVE_HOSTCC=no -B
refused 'no fuzzer' 'scripts/setup' build/tests/mapping_fuzz CLANG=no-such-clang -W "$SRC/tests/fuzz/mapping_fuzz.c"
refused 'a run that is none' 'no variants.list' matrix "RESUME=$TMPDIR/empty"

# A run that goes on is of its own variants and layouts, not of those that MATRIX and SALTS would name.
mkdir "$TMPDIR/run"
"$SRC/scripts/variants" --matrix configured >"$TMPDIR/run/variants.list"
echo '{"cells":["x/salt:0/rep:0","x/salt:0/rep:1","x/salt:1/rep:0","x/salt:2/rep:0"]}' >"$TMPDIR/run/results.jsonl"
quiet_make matrix "RESUME=$TMPDIR/run"
equals 'going on builds what the run was begun with' "  BUILT   $VARIANT (layout 0 1 2)" "$(printf '%s\n' "$said" | grep BUILT)"
finds 'going on with a damaged run: file and line' 'run/results.jsonl:1: ' "$said"

# ---- disdiff ------------------------------------------------------------

quiet_make disdiff
equals 'disdiff of nothing: status' 2 "$?"
finds 'disdiff of nothing: an example' 'A=[a-z]+-.* B=' "$said"
quiet_make disdiff A=plain B=palin
finds 'disdiff of a wrong name: the right one' "'palin'.*mean 'plain'" "$said"
quiet_make disdiff A=plain "B=$("$SRC/scripts/variants" --resolve plain)"
finds 'disdiff takes presets and variants, and sees when they are one' 'No instruction differs' "$said"

# Each axis by itself: the difference names what it changed.
for pair in 'full-registers-lazy small-registers-lazy' 'small-memory-lazy small-registers-lazy' 'small-registers-eager small-registers-lazy'; do
	quiet_make disdiff "A=${pair% *}" "B=${pair#* }"
	finds "disdiff shows ${pair% *} against ${pair#* }" '^[+-]	' "$said"
	finds "disdiff sums up ${pair% *} against ${pair#* }" '^whole image +[0-9]+ +[0-9]+ +[+-][0-9]+' "$said"
done

# Two layouts of one variant have the same code at other addresses.
quiet_make variants MATRIX=configured SALTS=2
equals 'two layouts are built' 0 "$?"
cat >"$TMPDIR/layouts.py" <<'EOF'
import importlib.machinery
import importlib.util
import sys
loader = importlib.machinery.SourceFileLoader("disdiff", sys.argv[1])
disdiff = importlib.util.module_from_spec(importlib.util.spec_from_loader("disdiff", loader))
loader.exec_module(disdiff)
first, second = disdiff.listing(sys.argv[2]), disdiff.listing(sys.argv[3])
for symbol in sorted(set(first) | set(second)):
    if first.get(symbol) != second.get(symbol):
        old, new = (listing.get(symbol, (0, 0, []))[2] for listing in (first, second))
        lines = [f"{a.strip()} / {b.strip()}" for a, b in zip(old, new) if a != b]
        print(symbol, "differs:", *lines[:2])
EOF
for image in kernel bench; do
	if cmp -s "$build/build/$VARIANT/$image.elf" "$build/build/$VARIANT/salt1/$image.elf"; then
		not_ok "the layouts of $image differ" 'both are the same, byte for byte'
	else
		ok "the layouts of $image differ"
	fi
	verdict "disdiff sees no address in $image" \
		"$("$PYTHON" "$TMPDIR/layouts.py" "$SRC/scripts/disdiff" "$build/build/$VARIANT/$image.elf" "$build/build/$VARIANT/salt1/$image.elf" 2>&1)"
done
finish
