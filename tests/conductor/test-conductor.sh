#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that a conductor starts comes back when it ends, leaves the reserved range alone, and depends on
# nothing that the kernel before it left: two runs in one boot print the same records, to the last digit.
set -u
# shellcheck source=tests/lib.sh
. "$SRC/tests/lib.sh"

variant=${VARIANT:?configure first}
folder=$PWD/build/$variant
cd "$TMPDIR" || exit 1

# The image is i386, freestanding, like the kernel.
if ! ${CC:-gcc} -m32 -march=i486 -mgeneral-regs-only -ffreestanding -nostdlib -static -fno-pic -fno-pie -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -std=c11 -O2 -Wall -Wextra -Werror -I "$SRC/kernel/abi" \
	-Wl,-m,elf_i386,--build-id=none,-z,noexecstack -T "$SRC/tests/conductor/conductor.ld" \
	-o conductor.elf "$SRC/tests/conductor/start.S" "$SRC/tests/conductor/conductor.c" 2>build.log; then
	verdict conductor/build "$(cat build.log)"
	finish
fi

# run ROOT ARGUMENTS: leaves serial.log and the status.
run() {
	timeout 60 "${QEMU:-qemu-system-i386}" -accel tcg -icount shift=0,sleep=off -rtc clock=vm -nodefaults -vga none -display none \
		-no-reboot -m 64 -cpu "$cpu" -device isa-debug-exit,iobase=0xf4,iosize=4 -serial file:serial.log \
		-kernel conductor.elf -initrd "$folder/kernel.elf,$folder/sigma0.bin,$folder/$1 $2" 2>qemu.log
	status=$?
}

# unless_returned CODE STATUS: nothing if both runs came back with that code, the reserved range untouched, and QEMU ended
# with that status; otherwise what happened.
unless_returned() {
	[ "$(grep -ac "^conductor: returned 000000$1 untouched, as at reset" serial.log)" = 2 ] && [ "$status" = "$2" ] && return
	echo "status $status"
	head -n 50 serial.log
	cat qemu.log
}

# returns NAME: the tests, on the processor $cpu.
returns() {
	rm -f records.*
	# In -initrd a comma is written twice.
	run bench.bin "samples=4 only=null-call,,ipc-inter/words:0,,control/empty"
	awk '/^conductor:/ { run++; next } /^[@#]/ { print > ("records." run + 0) }' serial.log
	verdict "$1/returns" "$(unless_returned 10 33)"
	verdict "$1/same-records" "$(grep -q '^@' records.0 || echo 'no records'; cmp records.0 records.1 2>&1)"

	run misbehave.bin mode=panic
	verdict "$1/returns-from-panic" "$(unless_returned 12 37)"
}

cpu=pentium
returns conductor
# The kernel's pages may be global there, and must not be when it has gone.
cpu=pentium,+pge
returns conductor+pge
finish
