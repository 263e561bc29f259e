-- Statements as PDF that a job makes, and their files.

-- name: statement_lock
-- params: owner:text
-- returns: one
-- Orders of one caller are counted one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('wallet_statement ' || $1, 0)) IS NOT NULL AS locked;

-- name: statement_load
-- params: user_id:bigint ledger_id:bigint
-- returns: one
-- What a caller has ordered: a user, or without one the project of the ledger.
SELECT count(*) FILTER (WHERE o.status IN ('queued', 'running')) AS open, coalesce(sum(o.lines), 0)::bigint AS lines
  FROM (SELECT status, lines, expires_at
          FROM wallet_statement
         WHERE user_id = $1
        UNION ALL
        SELECT status, lines, expires_at
          FROM wallet_statement
         WHERE $1 IS NULL AND user_id IS NULL AND ledger_id = $2) o
 WHERE coalesce(o.expires_at > statement_timestamp(), true);

-- name: statement_same
-- params: account_id:bigint user_id:bigint from_at:timestamptz to_at:timestamptz lines:bigint
-- returns: maybe
-- One that is not complete yet and will be the same.
SELECT public_id
  FROM wallet_statement
 WHERE account_id = $1 AND user_id IS NOT DISTINCT FROM $2 AND from_at = $3 AND to_at = $4 AND lines = $5
   AND status IN ('queued', 'running')
 ORDER BY statement_id
 LIMIT 1;

-- name: statement_insert
-- params: public_id:uuid account_id:bigint ledger_id:bigint user_id:bigint from_at:timestamptz to_at:timestamptz first_sequence:bigint lines:bigint opening:bigint closing:bigint
-- returns: none
INSERT INTO wallet_statement (public_id, account_id, ledger_id, user_id, from_at, to_at, first_sequence, lines, opening,
                              closing)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: statement_find
-- params: account_id:bigint public_id:uuid
-- returns: maybe
SELECT statement_id, public_id, status, from_at, to_at, lines, lines_done, created_at, expires_at
  FROM wallet_statement
 WHERE public_id = $2 AND account_id = $1 AND coalesce(expires_at > statement_timestamp(), true);

-- name: statement_files
-- params: statement_id:bigint
-- returns: many
SELECT f.public_id, f.lines, f.bytes
  FROM statement_file f
  JOIN wallet_statement s USING (statement_id)
 WHERE f.statement_id = $1 AND s.status = 'ready'
 ORDER BY f.number;

-- name: statement_file_open
-- params: public_id:uuid
-- returns: maybe
-- With its first piece.
SELECT f.file_id, f.number::bigint AS number, f.bytes, a.public_id AS wallet, s.from_at,
       (SELECT count(*) FROM statement_file WHERE statement_id = s.statement_id) AS files, p.content
  FROM statement_file f
  JOIN wallet_statement s USING (statement_id)
  JOIN account a USING (account_id)
  JOIN statement_piece p ON p.file_id = f.file_id AND p.number = 0
 WHERE f.public_id = $1 AND s.status = 'ready' AND s.expires_at > statement_timestamp();

-- name: statement_piece
-- params: file_id:bigint number:bigint
-- returns: maybe
SELECT content FROM statement_piece WHERE file_id = $1 AND number = $2;

-- name: statement_begin
-- params: public_id:uuid
-- returns: maybe
-- From its first line on, whatever an earlier attempt did.
UPDATE wallet_statement s
   SET status = 'running', attempt = s.attempt + 1, lines_done = 0, expires_at = NULL
  FROM account a
  JOIN wallet w USING (account_id)
 WHERE s.public_id = $1 AND s.status <> 'ready' AND a.account_id = s.account_id
RETURNING s.statement_id, s.attempt, s.public_id, a.public_id AS wallet, w.number, a.currency::text AS currency,
          s.account_id, s.ledger_id, s.from_at, s.to_at, s.first_sequence, s.lines, s.opening, s.closing, s.created_at;

-- name: statement_clear
-- params: statement_id:bigint
-- returns: none
DELETE FROM statement_file WHERE statement_id = $1;

-- name: statement_progress
-- params: statement_id:bigint attempt:bigint lines_done:bigint
-- returns: maybe
-- None if this is not the latest attempt, or nobody wants it any more.
UPDATE wallet_statement
   SET lines_done = $3
 WHERE statement_id = $1 AND attempt = $2 AND status = 'running'
RETURNING statement_id;

-- name: statement_file_insert
-- params: statement_id:bigint number:bigint public_id:uuid lines:bigint bytes:bigint
-- returns: one
INSERT INTO statement_file (statement_id, number, public_id, lines, bytes)
VALUES ($1, $2, $3, $4, $5)
RETURNING file_id;

-- name: statement_piece_insert
-- params: file_id:bigint number:bigint content:bytea
-- returns: none
INSERT INTO statement_piece (file_id, number, content)
VALUES ($1, $2, $3);

-- name: statement_ready
-- params: statement_id:bigint attempt:bigint to_at:timestamptz hours:bigint
-- returns: maybe
UPDATE wallet_statement
   SET status = 'ready', lines_done = lines, to_at = $3,
       expires_at = clock_timestamp() + make_interval(hours => $4::integer)
 WHERE statement_id = $1 AND attempt = $2 AND status = 'running'
RETURNING expires_at;

-- name: statement_fail
-- params: public_id:uuid hours:bigint
-- returns: none
WITH failed AS (
    UPDATE wallet_statement
       SET status = 'failed', expires_at = clock_timestamp() + make_interval(hours => $2::integer)
     WHERE public_id = $1 AND status IN ('queued', 'running')
    RETURNING statement_id
)
DELETE FROM statement_file WHERE statement_id IN (SELECT statement_id FROM failed);

-- name: statement_forget_pieces
-- params: most:bigint
-- returns: one
-- Of what has expired. A download that began before is given an hour to end.
WITH due AS MATERIALIZED (
    SELECT statement_id
      FROM wallet_statement
     WHERE expires_at < statement_timestamp() - interval '1 hour'
     ORDER BY expires_at
     LIMIT $1
), gone AS (
    DELETE FROM statement_piece
     WHERE (file_id, number) IN (SELECT p.file_id, p.number
                                   FROM due
                                  CROSS JOIN LATERAL (SELECT file_id
                                                        FROM statement_file
                                                       WHERE statement_id = due.statement_id
                                                       LIMIT $1) f
                                  CROSS JOIN LATERAL (SELECT file_id, number
                                                        FROM statement_piece
                                                       WHERE file_id = f.file_id
                                                       LIMIT $1) p
                                  LIMIT $1)
    RETURNING 1
)
SELECT count(*) AS gone FROM gone;

-- name: statement_forget
-- params: most:bigint
-- returns: one
-- What has expired and has no pieces any more.
WITH gone AS (
    DELETE FROM wallet_statement
     WHERE statement_id IN (SELECT s.statement_id
                              FROM wallet_statement s
                             WHERE s.expires_at < statement_timestamp() - interval '1 hour'
                               AND NOT EXISTS (SELECT
                                                 FROM statement_file f
                                                 JOIN statement_piece p USING (file_id)
                                                WHERE f.statement_id = s.statement_id)
                             ORDER BY s.expires_at
                             LIMIT $1)
    RETURNING 1
)
SELECT count(*) AS gone FROM gone;
