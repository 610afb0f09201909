#!/usr/bin/env bash
# The checks of the house as TAP. Each prints what is wrong under its line.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
count=0 bad=0
check() { # NAME COMMAND: passes when it prints nothing; a command that can fail silently says so itself
    local name=$1 out
    shift
    out=$("$@" 2>&1)
    count=$((count + 1))
    if [ -z "$out" ]; then echo "ok $count - $name"; return; fi
    bad=$((bad + 1))
    echo "not ok $count - $name ($(grep -c . <<<"$out") lines)"
    head -n 40 <<<"$out" | sed 's/^/# /'
}
tracked() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
mapfile -t C_FILES < <(tracked '*.c' '*.h')
mapfile -t SOURCE < <(tracked '*.c' '*.h' '*.ts' '*.mjs' '*.css' '*.sh' '*.mk' '*.html' Makefile .ci/run tests/run | grep -v '^tests/lint/')
mapfile -t TEXT < <(tracked | grep -vE '^(tests/fuzz/corpus|tests/fixtures)/|\.(png|p12|der|wasm|ico)$')
mapfile -t SHELL_FILES < <(tracked '*.sh' .ci/run tests/run)

format() { clang-format-14 --dry-run --Werror "${C_FILES[@]}" 2>&1 | grep -E 'error:' | sort -u; }
includes() {
    # shellcheck disable=SC2046
    awk -f tests/lint/includes.awk $(printf '%s\n' "${C_FILES[@]}" | grep -E '^(base|fcgi|crypto|mail|policy|webmail|fetch|keyd|gateway|cli|tests/unit|tests/fuzz)/')
}
banned() {
    printf '%s\n' "${C_FILES[@]}" | xargs awk '
        { line = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", line); sub(/\/\/.*/, "", line); sub(/\/\*.*/, "", line)
          if (line ~ /^ \*/) next
          if (match(line, /(^|[^A-Za-z0-9_>.])(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|alloca)[ \t]*\(/))
              print FILENAME ":" FNR ": banned: " substr(line, RSTART, RLENGTH) }'
}
headers_alone() {
    local h flags
    flags="-I. -D_GNU_SOURCE -std=gnu17 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags hiredis jansson libcrypto)"
    printf '%s\n' "${C_FILES[@]}" | grep '\.h$' | grep -vE '^tests/|^crypto/keyring/wasm' |
        xargs -P 2 -I{} sh -c "printf '#include \"{}\"\\ntypedef int used;\\n' | gcc $flags -fsyntax-only -x c - 2>&1 | grep -m2 error"
}
static_analysis() {
    cppcheck -q -j 2 --std=c17 --language=c --enable=warning,portability --inline-suppr --max-configs=2 \
        --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=varFuncNullUB --suppress=unknownMacro \
        -D_GNU_SOURCE -D__GNUC__=12 -I. --template='{file}:{line}: {id}: {message}' \
        $(printf '%s\n' "${C_FILES[@]}" | grep -E '^(base|fcgi|crypto|mail|policy|webmail|fetch|keyd|gateway|cli)/.*\.c$') 2>&1
}
unfinished() { grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $(printf '%s\n' "${SOURCE[@]}" | grep -v '^tests/\(run\|tap\)') | head -20; }
merged() { grep -nE '^(<{7}|={7}|>{7})( |$)' "${TEXT[@]}" | head -20; }
machine_paths() { grep -nE '(^|[^a-zA-Z.])/(work|root|home/[a-z]+)/' "${TEXT[@]}" | grep -v '^tests/lint/' | head -20; }
lockfile() { [ ! -f package-lock.json ] || grep -nE '"resolved"|https?://[^"]*registr' package-lock.json | head -5; }
typescript() { [ ! -f mk/client.mk ] || make -s client-check || echo 'tsc failed'; }
shell_syntax() { for f in "${SHELL_FILES[@]}"; do bash -n "$f"; done; }
links_are_local() { # nothing the client loads may come from elsewhere
    tracked 'static/src/*.ts' 'static/css/*.css' 'templates/*' | xargs -r grep -nE '(src|href)="https?://|url\(["'\'']?https?://|@import [^;]*://' | head -10
}

api() { make -s api-check 2>&1 | grep -vE '^  (CC|AR|LD)' ; }
verdicts() { make -s verdicts-check 2>&1 | grep -vE '^  (CC|AR|LD)' ; }
check 'clang-format' format
check 'layers include only what they may' includes
check 'no banned function' banned
check 'every header compiles alone' headers_alone
check 'cppcheck' static_analysis
check 'TypeScript' typescript
check 'docs/API.md says what the route table says' api
check 'docs/VERDICTS.md lists the reasons as they are' verdicts
check 'nothing is marked as unfinished' unfinished
check 'no mark of a merge is left' merged
check 'no path of a build machine' machine_paths
check 'lockfile names no host' lockfile
check 'shell scripts parse' shell_syntax
check 'pages load nothing from elsewhere' links_are_local
echo "1..$count"
[ $bad = 0 ]
