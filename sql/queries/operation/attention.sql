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

-- name: backlog_jobs
-- params:
-- returns: one
-- Jobs that no runner has taken although they have been due for a minute, and how long the oldest one.
SELECT count(*) AS n,
       coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(claimed_until, due_at))), 0)::bigint
           AS seconds
  FROM job
 WHERE parked_at IS NULL
   AND coalesce(claimed_until, due_at) < clock_timestamp() - interval '1 minute';

-- name: backlog_events
-- params:
-- returns: one
-- Events that are not published yet, and the age of the oldest one.
SELECT count(*) AS n,
       coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::bigint AS seconds
  FROM event
 WHERE sequence IS NULL;

-- name: backlog_deliveries
-- params:
-- returns: one
-- Deliveries that wait for their receivers, and the age of the oldest one.
SELECT count(*) AS n,
       coalesce(extract(epoch FROM clock_timestamp() - min(begun_at)), 0)::bigint AS seconds
  FROM webhook_delivery
 WHERE status = 'pending';

-- name: backlog_seals
-- params:
-- returns: one
-- Transactions that are not sealed yet, up to a hundred thousand, and the age of the oldest one.
SELECT count(*) AS n,
       coalesce(extract(epoch FROM clock_timestamp() - min(t.created_at)), 0)::bigint AS seconds
  FROM seal_feed f
  JOIN LATERAL (SELECT created_at
                  FROM transaction
                 WHERE transaction_id > f.done_id
                 ORDER BY transaction_id
                 LIMIT 100000) t ON true;

-- name: connection_budget
-- params:
-- returns: one
-- Connections that the role may have, those that others have, and the processes of Cowry that are
-- connected. Reserved connections are a setting since PostgreSQL 16. The type of others' backends is
-- hidden; those of clients have a database and a user.
SELECT current_setting('max_connections')::bigint
       - current_setting('superuser_reserved_connections')::bigint
       - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::bigint AS server,
       (SELECT nullif(rolconnlimit, -1)::bigint FROM pg_roles WHERE rolname = current_user) AS role,
       (SELECT nullif(datconnlimit, -1)::bigint FROM pg_database WHERE datname = current_database())
           AS database,
       count(*) FILTER (WHERE application_name NOT LIKE 'cowry%') AS others,
       count(DISTINCT application_name) FILTER (WHERE application_name LIKE 'cowry-worker keys:%')
           AS workers,
       count(DISTINCT application_name) FILTER (WHERE application_name LIKE 'cowry-jobs keys:%')
           AS runners
  FROM pg_stat_activity
 WHERE datid IS NOT NULL AND usesysid IS NOT NULL;

-- name: session_process
-- params:
-- returns: one
-- The server's process, which is the same for the lifetime of a session.
SELECT pg_backend_pid() AS pid;
