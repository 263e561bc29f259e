-- Accounts of a ledger, as administrators look them up.

-- name: account_named
-- params: name:text
-- returns: many
SELECT kind::bigint AS kind FROM chart WHERE name = $1;

-- name: account_list
-- params: ledger_id:bigint after:bigint oldest_first:boolean since:timestamptz upto:timestamptz kinds:bigint[] currency:text public_id:uuid customer:uuid owner:uuid status:bigint least:bigint greatest:bigint looked_at:bigint most:bigint
-- returns: many
-- After the one whose number is given, if it is not 0: by id, those of an owner, or each kind and currency of the
-- ledger in the order of an index. As many are looked at as $14 says; next is the number of the last one, where there
-- may be more. The first row has it also if nothing is found; then its account_id is NULL. A balance is that on the
-- normal side of its kind, and is compared so.
WITH RECURSIVE place AS MATERIALIZED (
    SELECT greatest(c.low_at, $4) AS low_at, CASE WHEN $4 > c.low_at THEN 0 ELSE c.low_id END AS low_id,
           least(c.high_at, $5) AS high_at,
           CASE WHEN $5 < c.high_at THEN 9223372036854775807 ELSE c.high_id END AS high_id
      FROM (SELECT coalesce(max(created_at) FILTER (WHERE $3), '-infinity') AS low_at,
                   coalesce(max(account_id) FILTER (WHERE $3), 0) AS low_id,
                   coalesce(max(created_at) FILTER (WHERE NOT $3), 'infinity') AS high_at,
                   coalesce(max(account_id) FILTER (WHERE NOT $3), 9223372036854775807) AS high_id
              FROM account
             WHERE account_id = $2) c
), sorts AS (
    (SELECT kind, currency FROM account WHERE ledger_id = $1 ORDER BY kind, currency LIMIT 1)
    UNION ALL
    SELECT n.kind, n.currency
      FROM sorts s
     CROSS JOIN LATERAL (
               SELECT kind, currency
                 FROM account
                WHERE ledger_id = $1 AND (kind, currency) > (s.kind, s.currency)
                ORDER BY kind, currency
                LIMIT 1) n
), wanted AS MATERIALIZED (
    SELECT kind, currency
      FROM sorts
     WHERE coalesce(kind = ANY ($6), $6 IS NULL) AND coalesce(currency = $7, $7 IS NULL)
       AND num_nonnulls($8, $9, $10) = 0
), found AS MATERIALIZED (
    SELECT account_id, created_at FROM account WHERE public_id = $8
    UNION ALL
    SELECT w.account_id, w.created_at
      FROM users u
      JOIN wallet w USING (user_id)
     WHERE u.public_id = $10 AND $8 IS NULL
    UNION ALL
    SELECT f.account_id, f.created_at
      FROM place p
     CROSS JOIN LATERAL (
               SELECT account_id, created_at
                 FROM wallet
                WHERE project_account = $9
                  AND (created_at, account_id) > (p.low_at, p.low_id)
                  AND (created_at, account_id) < (p.high_at, p.high_id)
                ORDER BY created_at DESC, account_id DESC
                LIMIT $14) f
     WHERE NOT $3 AND $8 IS NULL AND $10 IS NULL
    UNION ALL
    SELECT f.account_id, f.created_at
      FROM place p
     CROSS JOIN LATERAL (
               SELECT account_id, created_at
                 FROM wallet
                WHERE project_account = $9
                  AND (created_at, account_id) > (p.low_at, p.low_id)
                  AND (created_at, account_id) < (p.high_at, p.high_id)
                ORDER BY created_at, account_id
                LIMIT $14) f
     WHERE $3 AND $8 IS NULL AND $10 IS NULL
    UNION ALL
    (SELECT f.account_id, f.created_at
       FROM place p
      CROSS JOIN wanted w
      CROSS JOIN LATERAL (
                SELECT account_id, created_at
                  FROM account
                 WHERE ledger_id = $1 AND kind = w.kind AND currency = w.currency
                   AND (created_at, account_id) > (p.low_at, p.low_id)
                   AND (created_at, account_id) < (p.high_at, p.high_id)
                 ORDER BY created_at DESC, account_id DESC
                 LIMIT $14) f
      WHERE NOT $3
      ORDER BY f.created_at DESC, f.account_id DESC
      LIMIT $14)
    UNION ALL
    (SELECT f.account_id, f.created_at
       FROM place p
      CROSS JOIN wanted w
      CROSS JOIN LATERAL (
                SELECT account_id, created_at
                  FROM account
                 WHERE ledger_id = $1 AND kind = w.kind AND currency = w.currency
                   AND (created_at, account_id) > (p.low_at, p.low_id)
                   AND (created_at, account_id) < (p.high_at, p.high_id)
                 ORDER BY created_at, account_id
                 LIMIT $14) f
      WHERE $3
      ORDER BY f.created_at, f.account_id
      LIMIT $14)
), looked AS MATERIALIZED (
    SELECT a.account_id, a.public_id, a.ledger_id, a.kind, c.name, a.currency, a.status, a.held, a.created_at,
           CASE c.normal_side WHEN 'debit' THEN -a.balance ELSE a.balance END AS balance,
           a.floor IS NOT NULL AS has_floor, w.project_account, w.user_id
      FROM found f
      JOIN account a USING (account_id)
      JOIN chart c ON c.kind = a.kind
      LEFT JOIN wallet w ON w.account_id = a.account_id
), matched AS MATERIALIZED (
    SELECT l.account_id, l.public_id, l.name, l.currency, l.status, l.held, l.created_at, l.balance, l.has_floor,
           l.project_account, l.user_id
      FROM place p
     CROSS JOIN looked l
     WHERE l.ledger_id = $1
       AND (l.created_at, l.account_id) > (p.low_at, p.low_id)
       AND (l.created_at, l.account_id) < (p.high_at, p.high_id)
       AND ($6 IS NULL OR l.kind = ANY ($6))
       AND ($7 IS NULL OR l.currency = $7)
       AND ($9 IS NULL OR l.project_account = $9)
       AND ($10 IS NULL OR l.user_id = (SELECT user_id FROM users WHERE public_id = $10))
       AND ($11 IS NULL OR l.status = $11)
       AND l.balance BETWEEN $12 AND $13
     ORDER BY CASE WHEN $3 THEN l.created_at END, CASE WHEN $3 THEN l.account_id END,
           l.created_at DESC, l.account_id DESC
     LIMIT $15
)
SELECT m.account_id, m.public_id, m.name AS kind, m.currency::text AS currency, m.status::bigint AS status, m.balance,
       m.held, m.has_floor, m.project_account, u.public_id AS owner, m.created_at, e.next
  FROM (SELECT CASE WHEN count(*) >= $14
                    THEN CASE WHEN $3 THEN (array_agg(account_id ORDER BY created_at DESC, account_id DESC))[1]
                              ELSE (array_agg(account_id ORDER BY created_at, account_id))[1] END END AS next
          FROM found) e
  LEFT JOIN matched m ON true
  LEFT JOIN users u ON u.user_id = m.user_id
 ORDER BY CASE WHEN $3 THEN m.created_at END, CASE WHEN $3 THEN m.account_id END,
       m.created_at DESC, m.account_id DESC;
