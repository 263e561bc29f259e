-- Fundings and deductions of user wallets.

-- name: funding_facts
-- params: user_id:bigint purpose:text amount:bigint email_key:text other_than:bigint spelling:text
-- returns: one
-- Input of the risk rules.
SELECT $3::bigint AS amount, coalesce(h.completed, 0) AS completed,
       coalesce(h.average, 0)::bigint AS average, coalesce(h.started, 0) AS started,
       (SELECT coalesce(sum(c.failures), 0)::bigint
          FROM one_time_code c
         WHERE c.user_id = $1 AND c.purpose = $2
           AND c.created_at > clock_timestamp() - interval '24 hours') AS failed_codes,
       floor(extract(epoch FROM clock_timestamp() - u.created_at))::bigint AS account_age_s,
       u.email_key NOT IN ($4, $6)
           AND NOT EXISTS (SELECT FROM funding f
                            WHERE f.user_id = $1 AND f.purpose = $2 AND f.email_key = $4
                              AND f.status = 'completed') AS new_address
  FROM users u
  LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE f.status = 'completed') AS completed,
               round(avg(f.amount) FILTER (WHERE f.status = 'completed')) AS average,
               count(*) FILTER (WHERE f.created_at > clock_timestamp() - interval '24 hours')
                   AS started
          FROM funding f
         WHERE f.user_id = $1 AND f.purpose = $2 AND f.funding_id <> $5
           AND f.created_at > clock_timestamp() - interval '90 days') h ON true
 WHERE u.user_id = $1;

-- name: funding_insert
-- params: public_id:uuid user_id:bigint purpose:text reference:text transaction_no:text amount:bigint email:text email_key:text description:text risk:text risk_rules:text requires_review:boolean lifetime_s:bigint
-- returns: maybe
-- No row if the reference or the number is taken.
INSERT INTO funding (public_id, user_id, purpose, reference, transaction_no, amount, email,
                     email_key, description, risk, risk_rules, requires_review, created_at,
                     expires_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, t.now, t.now + make_interval(secs => $13)
  FROM (SELECT clock_timestamp() AS now) t
    ON CONFLICT DO NOTHING
RETURNING funding_id;

-- name: funding_by_reference
-- params: user_id:bigint reference:text
-- returns: maybe
SELECT funding_id, public_id, user_id, purpose, reference, transaction_no, amount AS minor, email,
       description, risk, risk_rules, requires_review, status, hold,
       status = 'pending' AND expires_at > clock_timestamp() AS live
  FROM funding
 WHERE user_id = $1 AND reference = $2
   FOR UPDATE;

-- name: funding_newest
-- params: user_id:bigint purpose:text other_than:bigint
-- returns: maybe
-- The newest pending one.
SELECT funding_id, public_id, user_id, purpose, reference, transaction_no, amount AS minor, email,
       description, risk, risk_rules, requires_review, status, hold, true AS live
  FROM funding
 WHERE user_id = $1 AND purpose = $2 AND funding_id <> $3 AND status = 'pending'
   AND expires_at > clock_timestamp()
 ORDER BY funding_id DESC
 LIMIT 1
   FOR UPDATE;

-- name: funding_by_id
-- params: public_id:uuid
-- returns: maybe
SELECT funding_id, public_id, user_id, purpose, reference, transaction_no, amount AS minor, email,
       description, risk, risk_rules, requires_review, status, hold, false AS live
  FROM funding
 WHERE public_id = $1
   FOR UPDATE;

-- name: funding_set_address
-- params: funding_id:bigint email:text email_key:text risk:text risk_rules:text requires_review:boolean
-- returns: none
UPDATE funding
   SET email = $2, email_key = $3, risk = $4, risk_rules = $5, requires_review = $6
 WHERE funding_id = $1;

-- name: funding_set_hold
-- params: funding_id:bigint hold:uuid
-- returns: none
UPDATE funding SET hold = $2 WHERE funding_id = $1;

-- name: funding_set_status
-- params: funding_id:bigint status:text transaction_id:bigint
-- returns: none
UPDATE funding
   SET status = $2, transaction_id = $3,
       closed_at = CASE WHEN $2 IN ('pending', 'review') THEN NULL ELSE clock_timestamp() END
 WHERE funding_id = $1;

-- name: funding_sweep
-- params: most:bigint
-- returns: none
-- Unconfirmed ones after their time. The hold of a deduction has expired long before.
UPDATE funding
   SET status = 'expired', closed_at = clock_timestamp()
 WHERE funding_id IN (SELECT funding_id
                        FROM funding
                       WHERE status = 'pending' AND expires_at <= clock_timestamp()
                       LIMIT $1
                         FOR UPDATE SKIP LOCKED);

-- name: funding_addresses
-- params:
-- returns: many
SELECT DISTINCT email_key FROM funding WHERE octet_length(email_key) > length(email_key);

-- name: funding_set_email_key
-- params: old_key:text email_key:text
-- returns: none
UPDATE funding SET email_key = $2 WHERE email_key = $1;
