-- Pending work of the operator, counted for cowry doctor.

-- name: attention_reviews
-- params:
-- returns: one
SELECT count(*) AS n FROM review WHERE status = 'open';

-- name: attention_withdrawals
-- params:
-- returns: one
-- Money held for a day with an unknown outcome.
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
-- Webhooks that were disabled because the receiver did not answer.
SELECT count(*) AS n FROM webhook_subscription WHERE problem IS NOT NULL AND deleted_at IS NULL;

-- name: attention_deliveries
-- params:
-- returns: one
-- Deliveries that failed permanently in the last day.
SELECT count(*) AS n
  FROM webhook_delivery
 WHERE status = 'failed' AND attempted_at > clock_timestamp() - interval '1 day';

-- name: log_settings
-- params:
-- returns: one
-- Number of settings that let PostgreSQL log personal data: rows that violate a constraint, and
-- parameters.
SELECT count(*) AS count
  FROM pg_settings
 WHERE (name = 'log_error_verbosity' AND setting <> 'terse')
    OR (name = 'log_parameter_max_length_on_error' AND setting <> '0')
    OR (current_setting('log_parameter_max_length') <> '0'
        AND ((name = 'log_statement' AND setting IN ('mod', 'all'))
             OR (name IN ('log_min_duration_statement', 'log_min_duration_sample')
                 AND setting <> '-1')));
