# SPDX-License-Identifier: BSD-2-Clause
#
# Fragment of the Makefile: the modelled processors. build/model/ukmodel.so is the plugin for QEMU; the
# unit tests of tests/model are one program per test_*.c, with all of the model but the plugin
# itself, under the sanitizers. Uses SRC, HOSTCC, HOSTCFLAGS, HOSTLDFLAGS, HOST_WARN, SANITIZE and Q; a new .c file needs no
# line here.

MODEL := build/model/ukmodel.so
MODEL_SRC := $(wildcard $(SRC)/bench/model/*.c)
MODEL_PLUGIN_SRC := $(wildcard $(SRC)/bench/model/plugin*.c)
MODEL_OBJ := $(patsubst $(SRC)/%,build/model/obj/%.o,$(MODEL_SRC))
# Hidden: QEMU has functions of the same names, and would lend us its own.
MODEL_C = $(HOSTCC) -std=c11 -D_GNU_SOURCE -g -fvisibility=hidden $(HOST_WARN) -I $(SRC)/bench/model $(HOSTCFLAGS)
MODEL_LIBS := -lZydis -lm
# Every instruction of the guest goes through several of these files: inlining across them saves a tenth of the time. Asked once, when needed.
MODEL_LTO = $(eval MODEL_LTO := $(shell $(HOSTCC) -flto=auto -fPIC -shared -x c -o /dev/null /dev/null 2>/dev/null && echo -flto=auto))$(MODEL_LTO)
MODEL_FAST = -O3 $(MODEL_LTO)

MODEL_UNIT_SRC := $(wildcard $(SRC)/tests/model/test_*.c)
MODEL_UNIT := $(patsubst $(SRC)/tests/model/%.c,build/tests/model/%,$(MODEL_UNIT_SRC))
MODEL_UNIT_LIB := $(patsubst $(SRC)/%,build/tests/model/obj/%.o,$(filter-out $(MODEL_PLUGIN_SRC),$(MODEL_SRC)))
# Replays a recorded trace of accesses: for the comparison with bench/model/reference.py, and for speed.
MODEL_REPLAY := build/model/memory_replay
MODEL_TOOLS_OBJ := build/model/obj/tests/model/memory_replay.c.o

.PHONY: model
model: $(MODEL) $(MODEL_REPLAY) ## the modelled processors, a plugin for QEMU

$(MODEL): $(MODEL_OBJ)
	@echo "  LINK    $@"
	$(Q)$(HOSTCC) $(MODEL_FAST) -shared -o $@ $^ $(MODEL_LIBS) $(HOSTLDFLAGS)

build/model/obj/%.c.o: $(SRC)/%.c config.mak
	@echo "  HOSTCC  $*.c (model)"
	$(Q)mkdir -p $(@D)
	$(Q)$(MODEL_C) $(MODEL_FAST) -fPIC -MMD -MP -c -o $@ $<

$(MODEL_REPLAY): $(MODEL_TOOLS_OBJ) $(filter-out build/model/obj/bench/model/plugin%,$(MODEL_OBJ))
	@echo "  LINK    $@"
	$(Q)$(HOSTCC) $(MODEL_FAST) -o $@ $^ $(MODEL_LIBS) $(HOSTLDFLAGS)

build/tests/model/obj/%.c.o: $(SRC)/%.c config.mak
	@echo "  HOSTCC  $*.c (model, sanitized)"
	$(Q)mkdir -p $(@D)
	$(Q)$(MODEL_C) -O2 $(SANITIZE) -MMD -MP -c -o $@ $<

build/tests/model/lib.a: $(MODEL_UNIT_LIB)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

build/tests/model/test_%: build/tests/model/obj/tests/model/test_%.c.o build/tests/model/lib.a
	@echo "  LINK    $@"
	$(Q)$(HOSTCC) $(SANITIZE) -o $@ $^ -lcmocka $(MODEL_LIBS) $(HOSTLDFLAGS)

.PRECIOUS: build/tests/model/obj/%.c.o build/model/obj/%.c.o

-include $(MODEL_OBJ:.o=.d) $(MODEL_UNIT_LIB:.o=.d) $(MODEL_TOOLS_OBJ:.o=.d)
