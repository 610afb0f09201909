# Tests, fuzzing, mutants, benchmarks. The suites themselves are in tests/; tests/run counts.

.PHONY: test unit-build fuzz fuzz-build fuzz-smoke mutants bench
test: deps ## build, run every suite, end with "N passed, N failed, N skipped" (SUITES="unit lint" runs some)
	@bash tests/run $(SUITES)

unit-build: $(UNIT_TESTS)

# --- fuzz targets: clang's libFuzzer over everything that may parse --------------------------------
FUZZ_CC    ?= clang-14
FUZZ_FLAGS := -std=gnu17 -O1 -g -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION=1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -w
FUZZ_LAYERS := webmail fetch keyd gateway policy mail crypto fcgi keyring base
FUZZ_SRC   := $(foreach l,$(FUZZ_LAYERS),$(SRC_$(l)))
FUZZ_OBJ   := $(FUZZ_SRC:%.c=build/fuzz/obj/%.o)
FUZZ_SECONDS ?= 1200
FUZZ_BINS  := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

build/fuzz/obj/tests/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(PKG_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -MMD -MP -c -o $@ $<
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(PKG_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
build/fuzz/libwx.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^
build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o build/fuzz/libwx.a
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(foreach l,$(FUZZ_LAYERS),$(LIBS_$(l))) -lpthread
-include $(shell find build/fuzz/obj -name '*.d' 2>/dev/null)

fuzz-build: $(FUZZ_BINS)

fuzz: fuzz-build ## fuzz every target for FUZZ_SECONDS (1200) of processor time, two side by side
	@FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/fuzz/run.sh $(FUZZ_BINS)

fuzz-smoke: fuzz-build ## every fuzz target for 10 seconds
	@FUZZ_SECONDS=10 bash tests/fuzz/run.sh $(FUZZ_BINS)

mutants: ## build each mutant of base/mutant.h and prove that the tests notice it
	@bash tests/mutants/run.sh $(MUTANTS)

bench: ## measure against raw IMAP and `openssl speed` in the same run
	@$(MAKE) --no-print-directory all
	@bash tests/bench/run.sh

.PHONY: fuzz-soak
SOAK_TARGETS ?= entity recipient cms p12 sealed compose
fuzz-soak: fuzz-build ## one more round of long fuzzing (SOAK_SECONDS=300 a target, SOAK_TARGETS); adds to build/fuzz/soak.tsv
	@bash tests/fuzz/soak.sh $(or $(SOAK_SECONDS),300) $(SOAK_TARGETS)

.PHONY: fault
fault: ## kill the server RUNS (50) times at each point of a send, and more (R1, R2, R4); writes docs/reports/fault.md
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory -s KILL=1 build/kill/waxseald
	@RUNS=$(or $(RUNS),50) bash tests/fault/run.sh

.PHONY: scale
scale: ## a day in a mailbox of 100,000 (MESSAGES) and the client's budgets in it; writes docs/reports/scale.md
	@$(MAKE) --no-print-directory all
	@MESSAGES=$(or $(MESSAGES),100000) bash tests/stack/scale.sh

.PHONY: bench-peers
bench-peers: ## Waxseal beside its peers in the bench harness (BENCH_DIR, BENCH_DATA; PEERS_ARGS: arguments of its bench.py)
	@bash tests/bench/peers/run.sh $(PEERS_ARGS)

# Counts the work of readers (tests/unit/mail/work_test.c).
$(BUILD)/obj/tests/unit/mail/work_test.o: CFLAGS += -fsanitize-coverage=trace-pc

.PHONY: policy-properties
policy-properties: ## what must hold of every decision, over CASES (100,000) random organisations; writes docs/reports/policy.md
	@bash tests/unit/policy/report.sh $(or $(CASES),100000)

.PHONY: policy-compare
policy-compare: ## the rules engine and a second evaluator decide CASES (100,000) random examples from SEED (1) on
	@$(MAKE) --no-print-directory -s $(BUILD)/waxsealctl
	@TOP=$(CURDIR); . tests/lib/node.sh; CASES=$(or $(CASES),100000) SEED=$(or $(SEED),1) "$$NODE" --test --test-force-exit tests/interop/policy.test.mjs
