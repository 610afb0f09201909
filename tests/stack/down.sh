#!/usr/bin/env bash
# Stops what up.sh started, by pid, start time and boot; never by name.
# down.sh [--locked] [SERVICE...]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -e "$DATA" ] || { say "demo: nothing runs in $DATA"; exit 0; }
DATA=$(realpath "$DATA")
[ -d "$DATA/run" ] || { say "demo: nothing runs in $DATA"; exit 0; }
if [ "${1:-}" = --locked ]; then shift; else
    exec 9>"$DATA/run/lock"
    flock -w 60 9 || die "another start or stop of $DATA is under way"
fi
[ $# -gt 0 ] || set -- $SERVICES

stop_service() { # NAME
    local pid signal=TERM
    pid=$(pid_of "$1") || { rm -f "$DATA/run/$1.id"; return 0; }
    case $1 in
    postfix) as_root postfix -c "$DATA/etc/postfix" stop >>"$DATA/log/postfix-start.log" 2>&1 || true ;;
    nginx) signal=QUIT ;&
    *) as_root kill -"$signal" "$pid" ;;
    esac
    # Streams that are open keep nginx from ending by itself: that is no fault, and nothing is said of it.
    if ! wait_for 10 "$1" gone "$pid" 2>/dev/null; then
        [ "$1" != nginx ] || as_root kill -TERM "$pid" 2>/dev/null || true
        if ! wait_for 2 "$1" gone "$pid" 2>/dev/null; then
            say "demo: $1 did not end by itself and is ended by force" >&2
            as_root kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    [ "$1" != dovecot ] || end_session "$pid"
    rm -f "$DATA/run/$1.id"
}
# Dovecot's imap processes serve whoever holds them on after the master is gone, some for half a minute: a mail server
# that is stopped is away for everybody at once.
end_session() { # PID of a session leader
    local left signal
    for signal in TERM KILL; do
        left=$(session_of "$1")
        [ -n "$left" ] || return 0
        # shellcheck disable=SC2086
        as_root kill -"$signal" $left 2>/dev/null || true
        ! MISSED="still has sessions" wait_for 2 dovecot no_session "$1" 2>/dev/null || return 0
    done
}
no_session() { [ -z "$(session_of "$1")" ]; }
session_of() { # PID of a session leader: the processes of its session
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v leader="$1" '{ pid = $1; sub(/.*\) /, ""); if ($4 == leader && $1 != "Z") print pid }'
}
gone() { [ ! -e "/proc/$1" ] || [ "$(awk '{print $3}' <"/proc/$1/stat" 2>/dev/null || echo Z)" = Z ]; }

# Processes that name DATA in their command line or work inside it (Postfix's children).
ours() {
    local p
    for p in /proc/[0-9]*; do
        [ "${p#/proc/}" != $$ ] && [ "${p#/proc/}" != $PPID ] || continue
        case "$(readlink "$p/cwd" 2>/dev/null)/" in "$DATA/postfix/queue/"*) echo "${p#/proc/}"; continue ;; esac
        case "$( (tr "\0" " " <"$p/cmdline") 2>/dev/null)" in
        "nginx: master process"*"$DATA/"* | redis-server*"$DATA/"* | dovecot*"$DATA/"* | */waxseald*"$DATA/"* | */waxseal-fetch*"$DATA/"* | */waxseal-keyd*"$DATA/"* | */waxseal-gate*"$DATA/"*) echo "${p#/proc/}" ;;
        esac
    done
}
none_left() { [ -z "$(ours)" ]; }

for s in "$@"; do stop_service "$s"; done
[ "$*" = "$SERVICES" ] || exit 0
MISSED="has not ended" wait_for 10 "the last process" none_left || { say "demo: still there: $(ours | tr '\n' ' ')" >&2; exit 1; }
say "demo: all stopped; the data stays in $DATA"
