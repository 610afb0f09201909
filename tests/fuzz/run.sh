#!/usr/bin/env bash
# run.sh BINARY...: each fuzz target for FUZZ_SECONDS, three side by side; TAP on stdout.
# New inputs are kept in build/fuzz/work, findings in build/fuzz/findings; the seeds stay as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${FUZZ_SECONDS:-10}
[ $# -gt 0 ] || { echo "1..0 # no fuzz targets"; exit 1; }

one() { # BINARY: writes its verdict line
    local bin=$1 name work log seeds=()
    name=$(basename "$bin")
    work=build/fuzz/work/$name log=build/fuzz/$name.log
    mkdir -p "$work" build/fuzz/findings
    [ -d "tests/fuzz/corpus/${name%_fuzz}" ] && seeds=("tests/fuzz/corpus/${name%_fuzz}")
    if "$bin" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$name-" "$work" "${seeds[@]}" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        if [ "${runs:-0}" -gt 0 ]; then echo "ok - $name ($runs runs)"; else echo "not ok - $name ran nothing"; fi
    else
        echo "not ok - $name; see $log"
        { grep -m1 -E 'ERROR: |runtime error' "$log" || tail -n 3 "$log"; } | sed 's/^/# /'
    fi
}
export -f one
export seconds
results=$(printf '%s\n' "$@" | xargs -P 3 -I{} bash -c 'one {}')
printf '%s\n1..%d\n' "$results" $#
! grep -q '^not ok' <<<"$results"
