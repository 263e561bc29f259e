#!/bin/bash
# The OpenAPI documents pass a linter, examples included. The linter is installed from npm by
# `make openapi-linter`, which ./dev test runs. Prints TAP.
# shellcheck source=tests/openapi/lib.sh
. "$(dirname "$0")/lib.sh"

node "$(script lint.mjs)" "${documents[@]}"
