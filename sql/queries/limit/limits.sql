-- Rules that limit wallets, as administrators make them, and what wallets have used of them.

-- name: limit_subject
-- params: scope:text public_id:uuid
-- returns: maybe
-- What a rule is for: a wallet with its ledger; a customer of a project, or a user; a project. Those of users are in
-- the platform's own ledgers.
SELECT a.account_id AS subject, a.ledger_id, w.project_id, l.mode, a.currency::text AS currency
  FROM account a
  JOIN wallet w USING (account_id)
  JOIN ledger l USING (ledger_id)
 WHERE $1 = 'wallet' AND a.public_id = $2 AND a.status <> 2
 UNION ALL
SELECT project_account_id, NULL, project_id, NULL, NULL
  FROM project_account
 WHERE $1 = 'customer' AND public_id = $2
 UNION ALL
SELECT -user_id, NULL, NULL, NULL, NULL
  FROM users
 WHERE $1 = 'customer' AND public_id = $2 AND status <> 'deleted'
 UNION ALL
SELECT project_id, NULL, project_id, NULL, NULL
  FROM project
 WHERE $1 = 'project' AND public_id = $2;

-- name: limit_zone
-- params: name:text
-- returns: one
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS found;

-- name: limit_insert
-- params: public_id:uuid mode:text scope:text subject:bigint subject_text:text ledger_id:bigint per:text measure:text direction:text types:text[] currency:text span:text zone:text most:bigint
-- returns: one
INSERT INTO limit_rule (public_id, mode, scope, subject, subject_text, ledger_id, per, measure, direction, types,
                        currency, span, zone, most)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING limit_id;

-- name: limit_mark
-- params: ledger_id:bigint
-- returns: none
-- From now on postings of the ledger (0: of any) ask for limits. The row is locked before a rule is added, and before it
-- is removed with the last one.
INSERT INTO limited_ledger (ledger_id)
VALUES ($1)
ON CONFLICT (ledger_id) DO UPDATE SET ledger_id = excluded.ledger_id;

-- name: limit_unmark
-- params: ledger_id:bigint
-- returns: none
DELETE FROM limited_ledger
 WHERE ledger_id = $1
   AND (SELECT count(*)
          FROM (SELECT FROM limit_rule r
                 WHERE r.ended_at IS NULL AND (r.ledger_id = $1 OR ($1 = 0 AND r.ledger_id IS NULL))
                 LIMIT 1) one) = 0;

-- name: limit_begin_project
-- params: ledger_id:bigint currency:text counted:text[]
-- returns: one
-- Read the journal for a rule of a whole project before its first posting must: one of its wallets stands for it.
SELECT limit_begin(ARRAY(SELECT account_id
                           FROM account
                          WHERE ledger_id = $1 AND kind = 1 AND ($2 IS NULL OR currency = $2)
                          LIMIT 1), $3)::text AS begun;

-- name: limit_find
-- params: public_id:uuid
-- returns: maybe
SELECT limit_id, public_id, mode, scope, subject_text, coalesce(ledger_id, 0) AS ledger_id, per, measure, direction,
       currency::text AS currency, span, zone, most, created_at, changed_at, ended_at,
       array_to_string(types, ',') AS types
  FROM limit_rule
 WHERE public_id = $1;

-- name: limit_lock_rule
-- params: public_id:uuid
-- returns: maybe
SELECT limit_id FROM limit_rule WHERE public_id = $1 FOR UPDATE;

-- name: limit_list
-- params: after:bigint most:bigint mode:text scope:text subject_text:text is_active:boolean
-- returns: many
-- Newest first.
SELECT limit_id, public_id, mode, scope, subject_text, coalesce(ledger_id, 0) AS ledger_id, per, measure, direction,
       currency::text AS currency, span, zone, most, created_at, changed_at, ended_at,
       array_to_string(types, ',') AS types
  FROM limit_rule
 WHERE limit_id < coalesce($1, 9223372036854775807)
   AND coalesce(mode = $3, $3 IS NULL)
   AND coalesce(scope = $4, $4 IS NULL)
   AND coalesce(subject_text = $5, $5 IS NULL)
   AND coalesce((ended_at IS NULL) = $6, $6 IS NULL)
 ORDER BY limit_id DESC
 LIMIT $2;

-- name: limit_change
-- params: limit_id:bigint most:bigint
-- returns: none
UPDATE limit_rule SET most = $2, changed_at = now() WHERE limit_id = $1;

-- name: limit_end
-- params: limit_id:bigint
-- returns: none
UPDATE limit_rule SET ended_at = now(), changed_at = now() WHERE limit_id = $1;

-- name: limit_of_wallet
-- params: account_id:bigint counted:text[]
-- returns: many
-- The rules of a wallet, and what is used of them; of one that no posting has begun yet, by the journal.
WITH x AS MATERIALIZED (
    SELECT limit_id, subject, is_metered FROM limits_of(ARRAY[$1]::bigint[])
)
SELECT r.limit_id, r.public_id, r.mode, r.scope, r.subject_text, coalesce(r.ledger_id, 0) AS ledger_id, r.per,
       r.measure, r.direction, r.currency::text AS currency, r.span, r.zone, r.most, r.created_at, r.changed_at,
       r.ended_at, array_to_string(r.types, ',') AS types,
       CASE WHEN r.span IS NULL OR coalesce(u.sequence = s.sequence, false) THEN s.used
            ELSE coalesce((SELECT sum(p.used)
                             FROM limit_accounts(r, x.subject) AS o (account_id)
                            CROSS JOIN LATERAL limit_posted(r, o.account_id, $2) p), 0) END AS used,
       s.held,
       CASE WHEN r.zone IS NOT NULL
            THEN limit_ends(r.span, r.zone, limit_starts(r.span, r.zone, clock_timestamp()))
            ELSE (SELECT min(e.ends_at)
                    FROM limit_use e
                   WHERE e.limit_id = x.limit_id AND e.subject = x.subject AND e.used > 0
                     AND e.ends_at > clock_timestamp()) END AS frees_at
  FROM x
  JOIN limit_rule r ON r.limit_id = x.limit_id
 CROSS JOIN LATERAL limit_state(r, x.subject, clock_timestamp()) s
  LEFT JOIN limit_meter u ON u.limit_id = x.limit_id AND u.subject = x.subject
 ORDER BY r.created_at, x.limit_id;

-- name: limit_sweep
-- params: most:bigint
-- returns: one
-- Parts of windows that do not count any more.
WITH gone AS (
    DELETE FROM limit_use
     WHERE (limit_id, subject, starts_at) IN (SELECT limit_id, subject, starts_at
                                                FROM limit_use
                                               WHERE ends_at < statement_timestamp() - interval '1 hour'
                                               LIMIT $1
                                                 FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT count(*) AS removed FROM gone;
