#!/usr/bin/env bash
# Says which services of the demo run; exit code 0 when all do.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ ! -e "$DATA" ] || DATA=$(realpath "$DATA")
missing=0
[ -s "$DATA/run/gate.id" ] || SERVICES=${SERVICES/ gate / }
for s in $SERVICES; do
    if pid=$(pid_of "$s"); then printf '  %-10s runs (pid %s)\n' "$s" "$pid"; else printf '  %-10s -\n' "$s"; missing=1; fi
done
exit $missing
