# SPDX-License-Identifier: BSD-2-Clause
#
# What can be asked for; how a variant is built is in variant.mk, what is built
# was chosen by configure. A folder that configure was run in holds config.mak
# and all that is made, below build/.

SRC := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

# Settings that a command line may change: make matrix MATRIX=core JOBS=2
MATRIX      ?= core
PLATFORM    ?= auto
JOBS        ?= $(NPROC)
SALTS       ?= 2
REPETITIONS ?= 1
SEED        ?=
RESUME      ?=
TIMEOUT     ?=
# Words for the runner and for the guest, as they are.
RUNFLAGS    ?=
ARGS        ?=
RUN         ?= $(or $(RESUME),build/runs/latest)
SUITES      ?=

ifneq (1,$(words $(subst /, ,$(MATRIX))))
$(error MATRIX=$(MATRIX) is not the name of a matrix: make help lists them)
endif

Q := $(if $(V),,@)
NPROC := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

ifneq (,$(filter-out help clean,$(or $(MAKECMDGOALS),all)))
ifeq (,$(wildcard config.mak))
$(error There is no config.mak in $(CURDIR): run ./configure first (./configure --help lists the choices))
endif
include config.mak
endif

# Builds use every processor unless -j says otherwise.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(NPROC))

.PHONY: all
all: build/$(VARIANT)/variant.mak ## the configured variant
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) -f $(SRC)/variant.mk -C build/$(VARIANT)

# ---- variants -----------------------------------------------------------

.PRECIOUS: build/%/variant.mak build/%.variants
build/%/variant.mak: $(SRC)/variants/axes.txt $(SRC)/variants/presets/liedtke95 config.mak
	$(Q)mkdir -p $(@D)
	$(Q)$(SRC)/scripts/variants --mak $* > $@.new || { rm -f $@.new; rmdir $(@D) 2>/dev/null; exit 1; }; mv $@.new $@

# One phony target per variant of the matrix, so that make shares its jobs out.
.PHONY: variants FORCE
variants: build/$(MATRIX).variants ## every variant of MATRIX, in every salted layout
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) SALTS=$(SALTS) $$(cut -f1 build/$(MATRIX).variants | sed 's/^/variant\//')

variant/%: build/%/variant.mak FORCE
	+$(Q)$(MAKE) --no-print-directory -f $(SRC)/variant.mk -C build/$* SALTS=$(SALTS) BRIEF=1 $(GOALS)

build/%.variants: FORCE
	$(Q)mkdir -p build
	$(Q)$(SRC)/scripts/variants --matrix $* > $@.new || { rm -f $@.new; exit 1; }; mv $@.new $@

# ---- what runs on this machine ------------------------------------------

HOST_WARN := -Wall -Wextra -Werror
HOST_C   = $(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -g $(HOST_WARN) -I $(SRC)/bench/host -I $(SRC)/kernel/abi $(HOSTCFLAGS)
HOST_CXX = $(HOSTCXX) -std=c++17 -O2 -g $(HOST_WARN) -I $(SRC)/bench/host -I $(SRC)/kernel/abi $(HOSTCFLAGS)
RUNNER_OBJ := $(patsubst $(SRC)/%,build/host/obj/%.o,$(wildcard $(SRC)/bench/host/*.c $(SRC)/bench/host/*.cc))
RUNNER_LIBS := -lbenchmark -ljansson -lpthread
RUNNER := build/host/ukrun

.PHONY: host
host: $(RUNNER) ## the runner

$(RUNNER): $(RUNNER_OBJ)
	@$(if $(filter yes,$(HAVE_BENCHMARK)),:,echo 'The runner needs Google Benchmark, which configure did not find: scripts/setup installs it; then ./configure again.' >&2; exit 1)
	@$(if $(filter yes,$(HAVE_JANSSON)),:,echo 'The runner needs jansson, which configure did not find: scripts/setup installs it; then ./configure again.' >&2; exit 1)
	@echo "  LINK    $@"
	$(Q)$(HOSTCXX) -o $@ $^ $(RUNNER_LIBS) $(HOSTLDFLAGS)

# Each host object waits for this: a compiler that configure could not use is named once.
.PHONY: host-compiler
host-compiler:
	@$(if $(filter yes,$(HAVE_HOSTCC)),:,echo 'What runs on this machine needs a C compiler, and configure could build nothing with $(HOSTCC): scripts/setup installs it; then ./configure again.' >&2; exit 1)

build/host/obj/%.c.o: $(SRC)/%.c config.mak | host-compiler
	@echo "  HOSTCC  $*.c"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOST_C) -MMD -MP -c -o $@ $<

build/host/obj/%.cc.o: $(SRC)/%.cc config.mak | host-compiler
	@echo "  HOSTCXX $*.cc"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOST_CXX) -MMD -MP -c -o $@ $<

# Unit tests: one program per file, with the runner's code less its main(),
# all under the sanitizers. SAN_ keeps these objects apart from the runner's.
comma := ,
SANITIZE := $(if $(filter yes,$(HAVE_SANITIZERS)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all)
UNIT_SRC := $(wildcard $(SRC)/tests/unit/host/test_*.c)
UNIT := $(patsubst $(SRC)/tests/unit/%.c,build/tests/%,$(UNIT_SRC))
UNIT_LIB := $(patsubst $(SRC)/%,build/tests/obj/%.o,$(filter-out %/main.c,$(wildcard $(SRC)/bench/host/*.c)))

# Parts of the kernel that need no hardware; its string.h must not be taken for the host's.
build/tests/obj/tests/unit/%: AFTER := -idirafter $(SRC)/kernel

build/tests/obj/%.c.o: $(SRC)/%.c config.mak | host-compiler
	@echo "  HOSTCC  $*.c (sanitized)"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOST_C) $(AFTER) $(SANITIZE) -MMD -MP -c -o $@ $<

.SECONDARY: $(UNIT_SRC:$(SRC)/%=build/tests/obj/%.o)
build/tests/lib.a: $(UNIT_LIB)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

build/tests/%: build/tests/obj/tests/unit/%.c.o build/tests/lib.a
	@echo "  LINK    $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(SANITIZE) -o $@ $^ -lcmocka -ljansson -lpthread $(HOSTLDFLAGS)

# Kernel code that needs no machine: its sources see the kernel's headers first, the tests those of the host.
KERNEL_UNIT_SRC := $(wildcard $(SRC)/tests/unit/kernel/test_*.c)
KERNEL_UNIT := $(patsubst $(SRC)/tests/unit/%.c,build/tests/%,$(KERNEL_UNIT_SRC))
KERNEL_UNIT_OBJ := $(patsubst %,build/tests/obj/%.c.o,kernel/mapping_database kernel/mapping_nodes kernel/mapping_invariants kernel/work tests/unit/kernel/mapping_rig)
KERNEL_UNIT_INCLUDES := -I $(SRC)/variants -I $(SRC)/variants/spaces/full
build/tests/obj/kernel/%: HOST_C += -I $(SRC)/kernel $(KERNEL_UNIT_INCLUDES)
build/tests/obj/tests/unit/kernel/%: HOST_C += -I $(SRC)/tests/unit/kernel -idirafter $(SRC)/kernel $(KERNEL_UNIT_INCLUDES)
build/tests/obj/tests/unit/kernel/test_tcbs_array.c.o: HOST_C += $(patsubst %,-I $(SRC)/variants/%,tcbs/array placement/1k kernelmap/4k) -idirafter $(SRC)/kernel/x86
build/tests/obj/tests/unit/kernel/test_invariants% build/tests/obj/tests/unit/kernel/test_space_ids%: HOST_C += $(patsubst %,-I $(SRC)/variants/%,tcbs/table placement/page) -idirafter $(SRC)/kernel/x86
build/tests/obj/tests/unit/kernel/test_invariants.c.o build/tests/obj/tests/unit/kernel/test_space_ids.c.o: HOST_C += -I $(SRC)/variants/scheduling/eager
build/tests/obj/tests/unit/kernel/test_invariants_lazy.c.o: HOST_C += -I $(SRC)/variants/scheduling/lazy

.SECONDARY: $(KERNEL_UNIT_OBJ) $(KERNEL_UNIT_SRC:$(SRC)/%=build/tests/obj/%.o)
build/tests/kernel.a: $(KERNEL_UNIT_OBJ)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

build/tests/kernel/%: build/tests/obj/tests/unit/kernel/%.c.o build/tests/kernel.a
	@echo "  LINK    $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(SANITIZE) -o $@ $^ -lcmocka $(HOSTLDFLAGS)

# The fuzzer needs clang; FUZZ_SECONDS is how long `make fuzz` runs it.
CLANG ?= clang
FUZZ_SECONDS ?= 300
FUZZER := build/tests/mapping_fuzz
FUZZER_SRC := $(patsubst build/tests/obj/%.o,$(SRC)/%,$(KERNEL_UNIT_OBJ)) $(SRC)/tests/fuzz/mapping_fuzz.c
FUZZ_C = $(CLANG) -std=c11 -D_GNU_SOURCE -O2 -g $(HOST_WARN) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -I $(SRC)/kernel/abi $(KERNEL_UNIT_INCLUDES)

$(FUZZER): $(FUZZER_SRC) $(wildcard $(SRC)/kernel/*.h $(SRC)/tests/unit/kernel/*.h) config.mak
	@command -v $(CLANG) >/dev/null || { echo 'The fuzzer needs clang, and there is no $(CLANG): scripts/setup installs it; CLANG= names another.' >&2; exit 1; }
	@echo "  FUZZER  $@"
	$(Q)mkdir -p build/tests/obj/fuzz
	$(Q)for file in $(FUZZER_SRC); do \
		case $$file in $(SRC)/kernel/*) first=-I ;; *) first=-idirafter ;; esac; \
		$(FUZZ_C) $$first $(SRC)/kernel -c -o build/tests/obj/fuzz/$$(basename $$file).o $$file || exit 1; \
	done
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $(patsubst %,build/tests/obj/fuzz/%.o,$(notdir $(FUZZER_SRC)))

.PHONY: fuzz
fuzz: $(FUZZER) ## the mapping database against its model, for FUZZ_SECONDS=300
	$(Q)mkdir -p build/fuzz
	$(Q)$(FUZZER) -timeout=10 -max_len=1024 -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/ build/fuzz $(SRC)/tests/fuzz/corpus

-include $(KERNEL_UNIT_OBJ:.o=.d) $(KERNEL_UNIT_SRC:$(SRC)/%.c=build/tests/obj/%.c.d)
-include $(RUNNER_OBJ:.o=.d) $(UNIT_LIB:.o=.d) $(UNIT_SRC:$(SRC)/%.c=build/tests/obj/%.c.d)

# ---- what brings its own rules ------------------------------------------

# The probe image (a kernel of its own, which asks a platform what it can do)
# and the modelled processors: bench/<part>/<part>.mk.
PROBE := build/probe/probe.elf
FRAGMENTS := $(sort $(wildcard $(SRC)/bench/*/*.mk))
include $(FRAGMENTS)
# The model needs a library that the rest can do without.
MODEL_READY := $(if $(filter yes,$(HAVE_ZYDIS)),$(MODEL))
MODEL_CHECK := $(if $(MODEL_READY),$(MODEL) $(MODEL_REPLAY) $(MODEL_UNIT))

# ---- running ------------------------------------------------------------

# The emulator that configure chose, for a platform that is named.
emulator = $(if $(filter tcg kvm i486 pentium,$(PLATFORM)),--emulator $(QEMU))$(if $(filter bochs,$(PLATFORM)),--emulator $(BOCHS))
ukrun = GRUB_MKRESCUE=$(GRUB_MKRESCUE) $(RUNNER) --platform $(PLATFORM) $(emulator) --mkiso $(SRC)/scripts/mkiso --probe-image $(PROBE) --plugin $(MODEL) --model $(SRC)/bench/model
# runner MATRIX, LIST of variants: everything but how often.
runner = $(ukrun) --matrix $(1) --variants $(2) --out build/runs \
	$(if $(TIMEOUT),--timeout $(TIMEOUT)) $(if $(SEED),--seed $(SEED)) $(if $(RESUME),--resume $(RESUME)) \
	--program bench.bin $(if $(ARGS),--args '$(ARGS)') $(RUNFLAGS)
matrix_runner = $(call runner,$(MATRIX),$(LIST)) --jobs $(JOBS) --salts $(SALTS) --repetitions $(REPETITIONS)
bench_runner = $(call runner,configured,build/configured.variants) --jobs 1 --salts 1 --repetitions $(REPETITIONS)
# What the runner would refuse, it refuses before anything is built for it.
check_settings = $(Q)$(1) --help >/dev/null
# A run that goes on is of the variants and layouts that it was begun with, whatever MATRIX and SALTS say.
LIST = $(if $(RESUME),$(RESUME)/variants.list,build/$(MATRIX).variants)
ifneq (,$(RESUME))
ifeq (,$(wildcard $(RESUME)/variants.list))
$(error RESUME=$(RESUME) is not the folder of a run: it holds no variants.list)
endif
override MATRIX := $(or $(shell head -n 1 $(RESUME)/results.jsonl | sed -n 's/.*"matrix":"\([A-Za-z0-9_.-]*\)".*/\1/p'),$(MATRIX))
override SALTS := $(or $(filter-out 0,$(shell head -n 1 $(RESUME)/results.jsonl | grep -o '/salt:[0-9]*/' | sort -u | wc -l)),1)
endif

.PHONY: run
run: all ## boot the configured variant, its console on the terminal
	@$(if $(filter yes,$(HAVE_QEMU)),:,echo 'No $(QEMU): scripts/setup installs it; then ./configure again.' >&2; exit 1)
	$(Q)QEMU=$(QEMU) $(SRC)/scripts/boot build/$(VARIANT) bench.bin '$(ARGS)'

.PHONY: bench
bench: host probe-image $(MODEL_READY) ## measure the configured variant
	$(call check_settings,$(bench_runner))
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=configured SALTS=1
	$(Q)$(bench_runner)

# The report per benchmark goes to the run's bench.json; the tables say it in short.
.PHONY: matrix
matrix: host probe-image $(MODEL_READY) ## measure MATRIX= (default: core); PLATFORM= JOBS= SALTS= REPETITIONS= SEED= RESUME=
	$(call check_settings,$(matrix_runner))
	+$(Q)$(MAKE) --no-print-directory $(if $(RESUME),$(PARALLEL) SALTS=$(SALTS) $$(cut -f1 $(LIST) | sed 's/^/variant\//'),variants)
	$(Q)status=0; $(matrix_runner) $(if $(RUNFLAGS),,>/dev/null) || status=$$?; \
	[ $$status -lt 2 ] || exit $$status; \
	modelled=$$(sed -n '1s/.*"platform":"\([a-z0-9]*\)".*"modelled":true.*/\1/p' $(RUN)/results.jsonl); \
	[ -z "$$modelled" ] || [ -n '$(findstring tlb.parameters,$(RUNFLAGS))' ] || $(MAKE) --no-print-directory second-set PLATFORM=$$modelled || exit $$?; \
	$(MAKE) --no-print-directory tables plots || exit $$?; \
	exit $$status

# A modelled run's key benchmarks once more, with the other set of TLB parameters: RUN/manual, for the tables. What cannot
# be had (a machine that is only a geometry has no such parameters) takes nothing from the run itself.
KEY_BENCHMARKS := /(null-call|ipc-inter/words:[08]|ipc-inter-small/words:0|rpc-working-set/pages:(0|8|64))$$
.PHONY: second-set
second-set:
	$(Q)trap "echo \"interrupted; what was finished is kept. Go on with: make matrix RESUME='$(realpath $(RUN))'\" >&2; exit 130" INT TERM; \
	$(ukrun) --matrix $(MATRIX) --variants $(LIST) --out $(RUN)/manual --program bench.bin \
		$(if $(wildcard $(RUN)/manual/latest/results.jsonl),--resume $(RUN)/manual/latest) \
		--jobs $(JOBS) --salts $(SALTS) --set tlb.parameters=manual --benchmark_filter='$(KEY_BENCHMARKS)' \
		$(if $(ARGS),--args '$(ARGS)') $(RUNFLAGS) >/dev/null 2>$(RUN)/manual.log || \
		{ echo 'No tables with the other set of TLB parameters:' >&2; head -n 1 $(RUN)/manual.log >&2; }

.PHONY: tables
tables: ## tables of RUN= (default: the latest run)
	@$(if $(PYTHON),:,echo 'No Python 3 was found: scripts/setup installs it; then ./configure again.' >&2; exit 1)
	$(Q)$(PYTHON) $(SRC)/scripts/tables.py $(RUN)

.PHONY: plots
plots: ## plots of RUN= (default: the latest run)
	$(Q)$(if $(MATPLOTLIB_WHY),echo 'No plots by matplotlib: $(MATPLOTLIB_WHY)',:)
	$(Q)PYTHON=$(PYTHON) GNUPLOT=$(GNUPLOT) $(SRC)/plots/make-plots $(RUN)

# ---- modelled processors ------------------------------------------------

# What only a model can tell is told of the Pentium unless PLATFORM=i486 is asked for.
MODELLED = $(if $(filter auto,$(PLATFORM)),pentium,$(PLATFORM))
BENCH ?= ipc-inter/words:0
modelled_platform = @$(if $(filter i486 pentium,$(MODELLED)),:,echo 'PLATFORM=$(PLATFORM) is not modelled: i486 and pentium are' >&2; exit 2)
model_needed = @$(if $(MODEL_READY),:,echo 'There is no model without Zydis, which configure did not find: scripts/setup installs it; then ./configure again.' >&2; exit 1)

.PHONY: explain
explain: $(MODEL_READY) ## a sample of BENCH= on VARIANT= (default: the configured), PLATFORM=i486|pentium, instruction by instruction
	$(modelled_platform)
	$(model_needed)
	+$(Q)$(MAKE) --no-print-directory build/$(VARIANT)/variant.mak >/dev/null
	+$(Q)$(MAKE) --no-print-directory -f $(SRC)/variant.mk -C build/$(VARIANT) BRIEF=1 >/dev/null
	$(Q)QEMU=$(QEMU) $(PYTHON) $(SRC)/scripts/explain build/$(VARIANT) '$(BENCH)' --platform $(MODELLED) $(EXPLAINFLAGS)

model_runner = $(RUNNER) --emulator $(QEMU) --probe-image $(PROBE) --plugin $(MODEL) --model $(SRC)/bench/model --jobs $(JOBS)

.PHONY: validation
validation: host probe-image $(MODEL_READY) $(MODEL_CHECK) ## bench/model/VALIDATION.md, made anew from runs of the models
	$(model_needed)
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=core SALTS=1
	$(Q)$(PYTHON) $(SRC)/scripts/validation --variants build/core.variants --tests build/tests/model --compiler $(CC) -- $(model_runner)

.PHONY: costs
costs: host probe-image $(MODEL_READY) ## what choices cost, in the tables of variants/*/README.md, made anew from runs of the models
	$(model_needed)
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) SALTS=1 $$($(PYTHON) $(SRC)/scripts/costs --list | sed 's,^,variant/,')
	$(Q)$(PYTHON) $(SRC)/scripts/costs --compiler $(CC) -- $(model_runner)

.PHONY: model-speed
model-speed: host probe-image $(MODEL_READY) ## how many guest instructions a second the models manage
	$(model_needed)
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=configured SALTS=1
	$(Q)QEMU=$(QEMU) $(PYTHON) $(SRC)/scripts/model-speed --variants build/configured.variants -- $(model_runner)

.PHONY: sensitivity
sensitivity: host probe-image $(MODEL_READY) ## what uncertain values of the modelled PLATFORM=i486|pentium change
	$(modelled_platform)
	$(model_needed)
	+$(Q)$(MAKE) --no-print-directory variants SALTS=1
	$(Q)$(PYTHON) $(SRC)/scripts/sensitivity --platform $(MODELLED) --variants build/$(MATRIX).variants --model $(SRC)/bench/model \
		--out build/sensitivity-$(MODELLED).md $(SENSITIVITYFLAGS) -- $(model_runner)

.PHONY: probe
probe: host probe-image $(MODEL_READY) ## what PLATFORM= (default: each) can do here, and what it may report
	$(Q)$(ukrun) --probe-only $(RUNFLAGS)

.PHONY: iso
iso: ## a bootable image of MATRIX= (default: configured)
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=$(ISO_MATRIX) SALTS=1
	$(Q)GRUB_MKRESCUE=$(GRUB_MKRESCUE) $(SRC)/scripts/mkiso --output build/ukbench-$(ISO_MATRIX).iso $(if $(ARGS),--args '$(ARGS)') $$(cut -f3 build/$(ISO_MATRIX).variants)
ISO_MATRIX = $(if $(filter command%,$(origin MATRIX)),$(MATRIX),configured)

.PHONY: disdiff
disdiff: ## what a choice changed in the code: A= and B= are variants or presets
	+$(Q)MAKE='$(MAKE)' OBJDUMP='$(OBJDUMP)' NM='$(NM)' $(PYTHON) $(SRC)/scripts/disdiff '$(A)' '$(B)' $(if $(IMAGE),--image $(IMAGE))

# Built with every processor; the variants that follow are, too.
.PHONY: check check-programs
check-programs: host probe-image $(UNIT) $(KERNEL_UNIT) $(MODEL_CHECK) $(BOUND) build/core.variants

check: ## every test; SUITES= for some
	$(Q)for suite in $(filter-out build/%,$(SUITES)); do [ -e "$$suite" ] || [ -e "$(SRC)/$$suite" ] || { echo "SUITES: there is no $$suite; suites are folders and files below $(SRC)/tests" >&2; exit 2; }; done
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) check-programs
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=tested SALTS=1
	+$(Q)MAKE='$(MAKE)' $(SRC)/tests/run $(if $(SUITES),$(SUITES),--all $(UNIT) $(KERNEL_UNIT) $(if $(MODEL_CHECK),$(MODEL_UNIT)))

# What takes hours: LONG= names the parts, MATRIX= and ONLY= the variants.
LONG ?= variants bochs fuzz
ONLY ?= *
FUZZ_OPERATIONS ?= 10000000
LONG_MATRIX = $(if $(filter command%,$(origin MATRIX)),$(MATRIX),full)
LONG_FUZZER := $(if $(shell command -v $(CLANG)),$(FUZZER))
.PHONY: check-long
check-long: host probe-image build/tested.variants $(if $(filter fuzz,$(LONG)),$(LONG_FUZZER)) ## the long tests: LONG='variants bochs fuzz' MATRIX=full ONLY='*' FUZZ_OPERATIONS= TIMEOUT= FRESH=1
	+$(Q)$(MAKE) --no-print-directory build/$(LONG_MATRIX).variants
	+$(Q)$(PYTHON) $(SRC)/scripts/check-long --parts '$(LONG)' --variants build/$(LONG_MATRIX).variants --only '$(ONLY)' \
		--operations $(FUZZ_OPERATIONS) --jobs $(JOBS) $(if $(TIMEOUT),--timeout $(TIMEOUT)) $(if $(FRESH),--fresh) \
		--qemu $(QEMU) --bochs $(BOCHS) \
		--lacking '$(if $(filter yes,$(HAVE_QEMU)),,variants) $(if $(filter yesyes,$(HAVE_BOCHS)$(HAVE_ISO)),,bochs) $(if $(LONG_FUZZER),,fuzz)'

.PHONY: sizes
sizes: ## the README's tables of the kernel's size, made anew
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=core SALTS=1
	+$(Q)$(MAKE) --no-print-directory variants MATRIX=presets SALTS=1
	$(Q)$(PYTHON) $(SRC)/scripts/sizes --write

.PHONY: clean
clean: ## remove all that was built, runs excepted
	$(Q)if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name runs -exec rm -rf {} +; fi

.PHONY: help
help: ## this text
	@echo 'Targets (configure chooses the variant: ./configure --help):'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(SRC)/Makefile $(SRC)/bench/*/*.mk | awk -F'\t' '{ printf "%-12s %s\n", $$1, $$2 }'
	@echo 'Matrices (MATRIX=): configured, and'
	@cd $(SRC)/variants/matrices && for name in *; do printf '  %-12s %s\n' "$$name" "$$(sed -n 's/^# help: *//p' "$$name")"; done
	@echo 'Settings: V=1 shows the commands; SALTS= layouts per variant; JOBS= machines at a time.'
