-- Transactions with their postings, as they are looked up.

-- name: lookup_transaction
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- Without a ledger: in any.
SELECT is_detached(t.transaction_id) AS detached, t.public_id, t.reference, t.type, r.public_id AS reverses,
       h.public_id AS hold, t.metadata::text AS metadata, t.created_at
  FROM transaction t
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
  LEFT JOIN hold h ON h.transaction_id = t.transaction_id
 WHERE t.public_id = $2 AND t.ledger_id = coalesce($1, t.ledger_id);

-- name: lookup_postings
-- params: ledger_id:bigint public_id:uuid
-- returns: many
-- Of the same transaction. An account that is no wallet has the name of its kind only. Each account is read by
-- its id: the LIMIT keeps the planner from joining kinds first.
SELECT f.wallet AS source, o.wallet AS destination, fc.name AS from_account, oc.name AS to_account,
       p.currency::text AS currency, p.amount
  FROM transaction t
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
 WHERE t.public_id = $2 AND t.ledger_id = coalesce($1, t.ledger_id)
 ORDER BY p.line;
