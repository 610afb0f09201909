#!/usr/bin/env bash
# Waxseal beside its peers and the physical limit, in one run of the bench harness (not part of this repository):
#   BENCH_DIR=<the harness> BENCH_DATA=<a folder with 4 GB> tests/bench/peers/run.sh [arguments of its bench.py]
# e.g.  --quick --only raw,roundcube,sogo,waxseal   or   --ops 'list|open' --skip throughput,static,cms,browser
# Installs and starts the peers (packages by apt), starts Waxseal, measures, stops both. The table is printed and kept
# in $BENCH_DATA/results. KEEP=1 leaves everything running.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../../.." && pwd)
KIT=${BENCH_DIR:-$TOP/../shared/bench}
[ -x "$KIT/bench.py" ] || { echo "peers: there is no bench harness in $KIT (BENCH_DIR)" >&2; exit 1; }
: "${BENCH_DATA:?an empty folder with 4 GB}"
export BENCH_DATA PORT_BASE=${PORT_BASE:-14500}
make -s -C "$TOP" all
. "$KIT/lib.sh"
"$KIT/setup.sh"
"$KIT/up.sh"
[ -n "${KEEP:-}" ] || trap 'bash "$HERE/down.sh" || true; "$KIT/down.sh"' EXIT
bash "$HERE/up.sh"
export BENCH_BROWSER_FLOW=$HERE/flow.mjs PYTHONPATH=$KIT${PYTHONPATH:+:$PYTHONPATH}
python3 "$KIT/bench.py" --candidate "$HERE/adapter.py:Waxseal=http://127.0.0.1:$PORT_BASE" "$@"
# The harness signs in as "alice"; our sign-in takes addresses, so its browser is asked again for us alone.
case " $* " in
*browser*) ;;
*) BENCH_USER=alice@bench.test node "$KIT/browser.mjs" "waxseal=http://127.0.0.1:$PORT_BASE" ;;
esac
