# requests.sh - the cases: what is sent, and which answer is right.
# shellcheck shell=bash

# NAME STATUS LIST CONNECTIONS TITLE: of each case with requests; the list is the file of WORK whose lines are
# drawn. Where an answer takes much work, there are fewer connections.
cases() {
    cat <<'TABLE'
static        200 wallets  64 nginx, a file of 100 bytes
hello         404 wallets  64 FastCGI hello (an unknown path)
read          200 wallets  64 balance read
list          200 wallets  64 page of 20 wallets
statement     200 wallets  64 statement of a wallet
transfer      201 wallets  64 transfer
unsealed      201 wallets  64 transfer, nothing is sealed meanwhile
unaudited     201 wallets  64 transfer, nothing is audited meanwhile
hot           201 wallets  64 transfer into one hot wallet
keyed         201 wallets  64 transfer with Idempotency-Key
bulk100       201 wallets  16 bulk of 100 transfers
bulk1000      201 wallets  4  bulk of 1,000 transfers
bitpal        200 users    64 Bitpal transfer
signin        200 users    4  sign-in with a password
node_read     200 baseline 64 Node peer, read
node_transfer 201 baseline 64 Node peer, transfer
TABLE
}

# field CASE COLUMN
field() { cases | awk -v name="$1" -v column="$2" '$1 == name { print $column }'; }

# bulk_request ITEMS.
bulk_request() {
    local item='@+@{"type":"transfer","fromWalletId":"@a@","toWalletId":"@b@","amount":"0.01","currency":"NGN","reference":"@n@"}'
    request POST /v1/transactions/bulk "x-api-key: $KEY" -- \
        "{\"atomic\":true,\"transactions\":[$(yes "$item" | head -n "$1" | paste -sd,)]}"
}

# The file that nginx serves: as small as an answer of the API.
write_static() {
    STATIC=$STATE/usr/share/cowry/www/openapi/bench.json
    printf '"%098d"' 0 >"$STATIC"
}

# USERS people with a wallet of Bitpal and money in it: email, password, key, number of the wallet.
USERS=16
prepare_users() {
    local n email password=bench-$RANDOM-$BENCH_RUN key
    : >"$WORK/users"
    for ((n = 0; n < USERS; n++)); do
        email=person-$n-$BENCH_RUN@cowry.example
        FROM=$((FROM % 250 + 1))
        register "$email" "$password"
        key=$(api POST /api/v1/keys/create "$TOKEN" '{"name":"bench","permissions":["transfer"],"expiry":"1D"}' |
            jq -r .api_key)
        deposit
        printf '%s\t%s\t%s\t%s\n' "$email" "$password" "$key" "$(sql -v email="$email" <<'SQL'
SELECT w.number FROM cowry.wallet w JOIN cowry.users u USING (user_id) WHERE u.email = :'email'
SQL
        )" >>"$WORK/users"
    done
}

# The user of TOKEN pays on the page of the simulated Paystack.
deposit() {
    local page
    page=$(api POST /api/v1/wallet/deposit "$TOKEN" '{"amount":500000}' | jq -r .authorization_url)
    curl -sS -o /dev/null --cacert "$CA" "$page" -d outcome=success
}

write_requests() {
    local key="x-api-key: $KEY"
    request GET /openapi/bench.json >"$WORK/static.request"
    request GET /v1/hello >"$WORK/hello.request"
    request GET /v1/wallets/@a@ "$key" >"$WORK/read.request"
    request GET "/v1/wallets?limit=20" "$key" >"$WORK/list.request"
    request GET /v1/wallets/@a@/statement "$key" >"$WORK/statement.request"
    transfer_request @a@ @b@ >"$WORK/transfer.request"
    cp "$WORK/transfer.request" "$WORK/unsealed.request"
    cp "$WORK/transfer.request" "$WORK/unaudited.request"
    transfer_request @a@ "$FIRST" >"$WORK/hot.request"
    { head -n 1 "$WORK/transfer.request" && echo "Idempotency-Key: @n@" &&
        tail -n +2 "$WORK/transfer.request"; } >"$WORK/keyed.request"
    bulk_request 100 >"$WORK/bulk100.request"
    bulk_request 1000 >"$WORK/bulk1000.request"
    request POST /api/v1/wallet/transfer "x-api-key: @a3@" -- '{"wallet_number":"@b4@","amount":1}' \
        >"$WORK/bitpal.request"
    request POST /v1/auth/login -- '{"email":"@a1@","password":"@a2@"}' >"$WORK/signin.request"
    request GET /wallets/@a@ "$key" >"$WORK/node_read.request"
    request POST /transfers "$key" -- \
        '{"from":"@a@","to":"@b@","amount":1,"reference":"@n@"}' >"$WORK/node_transfer.request"
}
