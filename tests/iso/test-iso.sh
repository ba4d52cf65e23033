#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The ISO boots through the BIOS in QEMU and in Bochs, and its default entry
# prints the same records there. The ISO is that of `make iso`, its measurements
# apart, of which a few must do.
. "$SRC/tests/lib.sh"

limit=60 # seconds until a boot has failed

if [ "${HAVE_ISO-no}" != yes ]; then
	skip 'the ISO boots' 'no grub-mkrescue, xorriso, mtools or GRUB modules; scripts/setup installs them'
	finish
fi

iso=$TMPDIR/ukbench.iso
said=$("$SRC/scripts/mkiso" --output "$iso" --timeout 1 --args 'only=null-call,ipc-inter/words:8 samples=4' \
	"build/$VARIANT" build/full-memory-eager 2>&1)
equals 'the ISO is made' 0 "$?"
finds 'each variant is a menu entry' ': 2 menu entries' "$said"

# until_end PID LOG: waits for the kernel's last line, then ends the emulator,
# which would wait for ever in front of a halted machine.
until_end() {
	seconds=0
	while kill -0 "$1" 2>/dev/null && [ "$seconds" -lt "$limit" ] && ! grep -aq '^#EXIT [0-9]' "$2" 2>/dev/null; do
		sleep 1
		seconds=$((seconds + 1))
	done
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

in_qemu() {
	"$QEMU" -accel tcg -m 64 -nodefaults -vga std -display none -no-reboot -boot d -cdrom "$iso" -serial "file:$TMPDIR/qemu.log" &
	until_end $! "$TMPDIR/qemu.log"
}

in_bochs() {
	cat >"$TMPDIR/bochsrc" <<EOF
display_library: term
romimage: file=\$BXSHARE/BIOS-bochs-latest
vgaromimage: file=\$BXSHARE/VGABIOS-lgpl-latest
megs: 64
ata0-master: type=cdrom, path=$iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$TMPDIR/bochs.log
speaker: enabled=0
clock: sync=none
log: $TMPDIR/bochs.messages
panic: action=fatal
EOF
	echo c >"$TMPDIR/commands"
	# script gives Bochs a terminal; exec, so that the end of one is that of both.
	TERM=xterm script -qfec "exec $BOCHS -q -f $TMPDIR/bochsrc -rc $TMPDIR/commands" /dev/null >/dev/null 2>&1 &
	until_end $! "$TMPDIR/bochs.log"
}

# booted NAME LOG: the log ends well, and its records are whole.
booted() {
	finds "$1: the machine ends with passed" '^#EXIT (16|0x10)' "$(tr -d '\r' <"$2" 2>/dev/null | grep -a '^#EXIT' || echo 'no #EXIT line')"
	if "$PYTHON" "$SRC/tests/iso/records.py" "$2" >"$2.records" 2>"$2.why"; then
		ok "$1: the records are whole"
	else
		not_ok "$1: the records are whole" "$(tail -n 1 "$2.why")"
	fi
}

emulators=0
if [ "${HAVE_QEMU-no}" = yes ]; then
	in_qemu
	booted 'in QEMU, by its BIOS' "$TMPDIR/qemu.log"
	emulators=$((emulators + 1))
else
	skip 'in QEMU, by its BIOS' 'no QEMU; scripts/setup installs it'
fi
if [ "${HAVE_BOCHS-no}" = yes ] && command -v script >/dev/null 2>&1; then
	in_bochs
	booted 'in Bochs' "$TMPDIR/bochs.log"
	emulators=$((emulators + 1))
else
	skip 'in Bochs' 'no Bochs, or no script; scripts/setup installs them'
fi
if [ "$emulators" -eq 2 ]; then
	verdict 'both print the same records' "$(diff "$TMPDIR/qemu.log.records" "$TMPDIR/bochs.log.records" 2>&1)"
fi
finish
