#!/bin/sh
# deps.sh PACKAGE... [-- PACKAGE...]: installs what is missing, and nodejs and npm; quick when nothing is. What stands
# behind -- makes tests quicker: where it cannot be installed they do without.
# Daemons that come with the packages are not started: the demo runs its own.
set -eu
say() { printf 'deps: %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else
        say "packages are missing and this is neither root nor a user with sudo; as root, run: apt-get install$missing" >&2
        exit 1
    fi
}

has_package() { # nginx-light may be there as nginx-core or nginx-full
    case $1 in
    nginx-light) command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] ;;
    *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
    esac
}

missing= wished= into=missing
for p in "$@"; do
    if [ "$p" = -- ]; then into=wished
    elif has_package "$p"; then :
    elif [ $into = wished ]; then wished="$wished $p"
    else missing="$missing $p"; fi
done
if ! command -v node >/dev/null 2>&1; then missing="$missing nodejs npm"
elif ! command -v npm >/dev/null 2>&1; then missing="$missing npm"
fi

install_packages() {
    policy=/usr/sbin/policy-rc.d added=
    if [ ! -e $policy ]; then # maintainer scripts must not start system-wide daemons
        as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
        added=1
    fi
    rc=0
    as_root apt-get -qq update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=900 \
            -o Dpkg::Use-Pty=0 install -y --no-install-recommends $missing >/dev/null || rc=$?
    [ -z "$added" ] || as_root rm -f $policy
    return $rc
}

if [ -n "$missing" ]; then
    say "installing$missing"
    install_packages
    say "done"
fi
if [ -n "$wished" ]; then
    missing=$wished
    say "installing$wished"
    (install_packages) || say "$wished cannot be installed; tests take longer without" >&2
fi
