#!/bin/bash
# What Prometheus and Grafana are given agrees with the metrics that there are. Prints TAP.
set -u

folder=$(mktemp -d)
database=monitoring_$$
super=$COWRY_DATABASE_SUPERUSER_URL
export COWRY_DATABASE_URL="$COWRY_DATABASE_URL dbname=$database"
export COWRY_DATABASE_OWNER_URL="$COWRY_DATABASE_OWNER_URL dbname=$database"
export COWRY_SECRETS_DIR=$folder/secrets COWRY_SQL_DIR=$srcdir/sql COWRY_METRICS_DIR=$folder
number=0
failed=0

cleanup() {
    psql -qX "$super" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >&2
    rm -rf "$folder"
}
trap cleanup EXIT

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" >"$folder/out" 2>&1 || {
        result="not ok" && failed=1
        sed 's/^/# /' "$folder/out"
    }
    echo "$result $number - $1"
}

skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP promtool is missing"
}

prepare() {
    psql -qX "$super" -c "CREATE DATABASE $database OWNER cowry_owner" &&
        "$top_builddir/cowry" keys create && "$top_builddir/cowry" migrate &&
        "$top_builddir/cowry" metrics >"$folder/metrics"
}

# The names of series: a histogram has three.
series() {
    sed -n 's/^# TYPE \([^ ]*\) \(.*\)/\2 \1/p' "$folder/metrics" | while read -r type name; do
        [[ $type != histogram ]] || printf '%s\n' "$name"_{bucket,sum,count}
        [[ $type == histogram ]] || echo "$name"
    done | sort -u
}

# unknown FILE: names in it that no series has.
unknown() {
    local names
    names=$(grep -oE '\bcowry_[a-z_]+' "$1" | sort -u | comm -23 - <(series))
    [[ ! $names ]] || echo "$names"
    [[ ! $names ]]
}

planted() {
    echo "sum(cowry_requests_totals)" >"$folder/planted"
    ! unknown "$folder/planted"
}

undescribed() {
    local names
    names=$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$folder/metrics" |
        while read -r name; do
            grep -q "\`$name\`" "$srcdir/docs/monitoring.md" || echo "$name"
        done)
    [[ ! $names ]] || echo "$names"
    [[ ! $names ]]
}

# Each alert is tested, and described.
untested() {
    local name missing=
    for name in $(sed -n 's/^ *- alert: //p' "$srcdir/monitoring/rules.yml"); do
        grep -q "name: $name fires" "$srcdir/tests/monitoring/rules.test.yml" &&
            grep -q "\`$name\`" "$srcdir/docs/monitoring.md" || missing+=" $name"
    done
    echo "$missing"
    [[ ! $missing ]]
}

echo "1..9"
ok "a database is made, and its metrics are read" prepare
ok "a name that no metric has is found" planted
ok "the alerts name metrics that there are" unknown "$srcdir/monitoring/rules.yml"
ok "so does the dashboard" unknown "$srcdir/monitoring/dashboard.json"
ok "every metric is described" undescribed
ok "every alert is tested and described" untested
if command -v promtool >/dev/null; then
    ok "promtool accepts the metrics" eval 'promtool check metrics <"$folder/metrics"'
    ok "and the alerts" promtool check rules "$srcdir/monitoring/rules.yml"
    ok "each of which fires when it should, and not otherwise" \
        promtool test rules "$srcdir/tests/monitoring/rules.test.yml"
else
    skip "promtool accepts the metrics"
    skip "and the alerts"
    skip "each of which fires when it should, and not otherwise"
fi
exit $failed
