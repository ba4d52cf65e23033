# SPDX-License-Identifier: BSD-2-Clause
#
# Fragment of the Makefile: build/bound/ukbound.so, the plugin that measures how long the kernel runs with interrupts off. Uses SRC,
# HOSTCC, HOSTCFLAGS, HOST_WARN and Q.

BOUND := build/bound/ukbound.so

$(BOUND): $(SRC)/bench/bound/bound.c $(SRC)/bench/model/guest.c $(SRC)/bench/model/guest.h $(SRC)/bench/model/qemu_plugin_api.h config.mak
	@echo "  LINK    $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden -shared $(HOST_WARN) $(HOSTCFLAGS) -o $@ $(filter %.c,$^) $(HOSTLDFLAGS)
