# Benchmark programs: build/bench/NAME from tests/bench/NAME.c. They print numbers and judge nothing.
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(call arch,mail)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,mail)

$(BUILD)/bench/book: $(BUILD)/obj/tests/bench/book.o $(call arch,webmail)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,webmail) -lcmocka

$(BUILD)/bench/spell: $(BUILD)/obj/tests/bench/spell.o $(call arch,webmail)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,webmail)

$(BUILD)/bench/policy: $(BUILD)/obj/tests/bench/policy.o $(call arch,policy)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,policy)

.PHONY: bench-build
bench-build: $(BENCHES)

.PHONY: organisation
organisation: ## 1,000 changes (CHANGES) of the registry while two workers are asked; licences of 10,000 mailboxes; writes docs/reports/organisation.md
	@$(MAKE) --no-print-directory server
	@. tests/lib/node.sh; CHANGES=$(or $(CHANGES),1000) "$$NODE" tests/bench/organisation.mjs
