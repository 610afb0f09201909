#!/usr/bin/env bash
# run.sh [MUTANT...]: builds each mutant of base/mutant.h and proves that the suite named for it turns red,
# and is green without it. TAP on stdout; logs in build/test-logs/mutants.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
TOP=$PWD LOGS=$PWD/build/test-logs/mutants
mkdir -p "$LOGS"
# The client is the same for all of them; an instance needs it.
make -s all >"$LOGS/build.log" 2>&1 || { tail -n 20 "$LOGS/build.log" >&2; exit 2; }
. tests/lib/node.sh
export PORT_BASE=${MUTANT_PORT_BASE:-8640} INSTANCE=mutant DATA=$TOP/build/mutant-stack LEAVE=0

# The suite that guards each check. unit: C tests of these programs; http, e2e: against a running instance.
suite_of() {
    case $1 in
    SIGNATURE) echo unit crypto/cms_verify_test mail/message_test ;;
    FROM_MATCH | REVOCATION) echo unit mail/verdict_test ;;
    ANSWER) echo unit crypto/ocsp_test crypto/crl_test ;;
    TRUST) echo unit crypto/cert_test mail/verdict_test ;;
    TAG) echo unit crypto/cms_open_test mail/message_test ;;
    FEATURE) echo http plan ;;
    RULE) echo unit policy/examples_test policy/properties_test ;;
    QUOTA | EDIT) echo unit policy/licence_test ;;
    CSRF) echo http guard ;;
    ADMIN_ROLE | ADMIN_FACTOR | TOKEN_SCOPE) echo http admin-who ;;
    TOTP | TOTP_REPLAY) echo unit webmail/totp_test ;;
    RANGE) echo fetch refused ;;
    IMAGE | IMAGE_SENDER) echo fetch reader ;;
    AUTHSERV) echo unit mail/unsubscribe_test mail/auth_results_test ;;
    FORWARD) echo unit webmail/filters_test ;;
    KEYD_PEER | KEYD_STOP | KEYD_LEAK) echo stack keyd ;;
    LEAK) echo e2e traffic ;;
    *) echo "unknown mutant $1" >&2; exit 2 ;;
    esac
}

run_unit() { # BUILD PROGRAM...
    local dir=$1 rc=0 t
    shift
    for t in "$@"; do
        [ -f "tests/unit/$t.c" ] || continue
        make -s MUTANT="$MUTANT" "$dir/tests/unit/$t" || return 99
        CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$dir/tests/unit/$t" || rc=1
    done
    return $rc
}
run_instance() { # BUILD KIND FILE
    local rc
    make -s MUTANT="$MUTANT" server || return 99
    BUILD=$1 bash tests/stack/up.sh || return 99
    WAXSEAL_ACCOUNTS=$(realpath "$DATA")/demo/accounts.json BUILD=$1 \
        timeout 600 "$NODE" --test --test-force-exit --test-reporter=tap --test-concurrency=1 "tests/$2/$3.test.mjs"
    rc=$?
    bash tests/stack/down.sh
    rm -rf "$(realpath "$DATA")" "$DATA"
    return $rc
}
run_fetch() { # BUILD FILE
    make -s MUTANT="$MUTANT" server && bash tests/lib/netns.sh --can || return 99
    BUILD=$1 bash tests/lib/netns.sh "$NODE" --test --test-force-exit --test-reporter=tap "tests/fetch/$2.test.mjs"
}
run_stack() { # BUILD FILE: against waxseal-keyd of that build
    make -s MUTANT="$MUTANT" "$1/waxseal-keyd" || return 99
    BUILD=$1 timeout 600 "$NODE" --test --test-force-exit --test-reporter=tap "tests/stack/$2.test.mjs"
}
# Exit code of the suite for build $1 (mutant or ordinary); 99: it could not be run at all.
judge() {
    local dir=$1 kind
    # shellcheck disable=SC2046
    set -- $(suite_of "$2")
    kind=$1
    shift
    if [ "$kind" = unit ]; then run_unit "$dir" "$@"; elif [ "$kind" = fetch ] || [ "$kind" = stack ]; then "run_$kind" "$dir" "$@"; else run_instance "$dir" "$kind" "$@"; fi
}

[ $# -gt 0 ] || set -- SIGNATURE FROM_MATCH TAG REVOCATION ANSWER TRUST FEATURE RULE QUOTA EDIT CSRF RANGE AUTHSERV IMAGE IMAGE_SENDER KEYD_PEER KEYD_STOP KEYD_LEAK LEAK
count=0 bad=0
result() { # OK TEXT
    count=$((count + 1))
    if [ "$1" = 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; bad=$((bad + 1)); fi
}
for m in "$@"; do
    if [ "$m" = LEAK ]; then # a client, not a server: its suite builds it and puts it in the browser's way itself
        MUTANT='' judge build LEAK >"$LOGS/LEAK.with" 2>&1
        grep -qE '^ok .* - a client that leaks on purpose is found out$' "$LOGS/LEAK.with"
        result $? "e2e traffic finds what the client LEAK sends, and nothing without it"
        continue
    fi
    MUTANT='' judge build "$m" >"$LOGS/$m.without" 2>&1
    green=$?
    MUTANT=$m judge "build/mutant-$m" "$m" >"$LOGS/$m.with" 2>&1
    red=$?
    result $((green != 0)) "$(suite_of "$m") is green without $m"
    # red must come from tests that ran and failed, not from a build that broke
    if [ $red != 0 ] && [ $red != 99 ] && grep -qE '^ *not ok' "$LOGS/$m.with"; then
        result 0 "$(suite_of "$m") turns red with $m ($(grep -cE '^not ok' "$LOGS/$m.with") failures)"
    else
        result 1 "$(suite_of "$m") notices $m (exit $red; log in build/test-logs/mutants)"
    fi
done
echo "1..$count"
[ $bad = 0 ]
