-- Vouchers: issued, settled, redeemed, cancelled, expired. A voucher's row is locked before accounts
-- are.

-- name: voucher_insert
-- params: reference:text user_id:bigint issued_to:text type:text easypay_number:text code_digest:bytea code_sealed:bytea amount:bigint max_redemptions:bigint
-- returns: maybe
-- No row if the reference, the number or the code is taken.
INSERT INTO voucher (reference, user_id, issued_to, type, status, easypay_number, code_digest,
                     code_sealed, original_amount, balance, max_redemptions, created_at, updated_at,
                     expires_at, refund_after)
SELECT $1, $2, $3, $4, CASE WHEN $5 IS NULL THEN 'active' ELSE 'pending_payment' END, $5, $6, $7, $8,
       $8, $9, t.now, t.now, t.later, t.later
  FROM (SELECT n.now,
               n.now + CASE WHEN $5 IS NULL THEN interval '12 months' ELSE interval '4 days' END
                   AS later
          FROM (SELECT clock_timestamp() AS now) n) t
    ON CONFLICT DO NOTHING
RETURNING voucher_id;

-- name: voucher_by_digest
-- params: digest:bytea
-- returns: maybe
SELECT voucher_id FROM voucher WHERE code_digest = $1;

-- name: voucher_by_reference
-- params: reference:text
-- returns: maybe
-- Only after its EasyPay number was paid for.
SELECT voucher_id FROM voucher WHERE reference = $1 AND code_digest IS NOT NULL;

-- name: voucher_by_easypay
-- params: number:text
-- returns: maybe
SELECT voucher_id FROM voucher WHERE easypay_number = $1;

-- name: voucher_lock
-- params: voucher_id:bigint
-- returns: one
SELECT voucher_id FROM voucher WHERE voucher_id = $1 FOR NO KEY UPDATE;

-- name: voucher_get
-- params: voucher_id:bigint
-- returns: one
-- live: it has not expired by the clock, whatever its status says.
SELECT v.voucher_id, v.reference, v.user_id, v.issued_to, v.type, v.status, v.easypay_number,
       v.code_sealed, v.original_amount AS original_minor, v.balance AS balance_minor,
       v.refunded AS refunded_minor,
       v.max_redemptions, v.redemptions, v.created_at, v.updated_at, v.expires_at, v.settled_at,
       v.expires_at > clock_timestamp() AS live
  FROM voucher v
 WHERE v.voucher_id = $1;

-- name: voucher_list
-- params: user_id:bigint status:text most:bigint skip:bigint
-- returns: many
SELECT v.voucher_id, v.reference, v.user_id, v.issued_to, v.type, v.status, v.easypay_number,
       v.code_sealed, v.original_amount AS original_minor, v.balance AS balance_minor,
       v.refunded AS refunded_minor,
       v.max_redemptions, v.redemptions, v.created_at, v.updated_at, v.expires_at, v.settled_at,
       v.expires_at > clock_timestamp() AS live
  FROM voucher v
 WHERE v.user_id = $1 AND coalesce(v.status = $2, $2 IS NULL)
 ORDER BY v.voucher_id DESC
 LIMIT $3 OFFSET $4;

-- name: voucher_count
-- params: user_id:bigint status:text
-- returns: one
SELECT count(*) AS count FROM voucher WHERE user_id = $1 AND coalesce(status = $2, $2 IS NULL);

-- name: voucher_summary
-- params: user_id:bigint
-- returns: one
-- The issued amounts of pending and redeemed vouchers, and the balance of active ones.
SELECT count(*) FILTER (WHERE status = 'active') AS active_count,
       coalesce(sum(balance) FILTER (WHERE status = 'active'), 0) AS active_minor,
       count(*) FILTER (WHERE status = 'pending_payment') AS pending_count,
       coalesce(sum(original_amount) FILTER (WHERE status = 'pending_payment'), 0)
           AS pending_minor,
       count(*) FILTER (WHERE status = 'redeemed') AS redeemed_count,
       coalesce(sum(original_amount) FILTER (WHERE status = 'redeemed'), 0)
           AS redeemed_minor
  FROM voucher
 WHERE user_id = $1;

-- name: voucher_settle
-- params: voucher_id:bigint digest:bytea sealed:bytea
-- returns: maybe
-- It becomes active and gets a code; no row if the code is taken.
UPDATE voucher v
   SET status = 'active', code_digest = $2, code_sealed = $3, settled_at = t.now, updated_at = t.now,
       expires_at = t.now + interval '12 months', refund_after = t.now + interval '12 months'
  FROM (SELECT clock_timestamp() AS now) t
 WHERE v.voucher_id = $1 AND NOT EXISTS (SELECT FROM voucher o WHERE o.code_digest = $2)
RETURNING v.voucher_id;

-- name: settlement_find
-- params: external_id:text
-- returns: maybe
SELECT voucher_id, merchant, amount FROM easypay_settlement WHERE external_id = $1;

-- name: settlement_insert
-- params: transaction_id:bigint voucher_id:bigint external_id:text merchant:text amount:bigint
-- returns: none
INSERT INTO easypay_settlement (transaction_id, voucher_id, external_id, merchant, amount)
VALUES ($1, $2, $3, $4, $5);

-- name: voucher_redeem
-- params: voucher_id:bigint amount:bigint last:boolean refunded:boolean
-- returns: none
-- After the last allowed redemption it is used up, and the rest is refunded. A rest that the
-- issuer's wallet can't receive stays with the voucher for a retry.
UPDATE voucher
   SET balance = CASE WHEN $4 THEN 0 ELSE balance - $2 END,
       refunded = CASE WHEN $4 THEN refunded + balance - $2 ELSE refunded END,
       redemptions = redemptions + 1, updated_at = clock_timestamp(),
       status = CASE WHEN balance = $2 OR $4 THEN 'redeemed' WHEN $3 THEN 'expired'
                     ELSE status END,
       refund_after = CASE WHEN $3 AND balance > $2 AND NOT $4 THEN clock_timestamp()
                           ELSE refund_after END
 WHERE voucher_id = $1;

-- name: redemption_insert
-- params: transaction_id:bigint voucher_id:bigint number:bigint user_id:bigint redeemer:text merchant:text service_provider:text amount:bigint
-- returns: none
INSERT INTO voucher_redemption (transaction_id, voucher_id, number, user_id, redeemer, merchant,
                                service_provider, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: redemption_list
-- params: voucher_id:bigint most:bigint
-- returns: many
-- The latest ones.
SELECT number, amount AS minor, redeemer, merchant, service_provider, created_at
  FROM voucher_redemption
 WHERE voucher_id = $1
 ORDER BY number DESC
 LIMIT $2;

-- name: voucher_cancel
-- params: voucher_id:bigint
-- returns: one
UPDATE voucher
   SET status = 'cancelled', refunded = balance, balance = 0, updated_at = clock_timestamp()
 WHERE voucher_id = $1
RETURNING updated_at;

-- name: voucher_due
-- params: most:bigint
-- returns: many
-- Expired vouchers, and those that reached their maximum number of redemptions (spent), with the
-- wallets that receive the rest. Locked ones are skipped until the next time. A refund to a closed
-- wallet is tried once, and then left to an administrator (closing_waiting).
SELECT v.voucher_id, v.reference, v.balance AS minor, a.ledger_id, a.public_id AS wallet,
       v.type = 'easypay' AND v.settled_at IS NULL AS pending,
       coalesce(v.redemptions >= v.max_redemptions, false) AS spent
  FROM voucher v
  JOIN personal_wallet p ON p.user_id = v.user_id AND p.currency = v.currency
  JOIN account a ON a.account_id = p.account_id
 WHERE v.balance > 0 AND v.refund_after <= (SELECT clock_timestamp())
   AND (v.status <> 'expired' OR a.status <> 2)
 ORDER BY v.refund_after
 LIMIT $1
   FOR NO KEY UPDATE OF v SKIP LOCKED;

-- name: voucher_expire
-- params: voucher_ids:bigint[] refunded:boolean[] pause_s:bigint
-- returns: none
-- They have expired, or are used up. A rest that a wallet can't receive stays with its voucher for a
-- retry.
UPDATE voucher v
   SET status = CASE WHEN d.refunded AND v.redemptions >= v.max_redemptions THEN 'redeemed'
                     ELSE 'expired' END,
       updated_at = t.now,
       refunded = CASE WHEN d.refunded THEN v.refunded + v.balance ELSE v.refunded END,
       balance = CASE WHEN d.refunded THEN 0 ELSE v.balance END,
       refund_after = CASE WHEN d.refunded THEN v.refund_after
                           ELSE t.now + make_interval(secs => $3) END
  FROM unnest($1, $2) AS d (voucher_id, refunded), (SELECT clock_timestamp() AS now) t
 WHERE v.voucher_id = d.voucher_id;

-- name: guess_state
-- params: clients:text[] most:bigint[]
-- returns: one
-- Seconds until further guesses are allowed after too many wrong ones; 0: now.
SELECT coalesce(max(ceil(extract(epoch FROM g.window_ends_at - clock_timestamp()))), 0)::bigint
           AS wait_s
  FROM unnest($1, $2) AS l (client, most)
  JOIN voucher_guess g ON g.whoever = l.client
 WHERE g.failures >= l.most AND g.window_ends_at > clock_timestamp();

-- name: guess_count
-- params: clients:text[] window_s:bigint
-- returns: many
-- Count a wrong guess, in the current window or in a new one.
INSERT INTO voucher_guess AS g (whoever, failures, window_ends_at)
SELECT l.client, 1, clock_timestamp() + make_interval(secs => $2)
  FROM unnest($1) AS l (client)
 ORDER BY l.client
    ON CONFLICT (whoever) DO UPDATE
       SET failures = CASE WHEN g.window_ends_at > clock_timestamp() THEN g.failures + 1 ELSE 1 END,
           window_ends_at = CASE WHEN g.window_ends_at > clock_timestamp() THEN g.window_ends_at
                                 ELSE excluded.window_ends_at END
RETURNING g.whoever, g.failures,
          ceil(extract(epoch FROM g.window_ends_at - clock_timestamp()))::bigint AS wait_s;

-- name: guess_sweep
-- params: most:bigint
-- returns: none
DELETE FROM voucher_guess
 WHERE whoever IN (SELECT whoever FROM voucher_guess
                    WHERE window_ends_at < (SELECT clock_timestamp()) LIMIT $1);
