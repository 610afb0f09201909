# The keyring for the browser: build/keyring/keyring.wasm and worker.js with its hash inside.
# CACHE: folder outside the tree for OpenSSL's sources and finished modules.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/waxseal
KEYRING_WASM   := build/keyring/keyring.wasm
KEYRING_WORKER := build/keyring/worker.js

.PHONY: keyring keyring-info
keyring: $(KEYRING_WASM) $(KEYRING_WORKER) ## build the browser keyring (OpenSSL as WebAssembly)

$(KEYRING_WASM): $(wildcard crypto/keyring/*.c crypto/keyring/*.h) crypto/keyring/wasi.conf \
                 crypto/keyring/build.sh
	@CACHE='$(CACHE)' crypto/keyring/build.sh wasm $@

# The Worker runs no module but this one.
$(KEYRING_WORKER): crypto/keyring/worker.js $(KEYRING_WASM)
	@mkdir -p $(@D)
	@sed "s/@KEYRING_SHA256@/$$(sha256sum < $(KEYRING_WASM) | cut -d' ' -f1)/" $< > $@

keyring-info: $(KEYRING_WASM) ## print which OpenSSL and compiler made the browser keyring
	@crypto/keyring/build.sh info $(KEYRING_WASM).info
