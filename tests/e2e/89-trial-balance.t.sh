#!/bin/bash
# The trial balance over the transactions of all previous scripts, in every dialect.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

post /v1/auth/login "$(jq '{email: .admin_email, password: .admin_password}' "$COWRY_HOME/credentials.json")"
must "the administrator signs in"
token=$(field .data.accessToken)
request GET /api/v1/ledger/trial-balance -H "Authorization: Bearer $token"
expect "the trial balance" 200 .success true
is "it is of live money" "$(field '[.data.balances[] | select(.mode != "live")] | length')" 0
is "and balances in every currency" \
    "$(field '[.data.totals[] | select(.debits != .credits)] | length')" 0
request GET '/api/v1/ledger/trial-balance?mode=test' -H "Authorization: Bearer $token"
expect "that of test money" 200 .data.mode test
is "balances in every currency, too" \
    "$(field '[.data.totals[] | select(.debits != .credits)] | length')" 0
is "each line stands on one side" \
    "$(field '[.data.balances[] | select(.debit != 0 and .credit != 0)] | length')" 0
is "its lines add up to it" \
    "$(field '([.data.balances[] | select(.currency == "NGN" and .mode == "test") | .debit] | add | . * 100 | round)
        == ([.data.totals[] | select(.currency == "NGN" and .mode == "test") | .debits] | add | . * 100 | round)')" true
ok "the books are right" "$DEV" cowry verify

done_testing
