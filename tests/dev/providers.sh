# The simulated providers. Everything that differs from one to the next is in this table.
# shellcheck shell=bash

# NAME CREDENTIAL PREFIX SANDBOX ACCOUNT
#   NAME        its type for `cowry provider set`, its folder at /sandbox/, and COWRY_<NAME>_URL
#   CREDENTIAL  its secret in credentials.json
#   PREFIX      how a new secret begins; - for none
#   SANDBOX     "signs" when the sandbox signs webhooks with the secret, so that it is told; else -
#   ACCOUNT     the platform's own account there, made of credentials.json. The sandbox takes any API
#               key. Paystack's webhooks are signed with the key, the others' with a secret.
provider_table() {
    cat <<'END'
paystack     paystack_secret          sk_test_  -      {apiKey: .paystack_secret}
flutterwave  flutterwave_secret_hash  -         signs  {apiKey: "FLWSECK_TEST-sandbox", webhookSecret: .flutterwave_secret_hash}
paga         paga_secret              -         signs  {apiKey: "sandbox-credentials", publicKey: "sandbox", webhookSecret: .paga_secret}
fingra       fingra_secret            -         signs  {apiKey: "sandbox-key", webhookSecret: .fingra_secret}
flash        flash_secret             -         -      {apiKey: .flash_secret}
mobilemart   mobilemart_secret        -         -      {apiKey: .mobilemart_secret}
easypay      easypay_secret           -         -      {apiKey: .easypay_secret}
END
}

# Lines for the programs' environment.
provider_urls() {
    local name _
    provider_table | while read -r name _; do
        echo "COWRY_${name^^}_URL=$URL/sandbox/$name"
    done
}

# New secrets: a line with the name, a line with the value.
provider_secrets() {
    local name prefix _
    provider_table | while read -r _ name prefix _; do
        printf '%s\n' "$name" "${prefix#-}$(random_hex)"
    done
}

# Names of the credentials that the sandbox signs with, separated by commas.
signing_credentials() {
    provider_table | awk '$4 == "signs" { print $2 }' | paste -sd,
}

set_providers() {
    local name filter _
    while read -r name _ _ _ filter; do
        jq "$filter" "$STATE/credentials.json" | run_cowry provider set "$name"
    done < <(provider_table)
}
