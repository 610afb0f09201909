# The demo: the real servers on loopback, with accounts and mail (tests/stack).
INSTANCE  ?= demo
PORT_BASE ?= 8480
DATA      ?= $(CURDIR)/run
STACK_ENV  = INSTANCE='$(INSTANCE)' PORT_BASE='$(PORT_BASE)' DATA='$(DATA)' BUILD='$(BUILD)' BIG='$(BIG)' GATE='$(or $(GATE),no)'

.PHONY: run stop status
run: deps ## install what is missing, build, start the demo (PORT_BASE=8480 INSTANCE=demo DATA=./run; BIG=100000: so many messages for erin; GATE=yes: with the mail flow)
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(STACK_ENV) bash tests/stack/up.sh

stop: ## stop the demo, keep its data
	@$(STACK_ENV) bash tests/stack/down.sh

status: ## say which of the demo's servers run; fails unless all do
	@$(STACK_ENV) bash tests/stack/status.sh
