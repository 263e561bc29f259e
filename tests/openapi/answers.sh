#!/bin/bash
# Every answer that the programs of tests/api got is as the OpenAPI documents have it, and they got
# each that is documented. Runs after them, on what they wrote down. Prints TAP.
# shellcheck source=tests/openapi/lib.sh
. "$(dirname "$0")/lib.sh"

answers=$top_builddir/tests/api/answers
if [[ ! -d $answers ]]; then
    echo "1..0 # SKIP the programs of tests/api did not run"
    exit 0
fi
script unseen.mjs >/dev/null
node "$(script check.mjs)" "$answers" "${documents[@]}"
