#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The driver of the tests fails when it should: a suite that says nothing, that
# dies, that hangs, that cannot be found.
. "$SRC/tests/lib.sh"
cd "$TMPDIR" || exit 1

# driven NAME STATUS LAST-LINE: runs the suite on stdin.
driven() {
	cat >suite.sh
	said=$(SUITE_TIMEOUT=2 "$SRC/tests/run" suite.sh 2>&1)
	equals "$1: status" "$2" "$?"
	equals "$1: last line" "$3" "$(printf '%s\n' "$said" | tail -n 1)"
}

driven 'passing' 0 '2 passed, 0 failed' <<'EOF'
echo ok one; echo chatter; echo 'ok two'
EOF
driven 'skipping' 0 '1 passed, 0 failed, 1 skipped' <<'EOF'
echo ok one; echo 'skip two: no such emulator'
EOF
driven 'failing' 1 '1 passed, 1 failed' <<'EOF'
echo ok one; echo 'not ok two: wrong'; exit 1
EOF
finds 'failing: the reason is shown' 'not ok two: wrong' "$said"
driven 'failing with status 0' 1 '0 passed, 1 failed' <<'EOF'
echo 'not ok one: wrong'
EOF
driven 'saying nothing' 1 '0 passed, 1 failed' <<'EOF'
echo all is well
EOF
finds 'saying nothing: the reason is shown' 'said nothing of a test' "$said"
driven 'dying on the way' 1 '1 passed, 1 failed' <<'EOF'
echo ok one; exit 3
EOF
driven 'killed on the way' 1 '1 passed, 1 failed' <<'EOF'
echo ok one; kill -SEGV $$
EOF
driven 'hanging' 1 '1 passed, 1 failed' <<'EOF'
echo ok one; sleep 60
EOF
finds 'hanging: the reason is shown' 'stopped after 2 s' "$said"
driven 'speaking TAP' 1 '1 passed, 1 failed, 1 skipped' <<'EOF'
echo 1..3; echo 'ok 1 - one'; echo 'not ok 2 - two'; echo 'ok 3 - three # SKIP why'; exit 1
EOF

# Interrupted, it ends the suite and does not wait for it.
printf 'echo ok one\nsleep 77 & echo $! >"%s/sleeper"\nwait\n' "$TMPDIR" >suite.sh
"$SRC/tests/run" suite.sh >said 2>&1 &
driver=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s sleeper ] || sleep 1
done
began=$(date +%s)
kill -TERM "$driver"
wait "$driver"
equals 'interrupted: status' 130 "$?"
verdict 'interrupted: at once' "$([ $(($(date +%s) - began)) -le 8 ] || echo 'it waited for the suite')"
# It may be a moment until who is dead is gone.
for _ in 1 2 3 4 5; do
	left=$(ps -o stat=,args= -p "$(cat sleeper)" | grep -v '^Z')
	[ -z "$left" ] || sleep 1
done
verdict 'interrupted: nothing is left' "$left"
finds 'interrupted: it says so' '^interrupted; 0 passed' "$(cat said)"
"$SRC/tests/run" nowhere >/dev/null 2>&1
equals 'a suite that is not there: status' 2 "$?"
finish
