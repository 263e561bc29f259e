#!/bin/bash
# The commands of README.md and docs/ work as they are written, and print what is shown there.
# shellcheck disable=SC2016,SC2094
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

checkout=${DEV%/dev}
runner=$checkout/tests/docs/run
PORT=$((20000 + RANDOM % 10000))
until ! (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do PORT=$((20000 + RANDOM % 10000)); done
export PORT # of the reader's receiver of webhooks

# guide FILE: its lines become ours.
guide() {
    local line
    "$runner" "$1" >"$WORK/guide" 2>&1
    while IFS= read -r line; do
        case $line in
        "ok - "*) pass "${line#ok - }" ;;
        "not ok - "*) fail "${line#not ok - }" "$(grep -A20 -F -- "$line" "$WORK/guide" | grep '^#')" ;;
        esac
    done <"$WORK/guide"
}

# planted NAME LINE TEXT: a document with this text fails, and says at which line.
planted() {
    printf '%b' "$3" >"$WORK/planted.md"
    "$runner" "$WORK/planted.md" >"$WORK/out" 2>&1
    is "$1" "$? $(grep -c '^not ok' "$WORK/out") $(sed -nE 's/^not ok - [^:]*:([0-9]*).*/\1/p' "$WORK/out")" "1 1 $2"
}

good='```sh\nA=1\n```\n\n'
setup='```sh\nexport CURL_CA_BUNDLE=$COWRY_HOME/ca.pem\n```\n\n'
planted "a command that fails is found" 7 "$good"'text\n\n```sh\nfalse\n```\n'
planted "a variable that no block has set" 5 "$good"'```sh\necho $B\n```\n'
planted "a request that is refused" 5 "$setup"'```sh\ncurl -s '"$URL"'/v1/no-such-path | jq .\n```\n'
planted "an output that is not as shown" 5 '```sh\necho "1 2 3"\n```\n\n```text\n1 … 4\n```\n'
planted "one that is more than is shown" 4 '```sh\nprintf "1\\n2\\n"\n```\n```text\n1\n```\n'
printf '%b' "$good"'<!-- not run: x -->\n```sh\nfalse\n```\n\n```sh\necho "a[1] (b) $A"\n```\n\n```text\na[1] (…) 1\n```\n' >"$WORK/right.md"
ok "what is right passes" "$runner" "$WORK/right.md"

for file in "$checkout/README.md" "$checkout"/docs/*.md; do
    if ! command -v python3 >/dev/null && grep -q '^```python' "$file"; then
        pass "${file##*/} # SKIP python3 is not installed"
        continue
    fi
    guide "$file"
done
ok "the books are right" "$DEV" cowry verify

done_testing
