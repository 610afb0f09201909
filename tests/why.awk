# What one suite's TAP says of its failures: the failed tests, each with where it is and its first words why.
/^ *not ok / && $0 !~ /# (TODO|SKIP)/ {
    sub(/^ */, "")
    name = $0
    sub(/^not ok [0-9]* *-? */, "", name)
    if (seen[name]++ || shown == 25) { told = 0; next }
    shown++
    print "    " $0
    told = 12
    words = stack = 0
    next
}
/^ *(not )?ok |^ *\.\.\.$/ { told = words = stack = 0 }
told && /^ *stack: / { stack = 1; next }
told && stack && /\/tests\// { sub(/^ */, ""); sub(/file:.*\/tests\//, "tests/"); print "      at " substr($0, 1, 200); told = stack = 0; next }
told && /^ *location: / { sub(/^ */, ""); print "      " substr($0, 1, 200); next }
told && /^ *error: / { sub(/^ */, ""); print "      " substr($0, 1, 300); words = /\|-$/; next }
told && words {
    if ($0 ~ /^ *[a-z]+: /) { words = 0; next }
    if (--told > 0 && $0 ~ /[^ ]/) { sub(/^ */, ""); print "        " substr($0, 1, 300) }
}
