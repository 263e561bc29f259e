-- What waits for somebody, counted for cowry doctor.

-- name: attention_reviews
-- params:
-- returns: one
SELECT count(*) AS n FROM review WHERE status = 'open';

-- name: attention_withdrawals
-- params:
-- returns: one
-- Money that was held for a day, and still nobody knows.
SELECT count(*) AS n
  FROM payment
 WHERE withdrawal AND status = 'pending' AND created_at < clock_timestamp() - interval '1 day';

-- name: attention_jobs
-- params:
-- returns: one
SELECT count(*) AS n FROM job WHERE parked_at IS NOT NULL;

-- name: attention_subscriptions
-- params:
-- returns: one
-- Webhooks that were switched off because nobody answered.
SELECT count(*) AS n FROM webhook_subscription WHERE problem IS NOT NULL AND deleted_at IS NULL;

-- name: attention_deliveries
-- params:
-- returns: one
-- Deliveries of the last day that were given up.
SELECT count(*) AS n
  FROM webhook_delivery
 WHERE status = 'failed' AND attempted_at > clock_timestamp() - interval '1 day';
