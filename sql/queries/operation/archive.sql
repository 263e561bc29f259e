-- Old months of the journal: sql/migrations/*_archive.sql has the steps, which the owner calls one after
-- the other.

-- name: archive_list
-- returns: many
-- moved: its postings are in its table only.
SELECT p.name, p.state, p.first_id, p.last_id, p.last_id <= a.moved_id AS moved,
       coalesce(c.postings, 0)::bigint AS postings,
       coalesce(pg_total_relation_size(t.oid), 0) AS bytes, s.spcname::text AS tablespace
  FROM journal_period p
 CROSS JOIN journal_archive a
  LEFT JOIN LATERAL (SELECT sum(postings) AS postings
                       FROM journal_chunk
                      WHERE period_id = p.period_id) c ON true
  LEFT JOIN pg_class t ON t.oid = to_regclass('cowry.posting_' || replace(p.name, '-', '_'))
  LEFT JOIN pg_tablespace s ON s.oid = t.reltablespace
 ORDER BY p.name;

-- name: archive_state
-- params: name:text
-- returns: maybe
SELECT state FROM journal_period WHERE name = $1;

-- name: archive_scan
-- params: name:text after:bigint most:bigint
-- returns: one
-- The last id of the next transactions, and the first one of them that is not before the end of the
-- period. After 0: from the end of the period before.
SELECT max(t.transaction_id) AS last,
       min(t.transaction_id) FILTER (WHERE t.created_at >= e.ends_at) AS late
  FROM (SELECT (to_date($1 || '-01', 'YYYY-MM-DD') + interval '1 month') AT TIME ZONE 'UTC' AS ends_at) e
 CROSS JOIN (SELECT transaction_id, created_at
               FROM transaction
              WHERE transaction_id > greatest($2, (SELECT coalesce(max(last_id), 0)
                                                     FROM journal_period
                                                    WHERE name < $1))
              ORDER BY transaction_id
              LIMIT $3) t;

-- name: archive_begin
-- params: name:text last_id:bigint tablespace:text
-- returns: one
SELECT period_begin($1, $2, $3) IS NOT NULL AS done;

-- name: archive_copy
-- params: name:text most:bigint
-- returns: one
SELECT period_copy($1, $2) AS copied;

-- name: archive_index
-- params: name:text
-- returns: one
SELECT period_index($1) AS more;

-- name: archive_close_accounts
-- params: name:text after:bigint most:bigint
-- returns: one
SELECT period_close_accounts($1, $2, $3) AS last;

-- name: archive_compare
-- params: name:text after:bigint
-- returns: one
SELECT period_compare($1, $2) AS last;

-- name: archive_attach
-- params: name:text
-- returns: one
SELECT period_attach($1) IS NOT NULL AS done;

-- name: archive_prune
-- params: most:bigint
-- returns: one
SELECT period_prune($1) AS gone;

-- name: archive_chunk
-- params: name:text after:bigint
-- returns: maybe
-- The next part of a period.
SELECT c.chunk_id, c.first_id, c.last_id, c.postings
  FROM journal_chunk c
  JOIN journal_period p USING (period_id)
 WHERE p.name = $1 AND c.chunk_id > $2
 ORDER BY c.chunk_id
 LIMIT 1;

-- name: archive_lines
-- params: first_id:bigint last_id:bigint
-- returns: many
SELECT line FROM period_lines($1, $2) AS line;

-- name: archive_is_chunk
-- params: chunk_id:bigint lines:text[]
-- returns: one
SELECT digest = lines_digest($2) AS same FROM journal_chunk WHERE chunk_id = $1;

-- name: archive_detach
-- params: name:text
-- returns: one
SELECT period_detach($1) IS NOT NULL AS done;

-- name: archive_restore
-- params: name:text tablespace:text
-- returns: one
SELECT period_restore($1, $2) IS NOT NULL AS done;

-- name: archive_load
-- params: name:text chunk_id:bigint lines:text[]
-- returns: one
SELECT period_load($1, $2, $3) IS NOT NULL AS done;
