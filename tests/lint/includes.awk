# Who may include whom (docs/ARCHITECTURE.md). Prints "FILE:LINE: reason" for each breach.
BEGIN {
    allow["base"] = "base"
    allow["fcgi"] = "base fcgi"
    allow["crypto"] = "base crypto"
    allow["keyring"] = "keyring"
    allow["mail"] = "base crypto mail"
    allow["policy"] = "base crypto policy"
    allow["webmail"] = "base fcgi crypto keyring mail policy webmail"
    allow["fetch"] = "base crypto fetch"
    allow["keyd"] = "base crypto keyring keyd"
    allow["gateway"] = "base crypto mail policy gateway"
    allow["cli"] = "base crypto keyring mail policy cli"
    # One foreign library, one owner (a header may show the type where its contract says so).
    owner["openssl/"] = "crypto keyring"
    owner["zlib.h"] = "crypto"
    owner["libetpan/"] = "mail"
    owner["libical/"] = "mail"
    owner["fcgi"] = "fcgi"
    owner["hiredis"] = "base"
    owner["jansson.h"] = "base"
    owner["ini.h"] = "base"
    owner["hunspell/"] = "webmail"
    owner["curl/"] = "fetch"
    owner["ldap.h"] = "fetch"
    owner["lber.h"] = "fetch"
    owner["openldap.h"] = "fetch"
}
function layer_of(path) {
    sub(/^tests\/unit\//, "", path)
    if (path ~ /^(crypto\/)?keyring\//) return "keyring"
    sub(/\/.*/, "", path)
    return path
}
function has(list, word) { return index(" " list " ", " " word " ") }
FNR == 1 { layer = layer_of(FILENAME); in_test = FILENAME ~ /^tests\/unit\//; fuzz = FILENAME ~ /^tests\/fuzz\// }
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    if (q[2] ~ /^tests\// && (in_test || fuzz)) next
    if (q[2] !~ /\// ) { print FILENAME ":" FNR ": \"" q[2] "\" is not named from the top of the tree"; next }
    if (fuzz) next
    to = layer_of(q[2])
    if (!(layer in allow)) next
    if (!has(allow[layer], to)) print FILENAME ":" FNR ": " layer " may not include " q[2]
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    match($0, /<[^>]*>/)
    name = substr($0, RSTART + 1, RLENGTH - 2)
    if (fuzz) next
    for (lib in owner)
        if (index(name, lib) == 1 && !has(owner[lib], layer)) {
            # tests of a layer may make inputs with the library they test against
            if (in_test && lib == "openssl/" && (layer == "mail" || layer == "policy" || layer == "webmail")) continue
            print FILENAME ":" FNR ": " layer " may not use <" name ">: it belongs to " owner[lib]
        }
}
