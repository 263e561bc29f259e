# Common part of the tests of the OpenAPI documents: the documents, and the npm modules.
# shellcheck shell=bash disable=SC2034 # others read what is set here
set -u

modules=$top_builddir/tests/openapi
if ! command -v node >/dev/null || [[ ! -d $modules/node_modules ]]; then
    echo "1..0 # SKIP what reads the documents is not installed; run make openapi-linter"
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
documents=()
for dialect in pocket bitpal otp moolah drop; do
    "$top_builddir/cowry" openapi "$dialect" >"$folder/$dialect.json" || exit 1
    documents+=("$dialect=$folder/$dialect.json")
done

# script NAME: a script, beside the modules that it imports.
script() {
    cmp -s "$srcdir/tests/openapi/$1" "$modules/$1" || cp "$srcdir/tests/openapi/$1" "$modules/$1"
    echo "$modules/$1"
}
