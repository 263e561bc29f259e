-- What is kept for a number of days that the operator sets. Each statement deletes at most so many rows,
-- the oldest ones, and returns their number; rows that somebody has locked wait for the next time.

-- name: event_retention
-- params: days:bigint most:bigint
-- returns: one
-- Published events with their deliveries. The deliveries are locked before they are read: one that is
-- being replayed is seen as pending, and its event stays.
WITH old AS MATERIALIZED (
    SELECT e.event_id
      FROM event e
     WHERE e.created_at < (SELECT clock_timestamp() - make_interval(days => $1::integer))
       AND e.sequence IS NOT NULL
       AND NOT EXISTS (SELECT
                         FROM webhook_delivery d
                        WHERE d.event_id = e.event_id AND d.status = 'pending')
     ORDER BY e.created_at
     LIMIT $2
       FOR UPDATE SKIP LOCKED
), held AS MATERIALIZED (
    SELECT d.event_id, d.status
      FROM webhook_delivery d
      JOIN old USING (event_id)
       FOR UPDATE OF d
), gone AS MATERIALIZED (
    SELECT event_id FROM old
    EXCEPT
    SELECT event_id FROM held WHERE status = 'pending'
), deliveries AS (
    DELETE FROM webhook_delivery WHERE event_id IN (SELECT event_id FROM gone)
), events AS (
    DELETE FROM event WHERE event_id IN (SELECT event_id FROM gone) RETURNING 1
)
SELECT count(*) AS removed FROM events;

-- name: mail_retention
-- params: days:bigint most:bigint
-- returns: one
-- Mails that were sent or given up.
WITH gone AS (
    DELETE FROM mail
     WHERE mail_id IN (SELECT mail_id
                         FROM mail
                        WHERE coalesce(sent_at, failed_at)
                              < (SELECT clock_timestamp() - make_interval(days => $1::integer))
                          AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)
                        LIMIT $2
                          FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT count(*) AS removed FROM gone;

-- name: parked_job_retention
-- params: days:bigint most:bigint
-- returns: one
WITH gone AS (
    DELETE FROM job
     WHERE job_id IN (SELECT job_id
                        FROM job
                       WHERE parked_at < (SELECT clock_timestamp() - make_interval(days => $1::integer))
                       LIMIT $2
                         FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT count(*) AS removed FROM gone;

-- name: audit_retention
-- params: days:bigint most:bigint
-- returns: one
SELECT forget_audit($1, $2) AS removed;

-- name: provider_event_retention
-- params: days:bigint most:bigint
-- returns: one
SELECT forget_provider_events($1, $2) AS removed;
