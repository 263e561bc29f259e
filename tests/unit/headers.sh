#!/bin/bash
# One header a module: a function is declared once, in the folder where it is defined, and every
# declared function is defined. The sandbox is a program of its own. Prints TAP.
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
number=0

# NAME FILE of what the headers, and the sources, below a folder have at the beginning of a line.
declared() {
    find "$1" -name '*.h' -exec awk '
        FNR == 1 { comment = 0; macro = 0 }
        {
            line = $0
            if (macro || line ~ /^#/) { macro = line ~ /\\$/; next }
            if (comment) { if (line ~ /\*\//) comment = 0; next }
            if (line ~ /^\/\*/) { if (line !~ /\*\//) comment = 1; next }
        }
        line ~ /^[a-z]/ && line !~ /^(static|typedef)/ && match(line, /[a-z_][a-z0-9_]*\(/) {
            print substr(line, RSTART, RLENGTH - 1), FILENAME
        }' {} +
}

defined() {
    find "$1" -name '*.c' -exec awk '
        /^[a-z_][a-z0-9_]*\(/ && previous !~ /^static/ { sub(/\(.*/, ""); print $0, FILENAME }
        { previous = $0 }' {} +
}

# violations FOLDER
violations() {
    local part
    for part in sandbox others; do
        { declared "$1" && echo "--" && defined "$1"; } |
            awk -v part="$part" -v root="$1/" '
                function room(path) { sub(/\/[^\/]*$/, "", path); return path }
                $1 == "--" { sources = 1; next }
                { file = $2; sub(root, "", file) }
                (part == "sandbox") != (file ~ /^sandbox\//) { next }
                !sources && ($1 in header) { print $1 " is declared in " header[$1] " and " file }
                !sources { header[$1] = file }
                sources && ($1 in header) {
                    found[$1] = 1
                    if (room(header[$1]) != room(file))
                        print $1 " is declared in " header[$1] " and defined in " file
                }
                END {
                    for (name in header)
                        if (!(name in found))
                            print name " is declared in " header[name] " and not defined"
                }'
    done | sort
}

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" || { result="not ok" && failed=1; }
    echo "$result $number - $1"
}

keeps() {
    violations "$1" >"$folder/found"
    sed 's/^/# /' "$folder/found"
    [[ ! -s $folder/found ]]
}

# breaks FILE TEXT: in a tree of two modules that keep the rule, this line breaks it.
breaks() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree/app/wallet" "$folder/tree/app/bank"
    printf 'enum err wallet_make(void);\n' >"$folder/tree/app/wallet/wallet.h"
    printf 'enum err\nwallet_make(void)\n{\n}\n' >"$folder/tree/app/wallet/wallet.c"
    printf 'enum err\nbank_pay(void)\n{\n}\n' >"$folder/tree/app/bank/bank.c"
    keeps "$folder/tree" && echo "$2" >>"$folder/tree/$1" && [[ $(violations "$folder/tree") ]]
}

echo "1..5"
ok "each function is declared once, beside its definition" keeps "$srcdir/src"
ok "headers declare functions" test "$(declared "$srcdir/src" | wc -l)" -gt 500
ok "one that is declared twice is found" breaks app/bank/bank.h 'enum err wallet_make(void);'
ok "one that is declared in another folder is found" breaks app/wallet/other.h 'enum err bank_pay(void);'
ok "one that nobody defines is found" breaks app/bank/bank.h 'enum err bank_close(void);'
exit $failed
