-- The keys that this database is used with (0033_key_fingerprints.sql).

-- name: key_fingerprint_list
-- returns: many
SELECT file, key_id, fingerprint, used_at IS NOT NULL AS is_used, dropped_at IS NOT NULL AS is_dropped
  FROM key_fingerprint
 ORDER BY file, key_id;

-- name: key_fingerprint_add
-- params: file:text key_id:text fingerprint:bytea used:boolean
-- returns: none
-- A known key is only marked as used.
INSERT INTO key_fingerprint AS k (file, key_id, fingerprint, used_at)
VALUES ($1, $2, $3, CASE WHEN $4 THEN clock_timestamp() END)
ON CONFLICT (file, key_id) DO UPDATE
   SET used_at = coalesce(k.used_at, EXCLUDED.used_at)
 WHERE k.used_at IS DISTINCT FROM coalesce(k.used_at, EXCLUDED.used_at);

-- name: key_fingerprint_drop
-- params: file:text key_id:text
-- returns: none
UPDATE key_fingerprint SET dropped_at = clock_timestamp()
 WHERE file = $1 AND key_id = $2 AND dropped_at IS NULL;

-- name: key_fingerprint_lose
-- params: file:text
-- returns: none
-- All keys of a file; the pepper's row is replaced by that of the next one.
WITH removed AS (
    DELETE FROM key_fingerprint WHERE file = $1 AND key_id = ''
)
UPDATE key_fingerprint SET dropped_at = clock_timestamp()
 WHERE file = $1 AND key_id <> '' AND dropped_at IS NULL;

-- name: key_fingerprint_table_exists
-- returns: one
SELECT to_regclass('cowry.key_fingerprint') IS NOT NULL AS present;
