#!/usr/bin/env bash
# Starts Waxseal (Redis, waxseal-fetch, waxseald, nginx) against the mail servers of the bench harness, which run
# already, and writes the pid files its adapter names into $BENCH_DATA/run. Data: $BENCH_DATA/waxseal, from new each time.
# Environment: BENCH_DATA, P_IMAP, P_SMTP (the harness's lib.sh), PORT_BASE (14500), BUILD.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BENCH_DATA:?}" "${P_IMAP:?}" "${P_SMTP:?}"
MAIL_IMAP=$P_IMAP MAIL_SMTP=$P_SMTP
export DATA=$BENCH_DATA/waxseal INSTANCE=bench PORT_BASE=${PORT_BASE:-14500} LOG_LEVEL=warn
bash "$HERE/down.sh" >/dev/null
rm -rf "$DATA"
. "$HERE/../../stack/lib.sh"
. "$STACK_DIR/configure.sh"

resolve_data
make_folders
make_secrets
make_configs
for f in waxseal waxsealctl; do # our instance, their mail servers and users
    sed -i -e "s|^\[domain .*|[domain bench.test]|; s|^imap = .*|imap = imap://127.0.0.1:$MAIL_IMAP|" \
        -e "s|^public_origin = .*|public_origin = http://127.0.0.1:$P_HTTP|" \
        -e "s|^smtp = .*|smtp = smtp://127.0.0.1:$MAIL_SMTP|; /^sieve = /d; /^authserv_id = /d" "$DATA/etc/$f.conf"
done
# The harness's certificates are self-signed, which opens mail but is no certificate to send with here: the same keys
# get certificates of an authority that this instance trusts.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DATA/demo/peers-ca.key" -out "$DATA/trust/peers-ca.pem" -days 30 \
    -subj "/CN=Bench authority (test)" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
for u in alice bob; do
    openssl req -new -key "$BENCH_DATA/certs/$u.key" -subj "/CN=${u^} Bench" -out "$DATA/demo/$u.csr"
    openssl x509 -req -in "$DATA/demo/$u.csr" -CA "$DATA/trust/peers-ca.pem" -CAkey "$DATA/demo/peers-ca.key" -days 30 -out "$DATA/demo/$u-issued.pem" \
        -extfile <(printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=emailProtection\nsubjectAltName=email:%s@bench.test\n' "$u") 2>/dev/null
done
mkdir -p "$DATA/app/bin"
install -m 0755 "$BUILD/waxseald" "$BUILD/waxseal-fetch" "$BUILD/waxsealctl" "$DATA/app/bin/"
cp -r "$TOP/static/dist" "$DATA/app/static"
cp -r "$TOP/templates" "$DATA/app/templates"
own_files

keep_pid() { # OUR NAME, HARNESS'S NAME, PID
    remember "$1" "$3"
    echo "$3" >"$BENCH_DATA/run/$2.pid"
}
as_user redis-server "$DATA/etc/redis.conf" >"$DATA/log/redis-start.log"
wait_for 10 redis test -s "$DATA/run/redis.pid"
wait_for 10 redis test -S "$DATA/run/redis.sock"
keep_pid redis waxseal-redis "$(cat "$DATA/run/redis.pid")"

run_program() { # NAME SOCKET HARNESS'S NAME
    "${RUN_AS[@]}" setsid "$DATA/app/bin/$1" --config "$DATA/etc/waxseal.conf" >>"$DATA/log/$1.log" 2>&1 </dev/null &
    keep_pid "${1#waxseal-}" "$3" $!
    wait_for 10 "$1" test -S "$DATA/run/$2"
}
run_program waxseal-fetch fetch.sock waxseal-fetch
run_program waxseald waxseald.sock waxseald
as_user nginx -c "$DATA/etc/nginx.conf" -e "$DATA/log/nginx.log"
wait_for 10 nginx port_open "$P_HTTP"
keep_pid nginx waxseal-nginx "$(cat "$DATA/run/nginx.pid")"
wait_for 10 waxseald curl -fsS -o /dev/null "http://127.0.0.1:$P_HTTP/healthz"
say "peers: Waxseal at http://127.0.0.1:$P_HTTP against IMAP $MAIL_IMAP"
