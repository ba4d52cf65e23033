# SPDX-License-Identifier: BSD-2-Clause
#
# Builds one variant in the current folder, build/<variant>:
#     make -f SRC/variant.mk -C build/<variant> [SALT=k | SALTS=n]
# SALT=k builds layout k alone (default 0, which is the folder itself; others
# are in salt<k>/), SALTS=n the layouts 0 to n-1. Tools and flags come from
# ../../config.mak, the choices from variant.mak.

SRC := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:

include ../../config.mak
include variant.mak
ifneq ($(notdir $(CURDIR)),$(VARIANT))
$(error $(CURDIR)/variant.mak is that of $(VARIANT): remove the folder and build again)
endif

Q := $(if $(V),,@)
SAY := @$(if $(BRIEF),:,echo)
SALT ?= 0
LAYOUTS := $(if $(SALTS),$(shell awk 'BEGIN { for (k = 0; k < $(SALTS); k++) print k }'),$(SALT))
PROGRAMS := sigma0 bench conformance misbehave

# ---- sources ------------------------------------------------------------

# Sorted: the order of linking is that of the names, on every machine.
choice_folders := $(subst =,/,$(CHOICES))
sources = $(patsubst $(SRC)/%,%,$(foreach folder,$(1),$(sort $(wildcard $(SRC)/$(folder)/*.c $(SRC)/$(folder)/*.S))))
objects = $(patsubst %,obj/%.o,$(1))

KERNEL_OBJ := $(call objects,$(filter-out kernel/x86/offsets.c,$(call sources,kernel kernel/x86)) \
	$(patsubst $(SRC)/%,%,$(foreach pair,$(CHOICES),$(wildcard $(SRC)/variants/$(subst =,/,$(pair))/$(firstword $(subst =, ,$(pair))).c))))
RUNTIME_OBJ := $(call objects,$(call sources,bench/guest/runtime))
DRIVERS_OBJ := $(call objects,$(call sources,bench/guest/drivers))
sigma0_OBJ      := $(RUNTIME_OBJ) $(call objects,$(call sources,bench/guest/sigma0))
bench_OBJ       := $(RUNTIME_OBJ) $(DRIVERS_OBJ) $(call objects,$(call sources,bench/guest/measure))
# Tests run in the order of linking. Those that leave the most mappings behind are last: each check of the kernel looks at all of them.
CONFORMANCE      := $(call sources,tests/guest/conformance)
CONFORMANCE_LAST := $(foreach file,flush ports ports_use,$(filter %/$(file).c,$(CONFORMANCE)))
conformance_OBJ := $(RUNTIME_OBJ) $(DRIVERS_OBJ) $(call objects,$(filter-out $(CONFORMANCE_LAST),$(CONFORMANCE)) $(CONFORMANCE_LAST))
misbehave_OBJ   := $(RUNTIME_OBJ) $(call objects,$(call sources,tests/guest/misbehave))
ALL_OBJ := $(sort $(KERNEL_OBJ) $(foreach program,$(PROGRAMS),$($(program)_OBJ)))
KERNEL_LD  := $(SRC)/kernel/x86/kernel.ld
PROGRAM_LD := $(SRC)/bench/guest/program.ld

# ---- flags --------------------------------------------------------------

# Paths in messages and in the objects are those below the source folder, so
# that a build hash does not depend on where the tree lies.
BASE_FLAGS := -m32 -march=i486 -mgeneral-regs-only -ffreestanding -nostdlib \
	-ffile-prefix-map=$(SRC)/= $(OPTIONAL_CFLAGS) -MMD -MP
INCLUDES := -I $(SRC)/kernel/abi $(patsubst %,-I $(SRC)/variants/%,$(choice_folders)) -I obj
C_FLAGS := -std=c11 -O2 -Wall -Wextra -Werror $(CFLAGS)
obj/kernel/% obj/variants/% obj/offsets.s: INCLUDES += -I $(SRC)/kernel -I $(SRC)/kernel/x86
obj/bench/% obj/tests/%: INCLUDES += -I $(SRC)/bench/guest -I $(SRC)/bench/guest/runtime -I $(SRC)/bench/guest/drivers
LINK := $(LD) -m elf_i386 -nostdlib -static --build-id=none -z noexecstack $(OPTIONAL_LDFLAGS)

# ---- goals --------------------------------------------------------------

# prefix K: the folder of layout K, with its slash, empty for layout 0.
prefix = $(if $(filter-out 0,$(1)),salt$(1)/)
images = $(1)kernel.elf $(1)build.id $(1)benchmarks.list $(foreach program,$(PROGRAMS),$(1)$(program).bin) \
	$(foreach image,kernel $(PROGRAMS),$(1)$(image).asm $(1)$(image).sym $(1)$(image).sizes)

.PHONY: all
all: $(foreach k,$(LAYOUTS),$(call images,$(call prefix,$(k))))
	@$(if $(BRIEF),echo "  BUILT   $(VARIANT) (layout $(LAYOUTS))",:)

# ---- compiling ----------------------------------------------------------

TOOLS := ../../config.mak variant.mak $(SRC)/variant.mk

obj/%.c.o: $(SRC)/%.c $(TOOLS)
	$(SAY) "  CC      $(VARIANT): $*.c"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE_FLAGS) $(INCLUDES) $(C_FLAGS) -c -o $@ $<

obj/%.S.o: $(SRC)/%.S $(TOOLS)
	$(SAY) "  AS      $(VARIANT): $*.S"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE_FLAGS) $(INCLUDES) $(OPTIONAL_ASFLAGS) -Wall -Wextra -Werror -Wa,--fatal-warnings -c -o $@ $<

# Offsets of C structures for the assembler: offsets.c is compiled to assembly
# in which each line `->NAME value text` (also inside .ascii) is a constant.
obj/offsets.s: $(SRC)/kernel/x86/offsets.c $(TOOLS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE_FLAGS) -MT $@ $(INCLUDES) $(C_FLAGS) -S -o $@ $<

obj/offsets.h: obj/offsets.s
	$(Q)sed -n 's/^[[:space:]]*\(\.ascii[[:space:]]*"\)\{0,1\}->\([A-Za-z_][A-Za-z0-9_]*\)[[:space:]]*[$$#]*\(-\{0,1\}[0-9][0-9]*\)[[:space:]]*\([^"]*\).*/#define \2 \3 \/* \4 *\//p' $< > $@
	$(Q)[ -s $@ ] || { echo '$@: no line ->NAME value in obj/offsets.s' >&2; exit 1; }

$(filter %.S.o,$(KERNEL_OBJ)): obj/offsets.h

-include $(ALL_OBJ:.o=.d) obj/offsets.d

# ---- linking, per layout ------------------------------------------------

# Everything that decides what the images do, the layout apart.
obj/contents: $(ALL_OBJ) $(KERNEL_LD) $(PROGRAM_LD)
	$(Q)cat $^ | sha256sum | cut -c1-16 > $@

# layout K, PREFIX: layout K pads by 16 * (37 * K mod 61) bytes, an odd spread
# so that no two of the first sixty share their cache sets.
define layout
$(2)build.id: obj/contents
	$$(Q)mkdir -p $$(@D)
	$$(Q){ cat obj/contents; echo salt $(1); } | sha256sum | cut -c1-16 > $$@

obj/build_id-$(1).c: $(2)build.id variant.mak
	$$(Q)printf 'extern const char build_variant[], build_id[];\nextern const unsigned build_salt;\nconst char build_variant[] = "%s";\nconst char build_id[] = "%s";\nconst unsigned build_salt = %s;\n' \
		'$$(subst $$(space),$$(comma),$$(strip $$(CHOICES)))' "$$$$(cat $(2)build.id)" $(1) > $$@

obj/build_id-$(1).o: obj/build_id-$(1).c
	$$(Q)$$(CC) $$(BASE_FLAGS) $$(C_FLAGS) -c -o $$@ $$<

$(2)kernel.elf: $$(KERNEL_OBJ) obj/build_id-$(1).o $$(KERNEL_LD)
	$$(SAY) "  LINK    $$(VARIANT)/$$@"
	$$(Q)$$(LINK) -T $$(KERNEL_LD) --defsym layout_salt=$$(call padding,$(1)) -o $$@ $$(KERNEL_OBJ) obj/build_id-$(1).o

$(foreach program,$(PROGRAMS),$(call link_program,$(1),$(2),$(program)))
endef

define link_program
$(2)$(3).elf: $$($(3)_OBJ) $$(PROGRAM_LD)
	$$(SAY) "  LINK    $$(VARIANT)/$$@"
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(LINK) -T $$(PROGRAM_LD) --defsym layout_salt=$$(call padding,$(1)) $$($(3)_LDFLAGS) -o $$@ $$($(3)_OBJ)

endef

space := $(subst ,, )
comma := ,
padding = $(shell echo $$(( 16 * (37 * $(1) % 61) )))
$(foreach k,$(LAYOUTS),$(eval $(call layout,$(k),$(call prefix,$(k)))))

%.bin: %.elf
	$(Q)$(OBJCOPY) -O binary $< $@

# What the program can measure, from the section its benchmarks register in.
%benchmarks.list: %bench.elf
	$(Q)$(OBJCOPY) -O binary -j .benchmarks.names $< $@.new && tr '\000' '\n' < $@.new | sed '/^$$/d' | sort -u > $@; rm -f $@.new

benchmarks.list: bench.elf
	$(Q)$(OBJCOPY) -O binary -j .benchmarks.names $< $@.new && tr '\000' '\n' < $@.new | sed '/^$$/d' | sort -u > $@; rm -f $@.new

%.asm: %.elf
	$(Q)$(OBJDUMP) -d $< > $@

%.sym: %.elf
	$(Q)$(NM) -n -S $< > $@

%.sizes: %.elf
	$(Q)$(SIZE) -A $< > $@
