#!/bin/bash
# Every answer recorded by the programs of tests/api matches the OpenAPI documents, and each
# documented answer was recorded. Runs after them. Prints TAP.
# shellcheck source=tests/openapi/lib.sh
. "$(dirname "$0")/lib.sh"

answers=$top_builddir/tests/api/answers
if [[ ! -d $answers ]]; then
    echo "1..0 # SKIP the programs of tests/api did not run"
    exit 0
fi
script unseen.mjs >/dev/null
node "$(script check.mjs)" "$answers" "${documents[@]}"
