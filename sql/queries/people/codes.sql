-- One-time codes.

-- name: code_guard_insert
-- params: user_id:bigint purpose:text
-- returns: none
INSERT INTO code_guard (user_id, purpose) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: code_guard_lock
-- params: user_id:bigint purpose:text
-- returns: one
SELECT user_id FROM code_guard WHERE user_id = $1 AND purpose = $2 FOR UPDATE;

-- name: code_state
-- params: user_id:bigint purpose:text
-- returns: one
-- Wrong guesses that still count, seconds of the lock-out, and the valid code.
SELECT coalesce(CASE WHEN g.window_ends_at > t.now THEN g.failures ELSE 0 END, 0)::bigint
           AS failures,
       greatest(0, ceil(extract(epoch FROM g.locked_until - t.now)))::bigint AS locked_s,
       coalesce(c.code_id, 0) AS code_id, c.reference, c.digest,
       greatest(0, ceil(extract(epoch FROM c.expires_at - t.now)))::bigint AS expires_in_s
  FROM (SELECT clock_timestamp() AS now) t
  LEFT JOIN code_guard g ON g.user_id = $1 AND g.purpose = $2
  LEFT JOIN one_time_code c ON c.user_id = $1 AND c.purpose = $2 AND c.used_at IS NULL
                           AND c.ended_at IS NULL AND c.expires_at > t.now;

-- name: code_end
-- params: user_id:bigint purpose:text
-- returns: none
-- A new code, or too many wrong guesses, invalidate the previous one.
UPDATE one_time_code
   SET ended_at = clock_timestamp()
 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND ended_at IS NULL;

-- name: code_insert
-- params: user_id:bigint purpose:text reference:text digest:bytea lifetime_s:bigint
-- returns: none
INSERT INTO one_time_code (user_id, purpose, reference, digest, created_at, expires_at)
SELECT $1, $2, $3, $4, t.now, t.now + make_interval(secs => $5)
  FROM (SELECT clock_timestamp() AS now) t;

-- name: code_use
-- params: code_id:bigint
-- returns: maybe
-- Once, and in time.
UPDATE one_time_code
   SET used_at = clock_timestamp()
 WHERE code_id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > clock_timestamp()
RETURNING code_id;

-- name: code_guard_clear
-- params: user_id:bigint purpose:text
-- returns: none
UPDATE code_guard SET failures = 0 WHERE user_id = $1 AND purpose = $2 AND failures > 0;

-- name: code_fail
-- params: code_id:bigint
-- returns: none
UPDATE one_time_code SET failures = failures + 1 WHERE code_id = $1;

-- name: code_guard_fail
-- params: user_id:bigint purpose:text most:smallint window_s:bigint
-- returns: one
-- Count a wrong guess, in the current window or in a new one; the last one locks.
UPDATE code_guard g
   SET failures = CASE WHEN v.failures >= $3 THEN 0 ELSE v.failures END,
       window_ends_at = CASE WHEN v.failures = 1 THEN v.later ELSE g.window_ends_at END,
       locked_until = CASE WHEN v.failures >= $3 THEN v.later ELSE g.locked_until END
  FROM (SELECT user_id, purpose,
               CASE WHEN window_ends_at > clock_timestamp() THEN failures + 1 ELSE 1 END AS failures,
               clock_timestamp() + make_interval(secs => $4) AS later
          FROM code_guard
         WHERE user_id = $1 AND purpose = $2) v
 WHERE g.user_id = v.user_id AND g.purpose = v.purpose
RETURNING v.failures::bigint AS failures;

-- name: code_sweep
-- params: most:bigint
-- returns: none
-- Codes are kept as long as the risk rules consider their failures.
DELETE FROM one_time_code
 WHERE code_id IN (SELECT code_id FROM one_time_code
                    WHERE expires_at < statement_timestamp() - interval '2 days' LIMIT $1);
