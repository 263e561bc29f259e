-- Wallets as the APIs show them, and their histories.

-- name: wallet_insert
-- params: account_id:bigint project_id:bigint project_account:uuid
-- returns: none
INSERT INTO wallet (account_id, project_id, project_account) VALUES ($1, $2, $3);

-- name: wallet_find
-- params: ledger_ids:bigint[] public_ids:uuid[] key_ids:bigint[]
-- returns: many
-- Wallets with their balances, each in the requested ledger, and whether the calling key (0: none to
-- be checked) is valid. One row for each request, with its position in the lists, from 1; account_id
-- is NULL if there is no such wallet.
SELECT w.account_id, a.public_id, w.project_account, a.currency,
       a.status::bigint AS status, a.balance, a.held, w.created_at, a.sequence, r.number,
       r.key_id = 0 OR r.key_id = ANY (ARRAY(
           SELECT k.api_key_id
             FROM api_key k
             JOIN users u USING (user_id)
            WHERE k.api_key_id = ANY ($3)
              AND k.revoked_at IS NULL AND k.archived_at IS NULL
              AND k.allowed_addresses IS NULL AND k.allowed_routes IS NULL
              AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
              AND u.status = 'active')) AS allowed
  FROM unnest($1, $2, $3) WITH ORDINALITY AS r (ledger_id, public_id, key_id, number)
  LEFT JOIN account a ON a.public_id = r.public_id AND a.ledger_id = r.ledger_id
  LEFT JOIN wallet w ON w.account_id = a.account_id;

-- name: wallet_list
-- params: ledger_id:bigint after:bigint most:bigint currency:text project_account:uuid
-- returns: many
-- Newest first, after the one whose number is given, if it is not 0. Each currency of the ledger is read in the order
-- of an index, as is what a customer has, so that no page reads the wallets of others.
WITH RECURSIVE place AS MATERIALIZED (
    SELECT coalesce(max(created_at), 'infinity') AS at, coalesce(max(account_id), 9223372036854775807) AS id
      FROM account
     WHERE account_id = $2 AND ledger_id = $1
), held AS (
    (SELECT currency FROM account WHERE ledger_id = $1 AND kind = 1 ORDER BY currency LIMIT 1)
    UNION ALL
    SELECT n.currency
      FROM held h
     CROSS JOIN LATERAL (
               SELECT currency
                 FROM account
                WHERE ledger_id = $1 AND kind = 1 AND currency > h.currency
                ORDER BY currency
                LIMIT 1) n
), found AS MATERIALIZED (
    SELECT s.account_id, s.created_at
      FROM place p
     CROSS JOIN held h
     CROSS JOIN LATERAL (
               SELECT account_id, created_at
                 FROM account
                WHERE ledger_id = $1 AND kind = 1 AND currency = h.currency
                  AND (created_at, account_id) < (p.at, p.id)
                ORDER BY created_at DESC, account_id DESC
                LIMIT $3) s
     WHERE $5 IS NULL AND coalesce(h.currency = $4, $4 IS NULL)
    UNION ALL
    SELECT s.account_id, s.created_at
      FROM place p
     CROSS JOIN LATERAL (
               SELECT w.account_id, w.created_at
                 FROM wallet w
                 JOIN account a USING (account_id)
                WHERE w.project_account = $5 AND a.ledger_id = $1 AND coalesce(a.currency = $4, $4 IS NULL)
                  AND (w.created_at, w.account_id) < (p.at, p.id)
                ORDER BY w.created_at DESC, w.account_id DESC
                LIMIT $3) s
     ORDER BY created_at DESC, account_id DESC
     LIMIT $3
)
SELECT a.account_id, a.public_id, w.project_account, a.currency,
       a.status::bigint AS status, a.balance, a.held, w.created_at, a.sequence, 0::bigint AS number,
       true AS allowed
  FROM found f
  JOIN wallet w USING (account_id)
  JOIN account a USING (account_id)
 ORDER BY f.created_at DESC, f.account_id DESC;

-- name: wallet_set_status
-- params: account_id:bigint status:smallint
-- returns: none
UPDATE account SET status = $2 WHERE account_id = $1;

-- name: wallet_anywhere
-- params: public_id:uuid name:text
-- returns: maybe
-- Any customer's wallet, by any of its ids: name is a number or a label. Not a closed one.
SELECT a.public_id, a.account_id, a.ledger_id, a.currency, w.number, w.user_id, w.project_id
  FROM (SELECT account_id FROM account WHERE public_id = $1
        UNION
        SELECT account_id FROM wallet WHERE number = $2
        UNION
        SELECT account_id FROM wallet WHERE label = $2) named
  JOIN wallet w USING (account_id)
  JOIN account a USING (account_id)
 WHERE a.status <> 2;

-- name: wallet_transactions
-- params: account_id:bigint before:bigint most:bigint with_counterparties:boolean with_metadata:boolean
-- returns: many
-- The history of an account, newest first, by the number of the posting in it. The archive is only read
-- if the page goes back so far. A counterparty is NULL unless it is a wallet
-- and with_counterparties is true, metadata are NULL unless with_metadata is.
WITH recent AS MATERIALIZED (
    SELECT *
      FROM (SELECT * FROM (
                SELECT transaction_id, line, from_sequence AS sequence, true AS is_debit, currency, amount,
                       from_balance AS balance, to_id AS other_id
                  FROM posting
                 WHERE from_id = $1 AND from_sequence < $2
                 ORDER BY from_sequence DESC
                 LIMIT $3) outgoing
            UNION ALL
            SELECT * FROM (
                SELECT transaction_id, line, to_sequence AS sequence, false, currency, amount,
                       to_balance AS balance, from_id AS other_id
                  FROM posting
                 WHERE to_id = $1 AND to_sequence < $2
                 ORDER BY to_sequence DESC
                 LIMIT $3) incoming) both_sides
     ORDER BY sequence DESC
     LIMIT $3
), rest AS (
    SELECT count(*) AS count, coalesce(min(sequence), $2) AS before FROM recent
)
SELECT p.sequence, t.public_id, t.reference, t.type,
       CASE WHEN p.is_debit THEN 'out' ELSE 'in' END AS direction, p.currency, p.amount, p.balance,
       o.public_id AS counterparty,
       CASE WHEN $5 THEN t.metadata END AS metadata, t.created_at, r.public_id AS reverses,
       (SELECT count(*) FROM transaction_fee f WHERE f.transaction_id = p.transaction_id AND f.line = p.line) > 0 AS is_fee
  FROM (SELECT * FROM recent
        UNION ALL
        SELECT h.transaction_id, h.line, h.sequence, h.is_debit, h.currency, h.amount, h.balance, h.other_id
          FROM rest r
         CROSS JOIN LATERAL archived_history($1, r.before, $3 - r.count) h
         WHERE r.count < $3 AND r.before > 1) p
  JOIN transaction t USING (transaction_id)
  LEFT JOIN wallet w ON $4 AND w.account_id = p.other_id
  LEFT JOIN account o ON o.account_id = w.account_id
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
 ORDER BY p.sequence DESC
 LIMIT $3;

-- name: transaction_postings
-- params: transaction_id:bigint
-- returns: many
-- The last one first.
SELECT f.public_id AS source, o.public_id AS destination, p.currency::text AS currency, p.amount
  FROM journal_posting p
  JOIN account f ON f.account_id = p.from_id
  JOIN account o ON o.account_id = p.to_id
 WHERE p.transaction_id = $1
 ORDER BY p.line DESC;

-- name: transaction_find
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- A transaction with its first posting, to be reversed; not a reversal, nor a payment through a provider
-- (accounts of kind 4): that money has left the ledger, or came from outside. rest is what a reversal without
-- amount gives back: what is left, and if nothing is, what the last one took, which may be repeated. Its fee is not
-- one of its postings here. The sum keeps the planner from reading all transactions in their order.
SELECT t.transaction_id, t.public_id, t.reference, t.type, p.currency, p.amount,
       f.public_id AS source, o.public_id AS destination, t.metadata, t.created_at,
       p.postings - CASE WHEN e.line IS NULL THEN 0 ELSE 1 END AS postings,
       t.reverses IS NOT NULL OR 4 IN (f.kind, o.kind) AS is_final,
       CASE WHEN r.reversed >= p.amount
            THEN coalesce((SELECT q.amount
                             FROM transaction b
                             JOIN journal_posting q ON q.transaction_id = b.transaction_id
                            WHERE b.reverses = t.transaction_id
                              AND q.line = (SELECT count(*)
                                              FROM transaction_fee g
                                             WHERE g.transaction_id = b.transaction_id AND g.line = 0)
                            ORDER BY b.transaction_id + 0 DESC
                            LIMIT 1), p.amount)
            ELSE p.amount - coalesce(r.reversed, 0) END AS rest,
       e.fee, e.fee_version_id, e.bearer, e.version, e.schedule
  FROM transaction t
  JOIN LATERAL (SELECT q.*, count(*) OVER () AS postings
                  FROM posting q
                 WHERE q.transaction_id = t.transaction_id
                UNION ALL
                SELECT a.*, count(*) OVER ()
                  FROM archived_lines(t.transaction_id) a
                 WHERE NOT EXISTS (SELECT FROM posting q
                                    WHERE q.transaction_id = t.transaction_id)) p ON p.line = 0
  JOIN account f ON f.account_id = p.from_id
  JOIN account o ON o.account_id = p.to_id
  LEFT JOIN reversed_transaction r ON r.transaction_id = t.transaction_id
  LEFT JOIN LATERAL (SELECT c.line, CASE v.on_reversal WHEN 'refund' THEN c.amount END AS fee, c.fee_version_id,
                            v.bearer, v.number AS version, s.public_id AS schedule
                       FROM transaction_fee c
                       JOIN fee_version v USING (fee_version_id)
                       JOIN fee_schedule s USING (fee_schedule_id)
                      WHERE c.transaction_id = t.transaction_id
                      LIMIT 1) e ON true
 WHERE t.public_id = $2 AND t.ledger_id = $1;
