# Helper programs of tests/corpus; its tests make them.

$(BUILD)/tests/corpus/%: $(BUILD)/obj/tests/corpus/%.o $(call arch,mail)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,mail)

.PHONY: corpus-report
corpus-report: $(BUILD)/waxsealctl ## write docs/reports/corpus.md: what holds of the developers' corpus, and why the rest does not
	@$(or $(NODE),node) tests/corpus/report.mjs
