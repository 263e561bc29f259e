#!/bin/bash
# The trial balance over all that the scripts before this one have done, in every dialect.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

post /v1/auth/login "$(jq '{email: .admin_email, password: .admin_password}' "$COWRY_HOME/credentials.json")"
must "the administrator signs in"
request GET /api/v1/ledger/trial-balance -H "Authorization: Bearer $(field .data.accessToken)"
expect "the trial balance" 200 .success true
is "it balances as a whole" "$(field '.data.totals.debits == .data.totals.credits')" true
is "and in every currency and mode" \
    "$(field '[.data.currencies[] | select(.debits != .credits)] | length')" 0
is "each line stands on one side" \
    "$(field '[.data.balances[] | select(.debit != 0 and .credit != 0)] | length')" 0
is "its lines add up to it" \
    "$(field '([.data.balances[] | select(.currency == "NGN" and .mode == "test") | .debit] | add | . * 100 | round)
        == ([.data.currencies[] | select(.currency == "NGN" and .mode == "test") | .debits] | add | . * 100 | round)')" true
ok "the books are right" "$DEV" cowry verify

done_testing
