#!/bin/bash
# sqlmap over the OpenAPI documents: each operation that has parameters in its path or its query, with each of them
# as the place of the injection. It finds none; and it finds the one in injectable.py.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

readonly DOCUMENTS="pocket bitpal otp moolah drop"
readonly METHODS="get post put patch delete"
readonly LINE="======================================================"
here=$(dirname "$0")
# shellcheck source=/dev/null
. "$here/../support/port.sh"
new_project
new_wallet 100
sql "UPDATE users SET role = 'admin' WHERE email = '$EMAIL'" >/dev/null
post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{email: $e, password: $p}')"
must login
TOKEN=$(field .data.accessToken)

# Nothing is limited, by nginx or by workers: a refusal for the number of requests differs from other answers, and
# hides the place.
trap unfront EXIT
front 1 AUTH_RATE=100000r/s AUTH_BURST=100000
URL=https://localhost:$FRONT_PORT
ok "nginx serves without limits" within 10 serving
sql "CREATE FUNCTION count_none() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.calls := 1; RETURN NEW; END'" >/dev/null
for table in rate_count day_count; do
    sql "CREATE TRIGGER count_none BEFORE INSERT OR UPDATE ON $table FOR EACH ROW EXECUTE FUNCTION count_none()" >/dev/null
done

# requests DOCUMENT METHOD: its operations as the log of a proxy, which is what sqlmap reads. A star marks a place.
requests() {
    jq -r --arg line "$LINE" --arg host "${URL#https://}" --arg key "$KEY" --arg token "$TOKEN" --arg wallet "$WALLET" \
        --arg method "$2" '
        def value: if .schema.enum then .schema.enum[0] elif .schema.format == "uuid" then $wallet
            elif .schema.type == "integer" then "1" elif .schema.type == "boolean" then "true"
            elif .schema.format == "date-time" then "2026-01-01T00:00:00Z" else "a" end;
        def places(where): [.parameters // [] | .[] | select(.in == where)];
        .paths | to_entries[] | .key as $path | .value[$method] | select(type == "object")
        | places("path") as $in_path | places("query") as $in_query
        | select($in_path + $in_query != [])
        | ((reduce $in_path[] as $p ($path; sub("\\{" + $p.name + "\\}"; ($p | value) + "*")))
            + (if $in_query == [] then "" else "?" end)
            + ([$in_query[] | .name + "=" + value + "*"] | join("&"))) as $target
        | (if [.security // [] | .[] | has("accessToken")] | any then "Authorization: Bearer " + $token
           else "x-api-key: " + $key end) as $credential
        | $line, "12:00:00  https://" + $host + "  [127.0.0.1]", $line,
          ($method | ascii_upcase) + " " + $target + " HTTP/1.1", "Host: " + $host, $credential, "", ""
        ' "$1"
}

# inject LOG NAME [ARGUMENT]...: sqlmap on what the log has; its words are in NAME.out, its requests in NAME.sent.
inject() {
    TERM=dumb sqlmap -l "$1" --batch --ignore-stdin --flush-session --level 1 --risk 1 --threads 4 --timeout 10 --retries 1 \
        --skip-waf --disable-coloring --output-dir "$WORK/sqlmap-$2" -t "$WORK/$2.sent" \
        --ignore-code 400,401,403,404,405,406,409,410,415,422,429,500,503 "${@:3}" >"$WORK/$2.out" 2>&1 </dev/null
}

# What sqlmap says when it has found a place.
readonly FOUND='identified the following injection point|is vulnerable|appears to be .* injectable'

port=$(free_port)
python3 "$here/injectable.py" "$port" &
victim=$!
within 10 curl -s "http://127.0.0.1:$port/things/1" >/dev/null
printf '%s\n' "$LINE" "12:00:00  http://127.0.0.1:$port  [127.0.0.1]" "$LINE" \
    "GET /things/1* HTTP/1.1" "Host: 127.0.0.1:$port" "" "$LINE" >"$WORK/victim.log"
inject "$WORK/victim.log" victim --technique B
ok "sqlmap finds an injection where there is one" grep -qE "$FOUND" "$WORK/victim.out"
kill "$victim"

# attack DOCUMENT: one method after the other, since sqlmap tests a place of a path once, whatever the method.
attack() {
    local method name
    : >"$WORK/$1.out"
    : >"$WORK/$1.sent"
    for method in $METHODS; do
        name=$1-$method
        requests "$WORK/$1.json" "$method" >"$WORK/$name.log"
        grep -q . "$WORK/$name.log" || continue
        echo "$LINE" >>"$WORK/$name.log"
        inject "$WORK/$name.log" "$name" --dbms PostgreSQL --force-ssl
        cat "$WORK/$name.out" >>"$WORK/$1.out"
        cat "$WORK/$name.sent" >>"$WORK/$1.sent"
    done
    grep -hE '^[A-Z]+ /.* HTTP/1.1$' "$WORK/$1"-*.log >"$WORK/$1.targets"
}

for document in $DOCUMENTS; do
    request GET "/openapi/$document.json"
    must "the document of $document"
    printf '%s' "$BODY" >"$WORK/$document.json"
    attack "$document"
    # Each place is reported on by a line of its own, and had requests.
    places=$(grep -o '\*' "$WORK/$document.targets" | wc -l)
    tested=$(grep -cE "parameter '#[0-9]+\*' does not seem to be injectable" "$WORK/$document.out")
    sent=$(grep -cE '^HTTP request ' "$WORK/$document.sent")
    echo "# $document: $(wc -l <"$WORK/$document.targets") operations, $places places, $tested tested, $sent requests," \
        "answered with $(grep -oE '^HTTP response \[#[0-9]+\] \([0-9]+' "$WORK/$document.sent" | grep -oE '[0-9]+$' |
            sort | uniq -c | awk '{ printf "%s%s: %s", sep, $2, $1; sep = ", " }')"
    ok "$document has places" test "$places" -gt 0
    is "$document: each place was tested" "$tested" "$places"
    ok "$document: with requests" test "$sent" -ge $((places * 20))
    ok "$document: some of which were understood" grep -qE '^HTTP response \[#[0-9]+\] \((200|404)' "$WORK/$document.sent"
    is "$document: nothing can be injected" "$(grep -E "$FOUND" "$WORK/$document.out")" ""
    is "$document: nothing is refused for the number of requests" \
        "$(grep -cE '^HTTP response \[#[0-9]+\] \(429' "$WORK/$document.sent")" 0
    is "$document: nothing fails within" "$(grep -cE '^HTTP response \[#[0-9]+\] \(500' "$WORK/$document.sent")" 0
done
done_testing
