-- Password guesses, known addresses of users, and the number of mails to an address. Guesses from
-- known addresses of the account are counted separately.

-- name: guard_take
-- params: user_id:bigint address:bytea account:bytea known:bytea free:bigint most_s:bigint
-- returns: maybe
-- Count a guess; no row if it has to wait. It is counted before it is checked. Wrong guesses are
-- forgotten after a day.
INSERT INTO sign_in_guard AS g (bucket, failures, next_at, tried_at)
SELECT CASE WHEN EXISTS (SELECT FROM known_address WHERE user_id = $1 AND address = $2)
            THEN $4 ELSE $3 END,
       1, clock_timestamp(), clock_timestamp()
    ON CONFLICT (bucket) DO UPDATE
       SET failures = CASE WHEN g.tried_at < excluded.tried_at - interval '1 day' THEN 1
                           ELSE g.failures + 1 END,
           next_at = excluded.tried_at
                     + make_interval(secs => CASE
                           WHEN g.tried_at < excluded.tried_at - interval '1 day'
                                OR g.failures + 1 < $5 THEN 0
                           ELSE least($6, power(2, least(g.failures + 1 - $5, 20))) END),
           tried_at = excluded.tried_at
     WHERE g.next_at <= clock_timestamp()
RETURNING g.failures;

-- name: guard_wait
-- params: user_id:bigint address:bytea account:bytea known:bytea
-- returns: one
-- Seconds until the next guess.
SELECT greatest(1, coalesce(max(ceil(extract(epoch FROM next_at - clock_timestamp()))), 1))::bigint
       AS wait_s
  FROM sign_in_guard
 WHERE bucket = CASE WHEN EXISTS (SELECT FROM known_address WHERE user_id = $1 AND address = $2)
                     THEN $4 ELSE $3 END;

-- name: guard_right
-- params: user_id:bigint address:bytea account:bytea known:bytea
-- returns: none
DELETE FROM sign_in_guard
 WHERE bucket = CASE WHEN EXISTS (SELECT FROM known_address WHERE user_id = $1 AND address = $2)
                     THEN $4 ELSE $3 END;

-- name: guard_unjudged
-- params: user_id:bigint address:bytea account:bytea known:bytea
-- returns: none
UPDATE sign_in_guard
   SET failures = greatest(0, failures - 1), next_at = tried_at
 WHERE bucket = CASE WHEN EXISTS (SELECT FROM known_address WHERE user_id = $1 AND address = $2)
                     THEN $4 ELSE $3 END;

-- name: known_address_set
-- params: user_id:bigint address:bytea
-- returns: none
INSERT INTO known_address AS k (user_id, address) VALUES ($1, $2)
    ON CONFLICT (user_id, address) DO UPDATE SET seen_at = clock_timestamp()
     WHERE k.seen_at < clock_timestamp() - interval '1 day';

-- name: known_address_find
-- params: user_id:bigint address:bytea
-- returns: maybe
SELECT user_id FROM known_address WHERE user_id = $1 AND address = $2;

-- name: mail_take
-- params: bucket:bytea most:bigint window_s:bigint
-- returns: maybe
-- Count a mail, in the current window or in a new one; no row above the limit.
INSERT INTO mail_count AS m (bucket, mails, window_ends_at)
VALUES ($1, 1, clock_timestamp() + make_interval(secs => $3))
    ON CONFLICT (bucket) DO UPDATE
       SET mails = CASE WHEN m.window_ends_at > clock_timestamp() THEN m.mails + 1 ELSE 1 END,
           window_ends_at = CASE WHEN m.window_ends_at > clock_timestamp() THEN m.window_ends_at
                                 ELSE excluded.window_ends_at END
     WHERE m.mails < $2 OR m.window_ends_at <= clock_timestamp()
RETURNING m.mails;

-- name: guard_sweep
-- params: most:bigint
-- returns: one
WITH guesses AS (
    DELETE FROM sign_in_guard
     WHERE bucket IN (SELECT bucket FROM sign_in_guard
                       WHERE tried_at < statement_timestamp() - interval '1 day' LIMIT $1)
    RETURNING 1
), addresses AS (
    DELETE FROM known_address
     WHERE (user_id, address) IN (SELECT user_id, address FROM known_address
                                   WHERE seen_at < statement_timestamp() - interval '90 days'
                                   LIMIT $1)
    RETURNING 1
), mails AS (
    DELETE FROM mail_count
     WHERE bucket IN (SELECT bucket FROM mail_count
                       WHERE window_ends_at < statement_timestamp() LIMIT $1)
    RETURNING 1
)
SELECT greatest((SELECT count(*) FROM guesses), (SELECT count(*) FROM addresses),
                (SELECT count(*) FROM mails)) AS removed;
