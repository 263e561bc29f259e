-- Authentication: API keys, sessions, rate limits and the stored answers of idempotency keys.

-- name: api_key_check
-- params: digests:bytea[]
-- returns: many
-- Keys that are currently valid, with their owners, or would be if their project was not archived, and what they are
-- limited to.
SELECT k.digest, k.api_key_id AS key_id, k.user_id, u.public_id AS user_public_id, k.project_id,
       p.public_id AS project_public_id, l.ledger_id, k.scope = 'live' AS live, k.quota,
       k.archived_at IS NOT NULL AS archived, array_to_string(k.allowed_addresses, ',') AS addresses,
       array_to_string(k.allowed_routes, ',') AS routes
  FROM api_key k
  JOIN users u USING (user_id)
  LEFT JOIN project p ON p.project_id = k.project_id
  LEFT JOIN ledger l ON l.project_id = k.project_id AND l.mode = k.scope
 WHERE k.digest = ANY($1)
   AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
   AND u.status = 'active';

-- name: api_key_good
-- params: ids:bigint[]
-- returns: many
-- Which of these keys are currently valid, and have no limits.
SELECT k.api_key_id
  FROM api_key k
  JOIN users u USING (user_id)
 WHERE k.api_key_id = ANY($1)
   AND k.revoked_at IS NULL AND k.archived_at IS NULL
   AND k.allowed_addresses IS NULL AND k.allowed_routes IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
   AND u.status = 'active';

-- name: api_key_count
-- params: api_key_id:bigint quota:bigint
-- returns: maybe
-- Count a request of the key on this UTC day; no row once the quota is used up.
INSERT INTO api_key_use AS u (api_key_id, day, used)
VALUES ($1, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1)
    ON CONFLICT (api_key_id, day) DO UPDATE SET used = u.used + 1 WHERE u.used < $2
RETURNING used;

-- name: session_check
-- params: public_id:uuid
-- returns: maybe
SELECT s.session_id, u.user_id, u.public_id AS user_public_id, u.role,
       u.second_factor_at IS NOT NULL AS has_second_factor
  FROM session s
  JOIN users u USING (user_id)
 WHERE s.public_id = $1
   AND s.revoked_at IS NULL
   AND s.expires_at > clock_timestamp()
   AND u.status = 'active';

-- name: rate_count
-- params: bucket:text
-- returns: one
-- Count a call in this minute; returns the number so far, and seconds until the next minute.
INSERT INTO rate_count AS r (bucket, minute, calls)
VALUES ($1, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (bucket, minute) DO UPDATE SET calls = r.calls + 1
RETURNING calls, (60 - floor(extract(second FROM clock_timestamp())))::bigint AS retry_after_s;

-- name: day_count
-- params: bucket:text
-- returns: one
-- Count a call on this UTC day; returns the number so far, and seconds until the next day.
INSERT INTO day_count AS d (bucket, day, calls)
VALUES ($1, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1)
    ON CONFLICT (bucket, day) DO UPDATE SET calls = d.calls + 1
RETURNING calls,
          ceil(extract(epoch FROM (d.day + 1)::timestamp
                                  - clock_timestamp() AT TIME ZONE 'UTC'))::bigint AS retry_after_s;

-- name: idempotency_lock
-- params: key:bigint
-- returns: one
-- Held until the end of the transaction; false while another request with the key runs.
SELECT pg_try_advisory_xact_lock($1) AS locked;

-- name: idempotency_find
-- params: principals:text[] key:text
-- returns: maybe
-- runs: the process that reserved the key is connected, and its time limit has not passed.
SELECT i.request_hash, i.status::bigint AS status, i.body_sealed, i.posted::bigint AS posted, i.opened,
       CASE WHEN i.runs_until > clock_timestamp()
            THEN EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = i.runner)
            ELSE false END AS runs,
       i.principal
  FROM idempotency i
 WHERE i.principal = ANY ($1) AND i.key = $2 AND i.expires_at > clock_timestamp()
 ORDER BY i.status DESC
 LIMIT 1;

-- name: idempotency_insert
-- params: principal:text key:text request_hash:bytea status:bigint body_sealed:bytea lifetime_s:bigint
-- returns: none
-- A stored answer is not replaced.
INSERT INTO idempotency AS i (principal, key, request_hash, status, body_sealed, expires_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
    ON CONFLICT (principal, key) DO UPDATE
       SET request_hash = excluded.request_hash, status = excluded.status,
           body_sealed = excluded.body_sealed, created_at = now(), expires_at = excluded.expires_at,
           opened = NULL, runner = NULL, runs_until = NULL, posted = NULL
     WHERE i.expires_at <= clock_timestamp() OR i.status = 0;

-- name: idempotency_reserve
-- params: principal:text key:text request_hash:bytea opened:text runner:text run_s:bigint lifetime_s:bigint
-- returns: none
INSERT INTO idempotency AS i (principal, key, request_hash, status, body_sealed, expires_at, opened,
                              runner, runs_until)
VALUES ($1, $2, $3, 0, '', clock_timestamp() + make_interval(secs => $7), $4, $5,
        clock_timestamp() + make_interval(secs => $6))
    ON CONFLICT (principal, key) DO UPDATE
       SET request_hash = excluded.request_hash, status = 0, body_sealed = '', created_at = now(),
           expires_at = excluded.expires_at, opened = excluded.opened, runner = excluded.runner,
           runs_until = excluded.runs_until, posted = NULL
     WHERE i.expires_at <= clock_timestamp() OR i.status = 0;

-- name: idempotency_pause
-- params: principal:text key:text runner:text
-- returns: none
UPDATE idempotency
   SET runs_until = NULL
 WHERE principal = $1 AND key = $2 AND status = 0 AND runner = $3;

-- name: idempotency_release
-- params: principal:text key:text
-- returns: none
-- Release a reservation of a running request.
DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND status = 0;

-- name: retention_sweep
-- params: most:bigint
-- returns: one
-- Delete what has expired, in batches: at most so many rows of each table, and none that a request has
-- locked. Returns their number.
WITH idempotency_rows AS (
    DELETE FROM idempotency
     WHERE (principal, key) IN (SELECT principal, key
                                  FROM idempotency
                                 WHERE expires_at < statement_timestamp()
                                 LIMIT $1
                                   FOR UPDATE SKIP LOCKED)
    RETURNING 1
), rate_rows AS (
    DELETE FROM rate_count
     WHERE ctid = ANY (ARRAY(SELECT ctid
                               FROM rate_count
                              WHERE minute < statement_timestamp() - interval '5 minutes'
                              LIMIT $1
                                FOR UPDATE SKIP LOCKED))
    RETURNING 1
), day_rows AS (
    DELETE FROM day_count
     WHERE ctid = ANY (ARRAY(SELECT ctid
                               FROM day_count
                              WHERE day < (statement_timestamp() AT TIME ZONE 'UTC')::date
                              LIMIT $1
                                FOR UPDATE SKIP LOCKED))
    RETURNING 1
), use_rows AS (
    DELETE FROM api_key_use
     WHERE ctid = ANY (ARRAY(SELECT ctid
                               FROM api_key_use
                              WHERE day < (statement_timestamp() AT TIME ZONE 'UTC')::date - 1
                              LIMIT $1
                                FOR UPDATE SKIP LOCKED))
    RETURNING 1
), token_rows AS (
    DELETE FROM email_token
     WHERE digest IN (SELECT digest FROM email_token
                       WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)
    RETURNING 1
), session_rows AS (
    DELETE FROM session
     WHERE session_id IN (SELECT session_id FROM session
                           WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)
    RETURNING 1
), flow_rows AS (
    DELETE FROM oauth_flow
     WHERE state_digest IN (SELECT state_digest FROM oauth_flow
                             WHERE expires_at < statement_timestamp() - interval '1 hour' LIMIT $1)
    RETURNING 1
), challenge_rows AS (
    DELETE FROM sign_in_challenge
     WHERE digest IN (SELECT digest FROM sign_in_challenge
                       WHERE expires_at < statement_timestamp() - interval '1 hour' LIMIT $1)
    RETURNING 1
), bank_rows AS (
    DELETE FROM bank_consent
     WHERE bank_consent_id IN (SELECT bank_consent_id FROM bank_consent
                                WHERE status IN ('begun', 'refused')
                                  AND state_until < statement_timestamp() - interval '1 day' LIMIT $1)
    RETURNING 1
)
SELECT (SELECT count(*) FROM idempotency_rows) + (SELECT count(*) FROM rate_rows)
     + (SELECT count(*) FROM day_rows) + (SELECT count(*) FROM use_rows) + (SELECT count(*) FROM token_rows)
     + (SELECT count(*) FROM session_rows) + (SELECT count(*) FROM flow_rows)
     + (SELECT count(*) FROM challenge_rows) + (SELECT count(*) FROM bank_rows) AS removed;

-- name: ping
-- params:
-- returns: one
SELECT clock_timestamp() AS now;
