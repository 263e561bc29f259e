-- The job queue.

-- name: job_add
-- params: kind:text subject:text delay_s:bigint
-- returns: maybe
-- The earlier due time wins. A running one runs once more; a parked one restarts. Listeners are only
-- notified of jobs that are due at once, because a commit that notifies waits for all others that
-- do.
WITH added AS (
    INSERT INTO job AS j (kind, subject, due_at)
    VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
    ON CONFLICT ON CONSTRAINT job_subject DO UPDATE
       SET due_at = CASE WHEN j.parked_at IS NOT NULL THEN excluded.due_at
                         WHEN j.claimed_until IS NOT NULL THEN j.due_at
                         ELSE least(j.due_at, excluded.due_at) END,
           again_at = CASE WHEN j.claimed_until IS NOT NULL
                           THEN least(j.again_at, excluded.due_at) END,
           attempts = CASE WHEN j.parked_at IS NOT NULL THEN 0 ELSE j.attempts END,
           parked_at = NULL
    RETURNING j.kind, j.claimed_until
)
SELECT pg_notify('cowry_jobs', kind) FROM added WHERE $3 <= 1 AND claimed_until IS NULL;

-- name: jobs_listen
-- returns: none
LISTEN cowry_jobs;

-- name: job_claim
-- params: kind:text lease_s:bigint held:bigint[]
-- returns: maybe
-- The one that is due for the longest time and not claimed, or whose claim has expired; none of
-- those running in the calling process. The sub-select around the clock enables the use of the
-- index.
UPDATE job
   SET claimed_until = clock_timestamp() + make_interval(secs => $2),
       attempts = attempts + 1,
       claims = claims + 1
 WHERE job_id = (SELECT job_id
                   FROM job
                  WHERE kind = $1
                    AND parked_at IS NULL
                    AND coalesce(claimed_until, due_at) <= (SELECT clock_timestamp())
                    AND job_id <> ALL ($3)
                  ORDER BY coalesce(claimed_until, due_at)
                  LIMIT 1
                    FOR UPDATE SKIP LOCKED)
RETURNING job_id, subject, attempts, claims, created_at, due_at;

-- name: job_renew
-- params: job_ids:bigint[] claims:bigint[] lease_s:bigint
-- returns: none
-- Claims that are still the latest. A row that is locked is skipped until the next time.
UPDATE job
   SET claimed_until = clock_timestamp() + make_interval(secs => $3)
 WHERE job_id IN (SELECT j.job_id
                    FROM unnest($1, $2) AS c (job_id, claims)
                    JOIN job j USING (job_id, claims)
                   WHERE j.claimed_until IS NOT NULL
                     FOR NO KEY UPDATE OF j SKIP LOCKED);

-- name: job_done
-- params: job_id:bigint claims:bigint
-- returns: none
-- If the claim is still the latest, and it was not added again in the meantime.
DELETE FROM job
 WHERE job_id = $1 AND claims = $2 AND claimed_until IS NOT NULL AND again_at IS NULL;

-- name: job_restart
-- params: job_id:bigint claims:bigint
-- returns: none
-- One that was added again while it was running.
UPDATE job
   SET due_at = again_at, again_at = NULL, claimed_until = NULL, attempts = 0, problem = NULL
 WHERE job_id = $1 AND claims = $2 AND claimed_until IS NOT NULL AND again_at IS NOT NULL;

-- name: job_again
-- params: job_id:bigint claims:bigint backoff_s:bigint backoff_max_s:bigint problem:text outage:boolean
-- returns: none
-- If the claim is still the latest: retry later, with doubled delays less a random part. What failed for an
-- outage of the database was no attempt.
UPDATE job
   SET claimed_until = NULL,
       again_at = NULL,
       due_at = least(again_at,
                      clock_timestamp() + make_interval(secs =>
                          least($3 * power(2, least(attempts - 1, 40)), $4) * (1 - random() / 2))),
       attempts = CASE WHEN $6 THEN greatest(attempts - 1, 0) ELSE attempts END,
       problem = $5
 WHERE job_id = $1 AND claims = $2 AND claimed_until IS NOT NULL;

-- name: job_give_up
-- params: job_id:bigint claims:bigint problem:text
-- returns: maybe
-- If the claim is still the latest. One that was added again in the meantime restarts instead.
UPDATE job
   SET claimed_until = NULL,
       again_at = NULL,
       parked_at = CASE WHEN again_at IS NULL THEN clock_timestamp() END,
       due_at = coalesce(again_at, due_at),
       attempts = CASE WHEN again_at IS NULL THEN attempts ELSE 0 END,
       problem = $3
 WHERE job_id = $1 AND claims = $2 AND claimed_until IS NOT NULL
RETURNING parked_at IS NOT NULL AS parked;

-- name: job_list
-- params: kind:text status:text after:bigint most:bigint
-- returns: many
-- Newest first.
SELECT job_id, kind, subject, status, attempts, problem, created_at, due_at
  FROM (SELECT job_id, kind, subject, attempts, problem, created_at, due_at,
               CASE WHEN parked_at IS NOT NULL THEN 'parked'
                    WHEN claimed_until > statement_timestamp() THEN 'running'
                    ELSE 'waiting' END AS status
          FROM job
         WHERE coalesce(kind = $1, $1 IS NULL) AND job_id < coalesce($3, 9223372036854775807)) j
 WHERE $2 IS NULL OR status = $2
 ORDER BY job_id DESC
 LIMIT $4;

-- name: job_retry
-- params: job_id:bigint
-- returns: one
-- Due now, and listeners are notified. A running one runs once more.
WITH retried AS (
    UPDATE job
       SET due_at = CASE WHEN claimed_until > statement_timestamp() THEN due_at
                         ELSE statement_timestamp() END,
           again_at = CASE WHEN claimed_until > statement_timestamp() THEN statement_timestamp() END,
           claimed_until = CASE WHEN claimed_until > statement_timestamp() THEN claimed_until END,
           attempts = CASE WHEN claimed_until > statement_timestamp() THEN attempts ELSE 0 END,
           parked_at = NULL
     WHERE job_id = $1
    RETURNING job_id, kind, subject, attempts, problem, created_at, due_at, claimed_until
), told AS MATERIALIZED (
    SELECT pg_notify('cowry_jobs', kind) FROM retried
)
SELECT job_id, kind, subject,
       CASE WHEN claimed_until IS NULL THEN 'waiting' ELSE 'running' END AS status,
       attempts, problem, created_at, due_at
  FROM retried, told;

-- name: job_park
-- params: job_id:bigint
-- returns: one
-- A runner that is running it may complete it, but not make it due again.
UPDATE job
   SET parked_at = coalesce(parked_at, clock_timestamp()), claimed_until = NULL, again_at = NULL
 WHERE job_id = $1
RETURNING job_id, kind, subject, 'parked' AS status, attempts, problem, created_at, due_at;
