#!/usr/bin/env bash
# bare.sh [DIR]: the README's two commands on Debian 12's base, nothing else installed: debootstrap into DIR (a
# temporary folder by default), a clean clone inside, `make run`, `make stop`, `make test` in a chroot with a process
# namespace of its own. Needs root and debootstrap. Prints times and the last line of the tests; leaves logs in
# build/bare-*.log. Mirror, extra certificates and npm settings are this machine's own.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ "$(id -u)" = 0 ] || { echo "bare.sh needs root" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "bare.sh needs debootstrap" >&2; exit 2; }
DIR=${1:-$(mktemp -d /var/tmp/bare.XXXXXX)}
ROOT=$DIR/root
LOG=$TOP/build
mkdir -p "$LOG"
MIRROR=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Component: main' 'Created-By: Packages' | grep -v security | head -n 1)

[ -e "$ROOT/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$ROOT" "$MIRROR" >"$LOG/bare-debootstrap.log" 2>&1
# The same sources as here (with updates and security), without anything that is not Debian's.
rm -f "$ROOT/etc/apt/sources.list"
cp /etc/apt/sources.list.d/debian.sources "$ROOT/etc/apt/sources.list.d/" 2>/dev/null || cp /etc/apt/sources.list "$ROOT/etc/apt/"
cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
for f in /etc/npmrc /etc/ssl/certs/ca-certificates.crt; do
    [ ! -e $f ] || install -D -m 0644 $f "$ROOT$f"
done
[ ! -e "$HOME/.npmrc" ] || install -m 0600 "$HOME/.npmrc" "$ROOT/root/.npmrc"
if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    mkdir -p "$ROOT/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt "$ROOT/usr/local/share/ca-certificates/"
fi
rm -rf "$ROOT/srv/waxseal"
git clone -q --no-hardlinks "$TOP" "$ROOT/srv/waxseal"

cat >"$ROOT/srv/steps.sh" <<'S'
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive HOME=/root
cd /srv/waxseal
step() { # NAME COMMAND...
    name=$1 start=$(date +%s) rc=0
    shift
    "$@" >"/srv/$name.log" 2>&1 || rc=$?
    echo "$name: exit $rc after $(($(date +%s) - start)) s; $(tail -n 1 "/srv/$name.log")"
    [ $rc = 0 ] || { tail -n 40 "/srv/$name.log"; exit 1; }
}
echo "installed before: $(dpkg-query -f '.\n' -W | wc -l) packages"
apt-get -qq update
step make-itself apt-get -qq install -y --no-install-recommends make git ca-certificates
git config --global --add safe.directory /srv/waxseal
step run make run
step status make status
step run-again make run
step stop make stop
step test make test
echo "left running: $(ls -d /proc/[0-9]* | wc -l) processes"
S
inside() { chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS} sh /srv/steps.sh; }
export -f inside
export ROOT
rc=0
unshare --mount --pid --fork bash -c '
    mount --make-rprivate /
    mount --bind "$ROOT" "$ROOT" # a root that is a mount, as that of a machine is: else no namespace can be made inside
    mount -t proc proc "$ROOT/proc"
    mount --rbind /sys "$ROOT/sys" 2>/dev/null || true
    mount -t tmpfs tmpfs "$ROOT/dev"
    for d in null zero full random urandom tty; do touch "$ROOT/dev/$d"; mount --bind "/dev/$d" "$ROOT/dev/$d"; done
    mkdir "$ROOT/dev/shm" "$ROOT/dev/pts" && mount -t tmpfs tmpfs "$ROOT/dev/shm" && chmod 1777 "$ROOT/dev/shm"
    ln -s /proc/self/fd "$ROOT/dev/fd"
    ln -s /proc/self/fd/0 "$ROOT/dev/stdin"; ln -s /proc/self/fd/1 "$ROOT/dev/stdout"; ln -s /proc/self/fd/2 "$ROOT/dev/stderr"
    inside' || rc=$?
for f in "$ROOT"/srv/*.log; do cp "$f" "$LOG/bare-$(basename "$f")"; done
[ -n "${1:-}" ] || rm -rf "$DIR"
exit $rc
