#!/bin/bash
# The OpenAPI documents keep the rules of a linter, examples included. The linter comes from npm, by
# `make openapi-linter`, which ./dev test does. Prints TAP.
# shellcheck source=tests/openapi/lib.sh
. "$(dirname "$0")/lib.sh"

node "$(script lint.mjs)" "${documents[@]}"
