#!/usr/bin/env bash
# soak.sh SECONDS TARGET...: one round of long fuzzing, one target after the other with low priority.
# Each round adds a line to SOAK_LOG (default build/fuzz/soak.tsv): target, processor seconds, runs,
# coverage, features, findings. Inputs found are kept in build/fuzz/work and are used by later rounds.
# SOAK_BIN: folder with the targets (default build/fuzz).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=$1; shift
bin=${SOAK_BIN:-build/fuzz} log=${SOAK_LOG:-build/fuzz/soak.tsv}
mkdir -p build/fuzz/findings "$(dirname "$log")"

for target in "$@"; do
    work=build/fuzz/work/${target}_fuzz out=build/fuzz/${target}_soak.log seeds=()
    mkdir -p "$work"
    [ -d "tests/fuzz/corpus/$target" ] && seeds=("tests/fuzz/corpus/$target")
    before=$(find build/fuzz/findings -name "${target}_fuzz-*" | wc -l)
    TIMEFORMAT='%U %S'
    used=$({ time nice -n "${SOAK_NICE:-19}" "$bin/${target}_fuzz" -max_total_time="$seconds" -timeout=60 \
        -rss_limit_mb=3000 -print_final_stats=1 -reload=0 -verbosity=1 \
        -artifact_prefix="build/fuzz/findings/${target}_fuzz-" "$work" "${seeds[@]}" >"$out" 2>&1 || true; } 2>&1 |
        awk '{ printf "%.0f", $1 + $2 }')
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out")
    last=$(grep -aE '^#[0-9]+' "$out" | grep -oE 'cov: [0-9]+ ft: [0-9]+' | tail -n 1 | sed -E 's/cov: ([0-9]+) ft: ([0-9]+)/\1\t\2/')
    after=$(find build/fuzz/findings -name "${target}_fuzz-*" | wc -l)
    printf '%s\t%s\t%s\t%s\t%s\n' "$target" "$used" "${runs:-0}" "${last:-0	0}" "$((after - before))" | tee -a "$log"
done
