# Waxseal. `make help` lists the targets.
# Knobs: SAN=address|thread (sanitizer build in build/san-*), INSTANCE, PORT_BASE, DATA (see `make run`).

SAN     ?=
# One short line a step; V=1 shows whole commands.
Q       := $(if $(V),,@)
BUILD   := build$(if $(SAN),/san-$(SAN))
CC      ?= gcc
PKGS_base   := hiredis jansson
PKGS_crypto := libcrypto libssl
PKG_CFLAGS  := $(shell pkg-config --cflags hiredis jansson libcrypto libssl 2>/dev/null)

# OpenSSF compiler hardening guide, for gcc 12.
HARDEN  := -O2 -g -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
           -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fPIE -fno-delete-null-pointer-checks \
           -fno-strict-overflow -fno-strict-aliasing -ftrivial-auto-var-init=zero
LDHARD  := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed
WARN    := -Wall -Wextra -Wpedantic -Werror -Wformat=2 -Wformat-security -Wconversion -Wno-sign-conversion \
           -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wimplicit-fallthrough -Wundef \
           -Wno-missing-field-initializers
ifneq ($(SAN),)
comma := ,
SANFLAGS := $(if $(filter address,$(SAN)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all,-fsanitize=$(SAN))
HARDEN  := -O1 -g -fno-omit-frame-pointer -fPIE $(SANFLAGS)
LDHARD  := -pie $(SANFLAGS)
endif
CFLAGS  ?=
# MUTANT=name switches one check off (tests/mutants): only for proving that the tests notice.
CPPFLAGS += -I. -D_GNU_SOURCE $(if $(MUTANT),-DWAXSEAL_MUTANT_$(MUTANT)=1)
CFLAGS  += -std=gnu17 $(WARN) $(HARDEN) $(PKG_CFLAGS)
LDFLAGS += $(LDHARD)
ifneq ($(MUTANT),)
BUILD := build/mutant-$(MUTANT)
endif
# KILL=1: programs that die where a test wants them to (base/kill.h).
ifneq ($(KILL),)
BUILD := build/kill
CPPFLAGS += -DWAXSEAL_KILL=1
endif

# --- layers: sources, and the archives each may be linked with (lowest last) ---------------------
LAYERS := base crypto keyring fcgi mail policy webmail fetch keyd gateway cli
srcs    = $(filter-out %/main.c,$(wildcard $(1)/*.c $(1)/*/*.c))
SRC_base    := $(call srcs,base)
SRC_crypto  := $(wildcard crypto/*.c)
SRC_keyring := $(filter-out %/wasm_main.c %/stubs.c,$(wildcard crypto/keyring/*.c))
SRC_fcgi    := $(call srcs,fcgi)
SRC_mail    := $(call srcs,mail)
SRC_policy  := $(call srcs,policy)
SRC_webmail := $(call srcs,webmail)
SRC_fetch   := $(call srcs,fetch)
SRC_keyd    := $(call srcs,keyd)
SRC_gateway := $(call srcs,gateway)
SRC_cli     := $(call srcs,cli)
NEED_base    :=
NEED_crypto  := base
NEED_keyring :=
NEED_fcgi    := base
NEED_mail    := crypto base
NEED_policy  := crypto base
NEED_webmail := policy mail keyring crypto fcgi base
NEED_fetch   := crypto base
NEED_keyd    := keyring crypto base
NEED_gateway := policy mail crypto base
NEED_cli     := policy mail crypto keyring base
# Foreign libraries of each layer: one library, one owner.
LIBS_base    := -lhiredis -ljansson -linih
LIBS_crypto  := -lssl -lcrypto -lz
LIBS_keyring := -lcrypto
LIBS_fcgi    := -lfcgi
LIBS_mail    := -letpan -lical
LIBS_policy  := -lm
LIBS_webmail := -lhunspell-1.7
LIBS_fetch   := -lcurl -lldap -llber -lresolv
LIBS_keyd    :=
LIBS_gateway :=
LIBS_cli     :=

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
lib = $(BUILD)/lib/libwx$(1).a
# Objects, archives in link order, and libraries of a layer with all it may use.
arch = $(call lib,$(1)) $(foreach l,$(NEED_$(1)),$(call lib,$(l)))
libs = $(LIBS_$(1)) $(foreach l,$(NEED_$(1)),$(LIBS_$(l))) -lpthread

BINS := $(if $(wildcard webmail/main.c),$(BUILD)/waxseald) $(if $(wildcard cli/main.c),$(BUILD)/waxsealctl) \
        $(BUILD)/waxseal-fetch $(BUILD)/waxseal-keyd $(BUILD)/waxseal-gate
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/*_test.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

.DEFAULT_GOAL := all
.PHONY: all help server
.SECONDARY:
.DELETE_ON_ERROR:

help: ## list the targets
	@grep -hE '^[a-z][a-z_-]*:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z_-]+):.*## (.*)/  \1\t\2/' | expand -t 18

all: server client ## build everything: server, command line, web client with keyring

server: $(BINS) ## the C programs only

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC   $<')
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define layer_rule
$(call lib,$(1)): $(call obj,$(SRC_$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(if $(V),,@echo '  AR   $$@')
	$(Q)ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(BUILD)/waxseald: $(BUILD)/obj/webmail/main.o $(call arch,webmail)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,webmail)
$(BUILD)/waxsealctl: $(BUILD)/obj/cli/main.o $(call arch,cli)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,cli)
$(BUILD)/waxseal-fetch: $(BUILD)/obj/fetch/main.o $(call arch,fetch)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,fetch)

$(BUILD)/waxseal-gate: $(BUILD)/obj/gateway/main.o $(call arch,gateway)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,gateway)

$(BUILD)/waxseal-keyd: $(BUILD)/obj/keyd/main.o $(call arch,keyd)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libs,keyd)

# A unit test links only what its layer may use: a forbidden call does not link.
define unit_rule
$(BUILD)/tests/unit/$(1)/%: $(BUILD)/obj/tests/unit/$(1)/%.o $(call arch,$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $(call libs,$(1)) -lcmocka
endef
$(foreach l,$(LAYERS),$(eval $(call unit_rule,$(l))))

unit: $(UNIT_TESTS) ## build and run the C unit tests
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

-include mk/*.mk
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
