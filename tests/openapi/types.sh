#!/bin/bash
# A TypeScript client is generated from the OpenAPI documents, and its use in client.ts compiles
# under the strictest rules; tests/e2e/82-typescript.t.sh runs it. Prints TAP.
# shellcheck source=tests/openapi/lib.sh
. "$(dirname "$0")/lib.sh"

client=$modules/client
mkdir -p "$client"
for file in client.ts tsconfig.json; do
    cmp -s "$srcdir/tests/openapi/$file" "$client/$file" || cp "$srcdir/tests/openapi/$file" "$client/$file"
done
# The compiler takes a while: only if a document or the script has changed.
same=true
for document in "$folder"/*.json; do
    cmp -s "$document" "$client/${document##*/}" || same=false
done
echo 1..2
# A cast or an assertion would hide errors of the documents.
if grep -nE '\bany\b|\bas [A-Za-z]|@ts-|[A-Za-z0-9_)\]]!([.;,)[]|$)' "$client/client.ts" | grep -vE ' as const;|:import ' >&2; then
    echo "not ok 1 - the client has no casts"
else
    echo "ok 1 - the client has no casts"
fi
if $same && [[ $client/client.js -nt $client/client.ts ]]; then
    echo "ok 2 - it compiles"
    exit 0
fi
rm -f "$client"/*.js "$client"/*.json.new
cp "$srcdir/tests/openapi/tsconfig.json" "$client/"
for document in "$folder"/*.json; do
    node "$modules/node_modules/openapi-typescript/bin/cli.js" "$document" \
        --output "$client/$(basename "$document" .json).ts" >/dev/null || exit 1
done
if problems=$(node "$modules/node_modules/typescript/bin/tsc" -p "$client/tsconfig.json"); then
    cp "$folder"/*.json "$client/"
    echo "ok 2 - it compiles"
else
    rm -f "$client"/*.js
    echo "not ok 2 - it compiles"
    echo "$problems" | sed 's/^/# /'
fi
