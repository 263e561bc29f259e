# How long statements take in the database, in a session as servers have it: the median, the 99th percentile and the
# worst of ROUNDS calls, in milliseconds. EXPLAIN=1 shows the plans instead. COWRY is the program (build/cowry).
# shellcheck shell=bash
URL="${COWRY_DATABASE_SUPERUSER_URL:?run it by tests/with-postgres} dbname=cowry"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$URL" "$@"; }

# The statement of a name in sql/queries, to be prepared.
statement() {
    awk -v name="$1" '
        /^-- name: / {found = $3 == name}
        found && /^-- params: / {for (i = 3; i <= NF; i++) types = types (i > 3 ? ", " : "") substr($i, index($i, ":") + 1)}
        found && !/^--/ {text = text $0 "\n"}
        END {printf "PREPARE %s (%s) AS %s\n", name, types, text}' "$HERE"/../../sql/queries/*/*.sql
}

# page TITLE STATEMENT ARGUMENTS: SQL that measures a call.
page() {
    if [[ -n ${EXPLAIN-} ]]; then
        printf "\\\\echo '%s'\nEXPLAIN (ANALYZE, BUFFERS) EXECUTE %s(%s);\n" "$@"
        return
    fi
    cat <<SQL
SELECT rpad('$1', 40) || to_char(m[1], '99990.00') || to_char(m[2], '99990.00') || to_char(m[3], '99990.00')
  FROM (SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY ms) AS m
          FROM pg_temp.measure('EXECUTE $2(${3//\'/\'\'})', $ROUNDS) ms) r;
SQL
}

# session STATEMENT...: SQL that begins the session and prepares them.
session() {
    statement session_settings
    echo "EXECUTE session_settings('0', '0', '0', 'mark', 'off') \\g /dev/null"
    cat <<'SQL'
CREATE FUNCTION pg_temp.measure(call text, rounds integer) RETURNS SETOF double precision LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
BEGIN
    FOR i IN 1 .. rounds LOOP
        start := clock_timestamp();
        EXECUTE call;
        RETURN NEXT extract(epoch FROM clock_timestamp() - start) * 1000;
    END LOOP;
END $$;
SQL
    local name
    for name in "$@"; do
        statement "$name"
    done
}

migrate() {
    COWRY_SQL_DIR=$HERE/../../sql "${COWRY:-$HERE/../../build/cowry}" migrate 2>/dev/null
}

# heading TEXT
heading() {
    printf '%-40s %8s %8s %8s\n' "$1" median p99 worst
}
