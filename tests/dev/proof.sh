# The proof, and what `up` shows at its end.
# shellcheck shell=bash

prove_service() {
    local name verified since
    since=$(date -u +%FT%TZ)
    name=proof-$(date +%s)-$(random_hex 2)
    move_money "$name@cowry.example" "$name"
    verified=$(run_cowry verify --since "$since" | tail -n 1)
    touch "$STATE/proof.txt"
    chmod 600 "$STATE/proof.txt"
    describe_proof "$name" "$ONE" "$TWO" "$verified" >"$STATE/proof.txt"
}

# describe_proof NAME WALLET WALLET VERIFIED
describe_proof() {
    local body
    body=$(json_object fromWalletId "$2" toWalletId "$3" amount 10 currency NGN reference my-first-transfer)
    cat <<END
  $1: 1000.00 NGN credited to one wallet, 250.50 of it sent on to another.
    one   $(read_balance "$2")   $2
    two   $(read_balance "$3")   $3
    books $4

  Go on from there:
    export CURL_CA_BUNDLE=$STATE/ca.pem COWRY_KEY=$KEY
    curl -H "x-api-key: \$COWRY_KEY" $URL/v1/wallets/$3
    curl -H "x-api-key: \$COWRY_KEY" --json '$body' $URL/v1/wallets/transfer
END
}

show_summary() {
    cat <<END

$(cat "$STATE/proof.txt" 2>/dev/null)

  Interactive reference   $URL/api-doc
  Credentials             $STATE/credentials.json
  Simulated providers     $URL/sandbox/control, $URL/sandbox/control/log
    curl --json '{"provider":"paystack","fail":"timeout"}' $URL/sandbox/control
  Status, logs            $SELF status, $SELF logs
  Stop, start over        $SELF down, $SELF reset
END
}
