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
organisation: ## 1,000 changes (CHANGES) of plan, account, rule and certificate while two workers are asked; licences of 10,000 mailboxes; writes docs/reports/organisation.md
	@$(MAKE) --no-print-directory server
	@. tests/lib/node.sh; CHANGES=$(or $(CHANGES),1000) "$$NODE" tests/bench/organisation.mjs

.PHONY: admin-bench
admin-bench: ## pages of the administration over 10,000 (MAILBOXES) mailboxes and certificates, beside a running instance; writes docs/reports/admin.md
	@$(MAKE) --no-print-directory server
	@. tests/lib/node.sh; "$$NODE" tests/bench/admin.mjs

.PHONY: secrets
secrets: ## search a loaded system of its own (memory, swap, dumps, exports, logs) for keys and passphrases; writes docs/reports/secrets.md
	@$(MAKE) --no-print-directory server
	@$(MAKE) --no-print-directory MUTANT=KEYD_LEAK build/mutant-KEYD_LEAK/waxseal-keyd
	@bash tests/stack/secrets.sh docs/reports/secrets.md
