#!/bin/bash
# The main flows of all five APIs with a TypeScript client generated from their documents.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

top=${DEV%/dev}
modules=$top/build/tests/openapi
srcdir=$top top_builddir=$top/build bash "$top/tests/openapi/types.sh" >"$WORK/types" 2>&1
if [[ ! -f $modules/client/client.js ]]; then
    fail "the client compiles; make openapi-linter installs what that takes" "$(cat "$WORK/types")"
    done_testing
fi
mail_dir=$(jq -r .mail_dir "$COWRY_HOME/credentials.json")
URL="$URL" MAIL_DIR="$mail_dir" NODE_EXTRA_CA_CERTS="$CA" \
    node "$modules/client/client.js" >"$WORK/script" 2>"$WORK/script.err"
while read -r line; do
    case $line in
    "ok "*) pass "${line#*- }" ;;
    "not ok "*) fail "${line#*- }" "$(grep -A2 -F "$line" "$WORK/script" | tail -n 2)" ;;
    esac
done <"$WORK/script"
if grep -qE '^1\.\.[0-9]+$' "$WORK/script"; then
    pass "the client runs to its end"
else
    fail "the client runs to its end" "$(cat "$WORK/script.err")"
fi

done_testing
