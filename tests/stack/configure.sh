# Writes everything below DATA that the servers read; sourced by up.sh after lib.sh.

# erin's mailbox can be a big one (BIG=100000 make run); olga, walt and rita are owner, writer and reader of the
# organisation, dave its operator
ACCOUNTS='alice bob carol dave erin olga walt rita'
account_password() { printf '%s-demo' "$1"; }
account_role() { case $1 in dave) echo " (operator)" ;; olga) echo " (owner)" ;; walt) echo " (writer)" ;; rita) echo " (reader)" ;; esac; }
account_plan() { case $1 in carol) echo basic ;; *) echo enterprise ;; esac; }

secret_file() { # FILE BYTES hex|raw: made once
    [ -s "$1" ] && return
    if [ "$3" = hex ]; then openssl rand -hex "$2" >"$1"; else openssl rand -out "$1" "$2"; fi
}

make_folders() {
    mkdir -p "$DATA"/{etc/postfix,demo,trust,run/dovecot,run/admin,redis,mail,log,app,postfix}
    chmod 0711 "$DATA" "$DATA/run" "$DATA/run/admin" "$DATA/etc" "$DATA/demo" "$DATA/etc/postfix"
    chmod 0700 "$DATA/redis" "$DATA/mail"
}

make_secrets() {
    local u
    umask 077
    secret_file "$DATA/etc/host.key" 32 raw
    secret_file "$DATA/etc/admin.key" 32 raw
    secret_file "$DATA/etc/keyd.master" 32 hex
    for u in web admin gate ctl; do secret_file "$DATA/etc/redis-$u.password" 24 hex; done
    bash "$STACK_DIR/ca.sh" "$DATA/demo/ca"
    umask 022
    cp "$DATA/demo/ca/root.pem" "$DATA/demo/ca.pem"
    cp "$DATA/demo/ca/root.pem" "$DATA/trust/demo-root.pem"
    [ ! -x "$BUILD/waxsealctl" ] || "$BUILD/waxsealctl" roots --out "$DATA/etc/mail-roots.pem" >/dev/null
    cp "$DATA"/demo/ca/{alice,bob,erin}.{p12,pem} "$DATA/demo/"
    cp "$DATA/demo/ca/server.pem" "$DATA/etc/server.pem"
    install -m 0600 "$DATA/demo/ca/server.key" "$DATA/etc/server.key"
    chmod 0644 "$DATA"/demo/*.p12 "$DATA"/trust/*.pem "$DATA"/etc/*.pem
}

render() { # TEMPLATE TARGET [NAME=VALUE...]
    local args=() pair
    for pair in "DATA=$DATA" "INSTANCE=$INSTANCE" "USER=$RUN_USER" "GROUP=$RUN_GROUP" "P_HTTP=$P_HTTP" "P_ADMIN=$P_ADMIN" "ADMIN_USER=$ADMIN_USER" "GATE_USER=$GATE_USER" "P_REINJECT=$P_REINJECT" \
        "AGENT_USER=$(id -un)" "P_IMAP=$P_IMAP" "P_IMAPS=$P_IMAPS" "P_SMTP=$P_SMTP" "P_SMTPS=$P_SMTPS" "P_SIEVE=$P_SIEVE" "P_RELAY=$P_RELAY" \
        "LOG_LEVEL=${LOG_LEVEL:-info}" "REVOCATION=${REVOCATION:-soft}" "${@:3}"; do
        args+=(-e "s|@${pair%%=*}@|${pair#*=}|g")
    done
    if [ "$2" = - ]; then sed "${args[@]}" "$STACK_DIR/conf/$1"; else sed "${args[@]}" "$STACK_DIR/conf/$1" >"$2"; fi
}

make_passwd() { # hashed once: it is slow on purpose
    local u
    touch "$DATA/etc/dovecot-passwd"
    cp "$DATA/etc/dovecot-passwd" "$DATA/etc/dovecot-passwd.new"
    for u in $ACCOUNTS; do
        ! grep -q "^$u@" "$DATA/etc/dovecot-passwd" || continue
        printf '%s@demo.test:%s::::::\n' "$u" "$(openssl passwd -6 "$(account_password "$u")")"
    done >>"$DATA/etc/dovecot-passwd.new"
    mv "$DATA/etc/dovecot-passwd.new" "$DATA/etc/dovecot-passwd"
}

make_configs() {
    local u acl=()
    for u in web admin gate ctl; do acl+=("REDIS_${u^^}=$(cat "$DATA/etc/redis-$u.password")"); done
    render nginx.conf "$DATA/etc/nginx.conf"
    render redis.conf "$DATA/etc/redis.conf"
    (umask 077; render redis-users.acl "$DATA/etc/redis-users.acl" "${acl[@]}")
    render dovecot.conf "$DATA/etc/dovecot.conf"
    render main.cf "$DATA/etc/postfix/main.cf"
    render master.cf "$DATA/etc/postfix/master.cf"
    if [ "$GATE" = yes ]; then # what comes later counts, of parameters and of services
        render main-gate.cf - >>"$DATA/etc/postfix/main.cf"
        render master-gate.cf - >>"$DATA/etc/postfix/master.cf"
        ACCOUNTS="$ACCOUNTS quarantine"
    fi
    for u in $ACCOUNTS; do printf '%s@demo.test %s@demo.test\n' "$u" "$u"; done >"$DATA/etc/postfix/mailboxes"
    printf '%s@demo.test dave@demo.test\n' postmaster abuse >"$DATA/etc/postfix/aliases"
    render waxseal.conf "$DATA/etc/waxseal.conf" REDIS_USER=web
    render waxseal.conf "$DATA/etc/waxsealctl.conf" REDIS_USER=ctl
    [ "$GATE" != yes ] || for u in waxseal waxsealctl; do render gate.conf - >>"$DATA/etc/$u.conf"; done
    [ -z "${MORE_CONFIG:-}" ] || cat "$MORE_CONFIG" >>"$DATA/etc/waxseal.conf"
    make_passwd
}

make_accounts_json() {
    local u comma=
    {
        printf '{\n "origin": "http://localhost:%s",\n "admin": {"origin": "http://localhost:%s"},\n "instance": "%s",\n "domain": "demo.test",\n "accounts": [' \
            "$P_HTTP" "$P_ADMIN" "$INSTANCE"
        for u in $ACCOUNTS; do
            printf '%s\n  {"address": "%s@demo.test", "password": "%s", "plan": "%s"' "$comma" "$u" \
                "$(account_password "$u")" "$(account_plan "$u")"
            [ ! -e "$DATA/demo/$u.p12" ] || printf ', "p12": "%s", "passphrase": "%s demo passphrase", "certificate": "%s"' \
                "$DATA/demo/$u.p12" "$u" "$DATA/demo/$u.pem"
            printf '}'
            comma=,
        done
        printf '\n ],\n "ports": {"http": %s, "admin": %s, "imap": %s, "imaps": %s, "smtp": %s, "smtps": %s, "sieve": %s, "reinject": %s},\n' \
            "$P_HTTP" "$P_ADMIN" "$P_IMAP" "$P_IMAPS" "$P_SMTP" "$P_SMTPS" "$P_SIEVE" "$P_REINJECT"
        printf ' "trust": "%s", "ca": "%s", "keys": "%s", "lmtp_socket": "%s", "redis_socket": "%s",\n' \
            "$DATA/trust" "$DATA/demo/ca.pem" "$DATA/demo/ca" "$DATA/run/lmtp.sock" "$DATA/run/redis.sock"
        printf ' "config": "%s", "ctl_config": "%s", "data": "%s"\n}\n' \
            "$DATA/etc/waxseal.conf" "$DATA/etc/waxsealctl.conf" "$DATA"
    } >"$DATA/demo/accounts.json"
}

own_files() { # postfix keeps its own owners
    [ "$(id -u)" = 0 ] || return 0
    chown "$RUN_USER:$RUN_GROUP" "$DATA"
    find "$DATA" -mindepth 1 -maxdepth 1 ! -name postfix -exec chown -R "$RUN_USER:$RUN_GROUP" {} +
    chown "$ADMIN_USER" "$DATA/run/admin" "$DATA/etc/admin.key" "$DATA/etc/redis-admin.password"
    mkdir -p "$DATA/run/gate"
    chmod 0711 "$DATA/run/gate"
    chown "$GATE_USER" "$DATA/run/gate" "$DATA/etc/redis-gate.password"
    chown -R root:root "$DATA/etc/postfix"
}
