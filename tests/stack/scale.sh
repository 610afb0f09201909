#!/usr/bin/env bash
# The day in a mailbox, by mouse and by keyboard, and the client's budgets, at full size (MESSAGES=100000) and at 10,000
# for comparison, on an instance of their own. Writes docs/reports/scale.md; PICTURES=FOLDER keeps pictures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
TOP=$PWD
. tests/lib/node.sh
export INSTANCE=scale PORT_BASE=${SCALE_PORT_BASE:-8640} DATA=${SCALE_DATA:-$PWD/build/scale} BUILD=${BUILD:-build}
bash tests/stack/up.sh
trap 'bash tests/stack/down.sh' EXIT
DATA=$(realpath "$DATA")
export WAXSEAL_ACCOUNTS=$DATA/demo/accounts.json
mkdir -p build/scale-runs
rm -f build/scale-runs/*.json
rc=0
run() { "$NODE" --test --test-force-exit --test-concurrency=1 --test-reporter=spec "$@" || rc=1; }
for n in 10000 "${MESSAGES:-100000}"; do
    for i in $(seq "${RUNS:-3}"); do MESSAGES=$n BUDGETS=build/scale-runs/$n-$i.json run tests/e2e/scale.test.mjs; done
done
MESSAGES=${MESSAGES:-100000} run tests/e2e/day*.test.mjs
"$NODE" tests/bench/scale.mjs build/scale-runs/*.json >build/scale-runs/table.md
# What is said about the numbers stays: only the part before it is made anew.
{ cat build/scale-runs/table.md; sed -n '/^## /,$p' docs/reports/scale.md 2>/dev/null || true; } >build/scale-runs/report.md
cp build/scale-runs/report.md docs/reports/scale.md
exit $rc
