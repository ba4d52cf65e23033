#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The README's tables of the kernel's size are whole, name what exists, and are
# not far from the truth; how far they may be, and why, says scripts/sizes.
# Backquotes in single quotes are meant.
# shellcheck disable=SC2016
. "$SRC/tests/lib.sh"

sizes() { "$PYTHON" "$SRC/scripts/sizes" "$@" 2>&1; }

verdict 'the tables of sizes are sound' "$(sizes --check)"

# planted NAME PATTERN SED-COMMAND: a README changed so is refused with that reason.
planted() {
	sed "$3" "$SRC/README.md" >"$TMPDIR/planted.md"
	finds "planted: $1 is found" "$2" "$(sizes --check "$TMPDIR/planted.md")"
}
planted 'a missing marker' 'there are no lines' '/end of sizes/d'
planted 'a broken row' 'not what scripts/sizes writes' 's/^| `kernel` | \([0-9]*\) |/| `kernel` | \1k |/'
planted 'a lost table' 'not what scripts/sizes writes' '/bytes of machine code/d'
planted 'a choice that is gone' 'variants/spaces/gone does not exist' 's,`variants/spaces/full`,`variants/spaces/gone`,'
planted 'a variant that is none' 'large-memory-eager is no variant' 's/^| `full-memory-eager` |/| `large-memory-eager` |/'
planted 'a sum that is none' 'are not .* together' 's/^| `kernel` | \([0-9]*\) |/| `kernel` | 1\1 |/'
planted 'a stale number of lines' 'kernel: [0-9]* lines, there are' 's/^| `kernel` .*/| `kernel` | 10 | 0 | 0 | 10 |/'
if sizes | grep -qF "$(grep '^| kernel, by ' "$SRC/README.md")"; then
	planted 'a stale number of bytes' 'full-memory-eager: 100 bytes' 's/^| `full-memory-eager` .*/| `full-memory-eager` | 100 |/'
else
	skip 'planted: a stale number of bytes is found' 'the tables are of another compiler'
fi

printf '/* a\n * b */\nint a; /* c */\n\n// d\nchar *b = "/*";\n' >"$TMPDIR/planted.c"
equals 'lines with code alone are counted' 2 "$("$PYTHON" - "$SRC/scripts/sizes" "$TMPDIR/planted.c" <<'END'
import sys
text = open(sys.argv[1], encoding="utf-8").read().replace("sys.exit(main())", "")
space = {"__file__": sys.argv[1]}
exec(text, space)
print(space["code_lines"](sys.argv[2]))
END
)"
finish
