#!/usr/bin/env bash
# Searches a loaded system for secrets and writes what was searched into FILE (make secrets): an instance of its own, in a control group whose
# memory is pushed into a swap file, where the system lets us have both. usage: secrets.sh FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
TOP=$PWD
. tests/lib/node.sh
FILE=$1
WORK=$(mktemp -d /var/tmp/waxseal-secrets-XXXXXX)
chmod 755 "$WORK"
export DATA=$WORK/run INSTANCE=secrets PORT_BASE=${PORT_BASE:-8620} BUILD=${BUILD:-build} WAXSEAL_SECRETS=$WORK/report.md
GROUP=
finish() {
    bash tests/stack/down.sh >/dev/null 2>&1 || true
    [ -z "${WAXSEAL_SWAP:-}" ] || swapoff "$WAXSEAL_SWAP" || true
    if [ -n "$GROUP" ]; then
        echo $$ >"$(dirname "$GROUP")/cgroup.procs" 2>/dev/null || true
        rmdir "$GROUP" 2>/dev/null || true
    fi
    rm -rf "$WORK"
}
trap finish EXIT

swap_into_file() { # prints why not
    local file=$WORK/swap root=/sys/fs/cgroup
    [ "$(id -u)" = 0 ] || { echo 'swapping needs root'; return 1; }
    [ -d $root/memory ] && root=$root/memory
    GROUP=$root/waxseal-secrets-$$
    mkdir "$GROUP" 2>/dev/null || { GROUP=; echo 'no control group can be made here'; return 1; }
    [ -e "$GROUP/memory.reclaim" ] || [ -e "$GROUP/memory.force_empty" ] || { echo 'the control group cannot be made to give memory back'; return 1; }
    dd if=/dev/zero of="$file" bs=1M count=512 status=none && chmod 600 "$file" && mkswap -q "$file" >/dev/null 2>&1 && swapon "$file" 2>/dev/null ||
        { echo 'no swap file can be turned on here'; return 1; }
    [ ! -e "$GROUP/memory.swappiness" ] || echo 100 >"$GROUP/memory.swappiness"
    export WAXSEAL_SWAP=$file WAXSEAL_SWAP_GROUP=$GROUP
    echo $$ >"$GROUP/cgroup.procs"
}
swap_into_file >"$WORK/why" || { WAXSEAL_NO_SWAP=$(cat "$WORK/why"); export WAXSEAL_NO_SWAP; echo "not swapped: $WAXSEAL_NO_SWAP"; }
bash tests/stack/up.sh >/dev/null
[ -z "$GROUP" ] || echo $$ >"$(dirname "$GROUP")/cgroup.procs" # the test knows the keys: it stays out
WAXSEAL_ACCOUNTS=$DATA/demo/accounts.json "$NODE" --test --test-force-exit --test-reporter=tap tests/http/secrets.test.mjs >"$WORK/tap" || { awk -f tests/why.awk "$WORK/tap"; exit 1; }
[ -z "${WAXSEAL_NO_SWAP:-}" ] || echo "| swap file | not done: $WAXSEAL_NO_SWAP | |" >>"$WAXSEAL_SECRETS"
cp "$WAXSEAL_SECRETS" "$FILE"
cat "$FILE"
