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
       r.key_id = 0 OR EXISTS (SELECT 1
                                 FROM api_key k
                                 JOIN users u USING (user_id)
                                WHERE k.api_key_id = r.key_id
                                  AND k.revoked_at IS NULL
                                  AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
                                  AND u.status = 'active') AS allowed
  FROM unnest($1, $2, $3) WITH ORDINALITY AS r (ledger_id, public_id, key_id, number)
  LEFT JOIN account a ON a.public_id = r.public_id AND a.ledger_id = r.ledger_id
  LEFT JOIN wallet w ON w.account_id = a.account_id;

-- name: wallet_list
-- params: project_id:bigint ledger_id:bigint after:bigint most:bigint currency:text project_account:uuid
-- returns: many
SELECT a.account_id, a.public_id, w.project_account, a.currency,
       a.status::bigint AS status, a.balance, a.held, w.created_at, a.sequence, 0::bigint AS number,
       true AS allowed
  FROM wallet w
  JOIN account a USING (account_id)
 WHERE w.project_id = $1
   AND a.ledger_id = $2
   AND ($3 IS NULL OR w.account_id < $3)
   AND ($5 IS NULL OR a.currency = $5)
   AND ($6 IS NULL OR w.project_account = $6)
 ORDER BY w.account_id DESC
 LIMIT $4;

-- name: wallet_set_status
-- params: account_id:bigint status:smallint
-- returns: none
UPDATE account SET status = $2 WHERE account_id = $1;

-- name: wallet_anywhere
-- params: public_id:uuid name:text
-- returns: maybe
-- Any customer's wallet, by any of its ids: name is a number or a label. Not a closed one.
SELECT a.public_id, a.account_id, a.ledger_id, a.currency, w.number, w.user_id, w.project_id
  FROM wallet w
  JOIN account a USING (account_id)
 WHERE a.status <> 2
   AND (($1 IS NOT NULL AND a.public_id = $1)
        OR ($2 IS NOT NULL AND (w.number = $2 OR w.label = $2)));

-- name: wallet_transactions
-- params: account_id:bigint before:bigint most:bigint
-- returns: many
-- The history of an account, newest first, by the number of the posting in it.
SELECT p.sequence, t.public_id, t.reference, t.type, p.direction, p.currency, p.amount, p.balance,
       o.public_id AS other, w.account_id IS NOT NULL AS other_is_wallet, t.metadata, t.created_at,
       r.public_id AS reverses
  FROM (SELECT * FROM (
            SELECT transaction_id, from_sequence AS sequence, 'out' AS direction, currency, amount,
                   from_balance AS balance, to_id AS other_id
              FROM posting
             WHERE from_id = $1 AND from_sequence < $2
             ORDER BY from_sequence DESC
             LIMIT $3) outgoing
        UNION ALL
        SELECT * FROM (
            SELECT transaction_id, to_sequence AS sequence, 'in' AS direction, currency, amount,
                   to_balance AS balance, from_id AS other_id
              FROM posting
             WHERE to_id = $1 AND to_sequence < $2
             ORDER BY to_sequence DESC
             LIMIT $3) incoming) p
  JOIN transaction t USING (transaction_id)
  JOIN account o ON o.account_id = p.other_id
  LEFT JOIN wallet w ON w.account_id = o.account_id
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
 ORDER BY p.sequence DESC
 LIMIT $3;

-- name: transaction_find
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- A transaction of one posting, to be reversed; not a reversal, nor a payment through a provider
-- (accounts of kind 4): that money has left the ledger, or came from outside.
SELECT t.transaction_id, t.public_id, t.reference, t.type, p.currency, p.amount,
       f.public_id AS source, o.public_id AS destination, t.metadata, t.created_at,
       (SELECT count(*) FROM posting q WHERE q.transaction_id = t.transaction_id) AS postings,
       t.reverses IS NOT NULL OR 4 IN (f.kind, o.kind) AS is_final
  FROM transaction t
  JOIN posting p ON p.transaction_id = t.transaction_id AND p.line = 0
  JOIN account f ON f.account_id = p.from_id
  JOIN account o ON o.account_id = p.to_id
 WHERE t.public_id = $2 AND t.ledger_id = $1;
