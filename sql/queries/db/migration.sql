-- The record of applied migrations. It has its own schema, because the schema of the product is
-- created by the first migration.

-- name: migration_session
-- returns: one
-- Whatever the role or the database prescribe.
SELECT set_config('search_path', 'cowry', false), set_config('TimeZone', 'UTC', false),
       set_config('statement_timeout', '0', false);

-- name: migration_lock
-- returns: one
-- Held until the session ends. The key is fixed: the letters "cowry".
SELECT pg_try_advisory_lock(427071861369) AS taken;

-- name: migration_lock_timeout
-- params: ms:text in_transaction:boolean
-- returns: one
SELECT set_config('lock_timeout', $1, $2);

-- name: migration_blockers
-- params: earlier:text
-- returns: one
-- Other transactions with locks on tables of the schema, as an array and described. With earlier
-- ones, only those that are among them: the others have come later.
SELECT array_agg(DISTINCT l.virtualtransaction)::text AS transactions,
       coalesce(string_agg(DISTINCT format('pid %s (%s, %s)', l.pid, a.usename,
                                           coalesce(nullif(a.application_name, ''), '?')), ', '),
                'none now') AS described
  FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation AND c.relnamespace = to_regnamespace('cowry')
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND ($1 IS NULL OR l.virtualtransaction = ANY ($1::text[]));

-- name: migration_invalid_indexes
-- params: text:text
-- returns: many
-- Those that a migration names, with the statement that drops each.
SELECT c.relname AS name, format('DROP INDEX CONCURRENTLY %s', c.oid::regclass) AS drop
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE NOT i.indisvalid AND c.relnamespace = to_regnamespace('cowry')
   AND $1 ~ ('\m' || c.relname || '\M')
 ORDER BY c.relname;

-- name: migration_table_exists
-- returns: one
SELECT to_regclass('cowry_meta.migration') IS NOT NULL AS present;

-- name: migration_table_create
-- returns: none
CREATE SCHEMA cowry_meta
    CREATE TABLE migration (
        number     integer     PRIMARY KEY,
        name       text        NOT NULL,
        sha256     text        NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    GRANT USAGE ON SCHEMA cowry_meta TO PUBLIC
    GRANT SELECT ON migration TO PUBLIC;

-- name: migration_list
-- returns: many
SELECT number, name, sha256 FROM cowry_meta.migration ORDER BY number;

-- name: migration_insert
-- params: number:integer name:text sha256:text
-- returns: none
INSERT INTO cowry_meta.migration (number, name, sha256) VALUES ($1, $2, $3);
