#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernel, programs and runner compile without a warning by gcc and by clang, all
# choices of each axis, in folders outside the source tree; the same sources
# give the same build hash wherever they are built.
. "$SRC/tests/lib.sh"
unset CFLAGS HOSTCFLAGS HOSTLDFLAGS

warning_free() { # warning_free CC CXX
	name="$1 compiles without a warning"
	if ! command -v "$1" >/dev/null 2>&1; then
		skip "$name" "$1 is not installed; scripts/setup installs it"
		return
	fi
	mkdir -p "$TMPDIR/$1"
	cd "$TMPDIR/$1" || exit 1
	for preset in $("$SRC/configure" --list | sed -n 's/^preset	\([^	]*\).*/\1/p'); do
		said=$(env -u MAKEFLAGS "$SRC/configure" --preset="$preset" CC="$1" HOSTCC="$1" HOSTCXX="$2" 2>&1 &&
			env -u MAKEFLAGS "${MAKE:-make}" "-j$(getconf _NPROCESSORS_ONLN)" all host 2>&1) || {
			printf '%s\n' "$said" | grep -v '^  [A-Z]' | tail -n 40 | sed 's/^/# /'
			not_ok "$name: $preset" "$(printf '%s\n' "$said" | grep -E 'warning|error' | head -n 1)"
			continue
		}
		verdict "$name: $preset" "$(printf '%s\n' "$said" | grep -i warning)"
	done
}
(warning_free gcc g++) || exit 1
(warning_free clang clang++) || exit 1

# The configuration at hand may be of another compiler.
if [ "$CC" = gcc ] && [ -r "build/$VARIANT/build.id" ] && [ -r "$TMPDIR/gcc/build/$VARIANT/build.id" ]; then
	equals 'the build hash does not depend on the folder' "$(cat "build/$VARIANT/build.id")" "$(cat "$TMPDIR/gcc/build/$VARIANT/build.id")"
else
	skip 'the build hash does not depend on the folder' "build/$VARIANT was not built by gcc"
fi
finish
