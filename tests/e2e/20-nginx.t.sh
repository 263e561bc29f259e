#!/bin/bash
# nginx's own checks, before a worker is called.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

paths="/v1/wallets /api/v1/wallet/balance /api/wallet/fund /api/v1/vouchers /api/rates"
csp="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"

# envelope NAME PATH STATUS CODE: the last answer is an error in the envelope of the path.
envelope() {
    case $2 in
    /v1/*) expect "$1" "$3" .status error .data null .statusCode "$3" .code "$4" .requestId "$(header X-Request-Id)" ;;
    /api/v1/wallet/*) expect "$1" "$3" .status error .data null .status_code "$3" ;;
    /api/wallet/*) expect "$1" "$3" .success false .code "$4" ;;
    /api/v1/*) expect "$1" "$3" .success false .code "$4" ;;
    *) expect "$1" "$3" '.error | type' string '.message | type' string ;;
    esac
}

# Hosts and TLS.
request GET /api/health -H "Host: elsewhere.example" --http1.1
is "a foreign host gets no answer" "$STATUS" 000
request GET /api/health -H "Host: elsewhere.example"
is "neither over HTTP/2" "$STATUS" 000
hosts="localhost 127.0.0.1"
grep -qs '^00000000000000000000000000000001 ' /proc/net/if_inet6 && hosts+=" [::1]"
for host in $hosts; do
    request GET "https://$host:$COWRY_HTTPS_PORT/api/health"
    expect "$host is served, its certificate verified" 200
done
request GET /api/health -w '%{http_version} %{http_code}'
is "HTTP/2 is spoken" "$STATUS" "2 200"
for version in 1.2 1.3; do
    request GET /api/health --tlsv$version --tls-max $version
    expect "TLS $version is spoken" 200
done
echo | openssl s_client -connect "localhost:$COWRY_HTTPS_PORT" -tls1_1 -cipher ALL@SECLEVEL=0 >"$WORK/tls" 2>&1
ok "TLS 1.1 is not" grep -qE 'alert protocol version|no protocols available|unsupported protocol' "$WORK/tls"

# Plain HTTP.
request GET "$HTTP_URL/"
expect "a person on plain HTTP is sent to https" 308
is "to the same host" "$(header Location)" "$URL/"
for path in $paths; do
    request POST "$HTTP_URL$path" -d '{}'
    envelope "a program on plain HTTP is told: $path" "$path" 400 HTTPS_REQUIRED
done
request GET "http://localhost:$COWRY_HTTPS_PORT/v1/wallets"
envelope "and so is plain HTTP on the TLS port" /v1/wallets 400 HTTPS_REQUIRED

# Headers.
request GET /api/health
is "HSTS" "$(header Strict-Transport-Security)" max-age=63072000
is "nosniff" "$(header X-Content-Type-Options)" nosniff
is "no referrer" "$(header Referrer-Policy)" no-referrer
is "no frames" "$(header X-Frame-Options)" DENY
is "no caching" "$(header Cache-Control)" no-store
is "the API needs no sources" "$(header Content-Security-Policy)" "default-src 'none'; frame-ancestors 'none'"
is "nginx does not tell its version" "$(header Server)" nginx

# Request ids.
request GET /api/health -H "X-Request-Id: my-own.id_7"
is "a sane request id is kept" "$(header X-Request-Id)" my-own.id_7
request GET /api/health -H 'X-Request-Id: no"quotes'
like "another is replaced" "$(header X-Request-Id)" '^[0-9a-f]{32}$'
request POST /api-doc/x -H "X-Request-Id: my-own.id_8"
is "nginx's own errors carry it too" "$(header X-Request-Id)" my-own.id_8

# Limits.
head -c 70000 /dev/zero | tr '\0' ' ' >"$WORK/large"
for path in $paths; do
    request POST "$path" --data-binary @"$WORK/large"
    envelope "more than 64 KiB: $path" "$path" 413 BODY_TOO_LARGE
done
request POST /v1/transactions/bulk -H "Content-Type: application/json" --data-binary @"$WORK/large"
ok "bulk may be larger" test "$STATUS" != 413
head -c 600000 /dev/zero | tr '\0' ' ' >"$WORK/larger"
request POST /v1/transactions/bulk --data-binary @"$WORK/larger"
envelope "up to 512 KiB" /v1/transactions/bulk 413 BODY_TOO_LARGE
for path in $paths; do
    request GET "$path?$(head -c 9000 /dev/zero | tr '\0' a)"
    envelope "a request line that is too long: $path" "$path" 414 URI_TOO_LONG
done
request GET /v1/wallets --http1.1 -H "X-Large: $(head -c 20000 /dev/zero | tr '\0' a)"
envelope "headers that are too large" /v1/wallets 431 HEADERS_TOO_LARGE

# Idempotency keys, by either name.
request POST /v1/auth/logout -H "Content-Type: application/json" -d '{"refreshToken":"x"}' \
    -H "Idempotency-Key: one" -H "Idempotency-Key: two"
envelope "two different keys" /v1/auth/logout 400 BAD_REQUEST
request POST /v1/auth/logout -H "Content-Type: application/json" -d '{"refreshToken":"x"}' \
    -H "Idempotency-Key: one" -H "X-Idempotency-Key: two"
envelope "two different keys by two names" /v1/auth/logout 400 BAD_REQUEST
for name in Idempotency-Key X-Idempotency-Key; do
    request POST /v1/auth/logout -H "Content-Type: application/json" -d '{"refreshToken":"x"}' -H "$name;"
    envelope "an empty $name" /v1/auth/logout 400 BAD_REQUEST
    request POST /v1/auth/logout -H "Content-Type: application/json" -d '{"refreshToken":"y"}' \
        -H "$name: same" -H "Idempotency-Key: same"
    is "the same key twice, first as $name" "$STATUS" 204
done
is "is one" "$(header Idempotent-Replayed)" true

# Requests that curl would not send.
# raw LINE...: sets STATUS and BODY.
raw() {
    printf '%s\r\n' "$@" "" |
        timeout 10 openssl s_client -quiet -verify_quiet -servername localhost -CAfile "$CA" \
            -connect "localhost:$COWRY_HTTPS_PORT" 2>"$WORK/error" | tr -d '\r' >"$WORK/raw"
    STATUS=$(awk 'NR == 1 { print $2 }' "$WORK/raw")
    BODY=$(sed '1,/^$/d' "$WORK/raw")
    cp "$WORK/raw" "$WORK/head"
}
host="Host: localhost"
raw "POST /v1/wallets HTTP/1.1" "$host" "Connection: close" "Content-Length: 5" "Transfer-Encoding: chunked"
envelope "two lengths" /v1/wallets 400 BAD_REQUEST
raw "POST /api/rates HTTP/1.1" "$host" "Connection: close" "Content-Length: 5" "Content-Length: 6"
envelope "two other lengths" /api/rates 400 BAD_REQUEST
raw "POST /api/wallet/fund HTTP/1.1" "$host" "Connection: close" "Transfer-Encoding: xchunked"
envelope "an unknown encoding" /api/wallet/fund 501 NOT_IMPLEMENTED
raw "GET /v1/wallets HTTP/1.1" "Connection: close"
expect "no host" 400 .status error .code BAD_REQUEST
raw "GET /v1/%00 HTTP/1.1" "$host" "Connection: close"
expect "a NUL in the path" 400 .status error .code BAD_REQUEST
for path in $paths; do
    raw "GET $path HTTP/1.0"
    envelope "HTTP/1.0 without a host: $path" "$path" 400 BAD_REQUEST
done
raw "GET /openapi/pocket.json HTTP/1.0"
expect "of a page, too" 400 .code BAD_REQUEST
raw "GET /api/rates HTTP/1.0" "$host"
like "HTTP/1.0 with a host is served" "$STATUS" '^[234]'
raw "NONSENSE"
expect "nonsense" 400 .status error .code BAD_REQUEST
request GET /.error/404
expect "error pages are not for clients" 404 .code NOT_FOUND

# The workers' answers about methods, paths and bodies are passed on unchanged.
for path in $paths; do
    request GET "${path%/*}/no/such/path"
    envelope "an unknown path: $path" "${path%/*}/no/such/path" 404 NOT_FOUND
done
request DELETE /v1/auth/login
envelope "a wrong method" /v1/auth/login 405 METHOD_NOT_ALLOWED
is "with Allow" "$(header Allow)" POST
request TRACE /v1/auth/login
envelope "a method that nginx refuses by itself" /v1/auth/login 405 METHOD_NOT_ALLOWED
is "with the same Allow" "$(header Allow)" POST
request DELETE /v1/wallets
is "what can be read can be asked for by HEAD" "$STATUS $(header Allow)" "405 GET, HEAD, POST"
request TRACE /v1/wallets
is "and nginx says the same" "$STATUS $(header Allow)" "405 GET, HEAD, POST"
post /v1/auth/login '{}' -H "Content-Encoding: gzip"
expect "an encoded body" 415 .code UNSUPPORTED_MEDIA_TYPE
post /v1/auth/login '{"email":' -H "Content-Encoding: identity"
expect "one that is encoded in name only" 400 .code MALFORMED_JSON
post /v1/auth/login '{"email":'
expect "a body that is not JSON" 400 .status error
request POST /v1/auth/login -H "Content-Type: text/plain" -d '{}'
expect "a body of another type" 415 .status error

# Pages.
request GET /
is "the front page is the reference" "$STATUS $(header Location)" "302 $URL/api-doc"
for path in /api-doc /api-doc/; do
    request GET "$path"
    expect "the reference: $path" 200
    like "is a page of ours alone" "$(header Content-Security-Policy)" "^$csp"
done
ok "nothing in it is inline or foreign" eval '! grep -E "<style|<script>|style=|[[:space:]]on[a-z]+=|//" <<<"$BODY"'
for file in swagger-ui-bundle.js swagger-ui.css api-doc.js api-doc.css; do
    request GET "/api-doc/$file"
    expect "its $file" 200
    like "in UTF-8" "$(header Content-Type)" 'charset=utf-8$'
    is "with and without gzip" "$(header Vary)" Accept-Encoding
    request GET "/api-doc/$file" --compressed
    [[ $file != *.js ]] || is "compressed where that is asked for" "$(header Content-Encoding)" gzip
done
for dialect in pocket bitpal otp moolah drop; do
    request GET "/openapi/$dialect.json"
    expect "the OpenAPI document of $dialect" 200 '.openapi[0:3]' 3.1 '.info.title | type' string
done
request GET /openapi/nothing.json
expect "no other document" 404 .code NOT_FOUND
request POST /openapi/pocket.json -d x
expect "documents can only be read" 405 .code METHOD_NOT_ALLOWED
is "and Allow says so" "$(header Allow)" "GET, HEAD"
request TRACE /openapi/pocket.json
is "for each method" "$STATUS $(header Allow)" "405 GET, HEAD"
request GET /api-doc/../../../etc/passwd --path-as-is
ok "no way out of the pages" test "$STATUS" != 200

# The rate limit, last: it needs seconds to recover.
seq 400 | sed "s|.*|url = \"$URL/v1/auth/me\"\noutput = \"$WORK/flood-#\"\nwrite-out = \"%{http_code}\\\\n\"|" >"$WORK/flood"
curl -sS --cacert "$CA" -Z --parallel-max 40 -K "$WORK/flood" >"$WORK/flood.status" 2>/dev/null
ok "a flood of sign-in requests meets 429" grep -qx 429 "$WORK/flood.status"
ok "not all of it" grep -qvx 429 "$WORK/flood.status"
# With a rate that is used up by two requests, the answers can be inspected.
trap unfront EXIT
front 1 AUTH_RATE=1r/m AUTH_BURST=1
front_serves() {
    URL=https://localhost:$FRONT_PORT serving
}
ok "nginx serves with a low rate" within 10 front_serves
for attempt in 1 2 3; do
    request GET "https://localhost:$FRONT_PORT/api/v1/auth/login"
done
expect "in the envelope of the path" 429 .success false .code RATE_LIMITED
is "with Retry-After" "$(header Retry-After)" 1
# Other spellings of the path do not bypass it.
for path in /v1/auth/login /v1/auth/%6cogin /v1/%61uth/login /%761/auth/login /v1//auth/login \
    //v1/auth/login /v1/./auth/login /v1/x/../auth/login /./v1/auth/login '/v1/auth/login?x=/v1/wallets'; do
    request POST "https://localhost:$FRONT_PORT$path" --path-as-is
    is "neither by $path" "$STATUS" 429
done
for path in /v1/wallets/auth/login /v1/authx/login '/v1/wallets?x=/v1/auth/login'; do
    request GET "https://localhost:$FRONT_PORT$path"
    ok "what is no sign-in goes through: $path" test "$STATUS" != 429
done
sed 's|/v1/auth/me|/api/v1/auth/google/callback?state=x\&code=secret-of-a-flood|' "$WORK/flood" >"$WORK/flood.google"
curl -sS --cacert "$CA" -Z --parallel-max 40 -K "$WORK/flood.google" >"$WORK/flood.status" 2>/dev/null
ok "a flood of Google's answers meets it too" grep -qx 429 "$WORK/flood.status"
is "no log shows what is in their query" "$(grep -ls secret-of-a-flood "$COWRY_HOME"/log/*.log)" ""
# A body that nginx can't store, as on a full disk.
head -c 200000 /dev/zero | tr '\0' x >"$WORK/large"
mv "$COWRY_HOME/nginx/temp/body" "$COWRY_HOME/nginx/temp/away"
post /v1/webhooks/paystack "@$WORK/large"
mv "$COWRY_HOME/nginx/temp/away" "$COWRY_HOME/nginx/temp/body"
expect "a body without room is refused" 503 .code SERVICE_UNAVAILABLE
is "with Retry-After" "$(header Retry-After)" 1
post /v1/webhooks/paystack "@$WORK/large"
ok "with room it is not" test "$STATUS" != 503

done_testing
