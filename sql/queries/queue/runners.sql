-- The job runners that are alive.

-- name: runner_beat
-- params: instance:text
-- returns: none
-- Record that a runner is alive; forget those that ended.
WITH gone AS (
    DELETE FROM job_runner
     WHERE instance <> $1 AND seen_at < statement_timestamp() - interval '1 hour'
)
INSERT INTO job_runner AS r (instance)
VALUES ($1)
ON CONFLICT (instance) DO UPDATE SET seen_at = clock_timestamp();

-- name: runner_seen
-- params: within_s:bigint
-- returns: one
-- How many were seen in the last seconds, and when the last one was; NULL if none is known.
SELECT count(*) FILTER (WHERE seen_at > statement_timestamp() - make_interval(secs => $1)) AS alive,
       max(seen_at) AS seen_at
  FROM job_runner;
