#!/bin/bash
# Builds the keyring for the browser: OpenSSL's libcrypto from Debian's source package, with Debian's
# patches, and our C around it, as one WebAssembly module.
#
#   build.sh wasm OUT.wasm    build (or take from the cache) and write OUT.wasm and OUT.wasm.info
#   build.sh info FILE.info   print which OpenSSL and which compiler made the module
#
# CACHE   where sources, libcrypto.a and finished modules are kept
#         (default ${XDG_CACHE_HOME:-$HOME/.cache}/waxseal)
# OPENSSL_VERSION   a Debian source version to use instead of the newest one that can be fetched
#
# Nothing below /etc/apt is changed: the deb-src lines are derived from the machine's own sources and
# kept, with their package lists, in the cache. apt checks the signatures, dpkg-source the checksums.
set -euo pipefail
export LC_ALL=C SOURCE_DATE_EPOCH=1 TZ=UTC
umask 022

here=$(cd "$(dirname "$0")" && pwd)
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/waxseal}
apt=$cache/apt
sources=(keyring.c pass.c pbe.c pfx.c p12.c write.c make.c take.c der.c sign.c unwrap.c derive.c digest.c
         wasm_main.c)
options="no-shared no-pic no-module no-dso no-threads no-asm no-async no-engine no-afalgeng
 no-capieng no-devcryptoeng no-sock no-dgram no-ssl no-tls no-dtls no-ct no-comp no-srp no-srtp
 no-psk no-nextprotoneg no-ocsp no-ts no-cms no-cmp no-rfc3779 no-ui-console no-stdio no-posix-io
 no-err no-filenames no-autoload-config no-atexit no-secure-memory no-egd no-makedepend no-tests
 no-aria no-bf no-blake2 no-camellia no-cast no-chacha no-poly1305 no-dh no-dsa no-ec2m no-gost
 no-idea no-md4 no-mdc2 no-ocb no-rc4 no-rmd160 no-scrypt no-seed no-siphash no-siv no-sm2 no-sm3
 no-sm4 no-whirlpool no-cmac no-multiblock no-rdrand no-sse2 no-static-engine no-uplink
 --with-rand-seed=none"

say() { echo "keyring: $*" >&2; }
die() { say "$*"; exit 1; }

toolchain() {
	dpkg-query -W -f '${Package}=${Version} ' clang-14 lld-14 llvm-14 wasi-libc \
		libclang-rt-14-dev-wasm32 2>/dev/null || true
	command -v wasm-opt >/dev/null && wasm-opt --version || echo "no wasm-opt"
}

need_tools() {
	local missing=()
	for t in clang-14 wasm-ld-14 llvm-ar-14 llvm-ranlib-14 perl make dpkg-source apt-get; do
		command -v "$t" >/dev/null || missing+=("$t")
	done
	[ ${#missing[@]} -eq 0 ] || die "missing tools: ${missing[*]} (make deps installs them)"
}

apt_private() {
	local program=$1
	shift
	"$program" -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" \
		-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# Source entries for the machine's own release, from its own binary entries.
write_sources() {
	rm -rf "$apt/parts"
	mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
	local code
	code=$(. /etc/os-release && echo "$VERSION_CODENAME")
	perl - "$code" "$apt/parts" <<'PERL'
use strict;
use warnings;
my ($code, $out) = @ARGV;
my ($n, $suite) = (0, qr/^\Q$code\E(-security|-updates)?(\/updates)?$/);
sub add {
    my ($ext, $text) = @_;
    open(my $f, '>', sprintf('%s/%02d.%s', $out, $n++, $ext)) or die $!;
    print $f $text;
    close($f);
}
for my $file ('/etc/apt/sources.list', glob('/etc/apt/sources.list.d/*.list')) {
    open(my $f, '<', $file) or next;
    while (<$f>) {
        next unless /^\s*deb(?:-src)?\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*\bmain\b.*)$/;
        my ($opt, $uri, $s, $comp) = ($1 // '', $2, $3, $4);
        $opt =~ s/\barch=[^\s\]]+\s*//;
        $opt =~ s/\[\s*\]\s*//;
        add('list', "deb-src $opt$uri $s main\n") if $s =~ $suite && $uri !~ /^cdrom:/;
    }
}
for my $file (glob('/etc/apt/sources.list.d/*.sources')) {
    open(my $f, '<', $file) or next;
    local $/ = '';
    while (<$f>) {
        s/^#.*\n//mg;
        next if /^Enabled:\s*no/mi || !/^Suites:\s*(.*)$/mi;
        my @suites = grep { $_ =~ $suite } split ' ', $1;
        next unless @suites && /^Components:.*\bmain\b/mi;
        s/^Types:.*$/Types: deb-src/mi;
        s/^Suites:.*$/Suites: @suites/mi;
        s/^Components:.*$/Components: main/mi;
        s/^Architectures:.*\n//mi;
        s/\s*$/\n/;
        add('sources', $_);
    }
}
exit($n ? 0 : 1);
PERL
}

# Debian source versions of openssl, newest first.
versions() {
	if [ -n "${OPENSSL_VERSION:-}" ]; then
		echo "$OPENSSL_VERSION"
		return
	fi
	if [ -z "$(find "$apt/updated" -mmin -1440 2>/dev/null)" ]; then
		write_sources || die "no apt source for this release found below /etc/apt"
		if apt_private apt-get update >"$cache/apt.log" 2>&1; then
			touch "$apt/updated"
			rm -f "$cache"/source/*.missing
		else
			say "package lists could not be refreshed, using what is known (see $cache/apt.log)"
		fi
	fi
	{
		apt_private apt-cache showsrc openssl 2>/dev/null | sed -n 's/^Version: //p'
		for d in "$cache"/source/*/; do [ -e "$d/complete" ] && basename "$d"; done
	} | sort -u | sort -rV
}

# Unpacks the newest source that can really be fetched (an index can be ahead of its files).
fetch() {
	local v dir
	for v in $(versions); do
		dir=$cache/source/$v
		[ -e "$dir/complete" ] && { echo "$v"; return; }
		[ -e "$dir.missing" ] && continue
		rm -rf "$dir"
		mkdir -p "$dir"
		if (cd "$dir" && apt_private apt-get source --download-only "openssl=$v" \
				>"$cache/fetch.log" 2>&1); then
			(cd "$dir" && dpkg-source -x openssl_*.dsc tree >"$cache/unpack.log" 2>&1) ||
				die "unpacking openssl $v failed, see $cache/unpack.log"
			touch "$dir/complete"
			echo "$v"
			return
		fi
		say "openssl $v cannot be fetched, trying the next older one"
		rm -rf "$dir"
		touch "$dir.missing"
	done
	die "no version of the openssl source package can be fetched (see $cache/fetch.log)"
}

hash_of() { sha256sum | cut -c1-24; }

# libcrypto.a and its headers for WebAssembly; prints their folder.
build_libcrypto() {
	local v=$1 key dir
	key=$({ echo "$v"; toolchain; echo "$options"; cat "$here/wasi.conf"; } | hash_of)
	dir=$cache/libcrypto/$key
	if [ ! -e "$dir/complete" ]; then
		say "building libcrypto of openssl $v for WebAssembly (about a minute)"
		rm -rf "$dir"
		mkdir -p "$dir"
		cp -a "$cache/source/$v/tree" "$dir/tree"
		(
			cd "$dir/tree"
			# shellcheck disable=SC2086
			./Configure --config="$here/wasi.conf" wasi32 $options
			make -j"${JOBS:-$(nproc)}" build_generated libcrypto.a
		) >"$cache/libcrypto.log" 2>&1 || die "libcrypto did not build, see $cache/libcrypto.log"
		mv "$dir/tree/libcrypto.a" "$dir/tree/include" "$dir/"
		rm -rf "$dir/tree"
		touch "$dir/complete"
	fi
	echo "$dir"
}

link_module() {
	local lib=$1 work=$2 f objs=()
	local flags=(--target=wasm32-wasi -Os -std=gnu17 -Wall -Wextra -Werror -ffunction-sections
		-fdata-sections -fvisibility=hidden "-ffile-prefix-map=$here=keyring" -I"$lib/include"
		-I"$here/../..")
	for f in "${sources[@]}"; do
		clang-14 "${flags[@]}" -c "$here/$f" -o "$work/${f%.c}.o"
		objs+=("$work/${f%.c}.o")
	done
	clang-14 "${flags[@]}" -fno-builtin -Wno-incompatible-library-redeclaration \
		-c "$here/stubs.c" -o "$work/stubs.o"
	clang-14 --target=wasm32-wasi -nostartfiles "${objs[@]}" "$work/stubs.o" "$lib/libcrypto.a" \
		-Wl,--no-entry,--gc-sections,--strip-all,-z,stack-size=262144,--max-memory=33554432 \
		-o "$work/keyring.wasm"
	if command -v wasm-opt >/dev/null; then
		wasm-opt -Os --strip-debug --strip-producers "$work/keyring.wasm" -o "$work/opt.wasm"
		mv "$work/opt.wasm" "$work/keyring.wasm"
	fi
}

build_wasm() {
	local out=$1 v lib key dir
	need_tools
	mkdir -p "$cache"
	exec 8>"$cache/lock"
	flock 8
	v=$(fetch)
	key=$({ echo "$v"; toolchain; echo "$options"; cd "$here"
		sha256sum ./*.c ./*.h wasi.conf build.sh; } | hash_of)
	dir=$cache/keyring/$key
	if [ ! -e "$dir/keyring.wasm" ]; then
		lib=$(build_libcrypto "$v")
		work=$(mktemp -d)
		trap 'rm -rf "$work"' EXIT
		link_module "$lib" "$work"
		mkdir -p "$dir"
		{ echo "openssl $v"; echo "toolchain $(toolchain | tr '\n' ' ')"; } >"$dir/info"
		mv "$work/keyring.wasm" "$dir/keyring.wasm"
	fi
	mkdir -p "$(dirname "$out")"
	cp "$dir/keyring.wasm" "$out"
	{ cat "$dir/info"; echo "sha256 $(sha256sum <"$out" | cut -d' ' -f1)"
		echo "bytes $(stat -c %s "$out")"; } >"$out.info"
}

case "${1:-}" in
wasm) build_wasm "$(realpath -m "$2")" ;;
libcrypto) need_tools; mkdir -p "$cache"; build_libcrypto "$(fetch)" ;;
info) cat "$2" ;;
*) die "usage: build.sh wasm OUT.wasm | info FILE.info" ;;
esac
