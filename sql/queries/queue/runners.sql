-- The job runners that are alive.

-- name: runner_beat
-- params: instance:text
-- returns: none
-- Record that a runner is alive; forget those that ended. A time that is ahead is left to clock_step: the clock
-- may have stepped back since the runner asked for that.
WITH gone AS (
    DELETE FROM job_runner
     WHERE instance <> $1 AND seen_at < statement_timestamp() - interval '1 hour'
)
INSERT INTO job_runner AS r (instance)
VALUES ($1)
ON CONFLICT (instance) DO UPDATE
   SET seen_at = greatest(r.seen_at, clock_timestamp()),
       stepped_xid = CASE WHEN r.seen_at > clock_timestamp() THEN r.stepped_xid END;

-- name: runner_seen
-- params: within_s:bigint
-- returns: one
-- How many were seen in the last seconds, and when the last one was; NULL if none is known.
SELECT count(*) FILTER (WHERE seen_at > statement_timestamp() - make_interval(secs => $1)) AS alive,
       max(seen_at) AS seen_at
  FROM job_runner;

-- name: clock_step
-- params:
-- returns: one
-- By how many microseconds the clock has stepped back since a runner was seen; 0: it has not, or a transaction
-- is under way that may have taken a time from before the step. The rows of those runners are then corrected, so
-- this is told once. After a restore, an xid of the former server may be ahead of all.
WITH ahead AS (
    SELECT instance, seen_at, stepped_xid
      FROM job_runner
     WHERE seen_at > clock_timestamp() + interval '5 seconds'
     ORDER BY instance
       FOR NO KEY UPDATE
), step AS (
    SELECT coalesce(bool_and(stepped_xid IS NOT NULL
                             AND (stepped_xid < pg_snapshot_xmin(pg_current_snapshot())
                                  OR stepped_xid >= pg_snapshot_xmax(pg_current_snapshot()))), false) AS is_final,
           max(seen_at) AS seen_at
      FROM ahead
), noted AS (
    UPDATE job_runner r
       SET seen_at = CASE WHEN s.is_final THEN clock_timestamp() ELSE r.seen_at END,
           stepped_xid = CASE WHEN NOT s.is_final THEN coalesce(r.stepped_xid, pg_current_xact_id()) END
      FROM ahead a, step s
     WHERE r.instance = a.instance
)
SELECT CASE WHEN is_final THEN extract(epoch FROM seen_at - clock_timestamp()) * 1000000 ELSE 0 END::bigint AS back_us
  FROM step;

-- name: schedule_move
-- params: back_us:bigint lease_s:bigint
-- returns: none
-- What is scheduled moves back with the clock, so that nothing waits until the clock comes to that time once
-- more; at worst an attempt is made too early. Leases end when new ones would.
WITH step AS (
    SELECT make_interval(secs => $1 / 1000000.0) AS back,
           clock_timestamp() + make_interval(secs => $2) AS lease_end
), jobs AS (
    UPDATE job j
       SET due_at = j.due_at - s.back, again_at = j.again_at - s.back,
           claimed_until = CASE WHEN j.claimed_until > s.lease_end THEN s.lease_end
                                ELSE j.claimed_until END
      FROM step s
     WHERE j.parked_at IS NULL AND coalesce(j.claimed_until, j.due_at) > clock_timestamp()
), deliveries AS (
    UPDATE webhook_delivery d SET next_at = d.next_at - s.back FROM step s WHERE d.next_at > clock_timestamp()
), lanes AS (
    UPDATE webhook_lane l SET held_until = s.lease_end FROM step s WHERE l.held_until > s.lease_end
)
UPDATE book_audit b SET due_at = b.due_at - s.back FROM step s WHERE b.due_at > clock_timestamp();
