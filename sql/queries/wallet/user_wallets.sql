-- Users' wallets: one per currency.

-- name: user_wallet_find
-- params: user_id:bigint currency:text
-- returns: maybe
SELECT a.account_id, a.public_id, w.number, w.label, w.user_id, a.ledger_id, a.currency, a.balance, a.held,
       a.status::bigint AS status, a.sequence, w.created_at
  FROM personal_wallet p
  JOIN wallet w USING (account_id)
  JOIN account a USING (account_id)
 WHERE p.user_id = $1 AND p.currency = $2;

-- name: user_wallet_by_number
-- params: number:text
-- returns: maybe
-- A closed one is not found.
SELECT a.account_id, a.public_id, w.number, w.label, w.user_id, a.ledger_id, a.currency, a.balance, a.held,
       a.status::bigint AS status, a.sequence, w.created_at
  FROM wallet w
  JOIN account a USING (account_id)
 WHERE w.number = $1 AND w.user_id IS NOT NULL AND a.status <> 2;

-- name: user_wallet_claim
-- params: user_id:bigint
-- returns: maybe
-- Of two concurrent first uses, the second waits here, and then finds the wallet of the first. None
-- after the account was closed.
SELECT user_id FROM users WHERE user_id = $1 AND status <> 'deleted' FOR NO KEY UPDATE;

-- name: user_wallet_insert
-- params: account_id:bigint number:text suffix:boolean user_id:bigint currency:text
-- returns: maybe
-- No row if the number is taken, or the label, which a suffix makes unique.
WITH made AS (
    INSERT INTO wallet (account_id, number, label, user_id)
    VALUES ($1, $2,
            'WAL-' || floor(extract(epoch FROM now()) * 1000)::bigint
                || CASE WHEN $3 THEN '-' || $1 ELSE '' END, $4)
        ON CONFLICT DO NOTHING
    RETURNING account_id, user_id
)
INSERT INTO personal_wallet (user_id, currency, account_id)
SELECT user_id, $5, account_id FROM made
RETURNING account_id;

-- name: user_wallet_label
-- params: account_id:bigint
-- returns: none
-- Always with a suffix, because concurrent inserts are not visible.
UPDATE wallet
   SET label = 'WAL-' || floor(extract(epoch FROM created_at) * 1000)::bigint || '-' || account_id
 WHERE account_id = $1 AND label IS NULL;
