-- The audit log of administrators' actions, and of changes to what protects an account.

-- name: audit_insert
-- params: user_id:bigint action:text subject:text detail:jsonb request_id:text
-- returns: none
INSERT INTO audit_log (user_id, action, subject, detail, request_id)
VALUES ($1, $2, $3, $4, $5);

-- name: audit_list
-- params: action:text after:bigint most:bigint
-- returns: many
SELECT a.audit_id, u.public_id AS admin, a.action, a.subject, a.detail, a.request_id, a.created_at
  FROM audit_log a
  LEFT JOIN users u USING (user_id)
 WHERE coalesce(a.action = $1, $1 IS NULL) AND a.audit_id < coalesce($2, 9223372036854775807)
 ORDER BY a.audit_id DESC
 LIMIT $3;
