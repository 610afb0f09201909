#!/usr/bin/env bash
# Stops what up.sh started, by pid, start time and boot.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BENCH_DATA:?}"
export DATA=$BENCH_DATA/waxseal
bash "$HERE/../../stack/down.sh" nginx waxseald fetch redis
rm -f "$BENCH_DATA"/run/waxseal*.pid
