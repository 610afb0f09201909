#!/usr/bin/env bash
# The long form of the fault tests on an instance of its own (RUNS a kill point). Writes docs/reports/fault.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
TOP=$PWD
. tests/lib/node.sh
export INSTANCE=fault PORT_BASE=${FAULT_PORT_BASE:-8640} DATA=${FAULT_DATA:-$PWD/build/fault} BUILD=${BUILD:-build}
bash tests/stack/up.sh >build/fault.log 2>&1 || { tail -n 5 build/fault.log; exit 1; }
trap 'bash tests/stack/down.sh >>build/fault.log 2>&1' EXIT
DATA=$(realpath "$DATA")
export WAXSEAL_ACCOUNTS=$DATA/demo/accounts.json
"$NODE" tests/fault/report.mjs docs/reports/fault.md
