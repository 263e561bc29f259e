-- Complaints and their answers.

-- name: complaint_insert
-- params: drop_id:text user_id:bigint category:text subject:text description:text
-- returns: none
INSERT INTO complaint (drop_id, user_id, category, subject, description)
VALUES ($1, $2, $3, $4, $5);

-- name: complaint_list
-- params: user_id:bigint status:text category:text after:bigint most:bigint skip:bigint
-- returns: many
SELECT c.complaint_id, c.drop_id, u.drop_id AS user_drop_id, u.email, c.category, c.subject,
       c.description, c.status, c.resolution, c.created_at, c.due_at, c.resolved_at
  FROM complaint c
  JOIN users u USING (user_id)
 WHERE coalesce(c.user_id = $1, $1 IS NULL)
   AND coalesce(c.status = $2, $2 IS NULL)
   AND coalesce(c.category = $3, $3 IS NULL)
   AND c.complaint_id < coalesce($4, 9223372036854775807)
 ORDER BY c.complaint_id DESC
 LIMIT $5 OFFSET $6;

-- name: complaint_count
-- params: user_id:bigint
-- returns: one
SELECT count(*) AS total FROM complaint WHERE user_id = $1;

-- name: complaint_find
-- params: drop_id:text
-- returns: maybe
SELECT c.complaint_id, c.drop_id, u.drop_id AS user_drop_id, u.email, c.category, c.subject,
       c.description, c.status, c.resolution, c.created_at, c.due_at, c.resolved_at
  FROM complaint c
  JOIN users u USING (user_id)
 WHERE c.drop_id = $1;

-- name: complaint_answer
-- params: drop_id:text status:text resolution:text decided_by:bigint
-- returns: maybe
-- No row if it already has a final answer.
UPDATE complaint
   SET status = $2, resolution = coalesce($3, resolution), decided_by = $4,
       resolved_at = CASE WHEN $2 IN ('resolved', 'rejected') THEN clock_timestamp() END
 WHERE drop_id = $1 AND resolved_at IS NULL
RETURNING user_id;
