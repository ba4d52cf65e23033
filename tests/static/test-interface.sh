#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kernel/abi/README.md is the interface: what its headers define is in it, what
# it names exists, and every system call has an example that compiles.
# Backquotes in single quotes are meant.
# shellcheck disable=SC2016
. "$SRC/tests/lib.sh"

# Names that a program meets: calls, errors, labels, operations. Macros that only
# take numbers apart are explained where they are defined.
names() {
	sed -n 's/^#define \(\(SYS\|SYSCALL_E\|ERROR\|LABEL\|EXCHANGE\|INTERRUPT\|TAG\|FLEXPAGE\|ID\|EXIT\)_*[A-Z0-9_]*\).*/\1/p' "$1"/*.h |
		grep -Ev '_(SHIFT|MASK|BITS|COUNT|ALL|WORDS|LOG2|BASE|CODE|PORT|DELIVERED|NOT_SHORT|NOT_UNTYPED|NUMBER|VERSION)$|_(LOW|PORT)_|^ID$' | sort -u
}

# unmentioned FOLDER: names of its headers that its README.md lacks. An error of
# a system call may be named without its prefix.
unmentioned() {
	names "$1" | while read -r name; do
		grep -Eq "(^|[^A-Z_])(SYSCALL_)?${name#SYSCALL_}([^A-Z0-9_]|$)" "$1/README.md" || printf 'README.md does not mention %s\n' "$name"
	done
}

# unknown FOLDER: names in its README.md that its headers do not have.
unknown() {
	grep -Eo '\b(SYS|SYSCALL|ERROR|LABEL|EXCHANGE|INTERRUPT|TAG|FLEXPAGE|ID|EXIT|STRING|ITEM|ACCEPT)_[A-Z0-9_]+' "$1/README.md" | sort -u | while read -r name; do
		grep -Eqw "$name" "$1"/*.h || printf 'README.md names %s, which no header has\n' "$name"
	done
}

# examples FOLDER: the C blocks of its README.md.
examples() { sed -n '/^```c$/,/^```$/p' "$1/README.md" | grep -v '^```'; }

# without_example FOLDER: calls whose stub no example uses.
without_example() {
	examples "$1" >"$TMPDIR/examples"
	sed -n 's/.*syscall5(\(SYS_[A-Z_]*\).*/\1/p' "$1/syscall_user.h" | sort -u | while read -r call; do
		awk -v call="$call" '/^static inline/ { n = $0; sub(/\(.*/, "", n); sub(/.*[ *]/, "", n) } index($0, "syscall5(" call ",") { print n }' \
			"$1/syscall_user.h" >"$TMPDIR/stubs"
		grep -Fqf "$TMPDIR/stubs" "$TMPDIR/examples" || printf 'README.md has no example of %s\n' "$call"
	done
}

# without_stub FOLDER: calls that a program can only make by hand.
without_stub() {
	sed -n 's/^#define \(SYS_[A-Z_]*\) .*/\1/p' "$1/syscall.h" | grep -vx SYS_COUNT | while read -r call; do
		grep -q "syscall5($call," "$1/syscall_user.h" || grep -q "^| .$call. | \*(later)\*" "$1/README.md" || printf 'no stub for %s\n' "$call"
	done
}

# evaluated_twice FOLDER: macros that look at an argument more than once. ID is for constants, and says so; X is a list's.
evaluated_twice() {
	cat "$1"/*.h | sed -e ':a' -e '/\\$/{N;s/\\\n//;ta' -e '}' | sed 's|/\*.*\*/||' | awk '
	/^#define [A-Za-z_0-9]+\(/ {
		text = substr($0, 9); name = text; sub(/\(.*/, "", name)
		end = index(text, ")"); n = split(substr(text, length(name) + 2, end - length(name) - 2), parameters, / *, */)
		body = substr(text, end + 1); gsub(/[^A-Za-z_0-9]+/, " ", body); words = split(body, word, " ")
		for (i = 1; i <= n; i++) {
			times = 0
			for (w = 1; w <= words; w++) times += word[w] == parameters[i]
			if (times > 1 && name != "ID" && parameters[i] != "X") print name " evaluates " parameters[i] " more than once"
		}
	}'
}

abi=$SRC/kernel/abi
verdict 'every name of the interface is in its document' "$(unmentioned "$abi")"
verdict 'every name in the document exists' "$(unknown "$abi")"
verdict 'every call has a stub, or is marked as to come' "$(without_stub "$abi")"
verdict 'every call has an example' "$(without_example "$abi")"

verdict 'no macro of the interface evaluates an argument twice' "$(evaluated_twice "$abi")"

# Examples are statements: each block is the body of a function. Words in them that
# nothing declares are numbers of the reader's; what is called must exist.
program() { # program DECLARATIONS
	printf '#include <syscall_user.h>\n#include <ipc.h>\n#include <exit.h>\nvoid serve_device(void);\nvoid use_bytes(uint32_t, uint32_t);\n'
	printf 'static struct ipc_result r;\nstatic struct syscall_result s;\n'
	[ ! -s "$1" ] || sed 's/.*/static uint32_t &;/' "$1"
	sed -n '/^```c$/,/^```$/p' "$abi/README.md" |
		awk '/^```c$/ { print "static void example_" ++n "(struct utcb *utcb)\n{"; next } /^```$/ { print "}"; next } { print }'
}
compile() {
	# shellcheck disable=SC2086
	${CC:-cc} -m32 -ffreestanding -std=gnu11 -fsyntax-only -fmax-errors=0 -Wall -Werror=implicit-function-declaration -Werror=int-conversion -Wno-unused \
		-I "$abi" -I "$SRC/variants" -I "$SRC/variants/messages/registers" -I "$SRC/bench/guest/runtime" "$1" 2>&1
}
: >"$TMPDIR/words"
program "$TMPDIR/words" >"$TMPDIR/examples.c"
compile "$TMPDIR/examples.c" | sed -n "s/.*error: [^a-z]*\([a-z][a-z0-9_]*\)[^a-z]* undeclared.*/\1/p" | sort -u >"$TMPDIR/words"
program "$TMPDIR/words" >"$TMPDIR/examples.c"
finds 'there are examples' '^static void example_3' "$(cat "$TMPDIR/examples.c")"
verdict 'the examples compile' "$(compile "$TMPDIR/examples.c")"
printf 'static void planted(struct utcb *utcb) { thread_remove(TAG_NOTHING); }\n' >>"$TMPDIR/examples.c"
finds 'planted: a function that does not exist is found' 'thread_remove' "$(compile "$TMPDIR/examples.c")"
finds 'planted: a constant that does not exist is found' 'TAG_NOTHING' "$(compile "$TMPDIR/examples.c")"

mkdir -p "$TMPDIR/abi"
cp "$abi"/*.h "$abi/README.md" "$TMPDIR/abi"
printf '#define SYS_NOVELTY 99\n#define SYSCALL_EODD 98\n' >>"$TMPDIR/abi/syscall.h"
printf '#define TWICE(n) \\\n\t((n) * (n))\n' >>"$TMPDIR/abi/ids.h"
finds 'planted: a macro that evaluates its argument twice is found' 'TWICE evaluates n' "$(evaluated_twice "$TMPDIR/abi")"
finds 'planted: a call that the document lacks is found' 'SYS_NOVELTY' "$(unmentioned "$TMPDIR/abi")"
finds 'planted: an error that the document lacks is found' 'SYSCALL_EODD' "$(unmentioned "$TMPDIR/abi")"
finds 'planted: a call without a stub is found' 'SYS_NOVELTY' "$(without_stub "$TMPDIR/abi")"
sed '/thread_delete(/d' "$abi/README.md" >"$TMPDIR/abi/README.md"
finds 'planted: a call without example is found' 'SYS_THREAD_DELETE' "$(without_example "$TMPDIR/abi")"
printf 'See `SYS_NOWHERE`.\n' >>"$TMPDIR/abi/README.md"
finds 'planted: a name that does not exist is found' 'SYS_NOWHERE' "$(unknown "$TMPDIR/abi")"
finish
