-- The continuous audit of the books.

-- name: book_audit_claim
-- returns: one
-- Whether a piece is due, and nobody else reads it: until the end of the transaction, which takes no xid
-- before the piece was read.
SELECT CASE WHEN due_at <= clock_timestamp() THEN pg_try_advisory_xact_lock(7239041) ELSE false END AS mine
  FROM book_audit;

-- name: book_audit_state
-- returns: one
SELECT round, part, after_id, last_id, piece_rows,
       floor(extract(epoch FROM clock_timestamp() - started_at))::bigint AS elapsed_s
  FROM book_audit;

-- name: book_audit_store
-- params: part:text after_id:bigint last_id:bigint piece_rows:bigint pause_ms:bigint
-- returns: none
UPDATE book_audit
   SET part = $1, after_id = $2, last_id = $3, piece_rows = $4,
       due_at = clock_timestamp() + $5 * interval '1 millisecond';

-- name: book_audit_shrink
-- returns: none
-- A piece took longer than a statement may.
UPDATE book_audit SET piece_rows = greatest(piece_rows / 4, 1);

-- name: book_audit_end_round
-- params: least_s:bigint
-- returns: none
-- The next round begins at once, but not so soon after the beginning of this one.
UPDATE book_audit b
   SET round = round + 1, part = NULL, after_id = 0, last_id = 0, previous_at = b.started_at,
       ended_at = clock_timestamp(), started_at = n.start_at, due_at = n.start_at
  FROM (SELECT greatest(clock_timestamp(), started_at + $1 * interval '1 second') AS start_at
          FROM book_audit) n;

-- name: book_difference_add
-- params: public_id:uuid ledger_id:bigint check_name:text problem:text stops:boolean round:bigint
-- returns: maybe
-- Its id if it is new. No more than a thousand are kept at a time.
WITH seen AS (
    UPDATE book_difference
       SET seen_round = $6
     WHERE check_name = $3 AND problem = $4 AND gone_at IS NULL
    RETURNING difference_id
)
INSERT INTO book_difference (public_id, ledger_id, check_name, problem, stops, seen_round)
SELECT $1, $2, $3, $4, $5, $6
 WHERE (SELECT count(*) FROM seen) = 0
   AND (SELECT count(*) FROM (SELECT FROM book_difference WHERE resolved_at IS NULL LIMIT 1000) open) < 1000
RETURNING difference_id;

-- name: book_difference_first
-- params: ledger_id:bigint
-- returns: one
-- The review of a ledger is about its first open difference.
SELECT (SELECT public_id
          FROM book_difference
         WHERE ledger_id = $1 AND resolved_at IS NULL
         ORDER BY difference_id
         LIMIT 1) AS public_id,
       (SELECT mode FROM ledger WHERE ledger_id = $1) AS mode,
       (SELECT count(*) FROM book_difference WHERE ledger_id = $1 AND resolved_at IS NULL) AS count,
       (SELECT count(*) FROM book_difference WHERE ledger_id = $1 AND stops AND resolved_at IS NULL) > 0
           AS is_stopped;

-- name: book_difference_gone
-- params: round:bigint
-- returns: none
-- What was resolved, and the round did not find any more, would be new if it were found again.
UPDATE book_difference
   SET gone_at = clock_timestamp()
 WHERE gone_at IS NULL AND resolved_at IS NOT NULL AND seen_round < $1;

-- name: book_difference_resolve
-- params: public_id:uuid
-- returns: none
-- All open differences of its ledger.
UPDATE book_difference
   SET resolved_at = clock_timestamp()
 WHERE resolved_at IS NULL
   AND ledger_id = (SELECT ledger_id FROM book_difference WHERE public_id = $1);

-- name: book_audit_findings
-- params:
-- returns: one
-- Open differences, the ledgers that they stop, since when every part was checked, and the round.
SELECT (SELECT count(*) FROM book_difference WHERE resolved_at IS NULL) AS differences,
       (SELECT count(DISTINCT ledger_id) FROM book_difference WHERE stops AND resolved_at IS NULL) AS stopped,
       coalesce(previous_at, started_at) AS since,
       round
  FROM book_audit;
