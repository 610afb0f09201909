#!/usr/bin/env bash
# Starts the demo stack: Redis, Dovecot, Postfix, waxseal-fetch, waxseal-keyd, waxseald (twice: mail and administration), nginx, all private and on loopback.
# A second start keeps the data; a service that runs already is left alone (our programs are restarted
# when they are newer). Environment: see lib.sh; SEED=no leaves the mailboxes empty, FETCH_NETWORK=shared lets
# waxseal-fetch see the network that the others see (tests/fetch), REVOCATION=hard sets that key, MORE_CONFIG names a file with more sections for waxseal.conf.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$STACK_DIR/configure.sh"

resolve_data
mkdir -p "$DATA/run"
exec 9>"$DATA/run/lock"
flock -w 60 9 || die "another start or stop of $DATA is under way"

instance_file=$DATA/etc/instance
if [ -s "$instance_file" ] && [ "$(cat "$instance_file")" != "$INSTANCE $PORT_BASE" ]; then
    for s in $SERVICES; do
        pid_of "$s" >/dev/null && die "$DATA runs with another INSTANCE or PORT_BASE ($(cat "$instance_file")): make stop first"
    done
fi

# A daemon must not keep our own output open (`make run | tee` would never end), nor the lock.
launch() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$DATA/log/$name-start.log" 2>&1 </dev/null 9>&- ||
        { cat "$DATA/log/$name-start.log" >&2; die "$name did not start; logs are in $DATA/log"; }
}

# A start takes as long as the machine is slow: this only ends a hang.
START=60

need_port() { # SERVICE PORT
    pid_of "$1" >/dev/null || ! port_open "$2" || die "port $2 is taken by something else; choose another PORT_BASE"
}
for p in $P_HTTP $P_ADMIN; do need_port nginx "$p"; done
for p in $P_IMAP $P_IMAPS $P_SIEVE; do need_port dovecot "$p"; done
for p in $P_SMTP $P_SMTPS $P_RELAY $([ "$GATE" != yes ] || echo "$P_REINJECT"); do need_port postfix "$p"; done

make_folders
make_secrets
acl_before=$(cat "$DATA/etc/redis-users.acl" 2>/dev/null || true)
make_configs
# Redis reads its users at its start; a newer tree may allow them more.
[ -z "$acl_before" ] || [ "$acl_before" = "$(cat "$DATA/etc/redis-users.acl")" ] ||
    bash "$STACK_DIR/down.sh" --locked redis
echo "$INSTANCE $PORT_BASE" >"$instance_file"
make_accounts_json
own_files

start_redis() {
    pid_of redis >/dev/null && return
    rm -f "$DATA/run/redis.sock"
    launch redis as_user redis-server "$DATA/etc/redis.conf"
    wait_for $START redis test -S "$DATA/run/redis.sock"
    wait_for $START redis test -s "$DATA/run/redis.pid"
    remember redis "$(cat "$DATA/run/redis.pid")"
}

start_dovecot() {
    pid_of dovecot >/dev/null && return
    rm -f "$DATA/run/dovecot/master.pid"
    launch dovecot as_user dovecot -c "$DATA/etc/dovecot.conf"
    wait_for $START dovecot test -s "$DATA/run/dovecot/master.pid"
    wait_for $START dovecot port_open "$P_IMAP"
    remember dovecot "$(cat "$DATA/run/dovecot/master.pid")"
}

start_postfix() {
    local queue=$DATA/postfix/queue
    pid_of postfix >/dev/null && return
    as_root chown root:root "$DATA/postfix" "$DATA/etc/postfix"
    as_root mkdir -p "$queue/pid" "$DATA/postfix/data"
    as_root chown root:root "$queue" "$queue/pid"
    as_root chown postfix:root "$DATA/postfix/data"
    as_root touch "$DATA/log/postfix.log"
    launch postfix as_root postfix -c "$DATA/etc/postfix" start
    wait_for $START postfix port_open "$P_SMTP"
    remember postfix "$(as_root cat "$queue/pid/master.pid" | tr -d ' ')"
}

seed_mail() {
    [ "${SEED:-yes}" = yes ] && [ ! -e "$DATA/demo/seeded" ] && [ -e "$STACK_DIR/seed/seed.mjs" ] || return 0
    say "demo: filling the mailboxes"
    "$NODE" "$STACK_DIR/seed/seed.mjs" "$DATA/demo/accounts.json" >"$DATA/log/seed.log" 2>&1 9>&- ||
        { tail -n 20 "$DATA/log/seed.log" >&2; die "the mailboxes could not be filled"; }
    as_user doveadm -c "$DATA/etc/dovecot.conf" acl set -u bob@demo.test "Projects/Aurora" user=alice@demo.test \
        lookup read write write-seen insert
    touch "$DATA/demo/seeded"
}

# BIG=100000: that many messages for erin. Some seconds for each ten thousand, once.
big_mail() {
    [ -n "${BIG:-}" ] || return 0
    [[ $BIG =~ ^[1-9][0-9]{0,6}$ ]] || die "BIG is '$BIG', expected how many messages erin gets"
    say "demo: $BIG messages for erin"
    "$NODE" "$STACK_DIR/seed/big.mjs" "$DATA/demo/accounts.json" "$BIG" >"$DATA/log/big.log" 2>&1 9>&- ||
        { tail -n 20 "$DATA/log/big.log" >&2; die "erin's mailbox could not be filled"; }
}

# The unprivileged user may not reach the checkout, so the program runs from a copy.
install_app() {
    rm -rf "$DATA/app.new"
    mkdir -p "$DATA/app.new/bin"
    install -m 0755 "$BUILD/waxseald" "$BUILD/waxseal-fetch" "$BUILD/waxseal-keyd" "$BUILD/waxseal-gate" "$BUILD/waxsealctl" "$DATA/app.new/bin/"
    [ ! -d "$TOP/static/dist" ] || cp -r "$TOP/static/dist" "$DATA/app.new/static"
    [ ! -d "$TOP/templates" ] || cp -r "$TOP/templates" "$DATA/app.new/templates"
    mkdir -p "$DATA/app.new/static" "$DATA/app.new/templates"
    rm -rf "$DATA/app"
    mv "$DATA/app.new" "$DATA/app"
}

app_changed() {
    cmp -s "$BUILD/waxseald" "$DATA/app/bin/waxseald" || return 0
    cmp -s "$BUILD/waxseal-fetch" "$DATA/app/bin/waxseal-fetch" || return 0
    cmp -s "$BUILD/waxseal-keyd" "$DATA/app/bin/waxseal-keyd" || return 0
    cmp -s "$BUILD/waxseal-gate" "$DATA/app/bin/waxseal-gate" || return 0
    ! diff -rq "$TOP/static/dist" "$DATA/app/static" >/dev/null 2>&1 && return 0
    ! diff -rq "$TOP/templates" "$DATA/app/templates" >/dev/null 2>&1
}

# The demo's customer, organisation and mailboxes; carol's plan differs from her domain's. Kept in Redis, so once is enough.
set_registry() {
    [ ! -e "$DATA/demo/registered" ] || return 0
    as_user "$DATA/app/bin/waxsealctl" --config "$DATA/etc/waxsealctl.conf" registry import - <"$STACK_DIR/seed/registry.json" >"$DATA/log/registry.log" 2>&1 ||
        { cat "$DATA/log/registry.log" >&2; die "the registry could not be filled"; }
    touch "$DATA/demo/registered"
}

put_app_in_place() { # a program that runs keeps its old file until it is started anew
    if pid_of waxseald >/dev/null && pid_of admin >/dev/null && pid_of fetch >/dev/null && pid_of keyd >/dev/null && ! app_changed; then return; fi
    bash "$STACK_DIR/down.sh" --locked waxseald admin gate fetch keyd
    install_app
}

# A network of its own with nothing in it, where the system lets us have one: what mail in the demo
# names is asked for, and cannot leave the machine.
own_network() {
    [ "${FETCH_NETWORK:-own}" = own ] || return 0
    OWN_NETWORK=(unshare --net)
    [ "$(id -u)" = 0 ] || OWN_NETWORK=(unshare --map-current-user --net)
    "${OWN_NETWORK[@]}" true 2>/dev/null || OWN_NETWORK=()
}

listens_or_ended() { [ -S "$2" ] || ! pid_of "$1" >/dev/null; }
# run_program NAME SOCKET COMMAND...: a simple command, so that $! is the program itself and not a shell around it
run_program() {
    local name=$1 socket=$2
    shift 2
    rm -f "$socket"
    "$@" --config "$DATA/etc/waxseal.conf" >>"$DATA/log/$name.log" 2>&1 </dev/null 9>&- &
    echo $! >"$DATA/run/$name.pid"
    remember "$name" "$(cat "$DATA/run/$name.pid")"
    wait_for $START "$name" listens_or_ended "$name" "$socket" && [ -S "$socket" ] || { tail -n 5 "$DATA/log/$name.log" >&2; die "$name did not start"; }
}

start_fetch() {
    pid_of fetch >/dev/null && return
    run_program fetch "$DATA/run/fetch.sock" "${OWN_NETWORK[@]}" "${RUN_AS[@]}" setsid "$DATA/app/bin/waxseal-fetch"
}

# Its memory is locked where the system lets root pass that on.
start_keyd() {
    local lock=(--inh-caps=+ipc_lock --ambient-caps=+ipc_lock)
    pid_of keyd >/dev/null && return
    [ "$(id -u)" = 0 ] && setpriv "${lock[@]}" true 2>/dev/null || lock=()
    run_program keyd "$DATA/run/keyd-admin.sock" "${RUN_AS[@]}" "${lock[@]}" setsid "$DATA/app/bin/waxseal-keyd"
}

start_waxseald() {
    pid_of waxseald >/dev/null && return
    ulimit -c 0
    run_program waxseald "$DATA/run/waxseald.sock" "${RUN_AS[@]}" setsid "$DATA/app/bin/waxseald"
}

start_admin() {
    pid_of admin >/dev/null && return
    ulimit -c 0
    run_program admin "$DATA/run/admin/admin.sock" "${AS_ADMIN[@]}" setsid "$DATA/app/bin/waxseald" --role=admin
}

# Its sockets are open to Postfix, which is another user; an installation has a group for that (deploy/postfix).
start_gate() {
    [ "$GATE" = yes ] || return 0
    pid_of gate >/dev/null && return
    ulimit -c 0
    rm -f "$DATA/run/gate/submission.sock"
    run_program gate "$DATA/run/gate/mailbox.sock" "${AS_GATE[@]}" setsid "$DATA/app/bin/waxseal-gate"
    as_root chmod 0666 "$DATA/run/gate/submission.sock" "$DATA/run/gate/mailbox.sock"
}

start_nginx() {
    pid_of nginx >/dev/null && return
    launch nginx as_user nginx -c "$DATA/etc/nginx.conf" -e "$DATA/log/nginx.log"
    wait_for $START nginx port_open "$P_HTTP"
    remember nginx "$(cat "$DATA/run/nginx.pid")"
}

OWN_NETWORK=()
start_redis & redis_job=$!
start_dovecot & dovecot_job=$!
start_postfix & postfix_job=$!
wait $redis_job
wait $dovecot_job
wait $postfix_job
seed_mail
big_mail
if [ -x "$BUILD/waxseald" ]; then
    put_app_in_place
    own_network
    start_fetch
    start_keyd
    start_waxseald
    start_admin
    start_gate
    set_registry
    start_nginx
    wait_for $START waxseald curl -fsS -o /dev/null "http://127.0.0.1:$P_HTTP/healthz"
    say "Waxseal demo '$INSTANCE' runs at  http://localhost:$P_HTTP/  its administration at  http://localhost:$P_ADMIN/"
else
    start_nginx
    say "demo: $BUILD/waxseald is not built yet: mail servers, Redis and nginx run, the web client does not" >&2
fi

say
say "  account             password      plan"
for u in $ACCOUNTS; do
    printf '  %-18s  %-12s  %s\n' "$u@demo.test" "$(account_password "$u")" \
        "$(account_plan "$u")$(account_role "$u")"
done
say
say "  .p12 files          passphrase"
for u in alice bob erin; do printf '  %s  %s\n' "$DATA/demo/$u.p12" "\"$u demo passphrase\""; done
say
say "  IMAP $P_IMAP (TLS $P_IMAPS), submission $P_SMTP (TLS $P_SMTPS), ManageSieve $P_SIEVE on 127.0.0.1"
if [ ${#OWN_NETWORK[@]} -gt 0 ]; then say "  Nothing leaves this machine."; else
    say "  No mail leaves this machine; waxseal-fetch asks public servers which certificates name (no network of its own here)."
fi
stop="make stop"
[ "$DATA" = "$(realpath -m "$TOP/run")" ] || stop="DATA=$DATA make stop"
say "  Everything is in $DATA; end with: $stop"
