-- Transactions with their postings, and holds, as they are looked up.

-- name: lookup_transaction
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- Without a ledger: in any.
SELECT t.transaction_id, is_detached(t.transaction_id) AS detached, t.public_id, t.reference, t.type,
       r.public_id AS reverses, coalesce(h.public_id, c.public_id) AS hold, b.reversed, b.moved - b.reversed AS rest,
       coalesce((SELECT metadata FROM metadata_revision WHERE transaction_id = t.transaction_id ORDER BY number DESC LIMIT 1),
                t.metadata) AS metadata,
       t.created_at
  FROM transaction t
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
  LEFT JOIN reversed_transaction b ON b.transaction_id = t.transaction_id
  LEFT JOIN hold h ON h.transaction_id = t.transaction_id
  LEFT JOIN (hold_capture d JOIN hold c USING (hold_id))
    ON d.transaction_id = t.transaction_id AND t.type = 'capture'
 WHERE t.public_id = $2 AND t.ledger_id = coalesce($1, t.ledger_id);

-- name: lookup_postings
-- params: ledger_id:bigint public_ids:uuid[]
-- returns: many
-- Of the same transaction, or of several in the order in which they are given, each with its id. An account that is no wallet has the name of its kind
-- only. Each account is read by its id: the LIMITs keep the planner from other orders.
SELECT f.wallet AS source, o.wallet AS destination, fc.name AS from_account, oc.name AS to_account,
       p.currency::text AS currency, p.amount, t.public_id
  FROM unnest($2) WITH ORDINALITY AS i (public_id, place)
 CROSS JOIN LATERAL (SELECT transaction_id, public_id
                       FROM transaction
                      WHERE public_id = i.public_id AND ledger_id = coalesce($1, ledger_id)
                      LIMIT 1) t
  JOIN journal_posting p USING (transaction_id)
 CROSS JOIN LATERAL (SELECT a.kind, CASE WHEN c.account_id IS NOT NULL THEN a.public_id END AS wallet
                       FROM account a
                       LEFT JOIN wallet c USING (account_id)
                      WHERE a.account_id = p.from_id
                      LIMIT 1) f
 CROSS JOIN LATERAL (SELECT a.kind, CASE WHEN c.account_id IS NOT NULL THEN a.public_id END AS wallet
                       FROM account a
                       LEFT JOIN wallet c USING (account_id)
                      WHERE a.account_id = p.to_id
                      LIMIT 1) o
  JOIN chart fc ON fc.kind = f.kind
  JOIN chart oc ON oc.kind = o.kind
 ORDER BY i.place, p.line;

-- name: lookup_ledger
-- params: project:uuid mode:text
-- returns: maybe
-- The books of a project, or without one those of the platform's own customers.
SELECT ledger_id
  FROM ledger
 WHERE project_id = (SELECT project_id FROM project WHERE public_id = $1) AND mode = $2
UNION ALL
SELECT ledger_id FROM ledger WHERE $1 IS NULL AND project_id IS NULL AND mode = $2;

-- name: lookup_list
-- params: ledger_id:bigint types:text[] after:bigint since:timestamptz upto:timestamptz wallet:uuid other:uuid reference:text prefix:text currency:text least:bigint greatest:bigint looked_at:bigint most:bigint paths:text[] values:jsonb[] literals:jsonb[] oldest_first:boolean
-- returns: many
-- Newest first or oldest first, after the one whose number is given, if it is not 0. They are looked for by
-- reference, by the rarest of the wanted values of their metadata, in the history of a wallet, or by type, and as
-- many are looked at as $13 says; next is the number of the last one, where there may be more. The first row has it
-- also if nothing is found; then its transaction is NULL. Postings of a wallet have numbers without gaps, in the order
-- of time; so a wallet is read by them, down from one number on. Oldest first that is as far above the place as rows are
-- looked at, and begins behind what is detached, where the other order ends. Its archive is read only if there is too
-- little. An index is read from one place on: that of the page, or of the time from which or up to which is asked. The
-- postings of each transaction are looked at alone, which a subquery with a LIMIT is sure to do.
WITH place AS MATERIALIZED (
    SELECT greatest(c.low_at, $4) AS low_at, CASE WHEN $4 > c.low_at THEN 0 ELSE c.low_id END AS low_id,
           least(c.high_at, $5) AS high_at,
           CASE WHEN $5 < c.high_at THEN 9223372036854775807 ELSE c.high_id END AS high_id
      FROM (SELECT coalesce(max(created_at) FILTER (WHERE $18), '-infinity') AS low_at,
                   coalesce(max(transaction_id) FILTER (WHERE $18), 0) AS low_id,
                   coalesce(max(created_at) FILTER (WHERE NOT $18), 'infinity') AS high_at,
                   coalesce(max(transaction_id) FILTER (WHERE NOT $18), 9223372036854775807) AS high_id
              FROM transaction
             WHERE transaction_id = $3 AND ledger_id = $1) c
), wanted AS MATERIALIZED (
    SELECT ARRAY[metadata_term(w.path, w.value)]
           || CASE WHEN w.literal <> w.value THEN ARRAY[metadata_term(w.path, w.literal)] ELSE '{}' END AS terms
      FROM unnest($15, $16, $17) AS w (path, value, literal)
), rarest AS MATERIALIZED (
    SELECT w.terms
      FROM wanted w
     CROSS JOIN LATERAL (
               SELECT count(*) AS count
                 FROM unnest(w.terms) AS y (term)
                CROSS JOIN LATERAL (SELECT
                                      FROM transaction_term
                                     WHERE ledger_id = $1 AND term = y.term
                                     LIMIT $13) s) n
     WHERE $8 IS NULL
     ORDER BY n.count
     LIMIT 1
), seen AS MATERIALIZED (
    SELECT a.account_id, a.sequence AS last, min(s.sequence) AS lowest, coalesce(max(s.sequence), 0) AS highest
      FROM account a
      JOIN wallet w USING (account_id)
      LEFT JOIN LATERAL (
                SELECT CASE WHEN p.from_id = a.account_id THEN p.from_sequence ELSE p.to_sequence END AS sequence
                  FROM journal_posting p
                 WHERE p.transaction_id = $3 AND a.account_id IN (p.from_id, p.to_id)) s ON true
     WHERE a.public_id = $6 AND a.ledger_id = $1 AND $8 IS NULL AND cardinality($15) = 0
     GROUP BY a.account_id, a.sequence
), mine AS MATERIALIZED (
    SELECT account_id, coalesce(lowest, 9223372036854775807) AS before, $13 AS count
      FROM seen
     WHERE NOT $18
    UNION ALL
    SELECT s.account_id, least(b.after + $13, s.last) + 1, greatest(least($13, s.last - b.after), 0)
      FROM seen s
     CROSS JOIN LATERAL (
               SELECT greatest(s.highest, max(c.last_sequence)) AS after
                 FROM period_balance c
                 JOIN journal_period d USING (period_id)
                WHERE c.account_id = s.account_id AND d.state IN ('detached', 'loading')) b
     WHERE $18
), recent AS MATERIALIZED (
    SELECT b.transaction_id, b.sequence, m.account_id
      FROM mine m
     CROSS JOIN LATERAL (
               SELECT * FROM (
                    SELECT transaction_id, from_sequence AS sequence
                      FROM posting
                     WHERE from_id = m.account_id AND from_sequence < m.before
                     ORDER BY from_sequence DESC
                     LIMIT m.count) outgoing
                UNION ALL
               SELECT * FROM (
                    SELECT transaction_id, to_sequence
                      FROM posting
                     WHERE to_id = m.account_id AND to_sequence < m.before
                     ORDER BY to_sequence DESC
                     LIMIT m.count) incoming
                ORDER BY sequence DESC
                LIMIT m.count) b
), rest AS MATERIALIZED (
    SELECT m.account_id, m.count - count(r.sequence) AS count, coalesce(min(r.sequence), m.before) AS before
      FROM mine m
      LEFT JOIN recent r USING (account_id)
     GROUP BY m.account_id, m.before, m.count
), archived AS MATERIALIZED (
    SELECT h.transaction_id
      FROM rest r
     CROSS JOIN LATERAL archived_history(r.account_id, r.before, r.count) h
     WHERE r.count > 0 AND r.before > 1
), found AS MATERIALIZED (
    SELECT transaction_id
      FROM transaction
     WHERE ledger_id = $1 AND reference = $8 AND transaction_id <> $3
    UNION
    SELECT transaction_id
      FROM (SELECT s.transaction_id
              FROM place p
             CROSS JOIN rarest r
             CROSS JOIN unnest(r.terms) AS y (term)
             CROSS JOIN LATERAL (
                       SELECT t.transaction_id, t.created_at
                         FROM transaction_term t
                        WHERE t.ledger_id = $1 AND t.term = y.term
                          AND (t.created_at, t.transaction_id) > (p.low_at, p.low_id)
                          AND (t.created_at, t.transaction_id) < (p.high_at, p.high_id)
                        ORDER BY t.created_at DESC, t.transaction_id DESC
                        LIMIT $13) s
             WHERE NOT $18
             ORDER BY s.created_at DESC, s.transaction_id DESC
             LIMIT $13) described_last
    UNION
    SELECT transaction_id
      FROM (SELECT s.transaction_id
              FROM place p
             CROSS JOIN rarest r
             CROSS JOIN unnest(r.terms) AS y (term)
             CROSS JOIN LATERAL (
                       SELECT t.transaction_id, t.created_at
                         FROM transaction_term t
                        WHERE t.ledger_id = $1 AND t.term = y.term
                          AND (t.created_at, t.transaction_id) > (p.low_at, p.low_id)
                          AND (t.created_at, t.transaction_id) < (p.high_at, p.high_id)
                        ORDER BY t.created_at, t.transaction_id
                        LIMIT $13) s
             WHERE $18
             ORDER BY s.created_at, s.transaction_id
             LIMIT $13) described_first
    UNION
    SELECT transaction_id FROM recent
    UNION
    SELECT transaction_id FROM archived
    UNION
    SELECT transaction_id
      FROM (SELECT s.transaction_id
              FROM place p
             CROSS JOIN unnest($2) AS y (type)
             CROSS JOIN LATERAL (
                       SELECT t.transaction_id, t.created_at
                         FROM transaction t
                        WHERE t.ledger_id = $1 AND t.type = y.type
                          AND (t.created_at, t.transaction_id) > (p.low_at, p.low_id)
                          AND (t.created_at, t.transaction_id) < (p.high_at, p.high_id)
                        ORDER BY t.created_at DESC, t.transaction_id DESC
                        LIMIT $13) s
             WHERE NOT $18 AND $6 IS NULL AND $8 IS NULL AND cardinality($15) = 0
             ORDER BY s.created_at DESC, s.transaction_id DESC
             LIMIT $13) typed_last
    UNION
    SELECT transaction_id
      FROM (SELECT s.transaction_id
              FROM place p
             CROSS JOIN unnest($2) AS y (type)
             CROSS JOIN LATERAL (
                       SELECT t.transaction_id, t.created_at
                         FROM transaction t
                        WHERE t.ledger_id = $1 AND t.type = y.type
                          AND (t.created_at, t.transaction_id) > (p.low_at, p.low_id)
                          AND (t.created_at, t.transaction_id) < (p.high_at, p.high_id)
                        ORDER BY t.created_at, t.transaction_id
                        LIMIT $13) s
             WHERE $18 AND $6 IS NULL AND $8 IS NULL AND cardinality($15) = 0
             ORDER BY s.created_at, s.transaction_id
             LIMIT $13) typed_first
), looked AS MATERIALIZED (
    SELECT t.transaction_id, t.created_at, t.reference, t.type
      FROM found f
      JOIN transaction t USING (transaction_id)
), matched AS MATERIALIZED (
    SELECT l.transaction_id
      FROM looked l
     WHERE l.type = ANY ($2)
       AND l.created_at BETWEEN coalesce($4, '-infinity') AND coalesce($5, 'infinity')
       AND ($9 IS NULL OR starts_with(l.reference, $9))
       AND NOT EXISTS (
               SELECT
                 FROM wanted w
                WHERE NOT EXISTS (
                      SELECT
                        FROM transaction_term m
                       WHERE m.ledger_id = $1 AND m.term = ANY (w.terms) AND m.created_at = l.created_at
                         AND m.transaction_id = l.transaction_id))
       AND (($6 IS NULL AND $10 IS NULL)
            OR coalesce((
               SELECT true
                 FROM journal_posting p
                WHERE p.transaction_id = l.transaction_id
                  AND ($10 IS NULL OR p.currency = $10)
                  AND p.amount BETWEEN coalesce($11, 0) AND coalesce($12, 9223372036854775807)
                  AND ($6 IS NULL OR (SELECT account_id FROM account WHERE public_id = $6) IN (p.from_id, p.to_id))
                  AND ($7 IS NULL OR (SELECT account_id FROM account WHERE public_id = $7) IN (p.from_id, p.to_id))
                LIMIT 1), false)
            OR EXISTS (
               SELECT
                 FROM journal_period d
                WHERE d.state IN ('detached', 'loading') AND l.transaction_id BETWEEN d.first_id AND d.last_id))
     ORDER BY CASE WHEN $18 THEN l.created_at END, CASE WHEN $18 THEN l.transaction_id END,
           l.created_at DESC, l.transaction_id DESC
     LIMIT $14
)
SELECT t.transaction_id, is_detached(t.transaction_id) AS detached, t.public_id, t.reference, t.type,
       r.public_id AS reverses, coalesce(h.public_id, c.public_id) AS hold, b.reversed, b.moved - b.reversed AS rest,
       coalesce((SELECT metadata FROM metadata_revision WHERE transaction_id = t.transaction_id ORDER BY number DESC LIMIT 1),
                t.metadata) AS metadata,
       t.created_at, e.next
  FROM (SELECT CASE WHEN greatest(count(*), (SELECT count(*) FROM recent) + (SELECT count(*) FROM archived)) >= $13
                     AND CASE WHEN $18 THEN max(created_at) <= coalesce($5, 'infinity')
                              ELSE min(created_at) >= coalesce($4, '-infinity') END
                    THEN CASE WHEN $18 THEN (array_agg(transaction_id ORDER BY created_at DESC, transaction_id DESC))[1]
                              ELSE (array_agg(transaction_id ORDER BY created_at, transaction_id))[1] END END AS next
          FROM looked) e
  LEFT JOIN (matched m JOIN transaction t USING (transaction_id)) ON true
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
  LEFT JOIN reversed_transaction b ON b.transaction_id = t.transaction_id
  LEFT JOIN hold h ON h.transaction_id = t.transaction_id
  LEFT JOIN (hold_capture d JOIN hold c USING (hold_id))
    ON d.transaction_id = t.transaction_id AND t.type = 'capture'
 ORDER BY CASE WHEN $18 THEN t.created_at END, CASE WHEN $18 THEN t.transaction_id END,
       t.created_at DESC, t.transaction_id DESC;

-- name: lookup_holds
-- params: ledger_id:bigint statuses:bigint[] after:bigint since:timestamptz upto:timestamptz wallet:uuid reference:text prefix:text currency:text least:bigint greatest:bigint looked_at:bigint most:bigint oldest_first:boolean
-- returns: many
-- Likewise, holds that clients created: by reference, of a wallet, or by status.
WITH place AS MATERIALIZED (
    SELECT greatest(c.low_at, $4) AS low_at, CASE WHEN $4 > c.low_at THEN 0 ELSE c.low_id END AS low_id,
           least(c.high_at, $5) AS high_at,
           CASE WHEN $5 < c.high_at THEN 9223372036854775807 ELSE c.high_id END AS high_id
      FROM (SELECT coalesce(max(created_at) FILTER (WHERE $14), '-infinity') AS low_at,
                   coalesce(max(hold_id) FILTER (WHERE $14), 0) AS low_id,
                   coalesce(max(created_at) FILTER (WHERE NOT $14), 'infinity') AS high_at,
                   coalesce(max(hold_id) FILTER (WHERE NOT $14), 9223372036854775807) AS high_id
              FROM hold
             WHERE hold_id = $3 AND ledger_id = $1) c
), found AS MATERIALIZED (
    SELECT hold_id
      FROM hold
     WHERE ledger_id = $1 AND reference = $7 AND hold_id <> $3 AND strpos(reference, '/') = 0
    UNION ALL
    SELECT s.hold_id
      FROM place p
     CROSS JOIN account a
     CROSS JOIN LATERAL (
               SELECT h.hold_id
                 FROM hold h
                WHERE h.account_id = a.account_id AND strpos(h.reference, '/') = 0
                  AND (h.created_at, h.hold_id) > (p.low_at, p.low_id)
                  AND (h.created_at, h.hold_id) < (p.high_at, p.high_id)
                ORDER BY h.created_at DESC, h.hold_id DESC
                LIMIT $12) s
     WHERE NOT $14 AND a.public_id = $6 AND a.ledger_id = $1 AND $7 IS NULL
    UNION ALL
    SELECT s.hold_id
      FROM place p
     CROSS JOIN account a
     CROSS JOIN LATERAL (
               SELECT h.hold_id
                 FROM hold h
                WHERE h.account_id = a.account_id AND strpos(h.reference, '/') = 0
                  AND (h.created_at, h.hold_id) > (p.low_at, p.low_id)
                  AND (h.created_at, h.hold_id) < (p.high_at, p.high_id)
                ORDER BY h.created_at, h.hold_id
                LIMIT $12) s
     WHERE $14 AND a.public_id = $6 AND a.ledger_id = $1 AND $7 IS NULL
    UNION ALL
    SELECT hold_id
      FROM (SELECT s.hold_id
              FROM place p
             CROSS JOIN unnest($2) AS y (status)
             CROSS JOIN LATERAL (
                       SELECT h.hold_id, h.created_at
                         FROM hold h
                        WHERE h.ledger_id = $1 AND h.status = y.status AND strpos(h.reference, '/') = 0
                          AND (h.created_at, h.hold_id) > (p.low_at, p.low_id)
                          AND (h.created_at, h.hold_id) < (p.high_at, p.high_id)
                        ORDER BY h.created_at DESC, h.hold_id DESC
                        LIMIT $12) s
             WHERE NOT $14 AND $6 IS NULL AND $7 IS NULL
             ORDER BY s.created_at DESC, s.hold_id DESC
             LIMIT $12) of_status_last
    UNION ALL
    SELECT hold_id
      FROM (SELECT s.hold_id
              FROM place p
             CROSS JOIN unnest($2) AS y (status)
             CROSS JOIN LATERAL (
                       SELECT h.hold_id, h.created_at
                         FROM hold h
                        WHERE h.ledger_id = $1 AND h.status = y.status AND strpos(h.reference, '/') = 0
                          AND (h.created_at, h.hold_id) > (p.low_at, p.low_id)
                          AND (h.created_at, h.hold_id) < (p.high_at, p.high_id)
                        ORDER BY h.created_at, h.hold_id
                        LIMIT $12) s
             WHERE $14 AND $6 IS NULL AND $7 IS NULL
             ORDER BY s.created_at, s.hold_id
             LIMIT $12) of_status_first
), looked AS MATERIALIZED (
    SELECT h.hold_id, h.account_id, h.created_at, h.status, h.reference, h.currency,
           h.amount + h.captured_before AS amount
      FROM found f
      JOIN hold h USING (hold_id)
), matched AS MATERIALIZED (
    SELECT l.hold_id
      FROM looked l
     WHERE l.status = ANY ($2)
       AND l.created_at BETWEEN coalesce($4, '-infinity') AND coalesce($5, 'infinity')
       AND ($6 IS NULL OR l.account_id = (SELECT account_id FROM account WHERE public_id = $6))
       AND ($8 IS NULL OR starts_with(l.reference, $8))
       AND ($9 IS NULL OR l.currency = $9)
       AND l.amount BETWEEN $10 AND $11
     ORDER BY CASE WHEN $14 THEN l.created_at END, CASE WHEN $14 THEN l.hold_id END,
           l.created_at DESC, l.hold_id DESC
     LIMIT $13
)
SELECT h.hold_id, h.public_id, a.public_id AS account, h.ledger_id, h.amount, h.captured_before, h.captured, h.status,
       h.currency, h.reference, h.metadata, h.content, h.created_at, h.expires_at, h.closed_at,
       t.public_id AS transaction, e.next
  FROM (SELECT CASE WHEN count(*) >= $12
                    THEN CASE WHEN $14 THEN (array_agg(hold_id ORDER BY created_at DESC, hold_id DESC))[1]
                              ELSE (array_agg(hold_id ORDER BY created_at, hold_id))[1] END END AS next
          FROM looked) e
  LEFT JOIN (matched m JOIN hold h USING (hold_id) JOIN account a USING (account_id)) ON true
  LEFT JOIN transaction t ON t.transaction_id = h.transaction_id
 ORDER BY CASE WHEN $14 THEN h.created_at END, CASE WHEN $14 THEN h.hold_id END,
       h.created_at DESC, h.hold_id DESC;
