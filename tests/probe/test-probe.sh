#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The probe tells the truth about platforms that are known: QEMU's translator
# checks no segment limits and counts instructions, Bochs checks them all; and
# each way to die in it can be told from the others.
. "$SRC/tests/lib.sh"

image=$PWD/build/probe/probe.elf
if [ ! -r "$image" ]; then
	not_ok 'the probe is built' "$image is missing; make probe-image builds it"
	finish
fi

# in_qemu LOG WORDS: boots the image; its exit status in $status.
in_qemu() {
	timeout 60 "$QEMU" -accel tcg,thread=single -icount shift=0,sleep=off -cpu pentium -rtc base=2000-01-01,clock=vm \
		-nodefaults -display none -vga none -m 64 -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-serial "file:$1" -kernel "$image" -append "platform=tcg exit=debug $2" >"$1.messages" 2>&1
	status=$?
}

# in_bochs LOG: boots the image from an ISO.
in_bochs() {
	cat >"$TMPDIR/bochsrc" <<EOF
display_library: term
romimage: file=\$BXSHARE/BIOS-bochs-latest
vgaromimage: file=\$BXSHARE/VGABIOS-lgpl-latest
megs: 64
cpu: model=pentium, count=1, ips=10000000, reset_on_triple_fault=0
clock: sync=none
ata0-master: type=cdrom, path=$TMPDIR/probe.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$1
speaker: enabled=0
log: $TMPDIR/bochs.messages
panic: action=fatal
EOF
	echo c >"$TMPDIR/commands"
	"$SRC/scripts/mkiso" --output "$TMPDIR/probe.iso" --platform bochs --exit bochs --timeout 0 --kernel "$image" >/dev/null &&
		TERM=xterm timeout 120 script -qfec "exec $BOCHS -q -f $TMPDIR/bochsrc -rc $TMPDIR/commands" /dev/null >/dev/null 2>&1
}

records() { "$PYTHON" "$SRC/tests/probe/records.py" "$@" 2>&1; }

# says LABEL LOG NAME OK PATTERN: that record is there, with this ok and value.
says() {
	finds "$1: $3 is ${5:-ok}" "^$3	$4	$5" "$(records "$2" | grep "^$3	" || echo "no record $3")"
}

# ended LABEL LOG: the probe came to its end, and its records are whole.
ended() {
	finds "$1: the machine ends with passed" '^#EXIT 16$' "$(tr -d '\r' <"$2" 2>/dev/null | grep '^#EXIT')"
	records "$2" >"$2.records"
	equals "$1: the records are whole" '0 ' "$? $(grep 'records.py:' "$2.records")"
	verdict "$1: no step ended early" "$(grep -a 'ended early' "$2")"
	for name in paging user-mode user-interrupt user-tsc user-paging user-timer tsc tsc-rate ring0-native write-protect large-pages; do
		says "$1" "$2" "$name" true ''
	done
}

if [ "${HAVE_QEMU-no}" = yes ]; then
	log=$TMPDIR/tcg.log
	in_qemu "$log" ''
	equals 'tcg: the exit status is that of passed' 33 "$status"
	ended tcg "$log"
	says tcg "$log" segment-limits false 'not enforced'
	for name in read write straddle expand-down stack code; do
		says tcg "$log" "limit/$name" false 'not enforced'
	done
	says tcg "$log" tick false instruction
	says tcg "$log" hypervisor true TCGTCGTCGTCG
	in_qemu "$TMPDIR/again.log" ''
	verdict 'tcg: a second boot says the same to the last byte' "$(cmp "$log" "$TMPDIR/again.log" 2>&1)"

	in_qemu "$TMPDIR/panic.log" fail=panic
	equals 'an exception that nobody expects: the status of a panic' 37 "$status"
	finds 'an exception that nobody expects: a register dump' '^! .*#UD .vector 6' "$(cat "$TMPDIR/panic.log")"
	finds 'an exception that nobody expects: exit code 18' '^#EXIT 18' "$(cat "$TMPDIR/panic.log")"
	in_qemu "$TMPDIR/triple.log" fail=triple
	equals 'a triple fault: QEMU ends with status 0, which the guest cannot give' 0 "$status"
	finds 'a triple fault: the last note names the step' 'trying triple' "$(tail -n 1 "$TMPDIR/triple.log")"
	finds 'a triple fault: the records are found unfinished' 'no complete record' "$(records "$TMPDIR/triple.log")"

	sed 's/"name":"paging","value":"yes"/"name":"paging","value":"yeS"/' "$log" >"$TMPDIR/bent.log"
	finds 'planted: a bent record is found' 'checksum' "$(records "$TMPDIR/bent.log")"
	grep -v '"name":"paging"' "$log" >"$TMPDIR/bent.log"
	finds 'planted: a missing record is found' 'stands where' "$(records "$TMPDIR/bent.log")"
else
	skip 'the probe on tcg' 'no QEMU; scripts/setup installs it'
fi

if [ "${HAVE_BOCHS-no}${HAVE_ISO-no}" = yesyes ] && command -v script >/dev/null 2>&1; then
	log=$TMPDIR/bochs.log
	in_bochs "$log"
	ended bochs "$log"
	says bochs "$log" segment-limits true enforced
	for name in read write straddle expand-down stack code; do
		says bochs "$log" "limit/$name" true enforced
	done
	[ "${HAVE_QEMU-no}" != yes ] ||
		verdict 'both report the same properties' "$(cut -f1 "$TMPDIR/tcg.log.records" >"$TMPDIR/names" && cut -f1 "$log.records" | diff "$TMPDIR/names" - 2>&1)"
else
	skip 'the probe on Bochs' 'no Bochs, no script, or no ISO tools; scripts/setup installs them'
fi

# Instructions that no step guards: what compilers choose. Those that steps
# write by hand are behind CPUID or guard().
verdict 'the compiler chose only what a 486 executes' \
	"$($OBJDUMP -d "$image" | grep -E '	(cmov|nop[wl]|endbr|fcmov|pause|cmpxchg8b)|%[xm]mm')"
finish
