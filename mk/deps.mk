# What a bare Debian 12 needs, by package name. One list per purpose; keep them sorted.

DEPS_BUILD := ca-certificates gcc libc6-dev libcurl4-gnutls-dev libetpan-dev libfcgi-dev libhiredis-dev \
              libhunspell-dev libical-dev libinih-dev libjansson-dev libldap-dev libssl-dev make pkg-config zlib1g-dev
# The browser's keyring: OpenSSL from Debian's source package, compiled to WebAssembly.
DEPS_WASM  := binaryen clang-14 dpkg-dev libclang-rt-14-dev-wasm32 lld-14 llvm-14 patch perl wasi-libc xz-utils
DEPS_RUN   := dovecot-core dovecot-imapd dovecot-lmtpd dovecot-managesieved dovecot-sieve hunspell-de-de \
              hunspell-en-us hunspell-es hunspell-fr-classical libnss3 nginx-light openssl postfix procps redis-server util-linux
DEPS_TEST  := chromium clang-format-14 cppcheck curl dirmngr faketime firefox-esr git gpg-agent gpgsm iproute2 ldap-utils libclang-rt-14-dev libcmocka-dev libnss3-tools slapd
# Where it is to be had: half the work for the browser's tests (tests/lib/chromium.mjs).
DEPS_QUICK := chromium-headless-shell
# nodejs and npm of any age: `npm ci` brings the pinned node that builds the client (mk/client.mk).

.PHONY: deps
deps: ## install what build, demo and tests need (Debian 12; root, or a user with sudo)
	@sh tests/stack/deps.sh $(DEPS_BUILD) $(DEPS_WASM) $(DEPS_RUN) $(DEPS_TEST) -- $(DEPS_QUICK)
