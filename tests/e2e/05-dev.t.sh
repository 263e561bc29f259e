#!/bin/bash
# Wrong uses of ./dev: it prints one line with the problem and the solution, and the caller's
# environment does not affect it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

checkout=${DEV%/dev}
empty=$WORK/home

# dev ARGUMENT...: in a state folder that has never been used; sets OUTPUT and STATUS.
dev() {
    OUTPUT=$(env COWRY_HOME="$empty" "$DEV" "$@" 2>&1 </dev/null)
    STATUS=$?
}

# refuses NAME PATTERN: the last one failed, with one line that says so.
refuses() {
    like "$1" "$((STATUS > 0)) $(wc -l <<<"$OUTPUT") $OUTPUT" "^1 1 dev: .*$2"
}

for command in "psql" "cowry verify" "status" "logs" "bench --running"; do
    # shellcheck disable=SC2086
    dev $command
    refuses "$command before up" 'run \./dev up'
done
dev down
is "down before up has nothing to do" "$STATUS $(wc -l <<<"$OUTPUT")" "0 1"
dev reset
is "nor has reset" "$STATUS $(wc -l <<<"$OUTPUT")" "0 1"
dev restart
refuses "an unknown command" '\./dev help'
dev check everything
refuses "an unknown stage" 'there is no stage "everything"; there are: .*lint'
dev up --now
refuses "an unknown option" 'usage: \./dev up'
dev status worker-1
refuses "an argument too many" 'usage: \./dev status'
OUTPUT=$("$DEV" logs nobody 2>&1)
STATUS=$?
refuses "a log that is not there" 'there are: .*worker-1'
OUTPUT=$(COWRY_HTTPS_PORT=99999 "$DEV" status 2>&1)
STATUS=$?
refuses "a port that can't be" 'COWRY_HTTPS_PORT must be 1 to 65535'
OUTPUT=$(COWRY_HOME=$WORK/'a b' "$DEV" up 2>&1)
STATUS=$?
refuses "a state folder with a space" 'COWRY_HOME'
mkdir -p "$WORK/mine" && touch "$WORK/mine/letter"
OUTPUT=$(COWRY_HOME=$WORK/mine "$DEV" up 2>&1)
STATUS=$?
refuses "a folder that holds something else" 'set COWRY_HOME to a folder that is empty or new'

# Autoconf can't build in such a path.
ln -s "$checkout" "$WORK/a checkout"
OUTPUT=$(COWRY_HOME=$empty "$WORK/a checkout/dev" up 2>&1 </dev/null | tail -n 2 | head -n 1)
like "a checkout in a path with a space" "$OUTPUT" '✗ Build: .*move the checkout'

# A link to the file itself, as in ~/bin, and a copy without its parts.
mkdir -p "$WORK/a bin" && ln -s "$DEV" "$WORK/a bin/cowry-dev" && cp "$DEV" "$WORK/a bin/copy"
OUTPUT=$(cd / && "$WORK/a bin/cowry-dev" logs nobody 2>&1)
STATUS=$?
refuses "a link to ./dev" 'there are: .*worker-1'
OUTPUT=$("$WORK/a bin/copy" help 2>&1)
STATUS=$?
refuses "a copy of ./dev alone" 'tests/dev is missing'

# Who can't write to the checkout; root can write everywhere.
if [[ $(id -u) == 0 ]]; then
    read_only=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    chmod 711 "$E2E" "$WORK"
    mkdir -p "$WORK/nobody" && chown nobody "$WORK/nobody"
    if "${read_only[@]}" test -x "$checkout"; then
        OUTPUT=$("${read_only[@]}" env HOME="$WORK/nobody" "$DEV" test 2>&1)
        STATUS=$?
        refuses "a checkout that can't be written to" "can't be written"
        OUTPUT=$("${read_only[@]}" env HOME="$WORK/nobody" "$DEV" check 2>&1)
        STATUS=$?
        refuses "nor checked" "can't be written"
    fi
fi

# Two at once, of which the other one may be what runs this script.
exec 8>"$checkout/build/.test-lock"
flock -n 8
OUTPUT=$("$DEV" test 2>&1)
STATUS=$?
exec 8>&-
refuses "a second run of the tests" 'another \./dev test runs'

OUTPUT=$(COWRY_HOME=$empty timeout 120 "$DEV" up 2>&1 </dev/null)
STATUS=$?
like "ports that are taken" "$((STATUS > 0)) $OUTPUT" \
    "^1 .*✗ nginx: port $COWRY_HTTPS_PORT is taken by another program; set COWRY_HTTPS_PORT"
env COWRY_HOME="$empty" "$DEV" reset >/dev/null

# An interrupted run does not affect the next one.
COWRY_HOME=$empty "$DEV" up >"$WORK/ended" 2>&1 </dev/null &
pid=$!
ok "up has begun" within 20 grep -q "Cowry in" "$WORK/ended"
kill -TERM "$pid"
wait "$pid"
is "up can be ended" "$?" 130
OUTPUT=$(COWRY_HOME=$empty timeout 60 "$DEV" reset 2>&1)
is "and what it began removed" "$? $(test -e "$empty" && echo there)" "0 "

odd=(env LC_ALL=de_DE.UTF-8 LANGUAGE=de CDPATH=/tmp:/ PGHOST=nowhere.invalid PGPORT=1 PGDATABASE=none
    PGUSER=none PGOPTIONS=-cnonsense=1 MAKEFLAGS=-n POSIXLY_CORRECT=1 GREP_OPTIONS=-v)
is "the caller's environment does not matter to psql" \
    "$("${odd[@]}" "$DEV" psql -Atc 'SELECT current_user')" cowry_owner
ok "nor to the operator's program" "${odd[@]}" "$DEV" cowry verify
ok "nor to up" "${odd[@]}" bash -c 'umask 077 && cd / && "$DEV" up'
ok "what up shows is served" request GET /api-doc/
is "also with a strict umask" "$STATUS" 200

done_testing
