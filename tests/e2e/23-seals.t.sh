#!/bin/bash
# The seals of the journal, as a verifier reads them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

line() {
    sed -n "$1p" <<<"$BODY"
}

sealed() {
    request GET /seals/test/checkpoint && [[ $STATUS == 200 && $(line 2) == "$(journal)" ]]
}

grown() {
    sealed && (($(line 2) > size))
}

journal() {
    sql "SELECT count(*) FROM transaction JOIN ledger USING (ledger_id) WHERE mode = 'test'"
}

new_project
new_wallet 1000
ok "a transaction is sealed within seconds" within 20 sealed
is "a checkpoint is text" "$(header Content-Type)" "text/plain; charset=utf-8"
is "that is soon out of date" "$(header Cache-Control)" "public, max-age=1"
like "its first line is the origin" "$(line 1)" '^localhost:[0-9]+/seals/test$'
size=$(line 2)
printf '%s\n' "$BODY" >"$WORK/kept"
part=$((size % 256))
if ((part > 0)); then
    request GET "/seals/test/tile/0/$(printf %03d $((size / 256))).p/$part"
    is "a tile has a hash for each of its transactions" "$STATUS $(header Content-Length)" "200 $((32 * part))"
    is "and may be kept" "$(header Cache-Control)" "public, max-age=31536000, immutable"
fi
request GET /seals/test/tile/0/999
expect "what is not there is not found" 404
request GET /seals/test/tile/entries/000
expect "entries are not served" 404
request POST /seals/test/checkpoint
expect "nothing is written" 405
credit "$WALLET" 5
ok "the tree grows" within 20 grown
ok "a kept checkpoint is verified" "$DEV" cowry verify --checkpoint "$WORK/kept"
done_testing
