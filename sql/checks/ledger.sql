-- Invariants of the ledger. Each query returns the violations.

-- name: check_sums
-- returns: many
-- All balances of a currency in a ledger sum to zero.
SELECT 'ledger ' || ledger_id || ' ' || currency || ' sums to ' || sum(balance) AS problem
  FROM account
 GROUP BY ledger_id, currency
HAVING sum(balance) <> 0
 LIMIT 100;

-- name: check_balances
-- returns: many
-- A stored balance is the sum of its postings, and its sequence their number.
SELECT 'account ' || a.account_id || ' has ' || a.balance || ' (' || a.sequence
       || ' postings), its postings say ' || coalesce(p.total, 0) || ' (' || coalesce(p.count, 0)
       || ')' AS problem
  FROM account a
  LEFT JOIN (SELECT account_id, sum(amount) AS total, count(*) AS count
               FROM (SELECT from_id AS account_id, -amount AS amount FROM posting
                     UNION ALL
                     SELECT to_id, amount FROM posting) legs
              GROUP BY account_id) p USING (account_id)
 WHERE a.balance <> coalesce(p.total, 0) OR a.sequence <> coalesce(p.count, 0)
 LIMIT 100;

-- name: check_running
-- returns: many
-- The balance on each posting is the one before it plus or minus the amount, without gaps in the
-- sequence, and never below the floor.
SELECT 'account ' || account_id || ' at its posting ' || sequence || ': ' ||
       CASE WHEN sequence <> number THEN 'gap in the sequence'
            WHEN balance <> running THEN 'balance ' || balance || ' instead of ' || running
            ELSE 'below the floor' END AS problem
  FROM (SELECT l.account_id, l.sequence, l.balance, a.floor,
               row_number() OVER w AS number, sum(l.amount) OVER w AS running
          FROM (SELECT from_id AS account_id, from_sequence AS sequence, -amount AS amount,
                       from_balance AS balance FROM posting
                UNION ALL
                SELECT to_id, to_sequence, amount, to_balance FROM posting) l
          JOIN account a USING (account_id)
        WINDOW w AS (PARTITION BY l.account_id ORDER BY l.sequence)) legs
 WHERE sequence <> number OR balance <> running OR balance < floor
 LIMIT 100;

-- name: check_floors
-- returns: many
SELECT 'account ' || account_id || ' can spend ' || (balance::numeric - held) || ', its floor is ' || floor
       AS problem
  FROM account
 WHERE balance::numeric - held < floor
 LIMIT 100;

-- name: check_holds
-- returns: many
-- The held amount of an account is the sum of its active holds.
SELECT 'account ' || a.account_id || ' holds ' || a.held || ', its holds say '
       || coalesce(h.total, 0) AS problem
  FROM account a
  LEFT JOIN (SELECT account_id, sum(amount) AS total
               FROM hold WHERE status = 0 GROUP BY account_id) h USING (account_id)
 WHERE a.held <> coalesce(h.total, 0)
 LIMIT 100;

-- name: check_captures
-- returns: many
-- A captured hold moved its amount out of its account.
SELECT 'hold ' || h.hold_id || ' captured ' || h.captured || ', its transaction moved '
       || coalesce(p.amount, 0) AS problem
  FROM hold h
  LEFT JOIN posting p ON p.transaction_id = h.transaction_id AND p.from_id = h.account_id
 WHERE (h.status = 1 AND h.captured IS DISTINCT FROM p.amount)
    OR (h.status <> 1 AND h.transaction_id IS NOT NULL)
 LIMIT 100;

-- name: check_transactions
-- returns: many
-- A transaction has postings, numbered from 0 without gaps, in its ledger and in one currency.
SELECT 'transaction ' || t.transaction_id || ' has ' || count(p.line) || ' postings' ||
       CASE WHEN bool_and(p.ledger_id = t.ledger_id) THEN '' ELSE ', not all in its ledger' END
       AS problem
  FROM transaction t
  LEFT JOIN posting p USING (transaction_id)
 GROUP BY t.transaction_id
HAVING count(p.line) = 0 OR max(p.line) <> count(p.line) - 1 OR min(p.line) <> 0
    OR NOT bool_and(p.ledger_id = t.ledger_id) OR min(p.currency) <> max(p.currency)
 LIMIT 100;

-- name: check_reversals
-- returns: many
-- A transaction reverses another one of its own ledger, and no more than that moved.
SELECT 'transaction ' || r.transaction_id || ' takes back ' || r.reverses || ', which '
       || CASE WHEN t.ledger_id <> r.ledger_id THEN 'is of another ledger' ELSE 'moved less' END
       AS problem
  FROM transaction r
  JOIN transaction t ON t.transaction_id = r.reverses
 WHERE t.ledger_id <> r.ledger_id
    OR (SELECT sum(amount) FROM posting WHERE transaction_id = r.transaction_id)
       > (SELECT sum(amount) FROM posting WHERE transaction_id = t.transaction_id)
 LIMIT 100;

-- name: check_order
-- returns: many
-- The history of an account is in chronological order.
SELECT 'account ' || account_id || ' at its posting ' || sequence || ': older than the one before'
       AS problem
  FROM (SELECT l.account_id, l.sequence, t.created_at,
               lag(t.created_at) OVER (PARTITION BY l.account_id ORDER BY l.sequence) AS before
          FROM (SELECT transaction_id, from_id AS account_id, from_sequence AS sequence FROM posting
                UNION ALL
                SELECT transaction_id, to_id, to_sequence FROM posting) l
          JOIN transaction t USING (transaction_id)) legs
 WHERE created_at < before
 LIMIT 100;
