#!/bin/bash
# Facts that several files state are the same in all of them: the dialects and their paths, the
# providers and vendors, the words that the database allows. Prints TAP.
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
number=0

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" >"$folder/messages" 2>&1 || { result="not ok" && failed=1 && sed 's/^/# /' "$folder/messages"; }
    echo "$result $number - $1"
}

# Each of these prints what one file says, a line each; the argument is the root of the tree.

dialects_of_router() {
    grep -A 20 '^const struct dialect \*const dialects\[\]' "$1/src/api/dialects.c" | grep -oE '&[a-z]+' | tr -d '&'
}

dialects_of_dev() {
    sed -nE 's/^readonly DIALECTS="(.*)"$/\1/p' "$1/dev" | tr ' ' '\n'
}

dialects_of_cli() {
    sed -nE 's/.*usage: cowry openapi ([a-z|]+)".*/\1/p' "$1/src/bin/cli.c" | tr '|' '\n'
}

dialects_of_errors() {
    sed -n '/^map \$cowry_dialect \$cowry_error {/,/^}/p' "$1/nginx/dialects.conf" | awk '$2 ~ /^.\{/ { print $1 }'
}

dialects_of_documents() {
    sed -nE 's/^for dialect in (.*); do$/\1/p' "$1/tests/openapi/lib.sh" | tr ' ' '\n'
}

# PREFIX DIALECT, in the order in which the router tries them.
prefixes() {
    sed -nE 's/^\t\{"(\/[^"]*)", "([a-z]+)"\},$/\1 \2/p' "$1/src/api/router.c"
}

# router_dialect TREE PATH, nginx_dialect TREE PATH: whose path it is.
router_dialect() {
    local prefix dialect
    while read -r prefix dialect; do
        [[ $2 =~ ^"$prefix"([/?]|$) ]] && echo "$dialect" && return
    done < <(prefixes "$1")
    echo pocket
}

nginx_dialect() {
    local pattern dialect
    while read -r pattern dialect; do
        pattern=${pattern//(\?:/(}
        [[ $2 =~ ${pattern#\~} ]] && echo "$dialect" && return
    done < <(sed -n '/^map \$request_uri \$cowry_dialect {/,/^}/p' "$1/nginx/dialects.conf" |
        sed -nE 's/^ *"(.*)" +([a-z]+);$/\1 \2/p')
    echo pocket
}

providers_of_source() {
    sed -nE '/^const struct (provider|vendor) /,/^\};/s/.*(\.name = |vendor_[a-z]+ = \{)"([a-z]+)".*/\2/p' "$1"/src/provider/*.c
}

providers_of_dev() {
    sed -n '/^provider_table() {/,/^END$/p' "$1/tests/dev/providers.sh" | awk '/^[a-z]+  / { print $1 }'
}

providers_of_cli() {
    sed -n '/the provider is required/,/;$/p' "$1/src/bin/cli_provider.c" | tr -cs 'a-z' '\n' |
        grep -xE "$(providers_of_source "$1" | paste -sd'|')"
}

providers_of_settings() {
    sed -nE 's/^CONFIG(_LIVE)?\(([a-z]+)_url, TEXT, "COWRY_([A-Z]+)_URL", "https:.*/\2/p' "$1/src/base/config.def" |
        grep -vx public
}

providers_of_sandbox() {
    grep -ohE '&fake_[a-z]+' "$1/src/sandbox/call.c" | sed 's/&fake_//' | grep -vxE 'google|bank'
}

# The words of the last CHECK that a column has: TABLE.COLUMN WORD...
words_of_database() {
    cat "$1"/sql/migrations/*.sql | tr '\n' ' ' | sed 's/;/;\n/g' |
        grep -oE '(CREATE (UNLOGGED )?TABLE|ALTER TABLE) [a-z_]+|CHECK \([a-z_]+ IN \([^)]*\)\)' |
        awk '/TABLE/ { table = $NF; next }
            { column = $2; sub(/^\(/, "", column); gsub(/.* IN \(|\)|,|\047/, ""); words[table "." column] = $0 }
            END { for (c in words) print c, words[c] }' | tr -s ' '
}

# database_words TREE TABLE.COLUMN, source_words TREE TABLE_OF_WORDS: sorted, a line each.
database_words() {
    words_of_database "$1" | awk -v c="$2" '$1 == c { for (i = 2; i <= NF; i++) print $i }' | sort
}

source_words() {
    cat "$1"/src/app/*/*.c "$1"/src/provider/*.c "$1"/src/api/words.c | tr '\n' ' ' |
        grep -oE "\b$2\[\] = \{[^}]*\}" | grep -oE '"[a-z_]+"' | tr -d '"' | sort
}

# What must be equal.

same() {
    diff <("$1" "$3" | sort) <("$2" "$3" | sort) && [[ $("$1" "$3" | wc -l) -gt "${4:-3}" ]]
}

same_paths() {
    local prefix path router nginx wrong=0
    while read -r prefix _; do
        for path in "$prefix" "$prefix/x" "$prefix?x" "${prefix}x" "$prefix/auth/google" "/x$prefix"; do
            router=$(router_dialect "$1" "$path") nginx=$(nginx_dialect "$1" "$path")
            [[ $router == "$nginx" ]] || { echo "$path: $router in the router, $nginx in nginx" && wrong=1; }
        done
    done < <(prefixes "$1")
    [[ $wrong == 0 && $(prefixes "$1" | wc -l) -gt 5 ]]
}

# COLUMN WORDS: a column of the database, and the table of words of its enum.
readonly states="users.role user_role_words
users.status user_status_words
users.provider sign_in_words
email_token.purpose token_purpose_words
review.status review_status_words
funding.purpose funding_purpose_words
funding.risk risk_level_words
funding.status funding_status_words
complaint.status complaint_status_words
bank_consent.status consent_status_words
voucher.status voucher_status_words
drop_payment.type drop_payment_type_words
drop_payment.status bank_order_status_words
bank_payment.status payment_state_words
webhook_delivery.status delivery_status_words
payment.status transaction_status_words
purchase.status transaction_status_words
product.kind product_kind_words
card.type card_type_words
card.status card_status_words"

same_states() {
    local column words wrong=0
    while read -r column words; do
        diff <(database_words "$1" "$column") <(source_words "$1" "$words") >/dev/null &&
            [[ $(source_words "$1" "$words") ]] ||
            { echo "$column: $(database_words "$1" "$column" | paste -sd' ') in the database, $(source_words "$1" "$words" | paste -sd' ') in $words" && wrong=1; }
    done <<<"$states"
    return "$wrong"
}

# spoiled FILE SED-SCRIPT COMMAND...: in a copy with that change the command fails.
spoiled() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree"
    (cd "$srcdir" && tar cf - dev nginx src sql tests/dev tests/openapi/lib.sh) | tar xf - -C "$folder/tree"
    sed -i -E "$2" "$folder/tree/$1"
    ! "${@:3}" "$folder/tree"
}

echo "1..20"
for source in dev cli errors documents; do
    ok "the dialects of the router are those of $source" same dialects_of_router "dialects_of_$source" "$srcdir"
done
ok "a dialect that dev does not know is found" spoiled dev 's/ otp / /' same dialects_of_router dialects_of_dev
ok "and one that nginx has no errors for" \
    spoiled nginx/dialects.conf '/^    otp    /d' same dialects_of_router dialects_of_errors
ok "nginx and the router tell paths apart in the same way" same_paths "$srcdir"
ok "a prefix that nginx does not know is found" spoiled src/api/router.c 's|\{"/v1",|{"/api/v1/new", "drop"},\n\t{"/v1",|' same_paths
ok "and one that nginx gives to another dialect" spoiled nginx/dialects.conf 's,api/wallet,api/wallets,' same_paths
for source in dev cli settings sandbox; do
    ok "the providers are those of $source" same providers_of_source "providers_of_$source" "$srcdir"
done
ok "a provider that dev does not set up is found" \
    spoiled tests/dev/providers.sh '/^paga /d' same providers_of_source providers_of_dev
ok "and one without an address" spoiled src/base/config.def '/^CONFIG_LIVE\(flash_url/d' \
    same providers_of_source providers_of_settings
ok "and one that nobody simulates" spoiled src/sandbox/call.c 's/&fake_easypay/\&fake_google/' \
    same providers_of_source providers_of_sandbox
ok "words of enums are those that the database allows" same_states "$srcdir"
ok "a word that the database does not allow is found" spoiled src/app/audit/review.c 's/"rejected"/"refused"/' same_states
ok "and one that no enum has" spoiled sql/migrations/0007_reviews.sql "s/'rejected'\)/'rejected', 'lost')/" same_states
ok "currencies stand in one file" test "$(cd "$srcdir" && grep -lE '"ZMW"' -r src sql nginx | paste -sd' ')" = src/base/currency.def
exit $failed
