# SPDX-License-Identifier: BSD-2-Clause
#
# Fragment of the Makefile: what is loaded into Bochs. The runner looks for it beside its own folder. HOSTCFLAGS stay out of it: a
# sanitizer in them would have to be in Bochs as well.
BOCHS_CLOCK := build/bochs/clock.so

$(BOCHS_CLOCK): $(SRC)/bench/bochs/clock.c config.mak | host-compiler
	@echo "  HOSTCC  $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -D_DEFAULT_SOURCE -O2 -g -fPIC -shared $(HOST_WARN) -o $@ $<

$(RUNNER): | $(BOCHS_CLOCK)
