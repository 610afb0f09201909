# The program that drives our side of tests/interop: crypto/ and keyring/ together, as server and browser are.
INTEROP := $(BUILD)/interop/cmsdrive

$(INTEROP): $(BUILD)/obj/tests/interop/cmsdrive.o $(call arch,crypto) $(call lib,keyring)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,crypto) $(LIBS_keyring)

.PHONY: interop-build interop
interop-build: $(INTEROP)

interop: interop-build ## what we sign and encrypt against `openssl cms`, gpgsm and NSS, both ways
	@$(or $(NODE),node) --test tests/interop/*.test.mjs
