# SPDX-License-Identifier: BSD-2-Clause
#
# Fragment of the Makefile: build/probe/probe.elf, the image that tells what a
# platform really does. Uses SRC, CC, LD and Q.

PROBE_DIR := build/probe
PROBE_OBJ := $(patsubst $(SRC)/bench/probe/%,$(PROBE_DIR)/%.o,$(wildcard $(SRC)/bench/probe/*.c $(SRC)/bench/probe/*.S))
PROBE_CFLAGS := -m32 -march=i486 -mgeneral-regs-only -ffreestanding -nostdlib -fno-pic -fno-pie \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fomit-frame-pointer \
	-std=c11 -O2 -Wall -Wextra -Werror -ffile-prefix-map=$(SRC)/= -MMD -MP \
	-I $(SRC)/bench/probe -I $(SRC)/kernel/abi

.PHONY: probe-image
probe-image: $(PROBE_DIR)/probe.elf ## the image that tells what a platform really does

$(PROBE_DIR)/%.o: $(SRC)/bench/probe/% $(SRC)/bench/probe/probe.mk config.mak
	@echo "  CC      probe: $*"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -c -o $@ $<

# Which probe gave a verdict: a hash over its objects, as for variants.
$(PROBE_DIR)/build.id: $(PROBE_OBJ) $(SRC)/bench/probe/probe.ld
	$(Q)cat $^ | sha256sum | cut -c1-16 > $@

$(PROBE_DIR)/build_id.o: $(PROBE_DIR)/build.id
	$(Q)printf 'extern const char build_id[];\nconst char build_id[] = "%s";\n' "$$(cat $<)" | \
		$(CC) $(PROBE_CFLAGS) -x c -c -o $@ -

$(PROBE_DIR)/probe.elf: $(PROBE_OBJ) $(PROBE_DIR)/build_id.o $(SRC)/bench/probe/probe.ld
	@echo "  LINK    $@"
	$(Q)$(or $(LD),ld) -m elf_i386 -nostdlib -static --build-id=none -z noexecstack \
		-T $(SRC)/bench/probe/probe.ld -o $@ $(PROBE_OBJ) $(PROBE_DIR)/build_id.o

-include $(PROBE_OBJ:.o=.d)
