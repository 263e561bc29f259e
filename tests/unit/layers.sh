#!/bin/bash
# A folder of src/ includes itself and what is below it, and nothing else; rooms of a folder make no
# cycle; and what is private to a room is included from there alone. Prints TAP.
set -u

# From the bottom up; folders in one line do not include each other.
layers="base
json
crypto net
schema db tlog
runtime
queue ledger
provider sandbox
app
api jobs
bin"
# A provider knows money and HTTP, but neither the books nor the database. The sandbox is other people's
# servers: it knows nothing of ours, and only its program knows it.
forbidden="provider:db provider:queue provider:ledger
sandbox:db sandbox:queue sandbox:ledger app:sandbox api:sandbox jobs:sandbox"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# Rows of "including included file" for every quoted include below a folder.
includes() {
    (cd "$1" && grep -rnE --include='*.[ch]' '^ *# *include "' .) |
        sed -E 's,^\./([^:]*):[0-9]+: *# *include "([^"]*)".*,\1 \2,'
}

# violations FOLDER: the includes that break a rule.
violations() {
    includes "$1" | awk -v layers="$layers" -v forbidden="$forbidden" '
        function private(path) {
            return path ~ /^app\/[a-z_]+\/([a-z_]*row|store)\.h$/
        }
        BEGIN {
            rows = split(layers, row, "\n")
            for (i = 1; i <= rows; i++) {
                n = split(row[i], names, " ")
                for (j = 1; j <= n; j++)
                    level[names[j]] = i
            }
            n = split(forbidden, pairs, /[ \n]+/)
            for (i = 1; i <= n; i++)
                never[pairs[i]] = 1
        }
        {
            split($1, from, "/")
            split($2, to, "/")
            if (!(from[1] in level))
                print $1 ": " from[1] " is in no layer"
            else if (!(to[1] in level))
                print $1 ": \"" $2 "\" does not name a folder of src/"
            else if (from[1] != to[1] && level[to[1]] >= level[from[1]])
                print $1 ": " from[1] " includes " to[1]
            else if (from[1] ":" to[1] in never)
                print $1 ": " from[1] " includes " to[1]
            else if (private($2) && from[1] "/" from[2] != to[1] "/" to[2])
                print $1 ": \"" $2 "\" is private to its folder"
            else if (from[1] == "api" && to[1] == "api" && from[3] != "" && to[3] != "" && from[2] != to[2])
                print $1 ": dialect " from[2] " includes " to[2]
        }'
    cycles "$1"
}

# cycles FOLDER: the rooms of a layer that include each other, however many are between. A room
# without includes of others is taken away, until none is left or only cycles are.
cycles() {
    includes "$1" | awk '
        { nf = split($1, from, "/"); nt = split($2, to, "/") }
        nf > 2 && nt > 2 && from[1] == to[1] && from[2] != to[2] {
            edge[from[1] "/" from[2] " " to[1] "/" to[2]] = 1
        }
        END {
            do {
                taken = 0
                for (e in edge) {
                    split(e, ends, " ")
                    goes_on = 0
                    for (f in edge) {
                        split(f, others, " ")
                        goes_on = goes_on || others[1] == ends[2]
                    }
                    if (!goes_on) {
                        delete edge[e]
                        taken = 1
                    }
                }
            } while (taken)
            for (e in edge)
                print e ": part of a cycle"
        }'
}

number=0
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

# breaks [FILE INCLUDED]...: a tree in which the files include that is not let through.
breaks() {
    rm -rf "$folder/tree"
    while (($# > 0)); do
        mkdir -p "$folder/tree/$(dirname "$1")"
        echo "#include \"$2\"" >"$folder/tree/$1"
        shift 2
    done
    [[ $(violations "$folder/tree") ]]
}

passes() {
    ! breaks "$@"
}

# pools FOLDER: where a pool is made from settings. Elsewhere it is made beside the process's own, whose
# sessions are not used for a database that must not be served.
pools() {
    (cd "$1" && grep -rlE --include='*.c' '\<db_pool_new\(' .) | sed 's,^\./,,' | grep -vE '^(db|bin)/'
}

no_pools() {
    ! pools "$1" | sed 's/^/# /' | grep .
}

finds_pool() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree/ledger"
    echo 'pool = db_pool_new(&options);' >"$folder/tree/ledger/x.c"
    [[ $(pools "$folder/tree") == ledger/x.c ]]
}

echo "1..16"
ok "every include of src/ goes down" keeps "$srcdir/src"
ok "pools are made by the programs" no_pools "$srcdir/src"
ok "one that is made elsewhere is found" finds_pool
ok "one that goes up is found" breaks base/arena.c api/dispatch.h
ok "one to the side is found" breaks jobs/mail.c api/dispatch.h
ok "a provider that reads the books is found" breaks provider/paystack.c ledger/ledger.h
ok "a sandbox that reads the books is found" breaks sandbox/providers/paystack.c ledger/ledger.h
ok "and what uses the sandbox" breaks app/payment/payment.c sandbox/sandbox.h
ok "a dialect that uses another is found" breaks api/otp/otp.c api/pocket/pocket.h
ok "a folder without a layer is found" breaks util/misc.c base/arena.h
ok "an include without its folder is found" breaks base/arena.c text.h
ok "a row of another room is found" breaks app/merchant/merchant.c app/bank/row.h
ok "and one that a dialect reads" breaks api/drop/pay.c app/bank/row.h
ok "two rooms that include each other are found" \
    breaks app/wallet/wallet.c app/events/event.h app/events/event.h app/wallet/wallet.h
ok "and three that do" breaks app/wallet/wallet.c app/events/event.h \
    app/events/event.h app/people/user.h app/people/user.h app/wallet/wallet.h
ok "rooms without a cycle are not" passes app/wallet/wallet.c app/events/event.h \
    app/people/user.h app/wallet/wallet.h app/people/user.c app/people/user.h
exit $failed
