#!/usr/bin/env bash
# Runs a command where the whole internet is this machine and nothing else is there:
#     bash tests/lib/netns.sh node --test tests/fetch/*.test.mjs
# A network namespace of its own in which every address, IPv4 and IPv6, public or special, is local: a server that
# listens on 11.1.2.3, 2a00::80, 10.0.0.1 or :: can be reached there, and nothing can leave. Names come from
# 127.0.0.1:53 (tests/lib/netns.mjs has a server that answers what the test wants); the trusted TLS roots are the
# files of $WAXSEAL_NETNS/certs, at first none. Processes of the command end with it. Several may run side by side;
# Unix sockets reach in and out. Inside, WAXSEAL_NETNS names a folder for the test's files.
#     bash tests/lib/netns.sh --can     says why not, and fails, where this is impossible
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

can() {
    [ "$(id -u)" = 0 ] || { echo 'a network namespace needs root'; return 1; }
    command -v ip >/dev/null || { echo 'there is no program ip (package iproute2)'; return 1; }
    unshare --net --mount --pid --fork --kill-child --mount-proc sh -c \
        'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo' 2>/dev/null ||
        { echo 'the kernel gives no network namespace with IPv4 and IPv6 here'; return 1; }
}
case ${1:-} in
--can) can; exit ;;
--inside) # as process 1 of the namespaces
    shift
    ip link set lo up
    echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
    # "local" routes make an address ours that no interface has (AnyIP)
    ip route add local 0.0.0.0/0 dev lo
    ip -6 route add local ::/0 dev lo
    sysctl -q -w net.ipv4.ip_unprivileged_port_start=0 2>/dev/null || echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
    for f in hosts resolv.conf nsswitch.conf; do
        [ ! -e "/etc/$f" ] || mount --bind "$WAXSEAL_NETNS/etc/$f" "$(realpath "/etc/$f")"
    done
    mount --bind "$WAXSEAL_NETNS/certs" /etc/ssl/certs
    "$@" & # process 1 must stay to collect the processes nobody waits for
    job=$!
    trap 'kill -TERM $job 2>/dev/null' TERM INT
    rc=0
    wait $job || rc=$?
    exit $rc
    ;;
'') echo "usage: netns.sh COMMAND... | --can" >&2; exit 2 ;;
esac

why=$(can) || { echo "netns: $why" >&2; exit 1; }
WAXSEAL_NETNS=$(mktemp -d /tmp/waxseal-netns-XXXXXX)
export WAXSEAL_NETNS
chmod 0755 "$WAXSEAL_NETNS"
trap 'rm -rf "$WAXSEAL_NETNS"' EXIT
mkdir "$WAXSEAL_NETNS/etc" "$WAXSEAL_NETNS/certs"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$WAXSEAL_NETNS/etc/hosts"
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$WAXSEAL_NETNS/etc/resolv.conf"
sed 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf >"$WAXSEAL_NETNS/etc/nsswitch.conf"
grep -q '^hosts:' "$WAXSEAL_NETNS/etc/nsswitch.conf" || echo 'hosts: files dns' >>"$WAXSEAL_NETNS/etc/nsswitch.conf"
# nothing is left behind when we are killed
setpriv --pdeathsig KILL unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc \
    bash "${BASH_SOURCE[0]}" --inside "$@"
