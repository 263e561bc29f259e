-- Invariants of the ledger.
--
-- A check reads a piece at a time: rows with ids after $1, up to $2. Each statement returns the
-- violations in its piece, those of the first transactions first, or, if its rows are added up over all
-- pieces, keys with two amounts whose sums must be equal. The checks of this file also return the ledger.
-- A piece has at most some ten thousand rows, each of which is compared with a few others that an index
-- finds: no statement reads a whole table.
--
-- Pieces are read one after the other while the ledger is in use. A statement has one snapshot, and
-- the rows of the journal never change: what is posted before another posting of the same account is
-- visible with it. Postings of closed periods are in the archive; of a detached period there are only
-- the closing balances, from which the next posting of each account goes on.

-- name: verify_ends
-- params:
-- returns: one
-- The last id of each kind of rows.
SELECT (SELECT coalesce(max(account_id), 0) FROM account) AS accounts,
       (SELECT coalesce(max(transaction_id), 0) FROM transaction) AS transactions,
       (SELECT coalesce(max(hold_id), 0) FROM hold) AS holds,
       (SELECT coalesce(max(payment_id), 0) FROM payment) AS payments,
       (SELECT coalesce(max(purchase_id), 0) FROM purchase) AS purchases,
       (SELECT coalesce(max(voucher_id), 0) FROM voucher) AS vouchers,
       (SELECT coalesce(max(transaction_id), 0) FROM easypay_settlement) AS settlements,
       (SELECT coalesce(max(drop_payment_id), 0) FROM drop_payment) AS drop_payments,
       (SELECT coalesce(max(merchant_payout_id), 0) FROM merchant_payout) AS payouts,
       (SELECT coalesce(max(chunk_id), 0) FROM journal_chunk) AS chunks;

-- name: verify_piece
-- params: kind:smallint after:bigint most:bigint
-- returns: one
-- The id of the last row of a piece of at most so many rows; NULL if there are no more. The numbers of
-- the kinds are those in ledger/verify.c.
SELECT max(id) AS last
  FROM (SELECT * FROM (SELECT account_id AS id FROM account
                        WHERE $1 = 0 AND account_id > $2 ORDER BY 1 LIMIT $3) accounts
        UNION ALL
        SELECT * FROM (SELECT transaction_id FROM transaction
                        WHERE $1 = 1 AND transaction_id > $2 ORDER BY 1 LIMIT $3) transactions
        UNION ALL
        SELECT * FROM (SELECT hold_id FROM hold
                        WHERE $1 = 2 AND hold_id > $2 ORDER BY 1 LIMIT $3) holds
        UNION ALL
        SELECT * FROM (SELECT payment_id FROM payment
                        WHERE $1 = 3 AND payment_id > $2 ORDER BY 1 LIMIT $3) payments
        UNION ALL
        SELECT * FROM (SELECT purchase_id FROM purchase
                        WHERE $1 = 4 AND purchase_id > $2 ORDER BY 1 LIMIT $3) purchases
        UNION ALL
        SELECT * FROM (SELECT voucher_id FROM voucher
                        WHERE $1 = 5 AND voucher_id > $2 ORDER BY 1 LIMIT $3) vouchers
        UNION ALL
        SELECT * FROM (SELECT transaction_id FROM easypay_settlement
                        WHERE $1 = 6 AND transaction_id > $2 ORDER BY 1 LIMIT $3) settlements
        UNION ALL
        SELECT * FROM (SELECT drop_payment_id FROM drop_payment
                        WHERE $1 = 7 AND drop_payment_id > $2 ORDER BY 1 LIMIT $3) drop_payments
        UNION ALL
        SELECT * FROM (SELECT merchant_payout_id FROM merchant_payout
                        WHERE $1 = 8 AND merchant_payout_id > $2 ORDER BY 1 LIMIT $3) payouts
        UNION ALL
        SELECT * FROM (SELECT chunk_id FROM journal_chunk
                        WHERE $1 = 9 AND chunk_id > $2 ORDER BY 1 LIMIT least($3, 20)) chunks) piece;

-- name: verify_snapshot
-- returns: none
-- The first statement of a transaction in which sums over several pieces are compared.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: verify_journal
-- params: after:bigint last:bigint after_account:bigint last_account:bigint
-- returns: many
-- The postings of some accounts, in the order in which they were posted: ids are taken after the accounts
-- are locked. The condition on accounts is not one of their indexes.
SELECT p.from_id, p.to_id, p.amount, p.from_balance, p.to_balance, p.from_sequence, p.to_sequence,
       t.created_at
  FROM journal_posting p
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
 WHERE p.transaction_id > $1 AND p.transaction_id <= $2
   AND (p.from_id + 0 BETWEEN $3 + 1 AND $4 OR p.to_id + 0 BETWEEN $3 + 1 AND $4)
 ORDER BY p.transaction_id, p.line;

-- name: verify_floors
-- params: after:bigint last:bigint
-- returns: many
SELECT account_id, floor
  FROM account
 WHERE account_id > $1 AND account_id <= $2 AND floor IS NOT NULL;

-- name: transaction_at_or_after
-- params: transaction_id:bigint
-- returns: maybe
SELECT transaction_id, created_at
  FROM transaction
 WHERE transaction_id >= $1
 ORDER BY transaction_id
 LIMIT 1;

-- name: check_sums
-- params: after:bigint last:bigint
-- returns: many
-- All balances of a currency in a ledger sum to zero.
SELECT 'ledger ' || ledger_id || ' ' || currency AS key, sum(balance) AS found, 0::numeric AS expected
  FROM account
 WHERE account_id > $1 AND account_id <= $2
 GROUP BY ledger_id, currency;

-- name: check_balances
-- params: after:bigint last:bigint
-- returns: many
-- A stored balance is the one after the account's last posting, and its sequence the number of that
-- posting. Together with check_running it is the sum of all of them.
SELECT 'account ' || a.public_id || ': balance ' || a.balance || ' after ' || a.sequence
       || ' postings instead of ' || coalesce(p.balance, 0) || ' after ' || coalesce(p.sequence, 0)
       || coalesce(', which transaction ' || t.public_id || ' says', '') AS problem, a.ledger_id
  FROM account a
  LEFT JOIN LATERAL (
       SELECT sequence, balance, transaction_id
         FROM (SELECT * FROM (SELECT from_sequence AS sequence, from_balance AS balance, transaction_id
                                FROM posting
                               WHERE from_id = a.account_id
                               ORDER BY from_sequence DESC
                               LIMIT 1) outgoing
               UNION ALL
               SELECT * FROM (SELECT c.last_sequence, c.balance, NULL::bigint
                                FROM period_balance c
                                JOIN journal_period j USING (period_id)
                               WHERE c.account_id = a.account_id AND j.state <> 'copying'
                               ORDER BY c.last_sequence DESC
                               LIMIT 1) closed
               UNION ALL
               SELECT * FROM (SELECT to_sequence, to_balance, transaction_id
                                FROM posting
                               WHERE to_id = a.account_id
                               ORDER BY to_sequence DESC
                               LIMIT 1) incoming) l
        ORDER BY sequence DESC
        LIMIT 1) p ON true
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
 WHERE a.account_id > $1 AND a.account_id <= $2
   AND (a.balance <> coalesce(p.balance, 0) OR a.sequence <> coalesce(p.sequence, 0))
 LIMIT 100;

-- name: check_running
-- params: after:bigint last:bigint
-- returns: many
-- The balance on each posting is the one on the posting before it plus or minus the amount, without
-- gaps or repetitions in the sequence, and never below the floor; and it is not older than that one.
-- What is not closed; check_archive does the same for closed periods.
SELECT 'transaction ' || coalesce(t.public_id::text, l.transaction_id::text) || ', posting '
       || l.sequence || ' of account ' || a.public_id || ': ' ||
       CASE WHEN l.sequence > 1 AND b.balance IS NULL THEN 'posting ' || l.sequence - 1 || ' is missing'
            WHEN b.count > 1 THEN b.count || ' postings have the number ' || l.sequence - 1
            WHEN l.balance <> coalesce(b.balance, 0) + l.amount
                 THEN 'balance ' || l.balance || ' instead of ' || coalesce(b.balance, 0) + l.amount
            WHEN l.balance < a.floor THEN 'balance ' || l.balance || ' is below the floor ' || a.floor
            WHEN b.created_at > t.created_at
                 THEN 'time ' || t.created_at || ' is before ' || b.created_at || ' of the one before'
            ELSE 'another posting has this number' END AS problem, a.ledger_id
  FROM (SELECT transaction_id, from_id AS account_id, from_sequence AS sequence, -amount AS amount,
               from_balance AS balance, true AS is_debit
          FROM posting
         WHERE transaction_id > greatest($1, (SELECT closed_id FROM journal_archive))
           AND transaction_id <= $2
        UNION ALL
        SELECT transaction_id, to_id, to_sequence, amount, to_balance, false
          FROM posting
         WHERE transaction_id > greatest($1, (SELECT closed_id FROM journal_archive))
           AND transaction_id <= $2) l
  JOIN account a ON a.account_id = l.account_id
  LEFT JOIN transaction t ON t.transaction_id = l.transaction_id
 CROSS JOIN LATERAL (
       SELECT count(*) AS count, sum(p.balance) AS balance,
              max(coalesce(p.created_at, u.created_at)) AS created_at
         FROM (SELECT transaction_id, from_balance AS balance, NULL::timestamptz AS created_at
                 FROM posting
                WHERE from_id = l.account_id AND from_sequence = l.sequence - 1
                  AND transaction_id > (SELECT closed_id FROM journal_archive)
               UNION ALL
               SELECT transaction_id, to_balance, NULL
                 FROM posting
                WHERE to_id = l.account_id AND to_sequence = l.sequence - 1
                  AND transaction_id > (SELECT closed_id FROM journal_archive)
               UNION ALL
               SELECT NULL, c.balance, c.last_at
                 FROM period_balance c
                 JOIN journal_period j USING (period_id)
                WHERE c.account_id = l.account_id AND c.last_sequence = l.sequence - 1
                  AND j.state <> 'copying') p
         LEFT JOIN transaction u ON u.transaction_id = p.transaction_id) b
 WHERE b.count <> CASE WHEN l.sequence > 1 THEN 1 ELSE 0 END
    OR l.balance <> coalesce(b.balance, 0) + l.amount
    OR l.balance < a.floor
    OR b.created_at > t.created_at
    OR (l.is_debit AND (SELECT count(*)
                          FROM posting
                         WHERE to_id = l.account_id AND to_sequence = l.sequence) > 0)
 ORDER BY l.transaction_id
 LIMIT 100;

-- name: check_archive
-- params: after:bigint last:bigint
-- returns: many
-- Of a closed period: the first posting of an account in it goes on from the end of an earlier one, and
-- the last one is its closing balance.
SELECT 'transaction ' || coalesce(t.public_id::text, l.transaction_id::text) || ', posting '
       || l.sequence || ' of account ' || a.public_id || ': ' ||
       CASE WHEN l.sequence > 1 AND b.balance IS NULL THEN 'posting ' || l.sequence - 1 || ' is missing'
            WHEN b.count > 1 THEN b.count || ' postings have the number ' || l.sequence - 1
            WHEN l.balance <> coalesce(b.balance, 0) + l.amount
                 THEN 'balance ' || l.balance || ' instead of ' || coalesce(b.balance, 0) + l.amount
            WHEN l.balance < a.floor THEN 'balance ' || l.balance || ' is below the floor ' || a.floor
            WHEN b.created_at > t.created_at
                 THEN 'time ' || t.created_at || ' is before ' || b.created_at || ' of the one before'
            ELSE 'another posting has this number' END AS problem, a.ledger_id
  FROM (SELECT q.first_id, q.last_id, x.*
          FROM journal_period q
         CROSS JOIN LATERAL (
               SELECT transaction_id, from_id AS account_id, from_sequence AS sequence,
                      -amount AS amount, from_balance AS balance, true AS is_debit
                 FROM archived_posting
                WHERE transaction_id > greatest($1, q.first_id - 1)
                  AND transaction_id <= least($2, q.last_id)
               UNION ALL
               SELECT transaction_id, to_id, to_sequence, amount, to_balance, false
                 FROM archived_posting
                WHERE transaction_id > greatest($1, q.first_id - 1)
                  AND transaction_id <= least($2, q.last_id)) x
         WHERE q.state = 'attached' AND q.last_id > $1 AND q.first_id <= $2) l
  JOIN account a ON a.account_id = l.account_id
  LEFT JOIN transaction t ON t.transaction_id = l.transaction_id
 CROSS JOIN LATERAL (
       SELECT count(*) AS count, sum(p.balance) AS balance,
              max(coalesce(p.created_at, u.created_at)) AS created_at
         FROM (SELECT transaction_id, from_balance AS balance, NULL::timestamptz AS created_at
                 FROM archived_posting
                WHERE transaction_id BETWEEN l.first_id AND l.last_id
                  AND from_id = l.account_id AND from_sequence = l.sequence - 1
               UNION ALL
               SELECT transaction_id, to_balance, NULL
                 FROM archived_posting
                WHERE transaction_id BETWEEN l.first_id AND l.last_id
                  AND to_id = l.account_id AND to_sequence = l.sequence - 1
               UNION ALL
               SELECT NULL, c.balance, c.last_at
                 FROM period_balance c
                 JOIN journal_period j USING (period_id)
                WHERE c.account_id = l.account_id AND c.last_sequence = l.sequence - 1
                  AND j.last_id < l.first_id) p
         LEFT JOIN transaction u ON u.transaction_id = p.transaction_id) b
 WHERE b.count <> CASE WHEN l.sequence > 1 THEN 1 ELSE 0 END
    OR l.balance <> coalesce(b.balance, 0) + l.amount
    OR l.balance < a.floor
    OR b.created_at > t.created_at
    OR (l.is_debit AND EXISTS (SELECT
                                 FROM archived_posting
                                WHERE transaction_id BETWEEN l.first_id AND l.last_id
                                  AND to_id = l.account_id AND to_sequence = l.sequence))
 ORDER BY l.transaction_id
 LIMIT 100;

-- name: check_chunks
-- params: after:bigint last:bigint
-- returns: many
-- The postings of attached periods are those that were archived.
SELECT 'transactions ' || c.first_id || ' to ' || c.last_id || ' of period ' || p.name
       || ' are not those that were archived' AS problem, coalesce(f.ledger_id, 0) AS ledger_id
  FROM journal_chunk c
  JOIN journal_period p USING (period_id)
 CROSS JOIN LATERAL (
       SELECT lines_digest(array_agg(posting_line(a.transaction_id, a.line, a.ledger_id, a.currency,
                                                  a.from_id, a.to_id, a.amount, a.from_balance,
                                                  a.to_balance, a.from_sequence, a.to_sequence)
                                     ORDER BY a.transaction_id, a.line)) AS digest
         FROM archived_posting a
        WHERE a.transaction_id BETWEEN c.first_id AND c.last_id) d
  LEFT JOIN transaction f ON f.transaction_id = c.last_id
 WHERE c.chunk_id > $1 AND c.chunk_id <= $2 AND p.state = 'attached' AND d.digest <> c.digest
 ORDER BY c.chunk_id
 LIMIT 100;

-- name: check_closings
-- params: after:bigint last:bigint
-- returns: many
-- The closing balance of an account is that of its last posting in the period, which goes on where the
-- period before it ended.
SELECT 'account ' || a.public_id || ' closed period ' || p.name || ' with ' || c.balance
       || ' at its posting ' || c.last_sequence ||
       CASE WHEN c.first_sequence <> c.previous + 1
                 THEN ' and began it with posting ' || c.first_sequence || ' instead of ' || c.previous + 1
            ELSE ' instead of ' || coalesce(l.balance::text, 'nothing') END AS problem, a.ledger_id
  FROM account a
 CROSS JOIN LATERAL (
       SELECT b.*, coalesce(lag(last_sequence) OVER (ORDER BY last_sequence), 0) AS previous
         FROM period_balance b
        WHERE b.account_id = a.account_id) c
  JOIN journal_period p USING (period_id)
  LEFT JOIN LATERAL (
       SELECT from_balance AS balance
         FROM archived_posting x
        WHERE x.transaction_id BETWEEN p.first_id AND p.last_id
          AND x.from_id = c.account_id AND x.from_sequence = c.last_sequence
       UNION ALL
       SELECT to_balance
         FROM archived_posting x
        WHERE x.transaction_id BETWEEN p.first_id AND p.last_id
          AND x.to_id = c.account_id AND x.to_sequence = c.last_sequence) l ON true
 WHERE a.account_id > $1 AND a.account_id <= $2 AND p.state <> 'copying'
   AND (c.first_sequence <> c.previous + 1
        OR (p.state = 'attached' AND l.balance IS DISTINCT FROM c.balance))
 LIMIT 100;

-- name: check_floors
-- params: after:bigint last:bigint
-- returns: many
SELECT 'account ' || public_id || ' can spend ' || (balance::numeric - held) || ', its floor is ' || floor
       AS problem, ledger_id
  FROM account
 WHERE account_id > $1 AND account_id <= $2 AND balance::numeric - held < floor
 LIMIT 100;

-- name: check_holds
-- params: after:bigint last:bigint
-- returns: many
-- The held amount of an account is the sum of its active holds.
SELECT 'account ' || a.public_id || ': ' || a.held || ' is held instead of ' || coalesce(h.total, 0)
       AS problem, a.ledger_id
  FROM account a
 CROSS JOIN LATERAL (SELECT sum(amount) AS total
                       FROM hold
                      WHERE account_id = a.account_id AND status = 0) h
 WHERE a.account_id > $1 AND a.account_id <= $2 AND a.held <> coalesce(h.total, 0)
 LIMIT 100;

-- name: check_captures
-- params: after:bigint last:bigint
-- returns: many
-- A captured hold moved its amount out of its account, and so did each capture that left it active; their fees are not
-- of the hold.
SELECT 'hold ' || h.public_id || ' captured ' || h.captured || ', its transaction moved '
       || coalesce(p.amount, 0) || '; before, it captured ' || h.captured_before || ', they moved '
       || coalesce(b.amount, 0) AS problem, h.ledger_id
  FROM hold h
  LEFT JOIN LATERAL (SELECT j.amount
                       FROM journal_posting j
                       LEFT JOIN transaction_fee f ON f.transaction_id = j.transaction_id AND f.line = j.line
                      WHERE j.transaction_id = h.transaction_id AND j.from_id = h.account_id
                        AND f.line IS NULL) p ON true
 CROSS JOIN LATERAL (SELECT sum(j.amount) AS amount, bool_or(is_detached(c.transaction_id)) AS detached
                       FROM hold_capture c
                       LEFT JOIN journal_posting j ON j.transaction_id = c.transaction_id
                                                  AND j.from_id = h.account_id
                                                  AND (SELECT count(*)
                                                         FROM transaction_fee f
                                                        WHERE f.transaction_id = j.transaction_id AND f.line = j.line) = 0
                      WHERE c.hold_id = h.hold_id) b
 WHERE h.hold_id > $1 AND h.hold_id <= $2
   AND ((h.status = 1 AND h.captured IS DISTINCT FROM p.amount AND NOT is_detached(h.transaction_id))
        OR (h.status <> 1 AND h.transaction_id IS NOT NULL)
        OR (h.captured_before <> coalesce(b.amount, 0) AND b.detached IS NOT TRUE))
 LIMIT 100;

-- name: check_transactions
-- params: after:bigint last:bigint
-- returns: many
-- A transaction has postings, numbered from 0 without gaps, in its ledger and, but for compound ones, in one currency.
SELECT CASE WHEN t.transaction_id IS NULL THEN 'transaction ' || p.transaction_id || ' is missing, it has '
            ELSE 'transaction ' || min(t.public_id::text) || ' has ' END || count(p.line) || ' postings'
       || CASE WHEN count(p.line) > 0 AND (min(p.line) <> 0 OR max(p.line) <> count(p.line) - 1)
                    THEN ', the last is number ' || max(p.line)
               WHEN NOT bool_and(p.ledger_id = t.ledger_id) THEN ', not all in its ledger'
               WHEN min(p.currency) <> max(p.currency) THEN ' in several currencies'
               ELSE '' END AS problem, coalesce(min(t.ledger_id), min(p.ledger_id)) AS ledger_id
  FROM (SELECT transaction_id, public_id, ledger_id, type
          FROM transaction
         WHERE transaction_id > $1 AND transaction_id <= $2) t
  FULL JOIN (SELECT transaction_id, line, ledger_id, currency
               FROM journal_posting
              WHERE transaction_id > $1 AND transaction_id <= $2) p
    ON p.transaction_id = t.transaction_id
 GROUP BY t.transaction_id, p.transaction_id
HAVING (count(p.line) = 0 AND NOT is_detached(t.transaction_id)) OR max(p.line) <> count(p.line) - 1 OR min(p.line) <> 0
    OR bool_or(p.ledger_id = t.ledger_id) IS NULL AND count(p.line) > 0
    OR NOT bool_and(p.ledger_id = t.ledger_id)
    OR (min(p.currency) <> max(p.currency) AND min(t.type) NOT IN ('compound', 'reversal'))
 ORDER BY coalesce(t.transaction_id, p.transaction_id)
 LIMIT 100;

-- name: check_posting_accounts
-- params: after:bigint last:bigint
-- returns: many
-- A posting is between accounts in its ledger and currency. Triggers see to it; not to what a dump loads.
SELECT 'transaction ' || coalesce(t.public_id::text, p.transaction_id::text) || ', line ' || p.line
       || ': not between accounts in its ledger and currency' AS problem, p.ledger_id
  FROM posting p
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
  LEFT JOIN account f ON f.account_id = p.from_id AND f.ledger_id = p.ledger_id
                     AND f.currency = p.currency
  LEFT JOIN account o ON o.account_id = p.to_id AND o.ledger_id = p.ledger_id
                     AND o.currency = p.currency
 WHERE p.transaction_id > $1 AND p.transaction_id <= $2
   AND (f.account_id IS NULL OR o.account_id IS NULL)
 ORDER BY p.transaction_id, p.line
 LIMIT 100;

-- name: check_reversals
-- params: after:bigint last:bigint
-- returns: many
-- A transaction reverses another one of its own ledger, all that reverse the same one give back no more than
-- it moved, and that is counted; without fees, which check_fees looks at. The few that reverse one come first, and
-- are found by their ids: a condition on reverses itself would read all reversals by their index.
WITH reversal AS MATERIALIZED (
    SELECT transaction_id, public_id, ledger_id, reverses
      FROM transaction
     WHERE transaction_id > $1 AND transaction_id <= $2 AND reverses + 0 IS NOT NULL
), moved AS (
    SELECT r.public_id, r.ledger_id, t.public_id AS reversed, t.ledger_id AS reversed_ledger,
           r.transaction_id, a.amount, a.detached, b.reversed AS counted,
           (SELECT sum(p.amount)
              FROM journal_posting p
              LEFT JOIN transaction_fee f ON f.transaction_id = p.transaction_id AND f.line = p.line
             WHERE p.transaction_id = t.transaction_id AND f.line IS NULL) AS most
      FROM reversal r
      JOIN transaction t ON t.transaction_id = r.reverses
      LEFT JOIN reversed_transaction b ON b.transaction_id = r.reverses
     CROSS JOIN LATERAL (SELECT sum(p.amount) FILTER (WHERE f.line IS NULL) AS amount,
                                bool_or(is_detached(o.transaction_id)) AS detached
                           FROM transaction o
                           LEFT JOIN journal_posting p ON p.transaction_id = o.transaction_id
                           LEFT JOIN transaction_fee f ON f.transaction_id = p.transaction_id AND f.line = p.line
                          WHERE o.reverses = r.reverses) a
)
SELECT 'transaction ' || public_id || ' reverses ' || reversed ||
       CASE WHEN reversed_ledger <> ledger_id THEN ' of another ledger'
            WHEN amount > most THEN ': ' || amount || ' was given back, which is more than ' || most
            ELSE ': ' || coalesce(amount, 0) || ' was given back, ' || coalesce(counted, 0) || ' is counted' END AS problem,
       ledger_id
  FROM moved
 WHERE reversed_ledger <> ledger_id OR amount > most
    OR (counted IS DISTINCT FROM amount AND NOT detached)
 ORDER BY transaction_id
 LIMIT 100;

-- name: check_fees
-- params: after:bigint last:bigint
-- returns: many
-- A fee is a posting to or, given back, from the fee revenue of its ledger; and what was given back of it is what its
-- schedule says. Accounts of kind 5 are fee revenue.
SELECT 'transaction ' || t.public_id || ': ' ||
       CASE WHEN s.ledger_id <> t.ledger_id THEN 'its fee is by a schedule of another ledger'
            WHEN p.line IS NULL AND NOT is_detached(f.transaction_id) THEN 'its fee is not posted'
            WHEN p.amount <> f.amount THEN 'its fee is ' || p.amount || ' instead of ' || f.amount
            WHEN r.kind <> 5 THEN 'its fee is not fee revenue'
            ELSE 'of its fee ' || b.amount || ' was given back instead of ' || b.expected END AS problem,
       t.ledger_id
  FROM transaction_fee f
  JOIN transaction t USING (transaction_id)
  JOIN fee_version v USING (fee_version_id)
  JOIN fee_schedule s USING (fee_schedule_id)
  LEFT JOIN journal_posting p ON p.transaction_id = f.transaction_id AND p.line = f.line
  LEFT JOIN account r ON r.account_id = CASE WHEN t.reverses IS NULL THEN p.to_id ELSE p.from_id END
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(g.amount), 0) AS amount,
              CASE WHEN v.on_reversal = 'refund' AND t.reverses IS NULL
                   THEN coalesce((SELECT div(f.amount::numeric * reversed, moved)
                                    FROM reversed_transaction
                                   WHERE transaction_id = f.transaction_id), 0)
                   ELSE 0 END AS expected
         FROM transaction o
         JOIN transaction_fee g ON g.transaction_id = o.transaction_id
        WHERE o.reverses = f.transaction_id) b
 WHERE f.transaction_id > $1 AND f.transaction_id <= $2
   AND (s.ledger_id <> t.ledger_id
        OR (p.line IS NULL AND NOT is_detached(f.transaction_id))
        OR p.amount <> f.amount OR r.kind <> 5 OR b.amount <> b.expected)
 ORDER BY f.transaction_id
 LIMIT 100;

-- name: check_charged
-- params: after:bigint last:bigint
-- returns: many
-- An order of one posting has another one to fee revenue only if that is its fee.
SELECT 'transaction ' || t.public_id || ': posting ' || p.line || ' is not known as its fee' AS problem, t.ledger_id
  FROM posting p
  JOIN transaction t USING (transaction_id)
  LEFT JOIN transaction_fee f ON f.transaction_id = p.transaction_id AND f.line = p.line
 WHERE p.transaction_id > $1 AND p.transaction_id <= $2 AND p.line = 1 AND f.line IS NULL
   AND t.type IN ('transfer', 'credit', 'debit', 'capture')
   AND (SELECT kind FROM account WHERE account_id = p.to_id) = 5
 ORDER BY p.transaction_id
 LIMIT 100;
