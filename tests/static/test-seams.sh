#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# No design choice leaks from variants/ into kernel/; and the search itself is
# tried on a planted violation of each kind.
. "$SRC/tests/lib.sh"

seams() { "$PYTHON" "$SRC/tests/static/seams.py" "$@"; }

verdict 'kernel/ holds no preprocessor conditional' "$(seams conditionals "$SRC" 2>&1)"
verdict 'kernel/ names no choice' "$(seams identifiers "$SRC" 2>&1)"

plant=$TMPDIR/plant
mkdir -p "$plant/kernel/x86"
cp -r "$SRC/variants" "$plant/"

# planted NAME SEARCH PATTERN: what stdin holds is found as the pattern says;
# an empty pattern: nothing is found.
planted() {
	cat >"$plant/kernel/x86/t.h"
	found=$(seams "$2" "$plant")
	if [ -n "$3" ]; then
		finds "planted: $1" "$3" "$found"
	else
		verdict "planted: $1" "$found"
	fi
}

planted 'a conditional is found' conditionals 't.h:2: conditional' <<'EOF'
int a;
#if SPACES == 1
#endif
EOF
planted 'an indented #elif is found' conditionals 't.h:1: conditional' <<'EOF'
  #  elif defined(X)
EOF
planted 'a late #ifndef is no guard' conditionals 't.h:1: conditional' <<'EOF'
#ifndef LAZY
int a;
#endif
EOF
planted 'guards and __ASSEMBLER__ pass' conditionals '' <<'EOF'
/* #if in a comment */
#ifndef T_H
#define T_H
#ifndef __ASSEMBLER__
const char *s = "\n#if 1";
#else
#endif
#endif
EOF
planted 'a choice in an identifier is found' identifiers "'switch_lazy_queue' names the choice 'lazy'" <<'EOF'
int switch_lazy_queue(void);
EOF
planted 'a common word beside its axis is found' identifiers "'FULL_SPACE' names" <<'EOF'
enum { FULL_SPACE };
EOF
planted 'a common word that is asked for is found' identifiers "'use_registers' names" <<'EOF'
	cmpl $0, use_registers
EOF
planted 'an include from a choice is found' identifiers "folder of the choice 'small'" <<'EOF'
#include "../variants/spaces/small/spaces.h"
EOF
planted 'common words, comments and strings pass' identifiers '' <<'EOF'
/* lazy, small_space: as variants/ says */
int ready_queue_full(void); struct saved_registers { int eax; };
const char *physical_memory = "small";
#include <spaces.h>
EOF
finish
