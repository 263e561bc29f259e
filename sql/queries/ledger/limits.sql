-- Limits of wallets, as postings and holds ask for them. The accounts are locked before; then rows of limit_meter, in
-- the order of their keys; what is used is read after that.

-- name: limit_ledger
-- params: ledger_id:bigint
-- returns: one
-- Whether a ledger may have limits.
SELECT EXISTS (SELECT FROM limited_ledger WHERE ledger_id IN ($1, 0)) AS is_limited;

-- name: limit_lock
-- params: account_ids:bigint[]
-- returns: many
-- Those that it returns: another transaction may be about to begin others.
SELECT u.limit_id, u.subject
  FROM (SELECT DISTINCT limit_id, subject FROM limits_of($1) WHERE is_metered) m
  JOIN limit_meter u USING (limit_id, subject)
 ORDER BY u.limit_id, u.subject
   FOR UPDATE OF u;

-- name: limit_begin
-- params: account_ids:bigint[] counted:text[]
-- returns: one
SELECT limit_begin($1, $2)::text AS begun;

-- name: limit_read
-- params: account_ids:bigint[]
-- returns: many
-- The rules of accounts, what is used of them, and the part of the window that it is now. A rule of which that is not
-- known is not begun. All of it is of one moment, so that nothing is decided by one window and counted in another.
WITH x AS MATERIALIZED (
    SELECT account_id, limit_id, subject, is_metered, is_numbered FROM limits_of($1)
), moment AS MATERIALIZED (
    SELECT clock_timestamp() AS at
), state AS MATERIALIZED (
    SELECT m.limit_id, m.subject, s.used, s.held, s.sequence
      FROM (SELECT DISTINCT limit_id, subject FROM x) m
      JOIN limit_rule r USING (limit_id)
     CROSS JOIN moment
     CROSS JOIN LATERAL limit_state(r, m.subject, moment.at) s
), part AS (
    SELECT limit_id, limit_starts(span, zone, moment.at) AS starts_at
      FROM limit_rule
     CROSS JOIN moment
     WHERE limit_id IN (SELECT limit_id FROM x)
)
SELECT x.limit_id, x.subject, x.is_metered, x.is_numbered, r.public_id, r.measure, r.direction,
       r.currency::text AS currency, r.span, r.most, s.used, s.held, p.starts_at,
       limit_ends(r.span, r.zone, p.starts_at) AS ends_at, array_to_string(r.types, ',') AS types,
       a.public_id AS account, NOT x.is_metered OR coalesce(u.sequence = s.sequence, false) AS is_begun
  FROM x
  JOIN limit_rule r ON r.limit_id = x.limit_id
  JOIN state s ON s.limit_id = x.limit_id AND s.subject = x.subject
  JOIN part p ON p.limit_id = x.limit_id
  JOIN account a ON a.account_id = x.account_id
  LEFT JOIN limit_meter u ON u.limit_id = x.limit_id AND u.subject = x.subject
 ORDER BY x.limit_id, x.subject;

-- name: limit_meter_store
-- params: limit_ids:bigint[] subjects:bigint[] postings:bigint[]
-- returns: none
UPDATE limit_meter u
   SET sequence = u.sequence + $3[i]
  FROM generate_series(1, cardinality($1)) AS i
 WHERE u.limit_id = $1[i] AND u.subject = $2[i];

-- name: limit_use_store
-- params: limit_ids:bigint[] subjects:bigint[] starts_at:timestamptz[] ends_at:timestamptz[] used:bigint[]
-- returns: none
INSERT INTO limit_use AS u (limit_id, subject, starts_at, ends_at, used)
SELECT $1[i], $2[i], $3[i], $4[i], $5[i]
  FROM generate_series(1, cardinality($1)) AS i
ON CONFLICT (limit_id, subject, starts_at) DO UPDATE SET used = u.used + excluded.used;

-- name: limit_frees
-- params: limit_ids:bigint[] subjects:bigint[] wanted:bigint[]
-- returns: many
-- When that much more of each is free: as soon as enough of what was used does not count any more. NULL: never, by
-- what is stored.
SELECT (SELECT min(f.ends_at)
          FROM (SELECT u.ends_at, sum(u.used) OVER (ORDER BY u.ends_at) AS freed
                  FROM limit_use u
                 WHERE u.limit_id = $1[i] AND u.subject = $2[i]
                   AND u.ends_at > clock_timestamp()) f
         WHERE f.freed >= $3[i]) AS frees_at
  FROM generate_series(1, cardinality($1)) AS i
 ORDER BY i;
