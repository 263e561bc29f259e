#!/bin/bash
# Rules that the compiler can't check. Each rule first proves that it finds a planted violation, then
# that the tree has none. Prints TAP.
# shellcheck disable=SC2046,SC2317
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
number=0
failed=0

# code FILE...: "file:line:text", with comments blanked out.
code() {
    awk '
        FNR == 1 { inside = 0 }
        {
            text = $0
            kept = ""
            while (text != "") {
                if (inside) {
                    end = index(text, "*/")
                    if (!end)
                        break
                    text = substr(text, end + 2)
                    inside = 0
                }
                start = index(text, "/*")
                kept = kept (start ? substr(text, 1, start - 1) : text)
                if (!start)
                    break
                text = substr(text, start + 2)
                inside = 1
            }
            print FILENAME ":" FNR ":" kept
        }' "$@" </dev/null
}

sources() {
    find "$1/src" -name '*.[ch]' | LC_ALL=C sort
}

# Every rule prints its violations in a tree.

sql_in_c() {
    code $(sources "$1") | grep -E \
        -e '"[^"]*\b(SELECT|INSERT INTO|DELETE FROM|TRUNCATE|GRANT|REVOKE|SAVEPOINT|LISTEN|NOTIFY)\b +[^ ]' \
        -e '"[^"]*\b(UPDATE|CREATE|ALTER|DROP|SET|BEGIN|COPY|LOCK)\b +[A-Za-z_]' \
        -e '"[^"]*\bselect\b.*\bfrom\b' -e '"[^"]*\b(insert into|delete from)\b'
}

# Examples in tables are JSON by contract; they are parsed before they are shown.
json_by_hand() {
    code $(sources "$1") | grep -E '[{,]\\"[^"]*\\" *:|\.example =$' |
        awk '/\.example =$/ { example = 1; next } !example && !/\.example = /; { example = 0 }'
}

floating_money() {
    code $(find "$1"/src/{base/money*,ledger,app,api,schema} -name '*.[ch]' 2>/dev/null) |
        grep -E '\b(double|float|atof|strto[df]|strtold)\b'
}

# json-c's strict mode refuses bytes beyond ASCII since 0.18; what is strict is json/scan.c.
strict_mode_used() {
    code $(find "$1/src" "$1/tests" -name '*.[ch]' | LC_ALL=C sort) | grep -E '\bJSON_TOKENER_STRICT\b'
}

# What a table of words has is an enum: only the table knows the texts (base/word.h).
words_by_hand() {
    local words
    words=$(
        awk '
            FNR == 1 { inside = 0 }
            /_(words|stored_types)\[\] *= *\{/ { inside = 1 }
            inside || /^TRANSACTION\(/ {
                text = $0
                while (match(text, /"[a-z_]+"/)) {
                    print substr(text, RSTART + 1, RLENGTH - 2)
                    text = substr(text, RSTART + RLENGTH)
                }
            }
            /\};/ { inside = 0 }
        ' $(sources "$1") $(find "$1/src" -name types.def) </dev/null | sort -u | paste -sd '|'
    )
    [[ ! $words ]] ||
        code $(find "$1"/src/{app,api} -name '*.[ch]' 2>/dev/null | LC_ALL=C sort) |
        grep -E "\\b(strcmp|text_equal|p_text)\([^;]*\"($words)\""
}

goto_used() {
    code $(sources "$1") | grep -E '\bgoto\b'
}

unbounded_copies() {
    code $(sources "$1") | grep -E '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca)\('
}

long_functions() {
    awk 'FNR == 1 { from = 0 }
        /^\{$/ { from = FNR }
        /^\}/ && from { if (FNR - from + 1 > 70) print FILENAME ":" from ": " FNR - from + 1 " lines"; from = 0 }
    ' $(sources "$1") </dev/null
}

long_files() {
    awk 'FNR > 600 && FNR == 601 { print FILENAME ": more than 600 lines" }' $(sources "$1") </dev/null
}

headers_without_promise() {
    local header
    for header in $(find "$1/src" -name '*.h'); do
        [[ $(head -c 2 "$header") == "/*" ]] || echo "$header: does not begin with what it promises"
    done
}

statements_without_head() {
    local file
    for file in "$1"/sql/queries/*/*.sql "$1"/sql/checks/*.sql; do
        [[ -e $file && $(head -n 1 "$file") != "-- "[A-Z]* ]] &&
            echo "$file: does not begin with what it is for"
    done
}

# Tables that are searched by halves, or read by people in their order.
unsorted_tables() {
    sed -nE 's/^CURRENCY\("([A-Z]+)".*/\1/p' "$1/src/base/currency.def" | LC_ALL=C sort -C -u ||
        echo "currency.def: not in order of codes"
    sed -nE 's/^ERR\([A-Z_]+, ([0-9]+).*/\1/p' "$1/src/base/errors.def" | sort -C -n ||
        echo "errors.def: not in order of status"
    sed -nE 's/^"(.*)",$/\1/p' "$1/src/crypto/common_passwords.def" | LC_ALL=C sort -C -u ||
        echo "common_passwords.def: not in bytewise order"
}

# State that all threads see: the log's settings, and OpenSSL's algorithms, which are looked up once; and
# what each thread has of its own: random bytes, and the fiber that it runs.
mutable_state() {
    find "$1" -name '*.o' -exec nm -A -f sysv {} + |
        awk -F'|' '{ gsub(/ /, "", $1); gsub(/ /, "", $7) }
            $7 ~ /^\.[lt]?(data|bss)/ && $7 !~ /^\.data\.rel\.ro/ { sub(/.*\/src\//, "src/", $1); print $1 }' |
        grep -vE '^src/(base/(log\.o:settings|id\.o:(draw\.)?pool(\.[0-9]+)?|fiber\.o:running)|crypto/fetched\.o:fetched)$'
}

# Trees with one thing wrong.

# tree: one that keeps all rules.
tree() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree/src/"{base,app,crypto} "$folder/tree/sql/"{queries/x,checks} "$folder/tree/tests"
    printf '/* What it promises. */\n' >"$folder/tree/src/app/x.h"
    printf 'CURRENCY("AED", 2, "x")\nCURRENCY("BBD", 2, "x")\n' >"$folder/tree/src/base/currency.def"
    printf 'ERR(OK, 200, "OK", "OK")\nERR(A, 400, "A", "A")\n' >"$folder/tree/src/base/errors.def"
    printf '"a",\n"b",\n' >"$folder/tree/src/crypto/common_passwords.def"
    printf -- '-- What it is for.\n' >"$folder/tree/sql/queries/x/a.sql"
    printf '/* double, goto, "SELECT 1 FROM x" and sprintf() may stand in a comment */\n' \
        >"$folder/tree/src/app/x.c"
}

# plant FILE TEXT: into a tree that keeps all rules otherwise.
plant() {
    printf '%b\n' "$2" >"$folder/tree/$1"
}

lines() {
    printf "$1%.0s" $(seq "$2")
}

say() {
    number=$((number + 1))
    echo "$1 $number - $2"
    [[ $1 != "not ok" ]] || failed=1
}

# rule NAME FUNCTION FILE TEXT: nothing in a clean tree, something in one with the text, nothing in ours.
rule() {
    local found
    tree
    found=$("$2" "$folder/tree")
    plant "$3" "$4"
    if [[ ! $found && $("$2" "$folder/tree") ]]; then
        say ok "$1: is able to fail"
    else
        sed 's/^/# /' <<<"$found"
        say "not ok" "$1: is able to fail"
    fi
    found=$("$2" "$srcdir")
    if [[ $found ]]; then
        sed 's/^/# /' <<<"$found"
        say "not ok" "$1"
    else
        say ok "$1"
    fi
}

# Objects that are instrumented have state of the instruments.
state_rule() {
    local name="no mutable state but the log's" sample=$folder/objects/src/base
    if find "$top_builddir/src" -name '*.o' -exec nm {} + 2>/dev/null | grep -qE '__(asan|gcov|sanitizer)_'; then
        say ok "$name # SKIP the build is instrumented"
        return
    fi
    mkdir -p "$sample"
    echo 'static int calls; int f(void); int f(void) { return ++calls; }' >"$sample/x.c"
    ${CC:-cc} -c -o "$sample/x.o" "$sample/x.c"
    if [[ $(mutable_state "$folder/objects") && ! $(mutable_state "$top_builddir/src") ]]; then
        say ok "$name"
    else
        mutable_state "$top_builddir/src" | sed 's/^/# /'
        say "not ok" "$name"
    fi
}

echo "1..27"
rule "no SQL in C" sql_in_c src/app/x.c 'const char *q = "SELECT 1 FROM account";'
rule "no JSON by hand" json_by_hand src/app/x.c 'const char *t = "{\\"id\\":1}";'
rule "no floating point near money" floating_money src/app/x.c 'double amount;'
rule "no strict mode of json-c" strict_mode_used src/app/x.c '\tf(JSON_TOKENER_STRICT);'
rule "no word of an enum is compared or sent as a text" words_by_hand src/app/x.c \
    'const char *const x_words[] = {"open", "shut", NULL};\n\tif (strcmp(door->state, "shut") == 0)'
rule "no goto" goto_used src/app/x.c '\tgoto out;'
rule "no copy without a bound" unbounded_copies src/app/x.c '\tstrcpy(a, b);'
rule "functions of 70 lines at most" long_functions src/app/x.c "f(void)\n{\n$(lines '\tg();\\n' 70)}"
rule "files of 600 lines at most" long_files src/app/x.c "$(lines 'int x;\\n' 601)"
rule "headers begin with what they promise" headers_without_promise src/app/x.h '#ifndef X'
rule "query files begin with what they are for" statements_without_head sql/queries/x/a.sql '-- name: a'
rule "tables are in order" unsorted_tables src/base/currency.def \
    'CURRENCY("BBD", 2, "x")\nCURRENCY("AED", 2, "x")'
rule "errors are in order" unsorted_tables src/base/errors.def \
    'ERR(A, 400, "A", "A")\nERR(OK, 200, "OK", "OK")'
state_rule
exit $failed
