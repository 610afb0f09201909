#!/usr/bin/env bash
# Starts an instance of its own with a large mailbox, measures, stops it. Knobs: ROUNDS (30), MESSAGES (10000),
# PORT_BASE (8680), NODE. Prints a table; `make bench >docs/reports/...` keeps it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export INSTANCE=bench PORT_BASE=${PORT_BASE:-8680} DATA=$PWD/build/bench-stack
make -s bench-build
TOP=$PWD
. tests/lib/node.sh
trap 'bash tests/stack/down.sh >&2; rm -rf "$(realpath -m "$DATA")" "$DATA"' EXIT
rm -rf "$(realpath -m "$DATA")" "$DATA"
bash tests/stack/up.sh >&2
WAXSEAL_ACCOUNTS=$(realpath "$DATA")/demo/accounts.json
export WAXSEAL_ACCOUNTS
"$NODE" tests/bench/server.mjs
echo; echo "## Searches"; echo
"$NODE" tests/bench/search.mjs
echo
ROUNDS=100 "$NODE" tests/bench/sending.mjs
[ ! -x build/bench/trust ] || { echo; echo '## Judging certificates'; echo; echo '```'; build/bench/trust; echo '```'; }
[ ! -x build/bench/cms ] || { echo; echo '## CMS against the algorithms alone'; echo; echo '```'; build/bench/cms; echo '```'; }
echo
echo '`openssl speed` in the same run:'
echo
echo '```'
openssl speed -seconds 1 -bytes 16384 -evp aes-256-gcm 2>/dev/null | tail -1
openssl speed -seconds 1 -bytes 16384 -evp aes-256-cbc 2>/dev/null | tail -1
openssl speed -seconds 1 -bytes 16384 -evp sha256 2>/dev/null | tail -1
openssl speed -seconds 1 rsa2048 2>/dev/null | tail -1
openssl speed -seconds 1 ecdsap256 2>/dev/null | tail -1
echo '```'
"$NODE" tests/bench/browser.mjs
echo
"$NODE" tests/bench/composer.mjs
"$NODE" tests/bench/keyring.mjs
