#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The deepest kernel stack of every built variant fits its part of a TCB block; the proof is tried on planted code.
. "$SRC/tests/lib.sh"

# What the smallest block leaves beside struct tcb at its end (kernel/tcb.h): no variant's stack may be deeper, whatever its blocks are.
define() { sed -n "s/^#define $2 \([0-9]*\)$/\1/p" "$SRC/$1"; }
room=$(((1 << $(define variants/placement/1k/placement.h TCB_BLOCK_SHIFT)) - $(define kernel/tcb.h TCB_STRUCT_SIZE)))

depth() { "$PYTHON" "$SRC/tests/static/kernel_stack.py" "$@" 2>&1; }

"$SRC/scripts/variants" --matrix tested >"$TMPDIR/variants"
while IFS="$(printf '\t')" read -r name _ folder; do
	if found=$(depth "$folder/kernel.asm" "$room"); then
		ok "$name: the kernel's stack fits"
	else
		verdict "$name: the kernel's stack fits" "$found"
	fi
done <"$TMPDIR/variants"

# planted NAME PATTERN: assembles stdin, which the proof must refuse with that reason.
planted() {
	cat >"$TMPDIR/plant.s"
	# shellcheck disable=SC2086
	$CC -m32 -c -o "$TMPDIR/plant.o" "$TMPDIR/plant.s" && $OBJDUMP -d "$TMPDIR/plant.o" >"$TMPDIR/plant.asm"
	if found=$(depth "$TMPDIR/plant.asm" 100); then
		not_ok "planted: $1" "passed: $found"
	else
		finds "planted: $1" "$2" "$found"
	fi
}
planted 'a deep branch' 'kernel_entry > deep' <<'EOF'
kernel_entry:
	test %eax, %eax
	jne 1f
	iret
1:	call deep
	iret
deep:
	sub $96, %esp
	add $96, %esp
	ret
EOF
planted 'recursion' 'recursion through' <<'EOF'
kernel_entry:
	call again
	iret
again:
	call again
	ret
EOF
planted 'a call through an unknown pointer' 'calls through a pointer' <<'EOF'
kernel_entry:
	call *%eax
	iret
EOF
planted 'no entry at all' 'does not fit' <<'EOF'
other:
	ret
EOF
finish
