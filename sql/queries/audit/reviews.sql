-- Reviews for administrators.

-- name: review_insert
-- params: public_id:uuid kind:text subject:uuid reason:text detail:jsonb
-- returns: none
-- One open review per subject: a further reason replaces the previous one.
INSERT INTO review (public_id, kind, subject, reason, detail)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (kind, subject) WHERE status = 'open' DO UPDATE
   SET reason = excluded.reason, detail = excluded.detail;

-- name: review_list
-- params: status:text kind:text after:bigint most:bigint
-- returns: many
SELECT r.review_id, r.public_id, r.kind, r.subject, r.reason, r.detail, r.status, r.note,
       u.public_id AS decided_by, r.created_at, r.decided_at
  FROM review r
  LEFT JOIN users u ON u.user_id = r.decided_by
 WHERE coalesce(r.status = $1, $1 IS NULL)
   AND coalesce(r.kind = $2, $2 IS NULL)
   AND r.review_id < coalesce($3, 9223372036854775807)
 ORDER BY r.review_id DESC
 LIMIT $4;

-- name: review_find
-- params: public_id:uuid
-- returns: maybe
SELECT r.review_id, r.public_id, r.kind, r.subject, r.reason, r.detail, r.status, r.note,
       u.public_id AS decided_by, r.created_at, r.decided_at
  FROM review r
  LEFT JOIN users u ON u.user_id = r.decided_by
 WHERE r.public_id = $1;

-- name: review_decide
-- params: public_id:uuid status:text note:text decided_by:bigint
-- returns: none
-- Does nothing if it was already decided: the second of two waits for the first, then finds it
-- closed.
UPDATE review
   SET status = $2, note = $3, decided_by = $4, decided_at = clock_timestamp()
 WHERE public_id = $1 AND status = 'open';

-- name: review_settle
-- params: review_kind:text subject:uuid status:text job_kind:text job_subject:text
-- returns: none
-- The subject was settled: the review is closed and the parked job deleted, unless another
-- transaction is changing that job.
WITH job_gone AS (
    DELETE FROM job
     WHERE job_id = (SELECT job_id
                       FROM job
                      WHERE kind = $4 AND subject = $5 AND parked_at IS NOT NULL
                        FOR UPDATE SKIP LOCKED)
)
UPDATE review
   SET status = $3, note = 'Settled in the meantime', decided_at = clock_timestamp()
 WHERE kind = $1 AND subject = $2 AND status = 'open';
