#!/bin/bash
# TLS as testssl.sh sees it: no old protocol, no weak cipher, none of the known attacks.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

report=$WORK/tls.json
testssl --quiet --color 0 --warnings off --openssl-timeout 10 --protocols --server-preference --vulnerable \
    --headers --jsonfile "$report" --add-ca "$CA" "${URL#https://}" >"$WORK/tls" 2>&1
ok "testssl.sh has a report" jq -e 'length > 20' "$report"

# severity LEVEL: its findings. It wants the server to choose the cipher, which matters where some are weak:
# all that there are have forward secrecy and authenticate, so the client chooses what it is fast at.
severity() {
    jq -r --arg s "$1" '.[] | select(.severity == $s and .id != "cipher_order") | "\(.id): \(.finding)"' "$report"
}
finding() {
    jq -r --arg id "$1" '.[] | select(.id == $id) | .finding' "$report"
}

is "nothing is critical" "$(severity CRITICAL)" ""
is "nothing is high" "$(severity HIGH)" ""
is "nothing is medium" "$(severity MEDIUM)" ""
# BREACH needs compression of answers, which there is not; what is low is shown.
severity LOW | sed 's/^/# low: /'
for protocol in SSLv2 SSLv3 TLS1 TLS1_1; do
    like "$protocol is not offered" "$(finding "$protocol")" '^not offered'
done
for protocol in TLS1_2 TLS1_3; do
    like "$protocol is offered" "$(finding "$protocol")" '^offered'
done
for attack in heartbleed CCS ticketbleed ROBOT secure_renego CRIME_TLS BREACH POODLE_SSL SWEET32 FREAK DROWN \
    LOGJAM BEAST LUCKY13 RC4; do
    like "$attack" "$(jq -r --arg id "$attack" '[.[] | select(.id == $id) | .severity] | unique | join(",")' \
        "$report")" '^(OK|INFO)$'
done
done_testing
