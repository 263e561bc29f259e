#!/bin/bash
# The OpenAPI documents keep the rules of a linter, examples included. The linter comes from npm, by
# `make openapi-linter`, which ./dev test does. Prints TAP.
set -u

modules=$top_builddir/tests/openapi
if ! command -v node >/dev/null || [[ ! -d $modules/node_modules ]]; then
    echo "1..0 # SKIP the linter is not installed; run make openapi-linter"
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
documents=()
for dialect in pocket bitpal otp moolah drop; do
    "$top_builddir/cowry" openapi "$dialect" >"$folder/$dialect.json" || exit 1
    documents+=("$dialect=$folder/$dialect.json")
done
cmp -s "$srcdir/tests/openapi/lint.mjs" "$modules/lint.mjs" ||
    cp "$srcdir/tests/openapi/lint.mjs" "$modules/lint.mjs"
node "$modules/lint.mjs" "${documents[@]}"
