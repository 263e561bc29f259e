-- The record of applied migrations. It has its own schema, because the schema of the product is
-- created by the first migration.

-- name: migration_lock
-- returns: none
-- Held until the session ends. The key is fixed: the letters "cowry".
SELECT pg_advisory_lock(427071861369);

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
