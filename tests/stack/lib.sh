# Shared by the scripts of the demo stack; source it from bash.
# Knobs (environment): DATA, INSTANCE, PORT_BASE, BUILD, GATE (yes: the mail flow stands in the way of mail programs and mailboxes).
set -euo pipefail
umask 022

STACK_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$STACK_DIR/../.." && pwd)
. "$TOP/tests/lib/node.sh"
INSTANCE=${INSTANCE:-demo}
PORT_BASE=${PORT_BASE:-8480}
DATA=${DATA:-$TOP/run}
BUILD=${BUILD:-build}
GATE=${GATE:-no}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
case $DATA in /*) ;; *) DATA=$PWD/$DATA ;; esac

P_HTTP=$PORT_BASE P_IMAP=$((PORT_BASE + 1)) P_SMTP=$((PORT_BASE + 2)) P_SIEVE=$((PORT_BASE + 3))
P_IMAPS=$((PORT_BASE + 4)) P_SMTPS=$((PORT_BASE + 5)) P_RELAY=$((PORT_BASE + 6)) P_ADMIN=$((PORT_BASE + 7)) P_REINJECT=$((PORT_BASE + 8))

say() { printf '%s\n' "$*"; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

[[ $INSTANCE =~ ^[a-z0-9-]{1,32}$ ]] || die "INSTANCE is '$INSTANCE', expected 1 to 32 of a-z, 0-9 and -"
[[ $PORT_BASE =~ ^[0-9]+$ ]] && ((PORT_BASE >= 1024 && PORT_BASE <= 65500)) ||
    die "PORT_BASE is '$PORT_BASE', expected a number from 1024 to 65500"

# Everything except Postfix's master runs as one unprivileged user.
if [ "$(id -u)" = 0 ]; then RUN_USER=www-data RUN_GROUP=www-data; else RUN_USER=$(id -un) RUN_GROUP=$(id -gn); fi
RUN_AS=()
[ "$(id -u)" != 0 ] || RUN_AS=(setpriv --reuid "$RUN_USER" --regid "$RUN_GROUP" --clear-groups)
# The administration's workers run as a user of their own, so that the key agent can tell them from the web's.
if [ "$(id -u)" = 0 ]; then ADMIN_USER=backup; else ADMIN_USER=$RUN_USER; fi
AS_ADMIN=()
[ "$(id -u)" != 0 ] || AS_ADMIN=(setpriv --reuid "$ADMIN_USER" --regid "$RUN_GROUP" --clear-groups)
# So does the mail flow, which may use keys, as the web's workers may not.
if [ "$(id -u)" = 0 ]; then GATE_USER=list; else GATE_USER=$RUN_USER; fi
AS_GATE=()
[ "$(id -u)" != 0 ] || AS_GATE=(setpriv --reuid "$GATE_USER" --regid "$RUN_GROUP" --clear-groups)
as_user() { "${RUN_AS[@]}" "$@"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
PATH=$PATH:/usr/sbin:/sbin

# True when any user may walk down to the folder (a home of mode 0700 is not such a place).
reachable() {
    local d=$1
    while [ "$d" != / ]; do
        [ ! -e "$d" ] || [ -n "$(find "$d" -maxdepth 0 -perm -0001)" ] || return 1
        d=$(dirname "$d")
    done
}

# Resolves DATA to a real folder that the other users of the stack can reach and that is short
# enough for socket names; where it is not, DATA becomes a link to one below /var/tmp.
resolve_data() {
    local far
    if [ -e "$DATA" ]; then DATA=$(realpath "$DATA"); return; fi
    mkdir -p "$(dirname "$DATA")"
    DATA=$(realpath -m "$DATA")
    if [ ${#DATA} -le 60 ] && reachable "$(dirname "$DATA")"; then
        mkdir -m 0711 "$DATA"
        return
    fi
    far=/var/tmp/waxseal-$(id -un)-$(printf %s "$DATA" | sha256sum | cut -c1-12)
    [ -d "$far" ] || mkdir -m 0711 "$far"
    [ -O "$far" ] || [ "$(stat -c %U "$far")" = "$RUN_USER" ] || die "$far belongs to somebody else"
    ln -sfn "$far" "$DATA"
    DATA=$far
}

# --- processes: a pid file alone proves nothing after a crash, so start time and boot are kept too --
proc_stamp() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    [ "$1" != Z ] || return 1 # dead, but nobody has collected it yet
    printf '%s@%s\n' "${20}" "$(cat /proc/sys/kernel/random/boot_id)"
}
remember() { # NAME PID
    printf '%s %s\n' "$2" "$(proc_stamp "$2")" >"$DATA/run/$1.id"
}
pid_of() { # NAME: prints the pid when the process we started still runs
    local pid stamp
    [ -s "$DATA/run/$1.id" ] || return 1
    read -r pid stamp <"$DATA/run/$1.id"
    [ -n "$stamp" ] || return 1 # it had ended before it was noted
    [ "$(proc_stamp "$pid" 2>/dev/null)" = "$stamp" ] || return 1
    printf '%s\n' "$pid"
}
SERVICES='nginx waxseald admin fetch postfix gate keyd dovecot redis'

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# wait_for SECONDS WHAT COMMAND... (MISSED: what is said of it when it did not happen in time)
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        ((SECONDS < end)) || { say "demo: $what ${MISSED:-did not come up}; logs are in $DATA/log" >&2; return 1; }
        sleep 0.05
    done
}
