-- The chart of accounts and journal entries.

-- name: chart_insert
-- params: code:text name:text class:text normal_side:text
-- returns: one
INSERT INTO chart (code, name, class, normal_side)
VALUES ($1, $2, $3, $4)
RETURNING kind::bigint AS kind, code, name, class, normal_side, created_at;

-- name: chart_list
-- params:
-- returns: many
SELECT kind::bigint AS kind, code, name, class, normal_side, created_at FROM chart ORDER BY code;

-- name: chart_find
-- params: codes:text[]
-- returns: many
SELECT kind::bigint AS kind, code, name, class, normal_side, created_at
  FROM chart
 WHERE code = ANY($1);

-- name: chart_balances
-- params: kind:bigint mode:text
-- returns: many
-- Balances of all accounts of a kind, credit-positive; they are found by ledger, since the kind alone has no index.
SELECT l.mode, a.currency::text AS currency, sum(a.balance) AS balance
  FROM ledger l
 CROSS JOIN LATERAL (
        SELECT currency, balance FROM account WHERE ledger_id = l.ledger_id AND kind = $1 OFFSET 0) a
 WHERE l.mode = $2
 GROUP BY l.mode, a.currency
 ORDER BY a.currency;

-- name: chart_entries
-- params: kind:bigint before:bigint most:bigint mode:text
-- returns: many
-- The latest postings on the accounts of a kind, newest first. Of one account they are numbered in
-- the order of their transactions. Pages that go back to closed periods are read from the archive.
SELECT t.transaction_id, t.public_id, t.reference, t.type, coalesce(j.description, t.type) AS description,
       e.is_debit, e.amount, e.currency::text AS currency, l.mode, t.created_at
  FROM ledger l
 CROSS JOIN LATERAL (
        SELECT account_id, sequence FROM account WHERE ledger_id = l.ledger_id AND kind = $1 OFFSET 0) a
 CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT transaction_id, line, true AS is_debit, amount, currency
              FROM posting
             WHERE from_id = a.account_id AND transaction_id < $2
             ORDER BY from_sequence DESC
             LIMIT $3) debits
        UNION ALL
        SELECT * FROM (
            SELECT transaction_id, line, false, amount, currency
              FROM posting
             WHERE to_id = a.account_id AND transaction_id < $2
             ORDER BY to_sequence DESC
             LIMIT $3) credits
        UNION ALL
        SELECT h.transaction_id, h.line, h.is_debit, h.amount, h.currency
          FROM (SELECT coalesce(min(least(CASE p.from_id WHEN a.account_id THEN p.from_sequence END,
                                          CASE p.to_id WHEN a.account_id THEN p.to_sequence END)),
                                a.sequence + 1) AS before,
                       count(*) AS count
                  FROM (SELECT * FROM (SELECT * FROM posting
                                        WHERE from_id = a.account_id AND transaction_id < $2
                                        ORDER BY from_sequence DESC
                                        LIMIT $3) outgoing
                        UNION ALL
                        SELECT * FROM (SELECT * FROM posting
                                        WHERE to_id = a.account_id AND transaction_id < $2
                                        ORDER BY to_sequence DESC
                                        LIMIT $3) incoming) p) r
         CROSS JOIN LATERAL archived_history(a.account_id, r.before, $3, $2) h
         WHERE r.count < $3 AND r.before > 1) e
  JOIN transaction t ON t.transaction_id = e.transaction_id
  LEFT JOIN journal_entry j ON j.transaction_id = t.transaction_id
 WHERE l.mode = $4
 ORDER BY t.transaction_id DESC, e.line
 LIMIT $3;

-- name: journal_insert
-- params: transaction_id:bigint user_id:bigint description:text currency:text
-- returns: none
INSERT INTO journal_entry (transaction_id, user_id, description, currency)
VALUES ($1, $2, $3, $4);

-- name: journal_line_insert
-- params: transaction_id:bigint kinds:smallint[] debits:boolean[] amounts:bigint[] memos:text[]
-- returns: none
INSERT INTO journal_line (transaction_id, line, kind, is_debit, amount, memo)
SELECT $1, v.line, v.kind, v.is_debit, v.amount, v.memo
  FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS v (kind, is_debit, amount, memo, line);

-- name: journal_list
-- params: ledger_id:bigint reference:text before:bigint most:bigint
-- returns: many
-- Entries with their lines, newest first; most counts entries.
SELECT e.transaction_id, e.public_id, e.reference, e.description, e.currency::text AS currency,
       e.created_at, c.code, c.name, l.is_debit, l.amount, l.memo
  FROM (SELECT t.transaction_id, t.public_id, t.reference, j.description, j.currency, t.created_at
          FROM journal_entry j
          JOIN transaction t USING (transaction_id)
         WHERE t.ledger_id = $1
           AND coalesce(t.reference = $2, $2 IS NULL)
           AND t.transaction_id < $3
         ORDER BY t.transaction_id DESC
         LIMIT $4) e
  JOIN journal_line l USING (transaction_id)
  JOIN chart c ON c.kind = l.kind
 ORDER BY e.transaction_id DESC, l.line;
