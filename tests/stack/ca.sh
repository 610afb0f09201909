#!/usr/bin/env bash
# ca.sh DIR: the demo's certificate authority, S/MIME files and server certificate, made once.
# Keys and passphrases made here are for the demo and the tests; they protect nothing.
set -euo pipefail
umask 077
D=$1
[ ! -s "$D/done" ] || [ ! -s "$D/erin.p12" ] || exit 0
mkdir -p "$D"
cd "$D"

leaf_section() { # NAME USAGE PURPOSE SUBJECT_ALT_NAME
    cat <<X
[$1]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, $2
extendedKeyUsage = $3
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $4
X
}
extensions() { # ADDRESS: an extension file for openssl x509
    cat <<X
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
X
    leaf_section rsa keyEncipherment emailProtection "email:$1"
    leaf_section ec keyAgreement emailProtection "email:$1"
    leaf_section server keyEncipherment serverAuth 'DNS:localhost, DNS:mail.demo.test, IP:127.0.0.1'
}
key() { # NAME rsa|ec
    case $2 in
    rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
    ec) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve -out "$1.key" ;;
    esac
}
day() { date -u -d "$1 days" +%y%m%d000000Z; } # OFFSET from today

issue() { # NAME EXTENSIONS ADDRESS "COMMON NAME" START END, then openssl ca's -selfsign or -cert/-keyfile
    local name=$1 section=$2 address=$3 cn=$4 start=$5 end=$6
    shift 6
    openssl req -new -sha256 -key "$name.key" -out "$name.csr" -subj "/O=Waxseal demo (test only)/CN=$cn" \
        -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n')
    : >"$name.index"
    printf '%s\n' '[ca]' default_ca=x '[x]' new_certs_dir=. "database=$name.index" rand_serial=yes policy=p \
        unique_subject=no '[p]' organizationName=optional commonName=supplied >"$name.cnf"
    openssl ca -batch -notext -md sha256 -config "$name.cnf" -in "$name.csr" -out "$name.pem" \
        -startdate "$start" -enddate "$end" -extfile <(extensions "$address") -extensions "$section" "$@" 2>ca.log ||
        { cat ca.log >&2; exit 1; }
    rm -f "$name".index* "$name".cnf "$name".csr ca.log [0-9A-F][0-9A-F]*.pem
}
root() { # NAME "COMMON NAME"
    key "$1" rsa
    issue "$1" root - "$2" "$(day -800)" "$(day 3650)" -selfsign -keyfile "$1.key"
}
leaf() { # NAME KIND CA "COMMON NAME" ADDRESS [START END]; valid since before the oldest demo mail
    key "$1" "$([ "$2" = ec ] && echo ec || echo rsa)"
    issue "$1" "$2" "$5" "$4" "${6:-$(day -400)}" "${7:-$(day 700)}" -keyfile "$3.key" -cert "$3.pem"
}
p12() { # NAME CA "FRIENDLY NAME" PASSPHRASE
    openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -certfile "$2.pem" -name "$3" -passout "pass:$4" -out "$1.p12"
}

erin() { # came later: an older demo gets hers too
    leaf erin rsa root "Erin Engel" erin@demo.test
    p12 erin root "Erin Engel (demo)" "erin demo passphrase"
}
if [ -s done ]; then erin; exit 0; fi

root root "Waxseal Demo Root CA"
root other-root "Unknown Demo CA" # deliberately not trusted
leaf alice rsa root "Alice Archer" alice@demo.test
leaf bob ec root "Bob Baker" bob@demo.test
leaf mallory rsa root "Mallory Moss" mallory@demo.test
leaf stranger rsa other-root "Sam Stranger" stranger@example.org
leaf expired rsa root "Alice Archer" alice@demo.test "$(day -790)" "$(day -425)"
leaf server server root localhost -
openssl x509 -in root.pem -outform DER -out root.der
p12 alice root "Alice Archer (demo)" "alice demo passphrase"
p12 bob root "Bob Baker (demo)" "bob demo passphrase"
p12 mallory root "Mallory Moss (demo)" "mallory demo passphrase"
p12 expired root "Alice Archer, expired (demo)" "expired demo passphrase"
head -c "$(($(stat -c %s alice.p12) / 2))" alice.p12 >damaged.p12
erin
echo made >done
