# Helper programs of tests/corpus; its tests make them.

$(BUILD)/tests/corpus/%: $(BUILD)/obj/tests/corpus/%.o $(call arch,mail)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,mail)
