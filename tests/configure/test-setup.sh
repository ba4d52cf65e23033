#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# scripts/setup on systems that are made up: commands of a PATH of our own stand
# in for dpkg, apt and sudo.
. "$SRC/tests/lib.sh"

bin=$TMPDIR/bin
mkdir -p "$bin"
for command in sh cat cut printf sed; do
	ln -s "$(command -v $command)" "$bin/$command"
done
shell=$(command -v sh)
setup() { said=$(PATH=$bin "$shell" "$SRC/scripts/setup" "$@" 2>&1); }
stub() {
	{ echo "#!$shell"; cat; } >"$bin/$1"
	chmod +x "$bin/$1"
}

setup
equals 'without apt: status' 1 "$?"
finds 'without apt: the list is printed' '^qemu-system-x86 +platforms' "$said"
setup --check
equals 'without apt, --check: status' 1 "$?"

# All but what is named in the file `absent` is installed.
: >"$TMPDIR/absent"
export TMPDIR
stub dpkg-query <<'EOF'
while [ $# -gt 1 ]; do shift; done
while read -r name; do [ "$name" != "$1" ] || exit 1; done <"$TMPDIR/absent"
printf installed
EOF
stub apt-get <<'EOF'
printf 'apt-get %s\n' "$*" >>"$TMPDIR/called"
case $1 in install) : >"$TMPDIR/absent" ;; esac
EOF
stub env <<'EOF'
shift
"$@"
EOF
stub sudo <<'EOF'
printf 'sudo %s\n' "$*" >>"$TMPDIR/called"
"$@"
EOF
stub id <<'EOF'
echo 1000
EOF

setup --check
equals 'all there, --check: status' 0 "$?"
setup
equals 'all there: status' 0 "$?"
equals 'all there: nothing is called' no "$([ -e "$TMPDIR/called" ] && echo yes || echo no)"

printf 'bochs\nxorriso\n' >"$TMPDIR/absent"
setup --check
equals 'two missing, --check: status' 1 "$?"
equals 'two missing, --check: they are named, with the reason' 2 "$(printf '%s\n' "$said" | grep -Ec '^(bochs|xorriso) +[a-z]')"
equals 'two missing, --check: nothing is called' no "$([ -e "$TMPDIR/called" ] && echo yes || echo no)"
setup
equals 'two missing, not root: status' 0 "$?"
finds 'two missing, not root: sudo installs them' '^sudo env .*apt-get install .* bochs xorriso$' "$(cat "$TMPDIR/called")"

printf 'bochs\n' >"$TMPDIR/absent"
rm -f "$bin/sudo" "$TMPDIR/called"
setup
equals 'not root and no sudo: status' 1 "$?"
finds 'not root and no sudo: what root would do is said' '^bochs ' "$said"

stub id <<'EOF'
echo 0
EOF
setup
equals 'root: status' 0 "$?"
finds 'root: apt is called directly' '^apt-get install .* bochs$' "$(cat "$TMPDIR/called")"

printf 'bochs\n' >"$TMPDIR/absent"
stub apt-get <<'EOF'
EOF
setup
equals 'an installation that does not help: status' 1 "$?"
finds 'an installation that does not help: it is said' 'still missing' "$said"

setup --chekc
equals 'a wrong option: status' 2 "$?"
finds 'a wrong option: it is named' "'--chekc'" "$said"
finish
