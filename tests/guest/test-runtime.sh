#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What of the guest's runtime needs no kernel, on the host and under its sanitizers.
. "$SRC/tests/lib.sh"

if [ "${HAVE_HOSTCC-no}" != yes ]; then
	skip runtime 'no compiler for the host'
	finish
fi
sanitize=
[ "${HAVE_SANITIZERS-no}" != yes ] || sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
runtime=$SRC/bench/guest/runtime
# memcpy and its kin keep their names out of the host's way.
# shellcheck disable=SC2086
"${HOSTCC:-cc}" -std=c11 -O1 -g -Wall -Wextra -Werror $sanitize -I "$runtime" -o "$TMPDIR/runtime" \
	"$SRC/tests/guest/runtime/test_runtime.c" "$runtime/text.c" "$runtime/crc32.c" "$runtime/arguments.c" \
	>"$TMPDIR/messages" 2>&1 || {
	sed 's/^/# /' "$TMPDIR/messages"
	not_ok runtime/build 'the tests do not compile'
	finish
}
"$TMPDIR/runtime" || failures=1
finish
